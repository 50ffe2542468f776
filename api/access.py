"""Who may see what: the one place that every route passes through.

Everybody may see everything that is not confidential. Queries leave confidential hazards out
by themselves, so nothing that a viewer is given holds one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Request

if TYPE_CHECKING:
    from starlette.types import Scope

    from api.service import Service

__all__ = ["CurrentViewer", "Viewer", "current_viewer", "enter", "viewer_of"]


@dataclass(frozen=True)
class Viewer:
    """Who asks.

    Attributes
    ----------
    scope : str
        Names what the viewer may see; part of the key of everything that is kept for a viewer.
    """

    scope: str = "public"


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
