"""Cases that are late, and reporters who have heard nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from gisgrid.access import Actor
from gisgrid.cases.calendar import packaged_calendar
from gisgrid.cases.clocks import NO_REPLY
from gisgrid.cases.stages import OPEN
from gisgrid.errors import Conflict, NotFound
from gisgrid.store import clock
from gisgrid.store.cases.acting import act
from gisgrid.store.cases.listing import CaseFilter
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import case_file

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.cases.calendar import WorkCalendar

__all__ = ["escalate_overdue", "unanswered"]

_SYSTEM: Final = Actor("system")
_WHY: Final = "超过时限 past its time"


def escalate_overdue(
    connection: Connection,
    *,
    calendar: WorkCalendar | None = None,
    actor: Actor = _SYSTEM,
    limit: int = 200,
) -> list[str]:
    """Escalate the cases that are past their time and were not escalated yet.

    Parameters
    ----------
    connection : Connection
        Of a transaction.
    calendar : WorkCalendar, optional
        The packaged one without it.
    actor : Actor
    limit : int
        Most cases at a time, those that are late longest first.

    Returns
    -------
    list of str
        Their numbers; called again it gives the next ones, and then none.
    """
    c = case_file.c
    query = (
        select(c.number)
        .where(
            visible_to(connection, case_file),
            c.stage.in_(OPEN),
            ~c.escalated,
            c.due_at < func.clock_timestamp(),
        )
        .order_by(c.due_at, c.id)
        .limit(limit)
    )
    # In the order of their numbers, so that two who do this never wait for each other in a ring.
    done = []
    for number in sorted(connection.scalars(query)):
        try:
            act(connection, number, "escalate", actor=actor, reason=_WHY, calendar=calendar)
        except (Conflict, NotFound):
            continue
        done.append(number)
    return done


def unanswered(connection: Connection, *, calendar: WorkCalendar | None = None) -> CaseFilter:
    """Open reports whose reporter has heard nothing for five working days (没有回音).

    Returns
    -------
    CaseFilter
        For `gisgrid.store.cases.listing`; `dataclasses.replace` narrows it.
    """
    calendar = calendar or packaged_calendar()
    now = clock.now(connection, calendar.zone)
    since = calendar.before_working_days(now, NO_REPLY.amount)
    return CaseFilter(open=True, unheard_since=since)
