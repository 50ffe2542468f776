"""Boxes in queries: what lies in any of them, found by the spatial index."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import Float, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Column, Connection, Select

__all__ = ["select_in_boxes", "share_of_extent"]

# Square degrees, far below those of any room.
_NO_GROUND: Final = 1e-30


def select_in_boxes(
    columns: Sequence[Any], place: Column[Any], boxes: NDArray[np.float64]
) -> Select[Any]:
    """Rows whose geometry meets a box; a row comes once for every box that it meets.

    The boxes drive the look-up, each through the spatial index, so its time is that of the boxes
    and of what they hold, whatever the size of the table.

    Parameters
    ----------
    columns : sequence of columns
    place : column
        The geometry of their table, EPSG:4326.
    boxes : ndarray of float64, shape (n, 4)
        west, south, east, north in degrees.
    """
    sides = (cast(bindparam(None, side.tolist(), ARRAY(Float)), ARRAY(Float)) for side in boxes.T)
    box = func.unnest(*sides).table_valued("west", "south", "east", "north").render_derived()
    envelope = func.ST_MakeEnvelope(box.c.west, box.c.south, box.c.east, box.c.north, 4326)
    return select(*columns).select_from(box).join(place.table, place.bool_op("&&")(envelope))


def share_of_extent(
    connection: Connection, place: Column[Any], boxes: NDArray[np.float64]
) -> float | None:
    """How much of the ground that a table spans lies in boxes, counted once for each of them.

    The extent is read from the head of the spatial index; None of an empty table, and of one
    without an index that was never analysed.
    """
    found = connection.execute(_extent(place)).one()
    if None in found:
        return None
    low, high = np.array(found[:2]), np.array(found[2:])
    inside = np.minimum(boxes[:, 2:], high) - np.maximum(boxes[:, :2], low)
    # Points in one line span no ground; whatever meets them counts as nothing.
    area = max(float(np.prod(high - low)), _NO_GROUND)
    return float(np.prod(np.maximum(inside, 0.0), axis=1).sum()) / area


@cache
def _extent(place: Column[Any]) -> Select[Any]:
    """The query is kept: making it takes longer than running it."""
    extent = func.ST_EstimatedExtent(place.table.schema, place.table.name, place.name)
    sides = (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)
    return select(*(side(extent) for side in sides))
