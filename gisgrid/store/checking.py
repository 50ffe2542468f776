"""Checks of all grids at once: as published, or as a plan has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from gisgrid.errors import NotFound
from gisgrid.geometry.checking import Checked, Level, check, check_level, joined
from gisgrid.store import clock, plans
from gisgrid.store.drafts.state import frame
from gisgrid.store.states import State, around_plan, state_at
from gisgrid.store.tables import LEVELS, grid_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from sqlalchemy import Connection

    from gisgrid.geometry.checking import Tolerances

__all__ = ["Grids", "check_grids", "grids_around_plan", "grids_at"]


@dataclass(frozen=True)
class Grids:
    """Grids of all levels as a check takes them.

    Attributes
    ----------
    levels : tuple of Level
        Those that have grids, from the top down, police areas last.
    reasons : mapping of code to str
        Why grids may have fewer or more households.
    """

    levels: tuple[Level, ...]
    reasons: Mapping[str, str]


def grids_at(connection: Connection, at: datetime) -> Grids:
    """The grids in force at an instant.

    Raises
    ------
    NotFound
        There are none.
    """
    found = Grids(_levels(state_at(connection, at, "now")), _reasons_at(connection, at))
    if not found.levels:
        raise NotFound(
            "there are no grids to check",
            where=f"{at:%Y-%m-%d}",
            fix="publish some, name another day (--at), or check a file",
        )
    return found


def grids_around_plan(connection: Connection, plan_id: int, zone: tzinfo) -> tuple[Grids, Grids]:
    """The grids without a plan and with it; of a published one before its publish and after.

    A drawn plan that others have overtaken is taken as it is.

    Raises
    ------
    NotFound
        There is no such plan.
    Conflict
        It was discarded; what it lists cannot be put in force as things are.
    """
    plan = plans.by_id(connection, plan_id)
    at = plan.effective_at or clock.now(connection, zone)
    if plan.level is None and plan.state in ("draft", "scheduled"):
        frames = {level: frame(connection, plan_id, level) for level in LEVELS}
        before = state_at(connection, at, "now")
        reasons: dict[str, str] = {}
        for grids in frames.values():
            reasons |= grids.set_index("code")["range_reason"].dropna().to_dict()
        own = Grids(_levels(State(f"plan {plan_id}", frames)), reasons)
        return Grids(_levels(before), _reasons_at(connection, at)), own
    before, after = around_plan(connection, plan_id, zone)
    # A listing says nothing of reasons: those of the record stay.
    held = _reasons_at(connection, at)
    return Grids(_levels(before), held), Grids(_levels(after), held)


def check_grids(
    grids: Grids, tolerances: Tolerances, *, reasons: Mapping[str, str] | None = None
) -> Checked:
    """Check all levels, each by itself and in the one above; police areas are no part of the nest.

    Parameters
    ----------
    reasons : mapping of code to str, optional
        Beside those on record.
    """
    known = {**grids.reasons, **(reasons or {})}
    nested = [level for level in grids.levels if level.name != "police"]
    apart = [level for level in grids.levels if level.name == "police"]
    parts = [check(nested, tolerances, reasons=known)]
    parts += [check_level(level, tolerances) for level in apart]
    return joined(parts, tolerances)


def _levels(state: State) -> tuple[Level, ...]:
    """The levels that have grids; only micro-grids have a range of households."""
    return tuple(
        Level(
            grids.geometry.to_numpy(dtype=object),
            grids["code"].tolist(),
            name,
            grids["households"].to_numpy("float64", na_value=float("nan"))
            if name == "micro"
            else None,
        )
        for name, grids in state.frames.items()
        if len(grids)
    )


def _reasons_at(connection: Connection, at: datetime) -> dict[str, str]:
    label = grid_version.c
    query = select(label.code, label.range_reason).where(
        label.valid.contains(at), label.range_reason.is_not(None)
    )
    return {row.code: row.range_reason for row in connection.execute(query)}
