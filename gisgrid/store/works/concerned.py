"""The case that a work is about: held while the work changes, and told of what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisgrid.cases.stages import CLOSED, STEPS
from gisgrid.errors import Conflict
from gisgrid.store.cases.writing import hold, take

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.access import Actor
    from gisgrid.store.cases.writing import Held

__all__ = ["hold_open", "tell"]


def hold_open(connection: Connection, number: str) -> Held:
    """Hold a case that is not closed.

    Raises
    ------
    NotFound
        There is no such case, or none that may be seen.
    Conflict
        It is closed.
    """
    held = hold(connection, number)
    if held.case.stage in CLOSED:
        raise Conflict(f"the case is {held.case.stage}", where=number, fix="open it again first")
    return held


def tell(
    connection: Connection,
    held: Held,
    actor: Actor,
    words: str,
    *,
    about: str,
    to_reporter: bool = False,
) -> None:
    """Write into the history of a case what was done about it.

    Parameters
    ----------
    about : str
        What it was, such as ``deliberation:3``.
    to_reporter : bool
        The reporter is told too, where the case is in a stage in which they can be.
    """
    stage = held.case.stage
    reply = to_reporter and stage in STEPS["reply"].sources
    step = STEPS["reply" if reply else "note"]
    take(connection, held, step, stage, actor=actor, reason=words, about=about)
