"""The docs page in a real browser that can reach nothing but the service."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from tests.api.document import operations
from tests.e2e.serving import serving

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--virtual-time-budget=15000",
    "--dump-dom",
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        BROWSER is None, reason="no chromium on PATH: the docs page was not looked at"
    ),
]


@dataclass(frozen=True)
class Seen:
    dom: str
    asked_for: list[str]  # by the page; the browser's own business is not among it


def look_at(url: str, folder: Path) -> Seen:
    log = folder / "net.json"
    own = (f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}")
    done = subprocess.run(
        [BROWSER, *FLAGS, *own, url], capture_output=True, text=True, timeout=120, check=True
    )
    events = [each.get("params", {}) for each in json.loads(log.read_text())["events"]]
    origin = url.rsplit("/", 1)[0]
    asked = [each["url"] for each in events if each.get("initiator") == origin and "url" in each]
    return Seen(done.stdout, asked)


@pytest.fixture
def foreign_page(tmp_path: Path) -> Iterator[str]:
    """A page that wants a picture from elsewhere."""
    (tmp_path / "page.html").write_text('<img src="http://elsewhere.example.org/x.png">')
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/page.html"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_docs_page_shows_every_operation_from_the_service_alone(
    scratch_url: str, tmp_path: Path
) -> None:
    with serving(scratch_url) as address:
        seen = look_at(f"{address}/docs", tmp_path)
    missing = [each.id for each in operations() if f"-{each.id}" not in seen.dom]
    assert missing == [], "Swagger UI did not draw these"
    assert f"{address}/openapi.json" in seen.asked_for
    assert [url for url in seen.asked_for if not url.startswith(f"{address}/")] == []


def test_a_request_to_elsewhere_would_have_been_seen(foreign_page: str, tmp_path: Path) -> None:
    assert "http://elsewhere.example.org/x.png" in look_at(foreign_page, tmp_path).asked_for
