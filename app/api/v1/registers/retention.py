from typing import Annotated

from fastapi import Query, Response, Security

from app.api.deps import Door, IfMatch, Session, authenticate, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.rights_schemas import (
    DryRun,
    DueOut,
    RuleList,
    RuleNew,
    RuleOut,
    RunFilters,
    RunList,
    RunOut,
)
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.domain.rights.retention import queries, service
from app.domain.rights.retention.errors import (
    RetentionLimitedError,
    RetentionRuleNotFoundError,
    RetentionUnconfirmedError,
)
from app.domain.rights.retention.models import Category

router = router_at("/registers/retention", "rights")

FIELDS = tuple(RunOut.model_fields)
Reader = Annotated[Actor, Security(authenticate, scopes=["rights:read"])]
Governor = Annotated[Actor, Security(authenticate, scopes=["rights:govern"])]


@router.get("/rules")
async def list_retention_rules(_: Reader, session: Session) -> RuleList:
    """List how long each category of records is kept; a draft deletes nothing."""
    return RuleList(items=[RuleOut.model_validate(r) for r in await queries.rules(session)])


@router.get(
    "/rules/{category}",
    response_model=RuleOut,
    responses=responses(RetentionRuleNotFoundError),
)
async def get_retention_rule(_: Reader, session: Session, category: Category) -> Response:
    """Read the rule of one category."""
    rule = await queries.get(session, category)
    return json(RuleOut.model_validate(rule).model_dump_json().encode(), rule.version)


@router.put(
    "/rules/{category}",
    response_model=RuleOut,
    responses=responses(
        RetentionLimitedError,
        RetentionRuleNotFoundError,
        RetentionUnconfirmedError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def put_retention_rule(
    actor: Governor, session: Session, match: IfMatch, category: Category, told: RuleNew
) -> Response:
    """Decide how long a category is kept; `active` confirms it in your name."""
    rule = await queries.get(session, category)
    match.check(rule.version)
    made = await service.put(
        session, rule, told.keeps_months, told.source, active=told.active, by=actor
    )
    return json(RuleOut.model_validate(made).model_dump_json().encode(), made.version)


@router.get("/dry-run")
async def dry_run_retention(_: Reader, session: Session) -> DryRun:
    """Tell what each rule would delete today, drafts too; nothing is deleted."""
    return DryRun(items=[DueOut.model_validate(due) for due in await queries.dry_run(session)])


@router.get("/runs", response_model=RunList)
async def list_retention_runs(
    _: Reader, door: Door, filters: Annotated[RunFilters, Query()]
) -> Response:
    """List what the nightly job did by each active rule, newest first."""
    return json(await queries.runs(door, FIELDS, filters.page(), filters.filters()))
