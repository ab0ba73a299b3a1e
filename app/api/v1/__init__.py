from fastapi import APIRouter

from app.api.strict import StrictRoute
from app.api.v1.feedback.routes import router as feedback
from app.api.v1.webhooks.inbox import router as inbox

# The largest body where a router does not say otherwise.
router = APIRouter(prefix="/v1", route_class=StrictRoute, max_body_size=1024 * 1024)
router.include_router(feedback)
router.include_router(inbox)
