// What a front end does first: figures, responses page by page, and a problem it can read.
import { connect, pages, ProblemError, told } from "./client.js";
import type { FeedbackResponse } from "./client.js";

declare const process: { argv: string[] };
const [, , baseUrl = "", key = ""] = process.argv;
const api = connect(baseUrl, key);

const summary = told(
  await api.GET("/v1/feedback/summary", { params: { query: { by: "directorate", per: "month" } } }),
);
const positive: (number | null)[] = summary.items.map((group) => group.pct_positive);

const read: FeedbackResponse[] = [];
const list = pages(async (after) =>
  told(
    await api.GET("/v1/feedback/responses", {
      params: { query: { limit: 1, rating: "very_good", ...(after && { after }) } },
    }),
  ),
);
for await (const response of list) read.push(response);

let refusal = "";
try {
  const query = { from: "2026-03-31", to: "2026-03-01" };
  told(await api.GET("/v1/feedback/responses", { params: { query } }));
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  refusal = `${error.problem.type} ${error.problem.errors?.[0]?.code}`;
}

// What the document does not know does not compile; these are never called.
export const mistakes = [
  // @ts-expect-error no such group
  () => api.GET("/v1/feedback/summary", { params: { query: { by: "weather" } } }),
  // @ts-expect-error `by` is required
  () => api.GET("/v1/feedback/summary"),
  // @ts-expect-error no such path
  () => api.GET("/v1/feedback/summaries"),
  // @ts-expect-error a reason is a text
  () => api.POST("/v1/webhooks/events/{event_id}/discard", { params: { path: { event_id: "x" } }, body: { reason: 1 } }),
];

console.log(JSON.stringify({ positive, read: read.map((each) => each.fft_answer), refusal }));
