"""The owner of a point among the polygons of one level."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
import shapely

from gisgrid.locate.borders import Borders, draw_borders
from gisgrid.locate.exact import ExactOwners
from gisgrid.locate.looking import look_up
from gisgrid.locate.raster import Raster, draw_raster
from gisgrid.locate.storing import broken, read_arrays, write_arrays
from gisgrid.locate.usable import refuse_unusable
from gisgrid.locate.walking import NOWHERE, SMALLEST, UNSURE, owner_in_cell

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["CoverageIndex"]


class CoverageIndex:
    """Finds which polygon of a coverage owns each point, exactly as GEOS' ``covers`` says.

    A polygon owns the points that it covers, its edge included. Where several cover a point,
    the one whose code comes first in code-point order owns it. The plane is degrees, as in
    GEOS; the order of the polygons makes no difference.

    Three things answer, each for what the one before leaves open: a raster, for the points in
    cells that no border crosses; the segments of the borders, for those in the other cells; and
    GEOS, for those nearer to a border than rounding can tell, or covered by several polygons.

    Parameters
    ----------
    polygons : sequence of shapely Polygon or MultiPolygon, shape (n,)
        The grids of one level, in degrees (EPSG:4326, longitude first).
    codes : sequence of str, shape (n,)
        The code of each polygon, or its path: ties are broken by comparing these.
    points : int, optional
        How many points will be looked up in all, about: for few the index is made sooner, and
        coarser. It makes no difference to any answer.

    Raises
    ------
    CoverageError
        A polygon is missing, empty, invalid or spans more than 180 degrees; or two share a code.

    See Also
    --------
    gisgrid.locate.LevelIndex : the indexes of all levels together.

    Notes
    -----
    An index is never changed once it is made: threads may share it, and `locate` holds no GIL
    while it works through an array.
    """

    def __init__(
        self,
        polygons: Sequence[Any] | NDArray[Any],
        codes: Sequence[str],
        *,
        points: int | None = None,
    ) -> None:
        shapes = np.asarray(polygons, dtype=object)
        names = tuple(codes)
        refuse_unusable(shapes, names)
        borders = draw_borders(shapes)
        boxes = np.asarray(shapely.bounds(shapes), dtype=np.float64).reshape(-1, 4)
        self._hold(names, borders, draw_raster(borders, points), boxes)

    def _hold(
        self, codes: tuple[str, ...], borders: Borders, raster: Raster, boxes: NDArray[np.float64]
    ) -> None:
        self.codes = codes
        self._arrays = {**vars(borders), **vars(raster), "boxes": boxes}
        for name, array in self._arrays.items():
            # The loops are compiled for one kind of array: aligned (which what comes out of a
            # pickle need not be), and not to be written to.
            self._arrays[name] = np.require(array, requirements=["C", "A"]).view()
            self._arrays[name].flags.writeable = False
        borders = Borders(**{name: self._arrays[name] for name in vars(borders)})
        raster = Raster(**{name: self._arrays[name] for name in vars(raster)})
        # Python compares str by code point, as COLLATE "C" does for UTF-8.
        ranks = np.empty(len(codes), dtype=np.int32)
        ranks[sorted(range(len(codes)), key=codes.__getitem__)] = np.arange(len(codes))
        self._exact = ExactOwners(borders, boxes, ranks)
        self._loop_arrays = (*vars(raster).values(), borders.xy, borders.sides)
        self._leaf_arrays = (raster.leaves, borders.xy, borders.sides)
        # For one point: plain numbers and views are read ten times faster than arrays.
        self._box = tuple(raster.box.tolist())
        self._grid = tuple(raster.grid.tolist())
        self._columns = raster.root.shape[1]
        self._root = raster.root.reshape(-1).data
        self._blocks = raster.blocks.data

    def __len__(self) -> int:
        return len(self.codes)

    def __reduce__(self) -> tuple[Any, ...]:
        arrays = {name: np.asarray(array) for name, array in self._arrays.items()}
        return _from_arrays, (type(self), self.codes, arrays)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that the index is made of."""
        return sum(array.nbytes for array in self._arrays.values())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to a file.

        Raises
        ------
        FileError
            The file cannot be written.
        """
        codes = np.frombuffer(json.dumps(self.codes).encode(), dtype=np.uint8)
        write_arrays(Path(path), {"codes": codes, **self._arrays})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> CoverageIndex:
        """Map a saved index into memory: processes that load the same file share one copy.

        Only files that one's own `save` wrote are safe to load.

        Raises
        ------
        FileError
            There is no such file, or it is no index that this version can read.
        """
        arrays = read_arrays(Path(path))
        try:
            codes = tuple(json.loads(arrays.pop("codes").tobytes()))
            return _from_arrays(cls, codes, arrays)
        except (KeyError, ValueError):
            raise broken(Path(path)) from None

    @overload
    def locate(self, lon: float, lat: float, *, border: Literal[False] = False) -> int: ...
    @overload
    def locate(self, lon: float, lat: float, *, border: Literal[True]) -> tuple[int, bool]: ...
    @overload
    def locate(
        self, lon: ArrayLike, lat: ArrayLike, *, border: Literal[False] = False
    ) -> NDArray[np.int32]: ...
    @overload
    def locate(
        self, lon: ArrayLike, lat: ArrayLike, *, border: Literal[True]
    ) -> tuple[NDArray[np.int32], NDArray[np.bool_]]: ...
    def locate(self, lon: ArrayLike, lat: ArrayLike, *, border: bool = False) -> Any:
        """The position in ``codes`` of the polygon that owns each point.

        Parameters
        ----------
        lon, lat : float, or array_like of float64, shape (n,)
            Degrees. NaN and infinity own nothing.
        border : bool
            Also tell which points several polygons cover, or lie on the edge of their owner.

        Returns
        -------
        owner : int, or ndarray of int32, shape (n,)
            Positions into ``codes``; -1 where no polygon covers the point.
        border : bool, or ndarray of bool, shape (n,)
            Only with ``border=True``.
        """
        if isinstance(lon, float) and isinstance(lat, float):
            position = self._locate_one(lon, lat)
            if position != UNSURE:
                return (position, False) if border else position
        x, y = _column(lon), _column(lat)
        if x.shape != y.shape or x.ndim != 1:
            raise ValueError(
                f"longitudes {x.shape} and latitudes {y.shape}: two columns are wanted"
            )
        owner = np.empty(len(x), dtype=np.int32)
        unsure = look_up(x, y, owner, *self._loop_arrays)
        on_border = np.zeros(len(x), dtype=np.bool_)
        if unsure:
            rows = np.flatnonzero(owner == UNSURE)
            owner[rows], on_border[rows] = self._exact.owners(x[rows], y[rows])
        if np.ndim(lon) == 0 and np.ndim(lat) == 0:
            return (int(owner[0]), bool(on_border[0])) if border else int(owner[0])
        return (owner, on_border) if border else owner

    def _locate_one(self, x: float, y: float) -> int:
        """What `look_up` does, for one point without a call into the loop where that is enough."""
        west, south, east, north = self._box
        if not (west <= x <= east and south <= y <= north):
            return NOWHERE
        # As `is_minute`, which costs a call; 0 itself is left to the loop.
        if -SMALLEST < x < SMALLEST or -SMALLEST < y < SMALLEST:
            return UNSURE
        left, low, width, height, across, up = self._grid
        u, v = (x - left) * across, (y - low) * up
        i, j = int(u), int(v)
        value: int = self._root[j * self._columns + i]
        scale = 1.0
        while value < UNSURE:
            at = (-3 - value) >> 1
            if value & 1:
                scale *= 4.0
                u, v = u * 4.0, v * 4.0
                i, j = int(u), int(v)
                value = self._blocks[(at << 4) + ((j & 3) << 2) + (i & 3)]
            else:
                corner_x, corner_y = left + i * (width / scale), low + j * (height / scale)
                return owner_in_cell(x, y, corner_x, corner_y, at, *self._leaf_arrays)
        return value


def _from_arrays(
    kind: type[CoverageIndex], codes: tuple[str, ...], arrays: dict[str, NDArray[Any]]
) -> CoverageIndex:
    index = kind.__new__(kind)
    borders = Borders(**{name: arrays[name] for name in Borders.__annotations__})
    raster = Raster(**{name: arrays[name] for name in Raster.__annotations__})
    index._hold(codes, borders, raster, arrays["boxes"])
    return index


def _column(values: ArrayLike) -> NDArray[np.float64]:
    """Numbers as the loops take them: contiguous, and read-only like the index itself."""
    column = np.ascontiguousarray(values, dtype=np.float64).view()
    column.flags.writeable = False
    return column
