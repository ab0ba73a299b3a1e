from collections.abc import Mapping, Sequence

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from app.api.problems import UnauthenticatedError

_LONGEST_ID = 255


def verified(headers: Mapping[str, str], body: bytes, secrets: Sequence[Webhook]) -> str:
    """Give the event's id if one of the secrets signed these bytes within five minutes.

    Standard Webhooks 1.0.0; a dot in id or timestamp would let the parts be spliced anew. Raises
    UnauthenticatedError, which tells nothing, whatever is wrong.
    """
    event_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not _plain(event_id) or not (timestamp.isascii() and timestamp.isdigit()):
        raise UnauthenticatedError
    offered = {name: headers.get(name, "") for name in ("webhook-signature",)}
    offered |= {"webhook-id": event_id, "webhook-timestamp": timestamp}
    if not any(_signed(secret, body, offered) for secret in secrets):
        raise UnauthenticatedError
    return event_id


def _plain(event_id: str) -> bool:
    return (
        event_id.isascii()
        and event_id.isprintable()
        and "." not in event_id
        and (0 < len(event_id) <= _LONGEST_ID)
    )


def _signed(secret: Webhook, body: bytes, headers: dict[str, str]) -> bool:
    """Ask the library, whose own errors on malformed headers and bodies mean no."""
    try:
        secret.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True
