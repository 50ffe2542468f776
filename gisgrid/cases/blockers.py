"""Whom a case waits for, since when: what a reporter and a chief ask first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from gisgrid.cases.stages import CLOSED, Stage

__all__ = ["Blocker", "blocker_of"]


@dataclass(frozen=True)
class Blocker:
    """Whom a case waits for.

    Attributes
    ----------
    waits_for : {"grid", "departments"}
    departments : tuple of str
        Their codes, where it is they.
    to : str
        What they have to do: an action of `gisgrid.cases.stages.STEPS`.
    since : datetime
    due_at : datetime or None
        By when.
    """

    waits_for: Literal["grid", "departments"]
    departments: tuple[str, ...]
    to: str
    since: datetime
    due_at: datetime | None


class _Called(Protocol):
    @property
    def department(self) -> str: ...
    @property
    def called_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def reported_in_at(self) -> datetime | None: ...
    @property
    def left_at(self) -> datetime | None: ...


_GRID = {
    Stage.REPORTED: "accept",
    Stage.ACCEPTED: "dispatch",
    Stage.FEEDBACK: "verify",
    Stage.VERIFIED: "close",
}


def blocker_of(
    stage: Stage,
    since: datetime,
    due_at: datetime | None,
    lead: str,
    calls: Sequence[_Called],
) -> Blocker | None:
    """Whom a case waits for; None where it is over.

    Parameters
    ----------
    stage : Stage
    since : datetime
        When it came to the stage.
    due_at : datetime or None
    lead : str
        Code of the department that leads; empty for none.
    calls : sequence
        Of the departments: ``department``, ``called_at``, ``due_at``, ``reported_in_at``,
        ``left_at``.
    """
    if stage in CLOSED:
        return None
    if stage in _GRID:
        return Blocker("grid", (), _GRID[stage], since, due_at)
    missing = [one for one in calls if one.reported_in_at is None and one.left_at is None]
    if missing:
        return Blocker(
            "departments",
            tuple(one.department for one in missing),
            "report-in",
            min(one.called_at for one in missing),
            min(one.due_at for one in missing),
        )
    to = "begin" if stage is Stage.DISPATCHED else "feedback"
    if lead:
        return Blocker("departments", (lead,), to, since, due_at)
    return Blocker("grid", (), to, since, due_at)
