"""What the document says by itself of changes, creations and files, whatever routes there are."""

from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, File, Response, Security, UploadFile
from pydantic import BaseModel, Field

from app.api import openapi
from app.api.deps import Creation, IfMatch, authenticate
from app.api.strict import StrictRoute
from app.api.v1.webhooks import routes as webhooks


class Ward(BaseModel):
    """A ward, and the wards below it."""

    name: str = Field(examples=["Allen"])
    version: int = Field(examples=[1])
    below: "list[Ward]"
    within: "Ward | None" = None
    next: str | None


class Wards(BaseModel):
    items: list[Ward]
    next: str | None = Field(description="Send back as `after`.")


router = APIRouter(prefix="/v1/wards", tags=["wards"], route_class=StrictRoute)
Manager = Annotated[object, Security(authenticate, scopes=["wards:manage", "wards:read"])]


@router.post("", status_code=201)
async def make_ward(ward: Ward, _: Manager, once: Creation, response: Response) -> Ward:
    """Make a ward."""


@router.patch("/{ward_id}")
async def change_ward(ward_id: str, ward: Ward, _: Manager, if_match: IfMatch) -> Ward:
    """Change a ward,
    as far as it is told.

    The rest stays.
    """


@router.get("")
async def list_wards(_: Manager) -> Wards:
    """List wards."""


@router.put("/file")
async def replace_wards(_: Manager, file: Annotated[UploadFile, File()]) -> None:
    """Take all wards from a file."""


@pytest.fixture(scope="module")
def document():
    app = FastAPI(title="Wards", version="1.0")
    app.router.routes[:0] = webhooks.hot.routes
    app.router.routes += router.routes
    return openapi.build(app)


def test_the_first_paragraph_is_the_summary(document):
    told = document["paths"]["/v1/wards/{ward_id}"]["patch"]
    assert told["summary"] == "Change a ward, as far as it is told"
    assert told["description"].endswith("The rest stays.\n\nNeeds `wards:manage` and `wards:read`.")


def test_a_patch_is_a_merge_patch_and_needs_if_match(document):
    told = document["paths"]["/v1/wards/{ward_id}"]["patch"]
    bodies = told["requestBody"]["content"]
    assert list(bodies) == ["application/json", "application/merge-patch+json"]
    assert bodies["application/json"] == bodies["application/merge-patch+json"]
    names = {each["name"]: each["required"] for each in told["parameters"]}
    assert names == {"ward_id": True, "If-Match": True}
    assert told["responses"]["428"] == {"$ref": "#/components/responses/precondition-required"}
    assert told["responses"]["412"] == {"$ref": "#/components/responses/precondition-failed"}
    assert "ETag" in told["responses"]["200"]["headers"]


def test_a_creation_tells_where_the_new_one_is_and_that_keys_are_used_once(document):
    told = document["paths"]["/v1/wards"]["post"]
    assert {"ETag", "Location", "Idempotency-Replayed"} <= told["responses"]["201"][
        "headers"
    ].keys()
    examples = told["responses"]["422"]["content"]["application/problem+json"]["examples"]
    assert list(examples) == ["invalid-request", "idempotency-key-reused"]


def test_a_file_is_refused_as_a_form_not_as_json(document):
    told = document["paths"]["/v1/wards/file"]["put"]
    assert told["responses"]["400"] == {"$ref": "#/components/responses/malformed"}
    assert "413" in told["responses"]


def test_what_contains_itself_has_an_example_that_ends(document):
    content = document["paths"]["/v1/wards"]["get"]["responses"]["200"]["content"]
    ward = {"name": "Allen", "version": 1, "below": [], "within": None, "next": None}
    assert content["application/json"]["example"] == {"items": [ward], "next": None}


def test_a_list_has_no_etag(document):
    told = document["paths"]["/v1/wards"]["get"]["responses"]["200"]
    assert "ETag" not in told["headers"]
