"""The unit that somebody asks for, where they may see the homes in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisgrid.errors import InputError
from gisgrid.store.drafts.state import no_such_grid
from gisgrid.store.scope import sight_of

if TYPE_CHECKING:
    from gisgrid.store.drafts.state import DrawnGrid, PlanState

__all__ = ["unit_of"]


def unit_of(state: PlanState, code: str) -> DrawnGrid:
    """A unit of a plan.

    Raises
    ------
    InputError
        The grid is no unit.
    NotFound
        There is no such grid, or the one who looks may not see all that lies in it.
    """
    unit = state.grid(code)
    if unit.level != "unit":
        raise InputError("the grid is no unit", where=f"grid {code}, level {unit.level}")
    sight = sight_of(state.connection)
    if not (sight.whole or sight.grids & {unit.key, unit.parent_key}):
        raise no_such_grid(state.plan_id, code)
    return unit
