"""The exact fallback: GEOS itself, for the few points that rounding or an overlap leaves open."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from gisgrid.locate.walking import is_beyond

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.locate.borders import Borders

__all__ = ["ExactOwners"]

# Points at a time: as shapely objects they take some hundred bytes each.
_PORTION: Final = 1 << 16
# Polygons that few points ask for are kept, those that many ask for are prepared and let go.
_KEPT: Final = 64
_MANY: Final = 32


class ExactOwners:
    """Asks GEOS' ``covers`` of every polygon whose box holds a point.

    Polygons are put together from the borders when they are asked. Those that threads share are
    never prepared, for that would change them.

    Parameters
    ----------
    borders : Borders
    boxes : ndarray of float64, shape (n, 4)
        West, south, east, north of each polygon.
    ranks : ndarray of int32, shape (n,)
        The place of each polygon in the order of codes.
    """

    def __init__(
        self, borders: Borders, boxes: NDArray[np.float64], ranks: NDArray[np.int32]
    ) -> None:
        self._borders = borders
        self._boxes = boxes
        self._ranks = ranks
        self._by_rank = np.argsort(ranks).astype(np.int32)
        self._beyond = is_beyond(borders.xy)
        self._polygon = lru_cache(_KEPT)(borders.polygon)
        self._lock = Lock()
        self._tree: shapely.STRtree | None = None

    def owners(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Owner (-1 for none) of each point, and whether it lies on a border."""
        owner = np.empty(len(x), dtype=np.int32)
        border = np.empty(len(x), dtype=np.bool_)
        for begin in range(0, len(x), _PORTION):
            some = slice(begin, begin + _PORTION)
            owner[some], border[some] = self._owners(x[some], y[some])
        return owner, border

    def _owners(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        points = np.asarray(shapely.points(x, y), dtype=object)
        row, polygon = self._boxes_tree().query(points)
        order = np.argsort(polygon, kind="stable")
        asked, starts = np.unique(polygon[order], return_index=True)
        # Where products underflow, GEOS' index of a prepared polygon disagrees with GEOS itself.
        preparing = not (self._beyond or is_beyond(x, y))
        best = np.full(len(x), len(self._ranks), dtype=np.int64)
        covering = np.zeros(len(x), dtype=np.int64)
        interior = np.zeros(len(x), dtype=np.bool_)
        for position, rows in zip(asked.tolist(), np.split(row[order], starts)[1:], strict=True):
            if preparing and len(rows) >= _MANY:
                shape = self._borders.polygon(position)
                shapely.prepare(shape)
            else:
                shape = self._polygon(position)
            covers, contains = _relations(shape, points[rows])
            covering[rows[covers]] += 1
            best[rows[covers]] = np.minimum(best[rows[covers]], self._ranks[position])
            interior[rows[contains]] = True
        owner = np.append(self._by_rank, np.int32(-1))[best]
        return owner, (covering > 1) | ((covering == 1) & ~interior)

    def _boxes_tree(self) -> Any:
        with self._lock:
            if self._tree is None:
                self._tree = shapely.STRtree(np.asarray(shapely.box(*self._boxes.T)))
        return self._tree


def _relations(
    shape: Any, points: NDArray[np.object_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which points a polygon covers, and which lie in its interior."""
    # Huge numbers overflow inside GEOS; its answer is taken all the same.
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(shapely.covers(shape, points)), np.asarray(
            shapely.contains(shape, points)
        )
