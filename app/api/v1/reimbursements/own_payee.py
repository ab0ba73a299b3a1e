from fastapi import Response

from app.api.deps import FieldKeys, IfMatch, Session, etag
from app.api.own import Oneself
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.own import ALONE, MATCHED
from app.api.v1.reimbursements.payees_schemas import BankDetailsNew, OwnPayeeOut
from app.core.keyring import KeysMissingError
from app.domain.people.register import queries as register
from app.domain.people.register.errors import PersonMergedError
from app.domain.reimbursements.payees import queries, service
from app.domain.reimbursements.payees.errors import BankAccountInvalidError

router = router_at("/registers/people/me/payee", "self")


@router.get("", responses=responses(*ALONE))
async def get_own_payee(whose: Oneself, session: Session, response: Response) -> OwnPayeeOut:
    """Read where one is paid, masked; nobody does so for somebody else."""
    found = await service.read(session, whose.person, by=whose.person.id)
    response.headers["ETag"] = etag(found.numbers.version)
    return OwnPayeeOut.of(found)


@router.put(
    "",
    responses=responses(
        *ALONE, PersonMergedError, BankAccountInvalidError, KeysMissingError, *MATCHED
    ),
)
async def set_own_payee(
    whose: Oneself,
    session: Session,
    keys: FieldKeys,
    match: IfMatch,
    new: BankDetailsNew,
    response: Response,
) -> OwnPayeeOut:
    """Tell the bank account one wants to be paid to; the trust checks it before it is used.

    Until then, and while it waits after that, one is told so by `proposed` and `usable_from`.
    """
    person = await register.alone(session, whose.person)
    match.check((await queries.numbers(session, person.id)).version)
    await service.set_account(session, keys, person, new.details(), by=person.id)
    found = await service.shown(session, person)
    response.headers["ETag"] = etag(found.numbers.version)
    return OwnPayeeOut.of(found)
