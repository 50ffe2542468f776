"""Polygons that no index can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gisgrid.errors import CoverageError
from gisgrid.locate.paths import PATH_SEPARATOR

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["refuse_unusable"]


def refuse_unusable(shapes: NDArray[Any], codes: tuple[str, ...]) -> None:
    """Raise for the first polygon that no index can hold, naming its code and place."""
    if len(shapes) != len(codes):
        raise CoverageError(f"{len(shapes)} polygons and {len(codes)} codes do not match")
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise CoverageError("two polygons have this code", where=_said(code))
        seen.add(code)
    kinds = shapely.get_type_id(shapes)
    for bad in np.flatnonzero(~np.isin(kinds, (3, 6)) | shapely.is_empty(shapes))[:1]:
        raise CoverageError("not a polygon, or an empty one", where=_said(codes[bad]))
    for bad in np.flatnonzero(~_is_valid(shapes))[:1]:
        raise CoverageError(
            f"invalid polygon: {_reason(shapes[bad])}",
            where=_said(codes[bad]),
            fix="repair the ring at that place",
        )
    # A grid split at the 180th meridian has parts on both sides, each of them narrow.
    parts, whole = shapely.get_parts(shapes, return_index=True)
    bounds = shapely.bounds(parts)
    for bad in whole[bounds[:, 2] - bounds[:, 0] > 180][:1]:
        raise CoverageError(
            "polygon spans more than 180 degrees of longitude",
            where=_said(codes[bad]),
            fix="split it at the 180th meridian",
        )


def _is_valid(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    try:
        return np.asarray(shapely.is_valid(shapes))
    except shapely.GEOSException:
        # One of them is too small for GEOS to judge: numbers near the least that there is.
        return np.array([_reason(shape) == "Valid Geometry" for shape in shapes])


def _reason(shape: Any) -> str:
    try:
        return str(shapely.is_valid_reason(shape))
    except shapely.GEOSException as error:
        return str(error)


def _said(code: str) -> str:
    """A code, or the last one of a path, as a message names it."""
    return repr(code.rpartition(PATH_SEPARATOR)[2])
