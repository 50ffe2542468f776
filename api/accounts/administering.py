"""Accounts, roles and keys of everybody, for administrators of the whole district."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.accounts.asking import Administrator
from api.accounts.keys import Id, KeyItem, MadeKey, NewKey, answer_of, made_key
from api.parameters import Code, Moment
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.service import CurrentService, Service
from gisgrid.exports.documents import document
from gisgrid.store import accounts, clock, grids
from gisgrid.store.texts import printable

__all__ = ["router"]

router = APIRouter(prefix="/v1/accounts", tags=["accounts"], route_class=ShortBody)

_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem} for status in (401, 403, 404, 409, 413, 422)
}


class RoleItem(BaseModel):
    """A role, and where it holds: in the whole district, a grid or a police area."""

    id: int
    role: str
    whole: bool
    grid: str | None
    police: str | None
    valid_from: str
    valid_to: str | None
    given_by: str


class AccountItem(BaseModel):
    """An account and the roles that it holds now."""

    id: int
    name: str
    department: str
    has_password: bool
    made_at: str
    disabled_at: str | None
    roles: list[RoleItem]


class Accounts(BaseModel):
    """All accounts by their names."""

    accounts: list[AccountItem]


class AccountKeys(BaseModel):
    """Keys of an account, the oldest first."""

    keys: list[KeyItem]


class NewAccount(BaseModel):
    """An account to make."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100)
    department: Annotated[str, AfterValidator(printable)] = Field(default="", max_length=100)


class NewRole(BaseModel):
    """A role to give, in exactly one place; grids and police areas by their codes."""

    model_config = ConfigDict(extra="forbid")

    role: str = Field(max_length=40)
    whole: bool = False
    grid: Code | None = None
    police: Code | None = None
    until: Moment | None = None


class LinkItem(BaseModel):
    """The path of a link by which the account's password is set, once, within 15 minutes."""

    path: str


@router.get("", summary="All accounts", responses={200: {"model": Accounts}, **_REFUSED})
def list_accounts(service: CurrentService, admin: Administrator) -> Response:
    """Every account with the roles that it holds now."""
    zone = service.settings.zone
    with service.engine.connect() as connection:
        found = accounts.listing(connection)
        held = accounts.roles_of(connection)
        places = [one for role in held for one in (role.grid_id, role.police_id) if one]
        codes = grids.codes_by_id(connection, places, clock.now(connection, zone))
    roles = defaultdict(list)
    for one in held:
        roles[one.account_id].append(_role(document(one, zone), codes))
    return answer_of(
        {"accounts": [{**document(one, zone), "roles": roles[one.id]} for one in found]}
    )


@router.post(
    "",
    summary="Make an account",
    status_code=201,
    responses={201: {"model": AccountItem}, **_REFUSED},
)
def make_account(body: NewAccount, service: CurrentService, admin: Administrator) -> Response:
    """An account without roles and without a password; a link lets its holder set one."""
    with service.engine.begin() as connection:
        made = accounts.add(connection, body.name, actor=admin.actor, department=body.department)
    return _shown(service, made, status=201)


@router.post(
    "/{account_id}/link",
    summary="A link to set the password",
    status_code=201,
    responses={201: {"model": LinkItem}, **_REFUSED},
)
def make_link(account_id: Id, service: CurrentService, admin: Administrator) -> Response:
    """A link, said this once; links of before are void."""
    with service.engine.begin() as connection:
        token = accounts.make_link(connection, account_id, actor=admin.actor)
    return answer_of({"path": f"/login/link?token={token}"}, status=201)


@router.post(
    "/{account_id}/disable",
    summary="Keep an account out",
    responses={200: {"model": AccountItem}, **_REFUSED},
)
def disable(account_id: Id, service: CurrentService, admin: Administrator) -> Response:
    """End its sessions and keys; within two seconds nobody comes in by it."""
    with service.engine.begin() as connection:
        accounts.disable(connection, account_id, actor=admin.actor)
    return _shown(service, account_id)


@router.post(
    "/{account_id}/enable",
    summary="Let a disabled account in again",
    responses={200: {"model": AccountItem}, **_REFUSED},
)
def enable(account_id: Id, service: CurrentService, admin: Administrator) -> Response:
    """Its password holds again; it needs new keys."""
    with service.engine.begin() as connection:
        accounts.enable(connection, account_id, actor=admin.actor)
    return _shown(service, account_id)


@router.post(
    "/{account_id}/roles",
    summary="Give a role",
    status_code=201,
    responses={201: {"model": AccountItem}, **_REFUSED},
)
def give_role(
    account_id: Id, body: NewRole, service: CurrentService, admin: Administrator
) -> Response:
    """Give a role in the whole district, in a grid with all beneath it, or in a police area."""
    with service.engine.begin() as connection:
        now = clock.now(connection, service.settings.zone)
        grid, police = (
            None if code is None else grids.by_code(connection, code, now)[0].id
            for code in (body.grid, body.police)
        )
        accounts.give(
            connection,
            account_id,
            body.role,
            actor=admin.actor,
            whole=body.whole,
            grid_id=grid,
            police_id=police,
            until=body.until,
        )
    return _shown(service, account_id, status=201)


@router.delete(
    "/{account_id}/roles/{role_id}",
    summary="Take a role back",
    responses={200: {"model": AccountItem}, **_REFUSED},
)
def withdraw_role(
    account_id: Id, role_id: Id, service: CurrentService, admin: Administrator
) -> Response:
    """Take a role back from now on; within two seconds it gives no right."""
    with service.engine.begin() as connection:
        accounts.withdraw(connection, account_id, role_id, actor=admin.actor)
    return _shown(service, account_id)


@router.get(
    "/{account_id}/keys",
    summary="The keys of an account",
    responses={200: {"model": AccountKeys}, **_REFUSED},
)
def list_keys(account_id: Id, service: CurrentService, admin: Administrator) -> Response:
    """All of them, those that ended too; never a secret."""
    with service.engine.connect() as connection:
        accounts.by_id(connection, account_id)
        found = accounts.keys_of(connection, account_id)
    return answer_of({"keys": document(found, service.settings.zone)})


@router.post(
    "/{account_id}/keys",
    summary="Make a key of an account",
    status_code=201,
    responses={201: {"model": MadeKey}, **_REFUSED},
)
def make_key(
    account_id: Id, body: NewKey, service: CurrentService, admin: Administrator
) -> Response:
    """A key for a program that comes in as the account; its token is said this once."""
    made = made_key(service, admin, account_id, body)
    return answer_of(document(made, service.settings.zone), status=201)


@router.delete(
    "/{account_id}/keys/{key_id}",
    summary="Revoke a key of an account",
    status_code=204,
    responses=_REFUSED,
)
def revoke_key(
    account_id: Id, key_id: Id, service: CurrentService, admin: Administrator
) -> Response:
    """End a key for good; within two seconds nobody comes in by it."""
    with service.engine.begin() as connection:
        accounts.revoke_key(connection, key_id, actor=admin.actor, account_id=account_id)
    return Response(status_code=204)


def _shown(service: Service, account_id: int, status: int = 200) -> Response:
    zone = service.settings.zone
    with service.engine.connect() as connection:
        found = accounts.by_id(connection, account_id)
        held = accounts.roles_of(connection, account_id)
        places = [one for role in held for one in (role.grid_id, role.police_id) if one]
        codes = grids.codes_by_id(connection, places, clock.now(connection, zone))
    roles = [_role(document(one, zone), codes) for one in held]
    return answer_of({**document(found, zone), "roles": roles}, status)


def _role(held: dict[str, Any], codes: dict[int, str]) -> dict[str, Any]:
    """A role with the codes of its places; a grid that has ended by its number."""
    ids = {name: held[f"{name}_id"] for name in ("grid", "police")}
    places = {name: one and codes.get(one, f"#{one}") for name, one in ids.items()}
    kept = ("id", "role", "whole", "valid_from", "valid_to", "given_by")
    return {**{name: held[name] for name in kept}, **places}
