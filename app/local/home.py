"""The folder `.everyvoice/`: what a local installation keeps between its runs."""

import base64
import secrets
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from app.local.errors import LocalError
from app.local.keep import keep
from app.local.lock import Lock, LockedError


class BusyError(LocalError):
    """Another `run` uses this home."""


class Home:
    """The folder and its secrets; every file is mode 0600, every secret is made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.admin_key = self.folder / "admin-key"
        self.postgres = self.folder / "postgres"
        self._lock = Lock(self.folder / "run.lock")

    def open(self) -> None:
        """Make the folder where it is missing and claim it; raises BusyError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.take()
        except LockedError as error:
            raise BusyError(
                f"Every Voice already runs with {self.folder} (process {error.holder}). "
                "Stop it first, or set EVERYVOICE_HOME to another folder."
            ) from None

    def close(self) -> None:
        """Let another run have the folder."""
        self._lock.release()

    def iwgc_secret(self) -> str:
        """Return the feed's signing secret, `whsec_` and 32 random bytes in base64."""
        return keep(self.folder / "iwgc-secret", _signing_secret)

    def pepper(self) -> str:
        """Return the secret that API keys are hashed with."""
        return keep(self.folder / "pepper", lambda: secrets.token_urlsafe(32))

    def field_keys(self) -> str:
        """Return the one key that bank details are sealed with here, as `id:base64`."""
        return keep(self.folder / "field-keys", lambda: f"local:{_random_key()}")

    def index_key(self) -> str:
        """Return the secret that shared accounts are found by."""
        return keep(self.folder / "index-key", _random_key)

    def first_key_of(self, database: str | None) -> Path:
        """Return where the first key of a database is kept; None is the one in this folder.

        A key is worth something in the database it was made in only: one home may see several,
        and the embedded one's goes with the cluster when that is removed.
        """
        if database is None:
            return self.postgres / "first-key"
        parts = urlsplit(database)
        where = f"{parts.hostname}:{parts.port}{parts.path}"
        return self.folder / f"first-key-{sha256(where.encode()).hexdigest()[:12]}"

    def publish(self, key: str) -> None:
        """Let `admin-key` say the key of the database that runs now."""
        fresh = self.folder / ".admin-key"
        fresh.unlink(missing_ok=True)
        keep(fresh, lambda: key)
        fresh.replace(self.admin_key)


def _signing_secret() -> str:
    return "whsec_" + _random_key()


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
