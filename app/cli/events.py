import secrets
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from app.cli import commands
from app.settings import Settings


@commands.command("send-test-event")
def send_test_event(
    url: Annotated[str | None, typer.Option(help="The service's address.")] = None,
    secret: Annotated[
        str | None, typer.Option(help="`whsec_...`; else the service's own first secret.")
    ] = None,
    location: Annotated[str, typer.Option(help="The location code.")] = "OXH-CMHT-CITY",
    answer: Annotated[str, typer.Option(help="The Friends and Family answer.")] = "very_good",
) -> None:
    """Sign a sample review by Standard Webhooks and post it, as the IWGC feed would."""
    import httpx
    import orjson
    from standardwebhooks import Webhook

    from app.core.clock import now

    settings = Settings()
    body = orjson.dumps(_sample(location, answer, now())).decode()
    event_id, at = f"msg_test_{secrets.token_hex(8)}", int(time.time())
    signature = Webhook(secret or _own_secret(settings)).sign(
        event_id, datetime.fromtimestamp(at, UTC), body
    )
    response = httpx.post(
        f"{url or f'http://127.0.0.1:{settings.port}'}/v1/webhooks/iwgc",
        content=body,
        headers={
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature,
        },
    )
    typer.echo(f"{response.status_code} {response.text}")
    if response.is_error:
        raise typer.Exit(1)


def _own_secret(settings: Settings) -> str:
    """Find the secret that `everyvoice run` made, where none is set."""
    if settings.webhooks.iwgc_secrets:
        return settings.webhooks.iwgc_secrets[0]
    kept = settings.home / "iwgc-secret"
    if kept.exists():
        return kept.read_text().strip()
    typer.echo("No secret: give --secret or set EVERYVOICE_WEBHOOKS__IWGC_SECRETS.", err=True)
    raise typer.Exit(1)


def _sample(location: str, answer: str, at: datetime) -> dict[str, object]:
    return {
        "type": "review.created",
        "timestamp": at.isoformat(),
        "data": {
            "source_review_id": f"test-{secrets.token_hex(6)}",
            "version": 1,
            "submitted_at": at.isoformat(),
            "location_code": location,
            "channel": "sms",
            "respondent_type": "patient",
            "fft_answer": answer,
            "comment_good": "A sample review, sent to try the feed.",
        },
    }
