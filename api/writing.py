"""Transactions of requests that change something."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from fastapi import Response
from sqlalchemy import func, select

from api.answers import PRIVATE, json_bytes
from gisgrid.exports.documents import document
from gisgrid.store import revisions
from gisgrid.store.audit import act_as
from gisgrid.store.clock import name_zone
from gisgrid.store.scope import look_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from api.service import Service
    from gisgrid.access import Right, Viewer

__all__ = ["changed", "changing"]

# Waiting ends first, so that whoever waited is told of the other.
_LONGEST: Final = {"lock_timeout": "20s", "statement_timeout": "30s"}


@contextmanager
def changing(service: Service, viewer: Viewer, right: Right) -> Iterator[Connection]:
    """A transaction of a viewer who uses a right; it neither runs nor waits for long.

    A publish has none of these bounds: how much it writes is not for the client to say.

    Parameters
    ----------
    viewer : Viewer
    right : Right
        The transaction shows the rows on which the viewer may use it, and no others.
    """
    with service.engine.begin() as connection:
        look_as(connection, viewer.sight(right))
        act_as(connection, viewer.actor)
        name_zone(connection, service.settings.time_zone)
        connection.execute(select(*(func.set_config(*one, True) for one in _LONGEST.items())))
        yield connection


def changed(connection: Connection, service: Service, one: Any, status: int = 200) -> Response:
    """The answer to a change: the revision, and the record as it stands now."""
    head = {"revision": revisions.current(connection)}
    return Response(
        json_bytes(head | document(one, service.settings.zone)),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": PRIVATE},
    )
