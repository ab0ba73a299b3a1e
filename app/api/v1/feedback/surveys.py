from typing import Annotated

from fastapi import Header, Path, Query, Request, Response, Security

from app.api.cacheable import UNCHANGED, IfNoneMatch, cacheable
from app.api.deps import Creation, Door, IfMatch, Paging, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.survey_schemas import (
    Draft,
    DraftNew,
    FormFilters,
    FormOut,
    SurveyList,
    SurveyNew,
    SurveyOut,
    VersionList,
    VersionOut,
    form,
    spoken,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.feedback.surveys import queries, service
from app.domain.feedback.surveys.errors import (
    OneOwnerError,
    SurveyDraftExistsError,
    SurveyNotFoundError,
    SurveyNotPublishedError,
    SurveyNotReadyError,
    SurveyVersionFixedError,
    SurveyVersionNotFoundError,
)
from app.domain.organisation.errors import CodeTakenError

router = router_at("/feedback/surveys", "surveys")

FIELDS = tuple(SurveyOut.model_fields)
FRESH = 60
Writer = Annotated[Actor, Security(authenticate, scopes=["feedback:surveys"])]
Code = Annotated[str, Path(max_length=50, examples=["fft"])]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]
AcceptLanguage = Annotated[
    str | None, Header(description="Languages best first (RFC 9110).", examples=["pl, en;q=0.8"])
]
ABSENT = (SurveyNotFoundError, SurveyVersionNotFoundError)
CHANGES = (*ABSENT, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=SurveyList)
async def list_surveys(actor: Writer, door: Door, paging: Annotated[Paging, Query()]) -> Response:
    """List surveys, newest first, and which versions are in use.

    A key that is limited to teams sees theirs, their directorates' and the trust's own.
    """
    limits = queries.limits(actor)
    return json(await queries.SURVEYS.page(door, FIELDS, paging.page(), limits))


@router.post(
    "",
    status_code=201,
    response_model=SurveyOut,
    responses=responses(CodeTakenError, OneOwnerError, IdempotencyMismatchError),
)
async def create_survey(
    actor: Writer, session: Session, once: Creation, new: SurveyNew
) -> Response:
    """Begin a survey; what it asks is drafted as its first version."""
    made = await once.do(
        lambda: service.create(session, new.new(), by=actor),
        lambda _: queries.get(session, new.code, to=actor),
    )
    door, limits = await statement.within(session), queries.limits(actor)
    answer = json(*await queries.SURVEYS.one(door, FIELDS, made.id, limits))
    answer.status_code = 201
    created(answer, f"/v1/feedback/surveys/{made.code}/versions", made.version, once)
    return answer


@router.get(
    "/{code}",
    response_model=FormOut,
    responses={**UNCHANGED, **responses(SurveyNotFoundError)},
)
async def get_survey_form(
    request: Request,
    code: Code,
    filters: Annotated[FormFilters, Query()],
    accept_language: AcceptLanguage = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Read the published version of a survey in the form that fits best.

    The language is the one asked for, else the best of `Accept-Language`, else the survey's first;
    `pl-PL` finds `pl`. Within a language an audience without a form of its own gets the next:
    child, young person, standard; or carer, standard. The answer tells what it came to. No key is
    needed, and any cache may keep it for a minute.
    """
    state, asked = request.app.state, filters.asked(accept_language)
    offered = await queries.offered(state.door, code)
    known = await state.desk.form(offered.id)
    shown = FormOut(**form(offered, known.content, asked))
    return spoken(shown, cacheable(shown.model_dump_json().encode(), if_none_match, FRESH))


@router.get("/{code}/versions", responses=responses(SurveyNotFoundError))
async def list_survey_versions(actor: Writer, session: Session, code: Code) -> VersionList:
    """List the versions of a survey, newest first."""
    survey = await queries.get(session, code, to=actor)
    return VersionList.of(await queries.versions(session, survey))


@router.post(
    "/{code}/versions",
    status_code=201,
    responses=responses(*ABSENT, SurveyDraftExistsError, IdempotencyMismatchError),
)
async def draft_survey_version(
    actor: Writer,
    session: Session,
    once: Creation,
    code: Code,
    response: Response,
    new: DraftNew,
) -> VersionOut:
    """Draft the next version, from a content or from an older version; one at a time."""
    survey = await queries.get(session, code, to=actor)
    told = new.told()
    if told is None:
        raise InvalidError.at("#/content", "Give either a content or `copied_from`", "one_of")
    made = await once.do(
        lambda: service.draft(session, survey, told),
        lambda id_: queries.version_by_id(session, id_),
    )
    created(response, f"/v1/feedback/surveys/{code}/versions/{made.number}", made.version, once)
    return VersionOut.of(made, response)


@router.get("/{code}/versions/{number}", responses=responses(*ABSENT))
async def get_survey_version(
    actor: Writer, session: Session, code: Code, number: Number, response: Response
) -> VersionOut:
    """Read one version with every wording."""
    _, found = await queries.to_write(session, code, number, by=actor)
    return VersionOut.of(found, response)


@router.put("/{code}/versions/{number}", responses=responses(*CHANGES, SurveyVersionFixedError))
async def put_survey_version(  # noqa: PLR0913, PLR0917  two parts of the path, what is told, and the rest
    actor: Writer,
    session: Session,
    match: IfMatch,
    code: Code,
    number: Number,
    response: Response,
    draft: Draft,
) -> VersionOut:
    """Say anew, whole, what a draft asks; it is checked when it is published."""
    _, found = await queries.to_write(session, code, number, by=actor)
    match.check(found.version)
    await service.rewrite(session, found, draft.content)
    return VersionOut.of(found, response)


@router.delete(
    "/{code}/versions/{number}",
    status_code=204,
    responses=responses(*CHANGES, SurveyVersionFixedError),
)
async def delete_survey_version(
    actor: Writer, session: Session, match: IfMatch, code: Code, number: Number
) -> None:
    """Throw a draft away."""
    _, found = await queries.to_write(session, code, number, by=actor)
    match.check(found.version)
    await service.delete(session, found)


@router.post(
    "/{code}/versions/{number}/publication",
    responses=responses(*CHANGES, SurveyVersionFixedError, SurveyNotReadyError),
)
async def publish_survey_version(
    actor: Writer, session: Session, match: IfMatch, code: Code, number: Number, response: Response
) -> VersionOut:
    """Let people answer a draft from now on.

    It must ask the Friends and Family Test question once and a text question after it, and every
    form must be worded whole; else the answer names all that is missing. The version published
    before is retired, and from here on neither ever changes.
    """
    survey, found = await queries.to_write(session, code, number, by=actor)
    match.check(found.version)
    await service.publish(session, survey, found)
    return VersionOut.of(found, response)


@router.post(
    "/{code}/versions/{number}/retirement",
    responses=responses(*CHANGES, SurveyNotPublishedError),
)
async def retire_survey_version(
    actor: Writer, session: Session, match: IfMatch, code: Code, number: Number, response: Response
) -> VersionOut:
    """Offer a version to nobody any more; answers on their way to it are still taken."""
    _, found = await queries.to_write(session, code, number, by=actor)
    match.check(found.version)
    await service.retire(session, found)
    return VersionOut.of(found, response)
