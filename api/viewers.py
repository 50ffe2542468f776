"""Who asks, as routes name it: the viewer of a request, who has the right that the route needs."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request

from api.access import allowed
from gisgrid.access import Right, Viewer
from gisgrid.errors import Forbidden

__all__ = [
    "Decider",
    "Looker",
    "Measurer",
    "Patroller",
    "PeopleLooker",
    "Planner",
    "Publisher",
    "Resolver",
    "require",
]

Resolver = Annotated[Viewer, allowed(Right.RESOLVE)]
Looker = Annotated[Viewer, allowed(Right.SEE_PLACES)]
PeopleLooker = Annotated[Viewer, allowed(Right.SEE_PEOPLE)]
Measurer = Annotated[Viewer, allowed(Right.MEASURE)]
Patroller = Annotated[Viewer, allowed(Right.PATROL)]
Planner = Annotated[Viewer, allowed(Right.PLAN)]
Publisher = Annotated[Viewer, allowed(Right.PUBLISH)]


def require(request: Request, viewer: Viewer, right: Right) -> None:
    """Ask for one more right where only a part of what a route answers needs it.

    Raises
    ------
    Forbidden
        The viewer has it nowhere.
    """
    if not viewer.may(right):
        raise Forbidden(
            f"this needs the right {right}",
            where=request.url.path,
            fix="an administrator gives it: gisgrid account role",
        )


_DECIDES: Final = Right.DECIDE_ADDRESSES


async def _decides(request: Request, viewer: Annotated[Viewer, allowed(_DECIDES)]) -> Viewer:
    """The viewer, who decides what texts mean: these have no place yet, so no grid is their owner.

    Raises
    ------
    Forbidden
        They have the right in a part of the district only.
    """
    if viewer.sight(_DECIDES).whole:
        return viewer
    raise Forbidden(
        f"this needs the right {_DECIDES} in the whole district",
        where=request.url.path,
        fix="an administrator gives it: gisgrid account role",
    )


Decider = Annotated[Viewer, Depends(_decides)]
