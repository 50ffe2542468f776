"""One's own account: roles, password, sessions and keys, as a page that works without scripts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator, Field

from api.access import client_address
from api.accounts.asking import SignedIn, account_of, slowly
from api.accounts.entry import Words
from api.accounts.words import RIGHT_NAMES, ROLE_NAMES
from api.pages.doors import page_for
from api.pages.rendering import two
from api.plans.bodies import ShortBody
from api.problems import kind_of
from api.service import CurrentService, Service
from gisgrid.access import Right, Viewer
from gisgrid.access.households import household
from gisgrid.errors import GisgridError
from gisgrid.store import accounts, clock, grids
from gisgrid.store.texts import printable

__all__ = ["router"]

router = APIRouter(include_in_schema=False, route_class=ShortBody)

_DONE: Final = {
    "password": ("密码已更改，其他会话已结束", "the password is changed, other sessions ended"),
    "session": ("会话已结束", "the session is ended"),
    "revoked": ("密钥已吊销", "the key is revoked"),
}


@router.get("/account")
def account_page(
    request: Request, service: CurrentService, viewer: SignedIn, done: str = ""
) -> Response:
    """What the account may do, and what comes in by it."""
    said = two(*_DONE[done]) if done in _DONE else ""
    return _page(request, service, viewer, said=said)


@router.post("/account/password")
async def change_password(
    request: Request,
    service: CurrentService,
    viewer: SignedIn,
    current: Words = "",
    password: Words = "",
    again: Words = "",
) -> Response:
    """Change the password; whoever knows the present one may."""
    account_id = account_of(viewer)
    address = household(client_address(request.scope))

    def work() -> None:
        accounts.authenticate(service.engine, viewer.name, current, address)
        with service.engine.begin() as connection:
            accounts.set_password(
                connection,
                account_id,
                password,
                actor=viewer.actor,
                keep_session=viewer.session_id,
            )

    show = partial(_page, request, service, viewer)
    if password != again:
        fault = two("两次输入的密码不同", "the two passwords differ")
        return await slowly(service, partial(show, fault=fault, status=422))
    try:
        await slowly(service, work)
    except GisgridError as error:
        fault = two("密码未更改", f"the password stays: {error}")
        status = kind_of(error).status
        return await slowly(service, partial(show, fault=fault, status=status))
    return RedirectResponse("/account?done=password", 303)


@router.post("/account/sessions/{session_id}/end")
def end_session(session_id: int, service: CurrentService, viewer: SignedIn) -> Response:
    """End one of one's own sessions."""
    with service.engine.begin() as connection:
        accounts.end_session(connection, account_of(viewer), session_id)
    return RedirectResponse("/account?done=session", 303)


@router.post("/account/keys")
def new_key(
    request: Request,
    service: CurrentService,
    viewer: SignedIn,
    right: Annotated[list[Right], Form(default_factory=list, max_length=len(Right))],
    label: Annotated[Words, AfterValidator(printable)] = "",
    days: Annotated[int, Form(), Field(ge=1, le=366)] = 90,
    newest: Annotated[int, Form(), Field(ge=0, lt=2**63)] = 0,
) -> Response:
    """Make a key and show it once; it may do what its maker may at most.

    A form that is sent again, as by loading the answer again, makes no other key.
    """
    try:
        with service.engine.begin() as connection:
            made = accounts.make_key(
                connection,
                account_of(viewer),
                rights={one for one in right if viewer.may(one)},
                expires_at=datetime.now(UTC) + timedelta(days=days),
                actor=viewer.actor,
                label=label,
                newest=newest,
            )
    except GisgridError as error:
        fault = two("未能新建密钥", str(error))
        return _page(request, service, viewer, fault=fault, status=kind_of(error).status)
    return _page(request, service, viewer, token=made.token, status=201)


@router.post("/account/keys/{key_id}/revoke")
def revoke_key(key_id: int, service: CurrentService, viewer: SignedIn) -> Response:
    """Revoke one of one's own keys."""
    with service.engine.begin() as connection:
        accounts.revoke_key(connection, key_id, actor=viewer.actor, account_id=account_of(viewer))
    return RedirectResponse("/account?done=revoked", 303)


def _page(
    request: Request,
    service: Service,
    viewer: Viewer,
    *,
    said: str = "",
    fault: str = "",
    token: str = "",
    status: int = 200,
) -> Response:
    account_id, zone = account_of(viewer), service.settings.zone
    with service.engine.connect() as connection:
        now = clock.now(connection, zone)
        roles = accounts.roles_of(connection, account_id)
        places = [one for role in roles for one in (role.grid_id, role.police_id) if one]
        codes = grids.codes_by_id(connection, places, now)
        sessions = accounts.sessions_of(connection, account_id)
        keys = accounts.keys_of(connection, account_id)
    content: dict[str, Any] = {
        "viewer": viewer,
        "roles": [(one, _place(one, codes)) for one in roles],
        "rights": [right for right in Right if viewer.may(right)],
        "sessions": sessions,
        "keys": [one for one in keys if one.revoked_at is None and one.expires_at > now],
        "zone": zone,
        "said": said,
        "fault": fault,
        "token": token,
        "newest": max((one.id for one in keys), default=0),
        "shortest": accounts.SHORTEST,
        "longest": accounts.LONGEST,
        "role_names": ROLE_NAMES,
        "right_names": RIGHT_NAMES,
    }
    return page_for(request, viewer, "account.html", status=status, **content)


def _place(role: accounts.HeldRole, codes: dict[int, str]) -> str:
    place = role.grid_id or role.police_id
    return "" if place is None else codes.get(place, f"#{place}")
