"""Signing in and out, and setting a password by a link; all of it works without scripts."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import CurrentViewer, client_address
from api.accounts.asking import SignedIn, account_of, slowly
from api.pages.refusals import wants_page
from api.pages.rendering import page_answer, two
from api.plans.bodies import ShortBody
from api.problems import kind_of, problem_of
from api.service import CurrentService, Service
from api.showing import drop_cookie, set_cookie
from gisgrid.access import Viewer
from gisgrid.access.households import household
from gisgrid.errors import GisgridError, NotFound, TooManyRequests, Unauthenticated
from gisgrid.store import accounts

__all__ = ["router", "safe_next", "to_login"]

router = APIRouter(include_in_schema=False, route_class=ShortBody)

_LOCAL: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_WRONG: Final = ("用户名或密码不对", "wrong name or password")
_WAIT: Final = ("失败次数太多，请几分钟后再试", "too many failed attempts: wait some minutes")
_STALE: Final = ("链接无效或已过期，请重新索取", "the link does not hold, or no longer")
_TWO: Final = ("两次输入的密码不同", "the two passwords differ")

Words = Annotated[str, Form(max_length=300)]


def safe_next(wanted: str) -> str:
    """Where to go after signing in: a page of ours, whatever the address says."""
    return wanted if _LOCAL.fullmatch(wanted) else "/"


async def to_login(request: Request, error: Exception) -> Response:
    """Answer somebody who is not signed in: a browser that wants a page is led to the form."""
    path = request.url.path
    if not wants_page(request):
        return problem_of(request, error)
    wanted = f"{path}?{request.url.query}" if request.url.query else path
    headers = {"Cache-Control": "no-store"}
    return RedirectResponse(f"/login?{urlencode({'next': wanted})}", 303, headers)


@router.get("/login")
def login_page(
    request: Request, viewer: CurrentViewer, wanted: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    """The form to sign in; whoever has done so goes on."""
    if viewer.session_id is not None:
        return RedirectResponse(safe_next(wanted), 303)
    return _form(request, wanted=safe_next(wanted))


@router.post("/login")
async def login(
    request: Request,
    service: CurrentService,
    viewer: CurrentViewer,
    name: Words = "",
    password: Words = "",
    wanted: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Begin a session, always a new one."""
    address = household(client_address(request.scope))
    work = partial(
        accounts.sign_in,
        service.engine,
        name,
        password,
        address,
        hours=service.settings.session_hours,
    )
    try:
        begun = await slowly(service, work)
    except Unauthenticated:
        return _form(request, wanted=safe_next(wanted), name=name, fault=_WRONG, status=401)
    except TooManyRequests:
        return _form(request, wanted=safe_next(wanted), name=name, fault=_WAIT, status=429)
    await slowly(service, partial(_end, request, service, viewer))
    return _entered(service, begun, safe_next(wanted))


@router.get("/login/link")
def link_page(
    request: Request,
    service: CurrentService,
    viewer: CurrentViewer,
    token: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The form to set a password by a link."""
    try:
        with service.engine.connect() as connection:
            link = accounts.link_of(connection, token)
    except NotFound:
        return _form(request, fault=_STALE, status=404)
    return _link_form(request, token, first=link.account_id is None)


@router.post("/login/link")
async def use_link(
    request: Request,
    service: CurrentService,
    viewer: CurrentViewer,
    token: Words = "",
    name: Words = "",
    password: Words = "",
    again: Words = "",
    first: Words = "",
) -> Response:
    """Set a password by a link, and begin a session."""
    form = partial(_link_form, request, token, first=bool(first), name=name)
    if password != again:
        return form(fault=_TWO, status=422)

    def work() -> accounts.NewSession:
        with service.engine.begin() as connection:
            account_id = accounts.use_link(connection, token, password, name=name)
            hours = service.settings.session_hours
            return accounts.begin_session(connection, account_id, hours=hours)

    try:
        begun = await slowly(service, work)
    except NotFound:
        return _form(request, fault=_STALE, status=404)
    except GisgridError as error:
        return form(fault=("未能设置密码", str(error)), status=kind_of(error).status)
    await slowly(service, partial(_end, request, service, viewer))
    return _entered(service, begun, "/account")


@router.post("/logout")
def logout(request: Request, service: CurrentService, viewer: SignedIn) -> Response:
    """End the session, here and on record."""
    _end(request, service, viewer)
    answer = RedirectResponse("/login", 303)
    drop_cookie(answer, service.settings)
    return answer


def _end(request: Request, service: Service, viewer: Viewer) -> None:
    """End the session that a request came with, if it came with one that has not ended yet."""
    if viewer.session_id is not None:
        with suppress(NotFound), service.engine.begin() as connection:
            accounts.end_session(connection, account_of(viewer), viewer.session_id)
        service.keyring.forget(request.state.shown)


def _entered(service: Service, begun: accounts.NewSession, wanted: str) -> Response:
    answer = RedirectResponse(wanted, 303, headers={"Cache-Control": "no-store"})
    set_cookie(answer, begun.token, service.settings)
    return answer


def _form(
    request: Request,
    *,
    wanted: str = "/",
    name: str = "",
    fault: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    content = {"wanted": wanted, "name": name, "said": "", "fault": two(*fault) if fault else ""}
    return page_answer(request, "login.html", status=status, **content)


def _link_form(
    request: Request,
    token: str,
    *,
    first: bool,
    name: str = "",
    fault: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    content = {"token": token, "first": first, "name": name, "said": ""}
    content["fault"] = two(*fault) if fault else ""
    lengths = {"shortest": accounts.SHORTEST, "longest": accounts.LONGEST}
    return page_answer(request, "set_password.html", status=status, **content, **lengths)
