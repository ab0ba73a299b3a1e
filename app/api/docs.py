"""The docs page: Swagger UI from the service's own files, which may fetch from nowhere else."""

import base64
import hashlib
import re
from typing import Final

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse

_ASSETS: Final = "/static-offline-docs"
_INLINE: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_POLICY: Final = (
    "default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


def install(app: FastAPI) -> None:
    """Serve the page at `/docs`; fastapi-offline serves its assets."""
    html = get_swagger_ui_html(
        openapi_url=str(app.openapi_url),
        title=f"{app.title}: API",
        swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{_ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{_ASSETS}/favicon.png",
        swagger_ui_parameters={"validatorUrl": None},
    )
    page = bytes(html.body).decode()
    scripts = " ".join(f"'{_hash(script)}'" for script in _INLINE.findall(page))
    policy = {"Content-Security-Policy": _POLICY.format(scripts=scripts)}

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page, headers=policy)


def _hash(script: str) -> str:
    """Name one inline script to the browser, so that no other one runs."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
