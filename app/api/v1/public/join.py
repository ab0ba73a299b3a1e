from fastapi import Request

from app.api.deps import Session
from app.api.problems import TooManyRequestsError, responses
from app.api.strict import router_at
from app.api.v1.registers.people_schemas import JoinRequest, JoinTaken
from app.domain.people.register import service

router = router_at("/public/join-requests", "public")


@router.post("", status_code=202, responses=responses(TooManyRequestsError))
async def ask_to_join(request: Request, session: Session, asked: JoinRequest) -> JoinTaken:
    """Ask to be involved; no key is needed. An involvement lead will be in touch.

    The answer is the same for everybody, and tells nothing of who is on the register.
    """
    request.app.state.floods.count()
    if not asked.website:
        await service.enquire(session, asked.told())
    return JoinTaken()
