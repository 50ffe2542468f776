"""Who may do what: the one place that every route passes through.

A request comes with an API key, with the session of a browser, or with neither. A route says
which right it needs (`allowed`) and gets the viewer, whose sight its queries carry. Without key
or session only what `OPEN` lists answers; the demo, whose data are made up, is open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Final

from anyio import to_thread
from fastapi import Depends, Request

from api.showing import require_own_page, shown_by
from gisgrid.access import ROLES, Grant, Right, Viewer
from gisgrid.access.households import address_of
from gisgrid.errors import Forbidden, Unauthenticated

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from starlette.types import Scope

    from api.keyring import Shown
    from api.service import Service
    from gisgrid.store.accounts import Admission

__all__ = [
    "OPEN",
    "CurrentViewer",
    "Needs",
    "allowed",
    "client_address",
    "current_viewer",
    "enter",
    "is_open",
    "known_admission",
    "still_in",
    "viewer_of",
]

# All that answers outside the demo without a key, as `METHOD path`.
OPEN: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"GET /(healthz|readyz|docs|openapi\.json)?",
        r"GET /ogc(/|/conformance)?",
        r"GET /open311/v2/services\.(json|xml)",
        r"(GET|POST) /login(/link)?",
        r"GET /report(/[^/]+)?",
        r"POST /v1/reports",
        r"GET /v1/reports/[^/]+",
        r"POST /v1/reports/[^/]+/[a-z-]+",
    )
)

# How a browser on this machine names the service.
_LOOPBACK: Final = re.compile(rb"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?", re.I)

_NOBODY: Final = Viewer()
_EVERY_ROLE: Final = tuple(Grant(role, whole=True) for role in ROLES)
# In the demo: on this machine everything, from elsewhere a look.
# Save what is confidential: for that somebody has to say who they are.
_DEMO: Final = Viewer(
    name="demo",
    grants=_EVERY_ROLE,
    limited_to=frozenset(Right) - {Right.SEE_CONFIDENTIAL},
)
_DEMO_GUEST: Final = Viewer(
    name="demo",
    grants=_EVERY_ROLE,
    limited_to=frozenset({Right.RESOLVE, Right.SEE_PLACES, Right.SEE_PEOPLE, Right.MEASURE}),
)


def is_open(scope: Scope) -> bool:
    """Whether a request needs neither key nor session."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    asked = f"{method} {scope['path']}"
    return any(pattern.fullmatch(asked) for pattern in OPEN)


def known_admission(scope: Scope, service: Service) -> tuple[bool, Admission | None]:
    """Whether it is known, without asking the record, who makes a request; and if so by what."""
    shown = shown_by(scope, service.settings)
    if shown is None:
        return True, None
    found = service.keyring.known(shown)
    return found is not None, found


def viewer_of(scope: Scope, service: Service, admission: Admission | None) -> Viewer:
    """The viewer who makes a request: by a key or a session, or anybody."""
    if admission is not None:
        return admission.viewer
    if not service.demo:
        return _NOBODY
    return _guest((scope.get("client") or ("",))[0], _host(scope))


@lru_cache(maxsize=256)
def _guest(client: str, host: bytes) -> Viewer:
    """Anybody in the demo, by where they ask from and for which host.

    A page of another site whose name leads here asks from this very machine, but by that name.
    """
    address = address_of(client)
    is_here = address is not None and address.is_loopback and _LOOPBACK.fullmatch(host)
    return _DEMO if is_here else _DEMO_GUEST


def _host(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"host":
            return bytes(value)
    return b""


def enter(scope: Scope, service: Service, admission: Admission | None) -> Viewer:
    """Let a request in, and say who makes it; every route calls this before all else.

    Raises
    ------
    TooManyRequests
        The key has been used too often.
    Unauthenticated
        It came without a key, and what it asks for is not open.
    """
    viewer = viewer_of(scope, service, admission)
    if admission is not None and admission.per_second:
        service.limiter.admit_key(viewer.key_id, admission.per_second)
    if not viewer.grants and viewer.account is None and not is_open(scope):
        raise Unauthenticated(
            "this needs an API key, or a session",
            where=scope["path"],
            fix="send Authorization: Bearer gg_…, or sign in at /login",
        )
    return viewer


async def current_viewer(request: Request) -> Viewer:
    """The viewer of this request, for routes of FastAPI; all of them depend on it.

    Raises
    ------
    TooManyRequests
        The address or the key has asked too often.
    Unauthenticated
        The key does not hold, or there is none where one is needed.
    Forbidden
        A page of somebody else asks by the session of a browser.
    """
    service: Service = request.app.state.service
    shown = shown_by(request.scope, service.settings)
    service.limiter.admit(request.scope, shown=shown is not None)
    admission = None
    if shown is not None:
        admission = await _admission(service, shown)
        if admission is not None:
            # For `still_in`: an answer that takes long is cut off when this no longer holds.
            request.state.shown = shown
        elif shown.is_key:
            raise Unauthenticated(
                "the API key does not hold, or no longer",
                where=request.url.path,
                fix="ask for a new one, or leave it out",
            )
    if shown is None or not shown.is_key:
        await require_own_page(request, shown if admission is not None else None)
    return enter(request.scope, service, admission)


CurrentViewer = Annotated[Viewer, Depends(current_viewer)]


async def still_in(scope: Scope, service: Service) -> bool:
    """Whether what a request came with still holds, for the right and the rows that it asked for.

    An answer that takes long asks again.
    """
    state = scope.get("state", {})
    shown = state.get("shown")
    if shown is None:
        return True
    admission = await _admission(service, shown)
    if admission is None:
        return False
    used = state.get("used")
    return used is None or admission.viewer.sight(used[0]) == used[1]


async def _admission(service: Service, shown: Shown) -> Admission | None:
    found = service.keyring.known(shown)
    if found is not None:
        return found
    return await to_thread.run_sync(service.keyring.look_up, shown, service.engine)


@dataclass(frozen=True)
class Needs:
    """Asks for a right before a route answers."""

    right: Right

    async def __call__(self, request: Request, viewer: CurrentViewer) -> Viewer:
        """The viewer, who has the right.

        Raises
        ------
        Forbidden
            They have it nowhere.
        """
        if viewer.may(self.right):
            request.state.used = (self.right, viewer.sight(self.right))
            return viewer
        raise Forbidden(
            f"this needs the right {self.right}",
            where=request.url.path,
            fix="an administrator gives it: gisgrid account role",
        )


def allowed(right: Right) -> Any:
    """What a route writes beside its viewer: ``viewer: Annotated[Viewer, allowed(Right.PLAN)]``."""
    return Depends(Needs(right))


def client_address(scope: Scope) -> IPv4Address | IPv6Address | None:
    """Where a request came from; None where that is not known."""
    return address_of((scope.get("client") or ("",))[0])
