"""Declared households of grids whose ground an edit divides: they go with the homes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gisgrid.planning.ground import ROUNDING, same_ground
from gisgrid.store.drafts.homes import homes_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry
    from sqlalchemy import Connection

    from gisgrid.store.drafts.state import DrawnGrid

__all__ = ["divide", "with_divided_households"]


def with_divided_households(
    connection: Connection, before: Mapping[int, DrawnGrid], after: Mapping[int, DrawnGrid]
) -> dict[int, DrawnGrid]:
    """Grids after an edit with the declared households that their ground brings.

    What a grid had declared is divided among those that have its ground now: by the households of
    the addresses there, or by area where there are none. A grid that had none declared gets none
    and brings none; a new one has none declared where any of its ground brings none.

    Parameters
    ----------
    before : mapping of key to DrawnGrid
        The grids that the edit changes or ends.
    after : mapping of key to DrawnGrid
        The grids that it writes, with the households from before; those that end left out.
    """
    gains: dict[int, list[int | None]] = defaultdict(list)
    kept: dict[int, int] = {}
    # Who owns the border of two is who comes first.
    ordered = sorted(after.values(), key=lambda one: one.code)
    for key, grid in before.items():
        if key in after and same_ground(grid.shape, after[key].shape):
            continue
        pieces = _pieces(grid.shape, [one for one in ordered if one.level == grid.level])
        if pieces.keys() <= {key}:
            continue
        counts = _shares(connection, grid.households, [*pieces.values()])
        for target, count in zip(pieces, counts, strict=True):
            if target == key:
                kept[key] = count or 0
            else:
                gains[target].append(count)
    return {
        key: replace(grid, households=_counted(grid, kept.get(key), gains[key], key not in before))
        for key, grid in after.items()
    }


def divide(count: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers that add up to a count, as near as can be in proportion to weights.

    Parameters
    ----------
    weights : sequence of float
        None below 0, not all 0. What is left over by rounding goes to the largest remainders.
    """
    exact = count * np.asarray(weights, np.float64) / np.sum(weights)
    whole = np.floor(exact).astype(np.int64)
    left = count - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return [int(one) for one in whole]


def _pieces(shape: BaseGeometry, grids: Sequence[DrawnGrid]) -> dict[int, BaseGeometry]:
    """What of some ground each grid has."""
    found: dict[int, BaseGeometry] = {}
    for grid in grids:
        parts = shapely.get_parts(shapely.intersection(shape, grid.shape))
        solid = parts[shapely.area(parts) > ROUNDING * shapely.area(shape)]
        if len(solid):
            found[grid.key] = shapely.MultiPolygon([*solid])
    return found


def _shares(
    connection: Connection, count: int | None, pieces: Sequence[BaseGeometry]
) -> Sequence[int | None]:
    if count is None:
        return [None] * len(pieces)
    weights = homes_in(connection, pieces)
    return divide(count, weights if any(weights) else shapely.area(pieces).tolist())


def _counted(
    grid: DrawnGrid, kept: int | None, gains: Sequence[int | None], new: bool
) -> int | None:
    """What a grid has declared with what it kept and gained."""
    known = [count for count in gains if count is not None]
    if new:
        return sum(known) if gains and len(known) == len(gains) else None
    if grid.households is None:
        return None
    return (grid.households if kept is None else kept) + sum(known)
