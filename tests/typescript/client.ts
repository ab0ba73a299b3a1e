// A typed client of the API in a few lines: the types are made from openapi/v1.json.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type Problem = components["schemas"]["Problem"];
export type FeedbackResponse = components["schemas"]["ResponseOut"];

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.type}`);
  }
}

export function connect(baseUrl: string, key: string) {
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });
}

/** Gives what was asked for, or throws the problem document. */
export function told<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.error !== undefined) throw new ProblemError(answer.error);
  if (answer.data === undefined) throw new Error("an answer without a body");
  return answer.data;
}

/** Walks a list to its end: `next` goes back as `after`, and is null on the last page. */
export async function* pages<T>(
  read: (after: string | undefined) => Promise<{ items: T[]; next: string | null }>,
): AsyncGenerator<T> {
  let after: string | undefined;
  for (;;) {
    const page = await read(after);
    yield* page.items;
    if (page.next === null) return;
    after = page.next;
  }
}
