"""The owner of a point among the polygons of one level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
import shapely

from gisgrid.errors import CoverageError
from gisgrid.locate.paths import PATH_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["CoverageIndex"]


class CoverageIndex:
    """Finds which polygon of a coverage owns each point, exactly as GEOS' ``covers`` says.

    A polygon owns the points that it covers, its edge included. Where several cover a point,
    the one whose code comes first in code-point order owns it. The plane is degrees, as in
    GEOS; the order of the polygons makes no difference.

    Parameters
    ----------
    polygons : sequence of shapely Polygon or MultiPolygon, shape (n,)
        The grids of one level, in degrees (EPSG:4326, longitude first).
    codes : sequence of str, shape (n,)
        The code of each polygon, or its path: ties are broken by comparing these.

    Raises
    ------
    CoverageError
        A polygon is missing, empty, invalid or spans more than 180 degrees; or two share a code.

    See Also
    --------
    gisgrid.locate.LevelIndex : the indexes of all levels together.
    """

    def __init__(self, polygons: Sequence[Any] | NDArray[Any], codes: Sequence[str]) -> None:
        shapes = np.asarray(polygons, dtype=object)
        self.codes: tuple[str, ...] = tuple(codes)
        _refuse_unusable(shapes, self.codes)
        # Python compares str by code point, as COLLATE "C" does for UTF-8.
        order = sorted(range(len(self.codes)), key=self.codes.__getitem__)
        self._positions = np.array(order, dtype=np.int32)
        self._shapes = shapes[self._positions]
        shapely.prepare(self._shapes)

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def locate(
        self, lon: ArrayLike, lat: ArrayLike, *, border: Literal[False] = False
    ) -> NDArray[np.int32]: ...
    @overload
    def locate(
        self, lon: ArrayLike, lat: ArrayLike, *, border: Literal[True]
    ) -> tuple[NDArray[np.int32], NDArray[np.bool_]]: ...
    def locate(
        self, lon: ArrayLike, lat: ArrayLike, *, border: bool = False
    ) -> NDArray[np.int32] | tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """The position in ``codes`` of the polygon that owns each point.

        Parameters
        ----------
        lon, lat : array_like of float64, shape (n,)
            Degrees. NaN and infinity own nothing.
        border : bool
            Also tell which points several polygons cover, or lie on the edge of their owner.

        Returns
        -------
        owner : ndarray of int32, shape (n,)
            Positions into ``codes``; -1 where no polygon covers the point.
        border : ndarray of bool, shape (n,)
            Only with ``border=True``.
        """
        x, y = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (lon, lat))
        owner = np.full(len(x), -1, dtype=np.int32)
        on_border = np.zeros(len(x), dtype=np.bool_)
        finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if len(finite) and len(self._shapes):
            points = np.asarray(shapely.points(x[finite], y[finite]), dtype=object)
            self._fill(finite, points, owner, on_border)
        return (owner, on_border) if border else owner

    def _fill(
        self,
        rows: NDArray[np.intp],
        points: NDArray[Any],
        owner: NDArray[np.int32],
        on_border: NDArray[np.bool_],
    ) -> None:
        # The points go into the tree and the prepared polygons ask it: a polygon is prepared
        # once and meets thousands of points, a point meets a handful of polygons.
        tree = shapely.STRtree(points)
        rank, hit = tree.query(self._shapes, predicate="covers")
        best = np.full(len(rows), len(self._shapes), dtype=np.intp)
        np.minimum.at(best, hit, rank)
        owned = best < len(self._shapes)
        owner[rows[owned]] = self._positions[best[owned]]
        inner = np.zeros(len(rows), dtype=np.intp)
        _, inside = tree.query(self._shapes, predicate="contains")
        np.add.at(inner, inside, 1)
        on_border[rows] = owned & ((np.bincount(hit, minlength=len(rows)) > 1) | (inner == 0))


def _refuse_unusable(shapes: NDArray[Any], codes: tuple[str, ...]) -> None:
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
    for bad in np.flatnonzero(~shapely.is_valid(shapes))[:1]:
        reason = shapely.is_valid_reason(shapes[bad])
        raise CoverageError(
            f"invalid polygon: {reason}",
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


def _said(code: str) -> str:
    """A code, or the last one of a path, as a message names it."""
    return repr(code.rpartition(PATH_SEPARATOR)[2])
