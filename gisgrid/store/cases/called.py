"""The departments that were called to cases: as they are read, and their rows as they change."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from gisgrid.store.tables import case_call

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import ColumnElement, Connection

    from gisgrid.store.cases.writing import Held

__all__ = ["Call", "add_call", "call_ended", "calls_of", "finish_all", "release_all", "update_call"]


@dataclass(frozen=True)
class Call:
    """A department that was called to a case, or came by itself.

    Attributes
    ----------
    department : str
        Its code.
    role : str
        ``lead`` or ``helper``.
    clock : str
        Such as ``urgent-hours 2``.
    called_at, due_at : datetime
        By when it is to report in.
    reported_in_at, left_at, done_at : datetime or None
    overdue : bool
        It is late, or reported in late; not where the case was over in time.
    """

    department: str
    role: str
    clock: str
    called_at: datetime
    due_at: datetime
    reported_in_at: datetime | None
    left_at: datetime | None
    done_at: datetime | None
    overdue: bool


def calls_of(connection: Connection, case_ids: Collection[int]) -> Mapping[int, list[Call]]:
    """The calls of cases, by the case's id, the lead first; those who left come last.

    The caller has read the cases, and so may see them.
    """
    c = case_call.c
    ended = call_ended()
    query = (
        select(case_call, (c.due_at < ended).label("overdue"))
        .where(c.case_id.in_(list(case_ids)))
        .order_by(c.case_id, c.left_at.is_not(None), c.role.desc(), c.called_at, c.id)
    )
    found: defaultdict[int, list[Call]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.case_id].append(
            Call(**{name: getattr(row, name) for name in Call.__dataclass_fields__})
        )
    return found


def call_ended() -> ColumnElement[datetime]:
    """Until when a department was awaited: that it came or left, that the case was over, now."""
    c = case_call.c
    # Done before left: a case that is opened again lets those go that were done.
    return func.coalesce(c.reported_in_at, c.done_at, c.left_at, func.clock_timestamp())


def add_call(
    connection: Connection,
    held: Held,
    code: str,
    role: str,
    *,
    due_at: datetime,
    clock: str = "",
    reported_in_at: datetime | None = None,
) -> None:
    """A department is there from now on; without a clock it came by itself."""
    connection.execute(
        insert(case_call).values(
            case_id=held.case.id,
            department=code,
            role=role,
            clock=clock,
            called_at=held.now,
            due_at=due_at,
            reported_in_at=reported_in_at,
        )
    )


def update_call(connection: Connection, held: Held, code: str, **values: Any) -> None:
    """Change the row of a department that is there."""
    c = case_call.c
    there = (c.case_id == held.case.id, c.department == code, c.left_at.is_(None))
    connection.execute(update(case_call).where(*there).values(**values))


def release_all(connection: Connection, held: Held) -> None:
    """All departments leave: the case was handed back or opened again."""
    _end_all(connection, held, left_at=held.now)


def finish_all(connection: Connection, held: Held) -> None:
    """All departments are done: the case is closed."""
    _end_all(connection, held, done_at=held.now)


def _end_all(connection: Connection, held: Held, **values: Any) -> None:
    c = case_call.c
    there = update(case_call).where(c.case_id == held.case.id, c.left_at.is_(None))
    connection.execute(there.values(**values))
