"""Who one is, and one's own keys, as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.access import CurrentViewer
from api.accounts.asking import Holder, SignedIn, account_of
from api.answers import PRIVATE, json_bytes
from api.parameters import Moment
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.service import CurrentService
from gisgrid.access import Right, Viewer
from gisgrid.exports.documents import document
from gisgrid.store import accounts
from gisgrid.store.texts import printable

__all__ = ["Id", "KeyItem", "answer_of", "router"]

router = APIRouter(prefix="/v1", tags=["accounts"], route_class=ShortBody)

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
_REFUSED: dict[int | str, dict[str, Any]] = {status: {"model": Problem} for status in (401, 403)}


class Me(BaseModel):
    """Who asks, and what they may do."""

    account: int | None = Field(description="None for somebody without an account.")
    name: str
    department: str
    rights: list[str]
    whole: list[str] = Field(description="Those rights that hold in the whole district.")


class KeyItem(BaseModel):
    """An API key, without its secret."""

    id: int
    account_id: int
    prefix: str
    label: str
    rights: list[str]
    per_second: int
    made_at: str
    expires_at: str
    revoked_at: str | None


class Keys(BaseModel):
    """Keys, the oldest first."""

    keys: list[KeyItem]


class NewKey(BaseModel):
    """What a new key may be used for, and until when."""

    model_config = ConfigDict(extra="forbid")

    rights: list[Right] = Field(min_length=1, max_length=len(Right))
    expires_at: Moment
    label: Annotated[str, AfterValidator(printable)] = Field(default="", max_length=100)
    per_second: int = Field(default=0, ge=0, le=1_000_000)


class MadeKey(BaseModel):
    """A key that was made; its token is said this once."""

    id: int
    prefix: str
    token: str


@router.get(
    "/me", summary="Who asks, and what they may do", responses={200: {"model": Me}, **_REFUSED}
)
async def who_am_i(viewer: CurrentViewer) -> Response:
    """The account, its rights, and which of them hold in the whole district."""
    rights = [right for right in Right if viewer.may(right)]
    return answer_of(
        {
            "account": viewer.account,
            "name": viewer.name,
            "department": viewer.department,
            "rights": rights,
            "whole": [right for right in rights if viewer.sight(right).whole],
        }
    )


@router.get("/keys", summary="One's own keys", responses={200: {"model": Keys}, **_REFUSED})
def list_keys(service: CurrentService, viewer: Holder) -> Response:
    """All keys of the account, those that ended too."""
    with service.engine.connect() as connection:
        found = accounts.keys_of(connection, account_of(viewer))
    return answer_of({"keys": document(found, service.settings.zone)})


@router.post(
    "/keys",
    summary="Make a key of one's own",
    status_code=201,
    responses={201: {"model": MadeKey}, **_REFUSED, 422: {"model": Problem}},
)
def make_key(body: NewKey, service: CurrentService, viewer: SignedIn) -> Response:
    """A key, which a session alone may make: one key does not beget another that lasts longer."""
    made = made_key(service, viewer, account_of(viewer), body)
    return answer_of(document(made, service.settings.zone), status=201)


@router.delete(
    "/keys/{key_id}",
    summary="Revoke a key of one's own",
    status_code=204,
    responses={**_REFUSED, 404: {"model": Problem}, 422: {"model": Problem}},
)
def revoke_key(key_id: Id, service: CurrentService, viewer: Holder) -> Response:
    """End a key for good; within two seconds nobody comes in by it."""
    with service.engine.begin() as connection:
        accounts.revoke_key(connection, key_id, actor=viewer.actor, account_id=account_of(viewer))
    return Response(status_code=204)


def made_key(
    service: CurrentService, viewer: Viewer, account_id: int, body: NewKey
) -> accounts.NewKey:
    """Make a key as a body says.

    Raises
    ------
    InputError
        Its end has passed.
    """
    with service.engine.begin() as connection:
        return accounts.make_key(
            connection,
            account_id,
            rights=frozenset(body.rights),
            expires_at=body.expires_at,
            actor=viewer.actor,
            label=body.label,
            per_second=body.per_second,
        )


def answer_of(content: object, status: int = 200) -> Response:
    """JSON for whoever asked, and nobody else."""
    return Response(
        json_bytes(content),
        status,
        media_type="application/json",
        headers={"Cache-Control": PRIVATE},
    )
