from typing import Annotated, Self
from uuid import UUID

from fastapi import Response, Security
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Session, authenticate
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.organisation.schemas import VERSION
from app.core.actor import Actor
from app.domain.identity.errors import UserNotFoundError
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonNotFoundError
from app.domain.reimbursements.ties import service
from app.domain.reimbursements.ties.errors import TieKnownError, TieNotFoundError
from app.domain.reimbursements.ties.models import PersonUser

router = router_at("/reimbursements/payees/{person_id}/users", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["payees:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["payees:manage"])]


class TieNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: UUID = Field(
        description="The user that the person is too.",
        examples=["0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"],
    )


class TieOut(BaseModel):
    """That a person of the register is a user too."""

    person_id: UUID
    user_id: UUID
    noted_by: UUID
    version: int = VERSION

    @classmethod
    def of(cls, tie: PersonUser) -> Self:
        return cls.model_validate(tie, from_attributes=True)


class TieList(BaseModel):
    items: list[TieOut]


@router.get("", responses=responses(PersonNotFoundError))
async def list_person_users(actor: Reader, session: Session, person_id: UUID) -> TieList:
    """List the users that a person is noted to be."""
    person = await register.get(session, person_id, to=actor)
    found = await service.of_person(session, person)
    return TieList(items=[TieOut.of(each) for each in found])


@router.post(
    "",
    status_code=201,
    responses=responses(PersonNotFoundError, UserNotFoundError, TieKnownError),
)
async def note_person_user(
    actor: Keeper, session: Session, person_id: UUID, new: TieNew, response: Response
) -> TieOut:
    """Note that a person is a member of staff too, who then decides on nothing of theirs."""
    person = await register.get(session, person_id, to=actor)
    made = await service.note(session, person, new.user_id, by=actor)
    response.headers["Location"] = f"/v1/reimbursements/payees/{person.id}/users"
    return TieOut.of(made)


@router.delete(
    "/{user_id:uuid}", status_code=204, responses=responses(PersonNotFoundError, TieNotFoundError)
)
async def forget_person_user(
    actor: Keeper, session: Session, person_id: UUID, user_id: UUID
) -> None:
    """Take back that a person is a user too."""
    await service.forget(session, await register.get(session, person_id, to=actor), user_id)
