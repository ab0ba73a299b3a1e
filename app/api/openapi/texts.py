"""What the document says in words: to whom it may be sent, and how it is meant."""

from typing import Any, Final

from app.domain.identity.scopes import SCOPES

DESCRIPTION: Final = """\
The patient experience and involvement service of an NHS trust. Feedback comes in by webhook or by
file and comes out as the Friends and Family Test figures of a team, a directorate and the trust.

**Who you are.** Send an API key with every request, `Authorization: Bearer ev_...`. Each operation
names the scopes it needs; `401` is a key that is not known, `403` one that may not do this. What
you may not see is `404`, as if it were not there.

**Who signs in.** Members of the public send a token of the trust's OpenID provider. Bound by the
code that they were sent, it opens `/v1/registers/people/me`, and nothing else. A supporter whom a
person named, and staff with `registers:on_behalf`, name the person in `On-Behalf-Of`.

**Lists** are `{"items": [...], "next": ...}`. Send `next` back as `after` for the page behind;
it is null on the last page. Treat it as opaque. Nothing is skipped or told twice while you page,
except what changes meanwhile. A query parameter that an operation does not know is a `422`.

**Changes.** A single resource has an `ETag`. Send it back as `If-Match` with a change: without it
the answer is `428`, with an old one `412`, and then you read again. `PATCH` is JSON Merge Patch
(RFC 7396): what you leave out stays, null empties, a list is replaced whole.

**Repeats.** Reads, replacements and deletions may be repeated as they are. A creation may be
repeated safely with the same `Idempotency-Key` and body for 72 hours: it gives the first result.
Wait as long as `Retry-After` says after `429` and `503`; after a `500` or no answer, wait longer
each time.

**Problems.** Every `4xx` and `5xx` is a problem document (RFC 9457). Branch on `type` and `status`;
`title` and `detail` are for people. `422` lists each fault under `errors`.

**What may change.** Within `/v1` operations, optional inputs, fields of answers and values of
their enumerations are added: ignore what you do not know. What would break you comes under a new
path; should it ever be needed within this one, it raises the version of this document.

Days are Europe/London, instants UTC; JSON is UTF-8, without duplicate keys, at most 64 deep.
"""

TAGS: Final = {
    "admin": "Users, their roles and API keys, and messages that go out.",
    "bi": "What changed, in order, for a warehouse that follows along.",
    "feedback": "What people told about teams, and the Friends and Family Test figures.",
    "imports": "Feedback that comes as files.",
    "moderation": "What may be shown to the public, and what somebody must look at.",
    "inbox": "Deliveries as they came in, for operators: dead letters, replays, alerts.",
    "jobs": "Work that goes on behind a `202`.",
    "me": "Who you are and what you may do.",
    "operations": "Whether the service stands.",
    "registers": "Who is involved, in what, and with what support.",
    "reimbursements": "What people are paid for being involved, and how the money reaches them.",
    "self": "What people of the register see and do themselves, or somebody for them.",
    "rights": "What is held of a person: read, held, erased, and kept no longer than it may be.",
    "organisation": "Directorates, services and teams, their places in time, and whom to tell.",
    "public": "What anybody may read, without a key.",
    "reference": "Lists of codes and their labels.",
    "submissions": "What people answer without a key, and the public codes that they answer by.",
    "surveys": "Questionnaires: versions, wordings, and the forms that front ends show.",
    "webhooks": "What a feed sends to this service, signed by Standard Webhooks.",
}

_SIGNATURE: Final = """\
Standard Webhooks 1.0.0 over the raw bytes: `v1,` and the base64 of HMAC-SHA-256 under the shared
secret over `<webhook-id>.<webhook-timestamp>.<body>`; several signatures are parted by a space. The
timestamp may be off by 300 seconds."""

_PERSON: Final = """\
A token of the OpenID provider by which members of the public sign in, for this service: with the
scope `self` once the login is bound to a record by a sign-in code. Staff may send a token of their
own provider wherever a key is taken; it holds the scopes of their roles."""

SECURITY: Final[dict[str, Any]] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, `Authorization: Bearer ev_...`, with scopes:\n\n"
        + "\n".join(f"- `{scope}`: {meaning}" for scope, meaning in SCOPES.items()),
    },
    "person": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": _PERSON,
    },
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": _SIGNATURE,
    },
}
