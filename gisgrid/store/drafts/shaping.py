"""Edits that move borders: what they need of a plan, and the rows they come to."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import shapely

from gisgrid.errors import InputError
from gisgrid.planning import edits as drawing
from gisgrid.store.drafts import arguments as edits
from gisgrid.store.drafts.buildings import buildings_of
from gisgrid.store.drafts.codes import next_codes, next_names, require_free
from gisgrid.store.drafts.homes import homes_in
from gisgrid.store.drafts.households import with_divided_households
from gisgrid.store.drafts.state import DrawnGrid
from gisgrid.store.drafts.writing import Change, next_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

    from gisgrid.planning.edits import Added, Redrawn, Stack
    from gisgrid.store.drafts.state import PlanState

__all__ = ["Reshaping", "reshape"]

Reshaping = (
    edits.Split
    | edits.Merge
    | edits.MovePart
    | edits.MoveBuildings
    | edits.Paint
    | edits.MoveBorder
    | edits.MoveVertex
    | edits.CutOut
    | edits.SetParent
)

# A merge adds its households up, and a vertex that is moved leaves homes where they are counted.
_Dividing = (
    edits.Split
    | edits.MovePart
    | edits.MoveBuildings
    | edits.Paint
    | edits.MoveBorder
    | edits.CutOut
)

_NESTED: Final = ("area", "unit", "micro")


class _Scene(NamedTuple):
    """The grids near an edit, for the geometry, and their rows."""

    stack: Stack
    rows: dict[int, DrawnGrid]


def reshape(state: PlanState, edit: Reshaping) -> Change:
    """Move borders; grids that stay as they are are not written.

    Raises
    ------
    Conflict
        A code is taken, or a border of the level above would move unasked.
    InputError
        What is drawn does not do what the edit wants.
    NotFound
        No grid of the plan has a code.
    """
    scene, redrawn = _redraw(state, edit)
    rows = {key: replace(scene.rows[key], shape=shape) for key, shape in redrawn.changed.items()}
    for key, parent in redrawn.parents.items():
        rows[key] = replace(rows.get(key, scene.rows[key]), parent_key=parent)
    if isinstance(edit, edits.Merge):
        joined = _joined(edit, scene, rows)
        rows[joined.key] = joined
    codes = _codes(state, scene, redrawn.added, edit)
    names = _names(state, scene, redrawn.added, edit)
    fresh = next_key(state.connection, state.plan_id)
    for position, (added, code) in enumerate(zip(redrawn.added, codes, strict=True)):
        source = scene.rows[added.from_key]
        made = replace(_made(fresh - position, added, code, source, edit), name=names[position])
        rows[made.key] = made
        for child in added.children:
            rows[child] = replace(rows.get(child, scene.rows[child]), parent_key=made.key)
    ended = [scene.rows[key] for key in redrawn.removed]
    for grid in ended:
        rows.pop(grid.key, None)
    if isinstance(edit, _Dividing):
        old = {key: scene.rows[key] for key in (*rows, *redrawn.removed) if key in scene.rows}
        rows = with_divided_households(state.connection, old, rows)
    rows |= {grid.key: replace(grid, ended=True) for grid in ended if grid.key > 0}
    dropped = tuple(grid.key for grid in ended if grid.key < 0)
    return Change(tuple(rows.values()), dropped)


def _joined(edit: edits.Merge, scene: _Scene, rows: dict[int, DrawnGrid]) -> DrawnGrid:
    """What remains of a merge, with the declared households of all; of one undeclared, none."""
    named = {*edit.codes, edit.into}
    declared = [grid.households for grid in scene.rows.values() if grid.code in named]
    known = [count for count in declared if count is not None]
    (survivor,) = (grid for grid in rows.values() if grid.code in named)
    return replace(survivor, households=sum(known) if len(known) == len(declared) else None)


def _redraw(state: PlanState, edit: Reshaping) -> tuple[_Scene, Redrawn]:
    """What the geometry makes of an edit."""
    if isinstance(edit, edits.Paint):
        grid, cells = state.grid(edit.to), edit.shapes
        scene = _scene(state, [grid], cells)
        return scene, drawing.paint(scene.stack, grid.key, cells)
    along = {"with_parents": edit.with_parents}
    match edit:
        case edits.Split():
            (grid,) = named = state.grids([edit.code])
            line = edit.line.shape
            scene = _scene(state, named, [line])
            weigh = partial(homes_in, state.connection)
            return scene, drawing.split(scene.stack, grid.key, line, weigh=weigh)
        case edits.Merge():
            named = state.grids(edit.codes)
            into = None if edit.into is None else state.grid(edit.into).key
            scene = _scene(state, named)
            return scene, drawing.merge(scene.stack, [g.key for g in named], into=into, **along)
        case edits.MovePart():
            source, target = named = state.grids([edit.source, edit.target])
            part = edit.polygon.shape
            scene = _scene(state, named, [part])
            moved = drawing.move_part(scene.stack, source.key, target.key, part, **along)
            return scene, moved
        case edits.MoveBuildings():
            source, target = named = state.grids([edit.source, edit.target])
            standing = buildings_of(state.connection, source, edit.buildings)
            scene = _scene(state, named)
            moved = drawing.move_buildings(scene.stack, source.key, target.key, standing, **along)
            return scene, moved
        case edits.MoveBorder():
            one, other = named = state.grids([edit.one, edit.other])
            line = edit.line.shape
            scene = _scene(state, named, [line])
            return scene, drawing.move_border(scene.stack, one.key, other.key, line, **along)
        case edits.MoveVertex():
            old, new = edit.old, edit.new
            if old == new:
                # The vertex lies within a millimetre of the old place and would move by as much.
                raise InputError("the edit changes nothing", where=f"plan {state.plan_id}")
            named = _meeting(state, edit.level, shapely.Point(old))
            scene = _scene(state, named, [shapely.Point(new)])
            return scene, drawing.move_vertex(scene.stack, edit.level, old, new, **along)
        case edits.CutOut():
            polygon = edit.polygon.shape
            named = _meeting(state, edit.level, polygon)
            scene = _scene(state, named, [polygon])
            return scene, drawing.cut_out(scene.stack, edit.level, polygon, **along)
        case edits.SetParent():
            grid, parent = named = state.grids([edit.code, edit.parent])
            scene = _scene(state, named)
            return scene, drawing.change_parent(scene.stack, grid.key, parent.key, **along)


def _meeting(state: PlanState, level: str, drawn: BaseGeometry) -> list[DrawnGrid]:
    """The grids of a level that something drawn may lie in."""
    found = state.near(drawing.box_round([drawn]), level)
    if not found:
        lon, lat = drawn.centroid.coords[0]
        raise InputError(
            f"no {level} lies there", where=f"lon {lon:.6f}, lat {lat:.6f}", fix="draw it on grids"
        )
    return found


def _scene(
    state: PlanState, named: Sequence[DrawnGrid], drawn: Iterable[BaseGeometry] = ()
) -> _Scene:
    """All grids that an edit may touch: those near what it names, and their parents."""
    box = drawing.box_round([*(grid.shape for grid in named), *drawn])
    rows = {grid.key: grid for grid in [*state.near(box, *_NESTED), *named]}
    for _ in _NESTED:
        parents = {grid.parent_key for grid in rows.values()} - rows.keys() - {None}
        if not parents:
            break
        rows |= state.by_key(key for key in parents if key is not None)
    stack = drawing.Stack(
        {
            level: {grid.key: grid.shape for grid in rows.values() if grid.level == level}
            for level in _NESTED
        },
        {grid.key: grid.parent_key for grid in rows.values()},
        {grid.key: grid.code for grid in rows.values()},
    )
    return _Scene(stack, rows)


def _codes(state: PlanState, scene: _Scene, added: Sequence[Added], edit: Reshaping) -> list[str]:
    """A code for each new grid: those given go to the level of the edit, in the order given."""
    given, level = _given_codes(scene, edit)
    if given:
        require_free(state, given)
    left = list(given)
    codes: list[str] = []
    for grid in added:
        if grid.level == level and left:
            codes.append(left.pop(0))
        else:
            like = scene.rows[grid.from_key].code
            codes += next_codes(state, like, 1, avoid=[*codes, *given])
    if left:
        raise InputError(
            f"more codes are given than grids are made: {len(given)} for {len(given) - len(left)}",
            where=f"plan {state.plan_id}",
        )
    return codes


def _given_codes(scene: _Scene, edit: Reshaping) -> tuple[list[str], str | None]:
    match edit:
        case edits.Split():
            level = next(grid.level for grid in scene.rows.values() if grid.code == edit.code)
            return list(edit.new_codes), level
        case edits.CutOut():
            return [] if edit.new_code is None else [edit.new_code], edit.level
    return [], None


def _names(state: PlanState, scene: _Scene, added: Sequence[Added], edit: Reshaping) -> list[str]:
    """A name for each new grid, as given, or the name of the one that a split parts from."""
    match edit:
        case edits.CutOut():
            return [edit.name if grid.level == edit.level else "" for grid in added]
        case edits.Split():
            given = list(edit.new_names)
            if len(given) > len(added):
                raise InputError(
                    f"more names are given than grids are made: {len(given)} for {len(added)}",
                    where=f"plan {state.plan_id}",
                )
            name = scene.rows[added[0].from_key].name
            return given + next_names(state, name, len(added) - len(given), avoid=given)
    return [""] * len(added)


def _made(key: int, added: Added, code: str, source: DrawnGrid, edit: Reshaping) -> DrawnGrid:
    """The row of a grid that an edit makes."""
    cut = isinstance(edit, edits.CutOut) and edit.level == added.level
    return DrawnGrid(
        key=key,
        level=added.level,
        code=code,
        name="",
        parent_key=added.parent,
        special=edit.special if isinstance(edit, edits.CutOut) and cut else source.special,
        households=None,
        range_reason=None,
        shape=added.shape,
    )
