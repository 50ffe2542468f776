"""Who asks about accounts: somebody signed in, or an administrator of the whole district."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import Depends, Request

from api.access import CurrentViewer, allowed
from api.service import Service
from gisgrid.access import Right, Viewer
from gisgrid.errors import Forbidden, Unauthenticated

__all__ = ["Administrator", "Holder", "SignedIn", "account_of", "slowly"]

T = TypeVar("T")


async def slowly(service: Service, work: Callable[[], T]) -> T:
    """Do what hashes a password, in one of the few threads for it."""
    return await to_thread.run_sync(work, limiter=service.logins)


async def _signed_in(request: Request, viewer: CurrentViewer) -> Viewer:
    """The viewer, who came with the session of a browser.

    Raises
    ------
    Unauthenticated
        They came with a key, which may not change what it is given, or with neither.
    """
    if viewer.session_id is None:
        raise Unauthenticated(
            "this needs a session", where=request.url.path, fix="sign in at /login"
        )
    return viewer


async def _holder(request: Request, viewer: CurrentViewer) -> Viewer:
    """The viewer, who has an account.

    Raises
    ------
    Unauthenticated
        They have none.
    """
    if viewer.account is None:
        raise Unauthenticated(
            "this needs an account", where=request.url.path, fix="sign in at /login"
        )
    return viewer


async def _administrator(
    request: Request, viewer: Annotated[Viewer, allowed(Right.ADMINISTER)]
) -> Viewer:
    """The viewer, who administers accounts: whoever gives roles can give all of them.

    Raises
    ------
    Forbidden
        They have the right in a part of the district only.
    """
    if viewer.sight(Right.ADMINISTER).whole:
        return viewer
    raise Forbidden(
        f"this needs the right {Right.ADMINISTER} in the whole district", where=request.url.path
    )


SignedIn = Annotated[Viewer, Depends(_signed_in)]
Holder = Annotated[Viewer, Depends(_holder)]
Administrator = Annotated[Viewer, Depends(_administrator)]


def account_of(viewer: Viewer) -> int:
    """The account of a viewer who has one."""
    assert viewer.account is not None
    return viewer.account
