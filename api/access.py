"""Who may see what: the one place that every route passes through.

Everybody may see everything that is not confidential. Queries leave confidential hazards out
by themselves, so nothing that a viewer is given holds one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Request

from gisgrid.errors import Forbidden

if TYPE_CHECKING:
    from starlette.types import Scope

    from api.service import Service

__all__ = [
    "CurrentPlanner",
    "CurrentViewer",
    "Viewer",
    "current_planner",
    "current_viewer",
    "enter",
    "viewer_of",
]


@dataclass(frozen=True)
class Viewer:
    """Who asks.

    Attributes
    ----------
    scope : str
        Names what the viewer may see; part of the key of everything that is kept for a viewer.
    name : str
        By which the log knows who made a change; empty where nobody has said.
    """

    scope: str = "public"
    name: str = ""


_PUBLIC: Final = Viewer()


def viewer_of(scope: Scope) -> Viewer:
    """The viewer who makes a request."""
    return _PUBLIC


def enter(scope: Scope, service: Service) -> Viewer:
    """Let a request in, and say who makes it; every route calls this before all else.

    Raises
    ------
    TooManyRequests
        The client has asked too often.
    """
    service.limiter.admit(scope)
    return viewer_of(scope)


async def current_viewer(request: Request) -> Viewer:
    """The viewer of this request, for routes of FastAPI; all of them depend on it."""
    return enter(request.scope, request.app.state.service)


CurrentViewer = Annotated[Viewer, Depends(current_viewer)]


async def current_planner(request: Request, viewer: CurrentViewer) -> Viewer:
    """The viewer of a request that changes plans: every route that writes asks here who may.

    Raises
    ------
    Forbidden
        The settings do not let the client.
    """
    planners = request.app.state.service.settings.planners
    address = _address(request)
    if planners == "anyone" or (planners == "local" and address and address.is_loopback):
        # Nobody has said who it is: the log at least tells where a change came from.
        return replace(viewer, name=f"http {address or ''}".strip())
    raise Forbidden(
        "plans cannot be changed from this address",
        where=request.url.path,
        fix="whoever runs the server says by GISGRID_PLANNERS who may",
    )


def _address(request: Request) -> IPv4Address | IPv6Address | None:
    """Where a request came from; None where that is not known."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


CurrentPlanner = Annotated[Viewer, Depends(current_planner)]
