"""Clocks: by when something has to be done, in working hours, hours round the clock, or days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from gisgrid.cases.calendar import WorkCalendar
from gisgrid.errors import InputError

__all__ = ["ACCEPTING", "COMPLEX", "ESCALATION", "NO_REPLY", "URGENT", "Clock", "ClockKind", "Due"]

ClockKind = Literal["working-hours", "urgent-hours", "working-days"]


@dataclass(frozen=True)
class Due:
    """By when.

    Attributes
    ----------
    at : datetime
    beyond_calendar : bool
        The holidays of those years are not known yet: weekends and the fixed ones were left out.
    """

    at: datetime
    beyond_calendar: bool = False


@dataclass(frozen=True)
class Clock:
    """An amount of time, and which time counts.

    Attributes
    ----------
    kind : str
        ``working-hours``, ``urgent-hours`` (every hour, by day and night) or ``working-days``.
    amount : int
    """

    kind: ClockKind
    amount: int

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"

    @classmethod
    def parse(cls, text: str) -> Clock:
        """Read a clock such as ``working-days 5``.

        Raises
        ------
        InputError
            It is none.
        """
        kinds: dict[str, ClockKind] = {kind: kind for kind in get_args(ClockKind)}
        kind, _, amount = text.strip().partition(" ")
        if kind not in kinds or not amount.isdecimal() or not 1 <= int(amount) <= 999:
            raise InputError("is no clock", where=repr(text), fix="write working-hours 4")
        return cls(kinds[kind], int(amount))

    def due(self, calendar: WorkCalendar, start: datetime) -> Due:
        """By when, from a start."""
        if self.kind == "urgent-hours":
            return Due(start + timedelta(hours=self.amount))
        if self.kind == "working-hours":
            at = calendar.add_working_time(start, timedelta(hours=self.amount))
        else:
            at = calendar.add_working_days(start, self.amount)
        return Due(at, not calendar.knows(start, at))


# A report has to be accepted or refused.
ACCEPTING: Final = Clock("working-days", 1)
# What is called urgent, whatever its category says.
URGENT: Final = Clock("urgent-hours", 2)
# The hotline's clock of complex matters, which needs approval.
COMPLEX: Final = Clock("working-days", 15)
# What was escalated.
ESCALATION: Final = Clock("working-days", 3)
# Who reported has heard nothing for so long.
NO_REPLY: Final = Clock("working-days", 5)
