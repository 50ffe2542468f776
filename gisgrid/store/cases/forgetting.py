"""Forgetting who reported a case, its words and its pictures; what was done with it stays."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import func, update

from gisgrid.errors import NotFound
from gisgrid.store import personal
from gisgrid.store.audit import note
from gisgrid.store.cases.records import get
from gisgrid.store.tables import case_evidence, case_note, case_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.access import Actor

__all__ = ["forget"]


def forget(connection: Connection, number: str, *, actor: Actor) -> None:
    """Erase the reporter of a case, all words that were written of it, and its pictures.

    Of a picture its digest stays, so that the same one does not come back.

    Parameters
    ----------
    connection : Connection
        In a transaction; a tip needs a sight of what is confidential.
    number : str
    actor : Actor

    Raises
    ------
    NotFound
        There is no such case, or none that may be seen.
    """
    case = get(connection, number)
    if case.reporter is not None:
        with suppress(NotFound):  # erased before
            personal.erase(connection, case.reporter, actor=actor)
    of_text = update(case_text).where(case_text.c.case_id == case.id)
    connection.execute(of_text.values(description="", place=""))
    of_notes = update(case_note).where(case_note.c.case_id == case.id)
    connection.execute(of_notes.values(words=None))
    own = case_evidence.c
    pictures = update(case_evidence).where(own.case_id == case.id, own.erased_at.is_(None))
    connection.execute(pictures.values(jpeg=None, erased_at=func.clock_timestamp()))
    note(connection, actor, "case.forget", f"case:{case.id}")
