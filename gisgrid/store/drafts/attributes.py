"""Edits that move no border."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gisgrid.errors import InputError
from gisgrid.store.drafts import arguments as edits
from gisgrid.store.drafts.codes import require_free
from gisgrid.store.drafts.writing import Change

if TYPE_CHECKING:
    from gisgrid.store.drafts.state import DrawnGrid, PlanState

__all__ = ["Labelling", "relabel"]

Labelling = edits.Rename | edits.Recode | edits.SetSpecial | edits.SetHouseholds | edits.AcceptRange


def relabel(state: PlanState, edit: Labelling) -> Change:
    """Change what is said of a grid.

    Raises
    ------
    Conflict
        A code is another grid's, or was once.
    InputError
        Nothing would change, or the grid is no micro-grid where one is wanted.
    NotFound
        No grid of the plan has the code.
    """
    grid = state.grid(edit.code)
    changed = _relabelled(state, grid, edit)
    if changed == grid:
        raise InputError("the grid is so already", where=f"plan {state.plan_id}, grid {grid.code}")
    return Change((changed,))


def _relabelled(state: PlanState, grid: DrawnGrid, edit: Labelling) -> DrawnGrid:
    match edit:
        case edits.Rename():
            return replace(grid, name=edit.name)
        case edits.Recode():
            require_free(state, [edit.new_code], {edit.new_code: grid.key})
            return replace(grid, code=edit.new_code)
        case edits.SetSpecial():
            return replace(grid, special=edit.special)
        case edits.SetHouseholds():
            return replace(grid, households=edit.households)
        case edits.AcceptRange():
            if grid.level != "micro":
                raise InputError(
                    f"the range of households is one of micro-grids, and this is a {grid.level}",
                    where=f"plan {state.plan_id}, grid {grid.code}",
                )
            return replace(grid, range_reason=edit.reason)
