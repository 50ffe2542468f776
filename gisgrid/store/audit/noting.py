"""Putting something in the log; the database seals it when the transaction commits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy import event, func, insert, select

from gisgrid.access import Actor
from gisgrid.errors import InputError
from gisgrid.store.tables import audit_event

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["act_as", "note", "record_as", "said_of_personal"]

_ACTOR: Final = "gisgrid.actor"
_PERSONAL_ACT: Final = "gisgrid.personal_act"
_ACTION: Final = r"[a-z][a-z0-9_.-]{0,79}"
_SUBJECT: Final = r"[a-z_-]+:[0-9A-Za-z_.:/-]{1,120}"


def act_as(connection: Connection, actor: Actor) -> None:
    """Say who acts in this transaction, for the rows that triggers put in the log."""
    connection.execute(select(func.set_config(_ACTOR, actor.ref, True)))


@contextmanager
def said_of_personal(connection: Connection, actor: Actor, act: str) -> Iterator[None]:
    """Say what a trigger notes of each row of `personal` that is changed within, and by whom.

    Parameters
    ----------
    act : str
        ``correct``, ``erase`` or ``expire``; the trigger calls anything else an ``update``.
    """
    before = connection.scalar(select(func.current_setting(_ACTOR, True))) or ""
    _set(connection, actor.ref, act)
    yield
    # After an error the transaction, or its savepoint, takes both back by itself.
    _set(connection, before, "")


def _set(connection: Connection, actor_ref: str, act: str) -> None:
    said = ((_ACTOR, actor_ref), (_PERSONAL_ACT, act))
    connection.execute(select(*(func.set_config(name, value, True) for name, value in said)))


def record_as(engine: Engine, actor: Actor) -> None:
    """Let all transactions of an engine be somebody's, unless they say otherwise."""
    event.listen(engine, "begin", lambda connection: act_as(connection, actor))


def note(
    connection: Connection, actor: Actor, action: str, subject: str, detail_digest: str = ""
) -> None:
    """Put in the log that somebody does something in this transaction.

    Parameters
    ----------
    connection : Connection
        In the transaction of what is done: both are committed, or neither.
    actor : Actor
        Who does it; the reference alone is kept.
    action : str
        What, in lower case: ``personal.look``.
    subject : str
        To what, as ``kind:id``: never a name, a telephone number or a text of somebody.
    detail_digest : str, optional
        SHA-256 in hexadecimal of what belongs to it and is kept elsewhere.

    Raises
    ------
    InputError
        The action or the subject is no reference.
    """
    for value, pattern in ((action, _ACTION), (subject, _SUBJECT)):
        if not re.fullmatch(pattern, value):
            raise InputError(
                "the audit log takes references only",
                where=repr(value[:80]),
                fix="give an action as personal.look and a subject as case:12",
            )
    row = insert(audit_event).values(
        actor_ref=actor.ref, action=action, subject=subject, digest=detail_digest
    )
    # The id is of no use, and the caller may be one who may add rows and not read them.
    connection.execute(row.inline())
