"""What an edit may not leave behind: grids in pieces, slivers, borders that do not fit."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisgrid.errors import InputError
from gisgrid.planning.edits.drawing import place
from gisgrid.planning.edits.plane import Plane
from gisgrid.planning.edits.stack import box_round
from gisgrid.planning.edits.workbench import Workbench, one_place

__all__ = ["MIN_WIDTH_M", "require_sound", "require_wide"]

MIN_WIDTH_M = 1.0
"""A piece narrower than this on average (twice its area by its border's length) is a sliver."""

# Degrees; a hundredth of a millimetre.
_LENGTH = 1e-10


def require_sound(bench: Workbench, *levels: str, in_pieces: bool = False) -> None:
    """Refuse what an edit did where a grid is in pieces, narrow, or does not fit its neighbours.

    Parameters
    ----------
    bench : Workbench
    *levels : str
        Where new lines were drawn. Levels above got only what the level below exchanged, and
        that was counted when it was.
    in_pieces : bool
        Grids may come to lie in pieces.

    Raises
    ------
    InputError
        It names the grid, the place and the reason.
    """
    for key, level in bench.reshaped.items():
        shape = bench.shapes[level][key]
        # A new grid is to be one piece; an old one may be in as many as before.
        before = bench.stack.shapes[level].get(key)
        parts, old = shapely.get_parts(shape), shapely.get_parts(before)
        if len(parts) > max(len(old), 1) and not in_pieces:
            raise InputError(
                f"{level} {bench.name(key)} would be in {len(parts)} pieces that lie apart",
                where=one_place(min(parts, key=shapely.area)),
                fix="split it there first, or draw so that it stays in one piece",
            )
        known = {shapely.to_wkb(shapely.normalize(part)) for part in old}
        new = [part for part in parts if shapely.to_wkb(shapely.normalize(part)) not in known]
        if not shapely.is_valid(shape):
            _refuse(f"the border of {level} {bench.name(key)} would cross itself", shape)
        require_wide(new, f"{level} {bench.name(key)}")
    for level in levels:
        _require_fitting(bench, level)


def require_wide(parts: list[BaseGeometry], name: str) -> None:
    """Refuse pieces that are slivers; InputError."""
    if not parts:
        return
    west, south, _, _ = box_round(parts)
    shapes = shapely.transform(np.array(parts, dtype=object), Plane((west, south)).flat)
    widths = 2.0 * shapely.area(shapes) / shapely.length(shapes)
    if (widths < MIN_WIDTH_M).any():
        narrow = int(widths.argmin())
        raise InputError(
            f"a piece of {name} would be {widths[narrow]:.2f} m wide",
            where=one_place(parts[narrow]),
            fix=f"draw on the border or at least {MIN_WIDTH_M:g} m away from it",
        )


def _require_fitting(bench: Workbench, level: str) -> None:
    """Refuse grids of a level that fit their neighbours worse than before; InputError."""
    new = [shape for key, shape in bench.shapes[level].items() if _differs(bench, level, key)]
    if not new:
        return
    around = shapely.box(*box_round(new))
    now, before = (
        _faulty_edges([*grids.values()], around)
        for grids in (bench.shapes[level], bench.stack.shapes[level])
    )
    if shapely.length(now).sum() > shapely.length(before).sum() + _LENGTH:
        _refuse(f"grids of level {level} would overlap or leave a gap", _first(now))


def _differs(bench: Workbench, level: str, key: int) -> bool:
    return bench.shapes[level][key] is not bench.stack.shapes[level].get(key)


def _faulty_edges(grids: list[BaseGeometry], around: BaseGeometry) -> NDArray[np.object_]:
    shapes = np.array(grids, dtype=object)
    near = shapes[shapely.intersects(shapely.box(*shapely.bounds(shapes).T), around)]
    return np.asarray(shapely.coverage_invalid_edges(near), dtype=object)


def _first(edges: NDArray[np.object_]) -> BaseGeometry:
    found: BaseGeometry = edges[~shapely.is_empty(edges)][0]
    return found


def _refuse(what: str, shape: BaseGeometry) -> None:
    raise InputError(
        what,
        where=place(shapely.get_coordinates(shapely.point_on_surface(shape))[0]),
        fix="draw further away from the borders there",
    )
