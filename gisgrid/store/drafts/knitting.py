"""Grids of a plan that share their vertices, as edits need them, by one edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gisgrid.errors import Conflict
from gisgrid.geometry.knitting import knit as knitted
from gisgrid.planning.changes import same_shape
from gisgrid.store.drafts.arguments import GridAsDrawn, parse_edit
from gisgrid.store.drafts.editing import EditResult, edit
from gisgrid.store.drafts.fields import surface_of
from gisgrid.store.drafts.state import frame
from gisgrid.store.drafts.writing import lock_plan

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["KNIT_M", "knit"]

KNIT_M: Final = 0.05
"""How far a border may move, in metres, unless somebody says otherwise."""

_NESTED: Final = ("area", "unit", "micro")


def knit(
    connection: Connection,
    plan_id: int,
    *,
    tolerance_m: float = KNIT_M,
    level: str | None = None,
    author: str = "",
    expected_version: int | None = None,
) -> EditResult:
    """Redraw grids so that neighbours and levels share their vertices; nothing moves further.

    Parameters
    ----------
    tolerance_m : float
        How far apart borders may lie that are meant to be the same, and how far they may move.
    level : str, optional
        Only the neighbours of this level; area, unit and micro together without it.

    Raises
    ------
    Conflict
        They do already; otherwise as `edit`.
    CoverageError
        A grid is too narrow for the tolerance.
    InputError
        More would be redrawn than one edit can hold.
    """
    locked = lock_plan(connection, plan_id, expected_version)
    names = _NESTED if level is None else (level,)
    frames = [grids for name in names if len(grids := frame(connection, plan_id, name))]
    shapes = [grids.geometry.to_numpy(dtype=object) for grids in frames]
    told = [
        GridAsDrawn(code=code, shape=surface_of(new))
        for grids, old, made in zip(
            frames, shapes, knitted(shapes, tolerance_m) if shapes else [], strict=True
        )
        for code, new, same in zip(grids["code"], made, same_shape(old, made), strict=True)
        if not same
    ]
    if not told:
        raise Conflict(
            f"all borders within {tolerance_m:g} m of each other share their vertices",
            where=f"plan {plan_id}",
            fix="choose a larger tolerance, or repair the grids (gisgrid check --propose)",
        )
    change = parse_edit("redraw", {"why": f"共用界点 knit {tolerance_m:g} m", "grids": told})
    return edit(connection, plan_id, change, author=author, expected_version=locked.version)
