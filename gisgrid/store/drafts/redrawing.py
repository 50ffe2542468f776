"""Grids that get whole shapes as they are given: from QGIS, a file, or a proposed repair."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from sqlalchemy import select

from gisgrid.errors import Conflict, InputError
from gisgrid.geometry.nesting import parents_by_area
from gisgrid.geometry.validity import invalid_rings
from gisgrid.store.drafts.codes import next_codes, require_free
from gisgrid.store.drafts.state import DrawnGrid, rows_of
from gisgrid.store.drafts.writing import Change, next_key
from gisgrid.store.parents import PARENT_LEVEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gisgrid.store.drafts.arguments import GridAsDrawn, NewGrid, Redraw
    from gisgrid.store.drafts.state import PlanState

__all__ = ["redraw"]


def redraw(state: PlanState, edit: Redraw) -> Change:
    """Take the shapes that are given, to the bit; grids that stay as they are are not written.

    Raises
    ------
    Conflict
        A code is taken, or a grid would be left below one that ends.
    InputError
        A shape is not valid, a grid is named twice, or a parent is of the wrong level.
    NotFound
        No grid of the plan has a code.
    """
    held = _held(state, edit)
    _require_valid(state, edit)
    ended = [held[code] for code in edit.ended]
    fresh = next_key(state.connection, state.plan_id)
    rows = [_changed(held[told.code], told) for told in edit.grids]
    rows += [_made(fresh - position, told) for position, told in enumerate(edit.made)]
    _require_free(state, edit, rows)
    rows = _under_parents(state, edit, rows, {grid.key for grid in ended})
    rows = _coded(state, rows)
    _refuse_orphans(state, rows, ended)
    before = {grid.key: grid for grid in held.values()}
    written = [row for row in rows if row != before.get(row.key)]
    written += [replace(grid, ended=True) for grid in ended if grid.key > 0]
    return Change(tuple(written), tuple(grid.key for grid in ended if grid.key < 0))


def _held(state: PlanState, edit: Redraw) -> dict[str, DrawnGrid]:
    """The grids that are named, by their codes."""
    codes = [*(told.code for told in edit.grids), *edit.ended]
    twice = [code for code, times in Counter(codes).items() if times > 1]
    if twice:
        raise InputError(
            "the grid is named twice",
            where=f"plan {state.plan_id}, grid {twice[0]}",
            fix="name each grid once",
        )
    return dict(zip(codes, state.grids(codes), strict=True))


def _require_valid(state: PlanState, edit: Redraw) -> None:
    drawn = [(one.code, one.shape.shape) for one in edit.told if one.shape is not None]
    for fault in invalid_rings(np.array([shape for _, shape in drawn], dtype=object)):
        code = drawn[fault.position][0] or "without a code"
        place = "" if fault.place is None else ", lon {:.7f}, lat {:.7f}".format(*fault.place)
        raise InputError(
            f"the shape is not valid: {fault.reason}",
            where=f"plan {state.plan_id}, grid {code}{place}",
            fix="draw its outline without crossing it",
        )


def _changed(grid: DrawnGrid, told: GridAsDrawn) -> DrawnGrid:
    plain = told.model_fields_set & {"name", "special", "households", "range_reason"}
    values = {name: getattr(told, name) for name in plain}
    return replace(
        grid,
        shape=grid.shape if told.shape is None else told.shape.shape,
        code=told.new_code or grid.code,
        name=grid.name if values.get("name") is None else values["name"],
        special=grid.special if values.get("special") is None else values["special"],
        households=values.get("households", grid.households),
        range_reason=values.get("range_reason", grid.range_reason),
    )


def _made(key: int, told: NewGrid) -> DrawnGrid:
    return DrawnGrid(
        key=key,
        level=told.level,
        code=told.code or "",
        name=told.name,
        parent_key=None,
        special=told.special,
        households=told.households,
        range_reason=told.range_reason,
        shape=told.shape.shape,
    )


def _require_free(state: PlanState, edit: Redraw, rows: Sequence[DrawnGrid]) -> None:
    """Codes that are given must be nobody's, but a grid may have a former one of its own again."""
    given = [
        row
        for row, one in zip(rows, edit.told, strict=True)
        if row.code and (row.key < 0 or row.code != one.code)
    ]
    if given:
        require_free(state, [row.code for row in given], {row.code: row.key for row in given})


def _under_parents(
    state: PlanState, edit: Redraw, rows: Sequence[DrawnGrid], ended: set[int]
) -> list[DrawnGrid]:
    """Grids under the parents that are named, or else under those that hold most of them."""
    told = edit.told
    # A parent may be named as it was called before the edit, or as it is called after it.
    called = {one.code: row for one, row in zip(told, rows, strict=True) if one.code}
    called |= {row.code: row for row in rows if row.code}
    names = {one.parent for one in told if one.parent is not None}
    elsewhere = sorted(names - called.keys())
    called |= dict(zip(elsewhere, state.grids(elsewhere), strict=True))
    placed: list[DrawnGrid] = []
    for one, row in zip(told, rows, strict=True):
        if one.parent is not None:
            parent = called[one.parent]
            _require_above(state, row, parent, ended)
            placed.append(replace(row, parent_key=parent.key))
        elif row.key < 0 or "parent" in one.model_fields_set:
            placed.append(replace(row, parent_key=_holder(state, row, rows, ended)))
        else:
            placed.append(row)
    return placed


def _require_above(state: PlanState, grid: DrawnGrid, parent: DrawnGrid, ended: set[int]) -> None:
    where = f"plan {state.plan_id}, grid {grid.code or 'without a code'}, parent {parent.code}"
    if parent.level != PARENT_LEVEL.get(grid.level):
        raise InputError(
            f"a grid of level {parent.level} cannot be the parent of one of level {grid.level}",
            where=where,
            fix="name one of the level above",
        )
    if parent.key in ended:
        raise Conflict("the parent ends", where=where, fix="give it another parent")


def _holder(
    state: PlanState, grid: DrawnGrid, rows: Sequence[DrawnGrid], ended: set[int]
) -> int | None:
    """The grid of the level above that holds most of a grid's ground after the edit."""
    above = PARENT_LEVEL.get(grid.level)
    if above is None:
        return None
    west, south, east, north = map(float, shapely.bounds(grid.shape))
    near = {one.key: one for one in state.near((west, south, east, north), above)}
    near |= {row.key: row for row in rows if row.level == above}
    parents = [one for one in near.values() if one.key not in ended]
    if not parents:
        return None
    shapes = np.array([one.shape for one in parents], dtype=object)
    codes = [one.code for one in parents]
    position = int(parents_by_area(np.array([grid.shape], dtype=object), shapes, codes)[0][0])
    return None if position < 0 else parents[position].key


def _coded(state: PlanState, rows: Sequence[DrawnGrid]) -> list[DrawnGrid]:
    """Grids without a code get the next after those of their siblings."""
    codes = {row.key: row.code for row in rows}
    for level in ("area", "police", "unit", "micro"):
        for row in rows:
            if row.level == level and not row.code:
                given = [code for code in codes.values() if code]
                like = _last_sibling(state, row, codes)
                codes[row.key] = next_codes(state, like, 1, avoid=given)[0]
    return [replace(row, code=codes[row.key]) for row in rows]


def _last_sibling(state: PlanState, row: DrawnGrid, codes: Mapping[int, str]) -> str:
    """The highest code beside a new grid; without any, one that its parent's code begins."""
    held = rows_of(state.plan_id).c
    beside = select(held.code).where(
        held.level == row.level, held.parent_key.is_not_distinct_from(row.parent_key)
    )
    last = state.connection.scalar(beside.order_by(held.code.desc()).limit(1))
    if last is not None or row.parent_key is None:
        return str(last or row.level)
    parent = codes.get(row.parent_key) or state.by_key([row.parent_key])[row.parent_key].code
    return f"{parent}-0"


def _refuse_orphans(
    state: PlanState, rows: Sequence[DrawnGrid], ended: Sequence[DrawnGrid]
) -> None:
    """Refuse to end a grid that others still stand below."""
    ending = {grid.key: grid.code for grid in ended}
    after = {grid.key: grid for grid in state.below(ending)} | {row.key: row for row in rows}
    for grid in after.values():
        if grid.parent_key in ending and grid.key not in ending:
            raise Conflict(
                "the grid would be left without its parent, which ends",
                where=f"plan {state.plan_id}, grid {grid.code}, parent {ending[grid.parent_key]}",
                fix="end it too, or give it another parent",
            )
