"""Finance as tests of payees need it: those who set and confirm, and who is paid."""

import base64

from tests.api.conftest import Api

PAYEES = "reimbursements/payees"
AMARA = {"name": "Amara Okafor", "email": "amara@example.org", "preferred_channel": "email"}
# Digits and a name that stand nowhere else, to be looked for.
CANARY = {"sort_code": "90-71-23", "account_number": "8151 6958", "account_name": "Zq Okafor Vvx"}
PLAIN = ("907123", "81516958", "Zq Okafor Vvx")
TRACES = tuple(
    form
    for plain in PLAIN
    for form in (plain, base64.b64encode(plain.encode()).decode(), plain.encode().hex())
)


def place(person: dict | str, *more: str) -> str:
    id_ = person if isinstance(person, str) else person["id"]
    return "/".join((PAYEES, id_, *more))


async def done(api: Api, method: str, where: str, body: object = None) -> dict:
    answer = await api.send(method, where, body)
    assert answer.status_code == 200, answer.text
    return answer.json()
