"""The borders of a coverage: every segment once, with the polygon on its left and on its right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from gisgrid.errors import CoverageError
from gisgrid.locate.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NOBODY", "Borders", "draw_borders"]

# The side of a segment that no polygon lies on.
NOBODY: Final = -1

# Polygons that shapely takes apart at a time: their copies are gone before the next.
_PORTION: Final = 4096

# Places in the raster are numbers of 32 bits, and a vertex may need several.
_MOST_VERTICES: Final = 1 << 26


@dataclass(frozen=True)
class Borders:
    """Segments in chains, and the rings that are made of them.

    Segment ``k`` leads from vertex ``k`` to vertex ``k + 1``. The last vertex of a chain begins
    no segment: nobody lies on either of its sides.

    Attributes
    ----------
    xy : ndarray of float64, shape (2 * m,)
        Longitude and latitude of each vertex in turn, degrees.
    sides : ndarray of int32, shape (2 * m,)
        The polygon left and right of each segment in turn, or `NOBODY`.
    runs : ndarray of int32, shape (2 * r,)
        Rings as runs of segments: the first segment, and how many follow it from there
        (negative: each run through backwards).
    ring_runs : ndarray of int32, shape (rings + 1,)
        Where each ring's runs begin.
    polygon_rings : ndarray of int32, shape (n + 1,)
        Where each polygon's rings begin.
    shell : ndarray of bool, shape (rings,)
        Whether a ring is the shell of a part; the holes of the part follow it.
    """

    xy: NDArray[np.float64]
    sides: NDArray[np.int32]
    runs: NDArray[np.int32]
    ring_runs: NDArray[np.int32]
    polygon_rings: NDArray[np.int32]
    shell: NDArray[np.bool_]

    def polygon(self, position: int) -> Any:
        """A polygon as it was given, but for vertices that repeat the one before them."""
        parts: list[tuple[Any, list[Any]]] = []
        for ring in range(self.polygon_rings[position], self.polygon_rings[position + 1]):
            first, last = self.ring_runs[ring], self.ring_runs[ring + 1]
            vertices = _ring_vertices(self.runs[2 * first : 2 * last])
            coordinates = self.xy.reshape(-1, 2)[vertices]
            if self.shell[ring]:
                parts.append((coordinates, []))
            else:
                parts[-1][1].append(coordinates)
        made = [shapely.Polygon(shell, holes) for shell, holes in parts]
        return made[0] if len(made) == 1 else shapely.MultiPolygon(made)


def draw_borders(shapes: NDArray[np.object_]) -> Borders:
    """Take polygons apart into segments, those that two of them share joined into one.

    Parameters
    ----------
    shapes : ndarray of shapely Polygon or MultiPolygon, shape (n,)
        Valid ones. Where they overlap, segments may have the same place; each is kept.

    Raises
    ------
    CoverageError
        There are more vertices than places in the raster.
    """
    joint = _Joint(int(shapely.get_num_coordinates(shapes).sum()))
    polygon_rings = [np.zeros(1, dtype=np.int32)]
    shells = [np.zeros(0, dtype=np.bool_)]
    for begin in range(0, len(shapes), _PORTION):
        parts, owner = shapely.get_parts(shapes[begin : begin + _PORTION], return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        shell = np.r_[True, part[1:] != part[:-1]]
        # The interior lies left of a shell that runs against the clock, right of such a hole.
        # Coordinates that no place has overflow, and their ring runs either way.
        with np.errstate(over="ignore", invalid="ignore"):
            joint.add(rings, owner[part] + begin, shapely.is_ccw(rings) == shell)
        size = min(_PORTION, len(shapes) - begin)
        polygon_rings.append(np.bincount(owner[part], minlength=size).astype(np.int32))
        shells.append(shell)
    return Borders(
        *joint.finished(),
        polygon_rings=np.cumsum(np.concatenate(polygon_rings), dtype=np.int32),
        shell=np.concatenate(shells),
    )


class _Joint:
    """Grows the chains ring by ring, looking each segment up among those already there."""

    def __init__(self, coordinates: int) -> None:
        # Room for segments of which no two share a vertex; what is not written to takes no memory.
        self._xy = np.empty(4 * coordinates)
        self._sides = np.empty(4 * coordinates, dtype=np.int32)
        self._table = np.zeros(1 << (coordinates * 5 // 4).bit_length(), dtype=np.int32)
        self._size = 0
        self._runs = [np.zeros(0, dtype=np.int32)]
        self._ring_runs = [np.zeros(1, dtype=np.int32)]

    def add(
        self, rings: NDArray[np.object_], owner: NDArray[np.intp], left: NDArray[np.bool_]
    ) -> None:
        """Append rings; ``left`` tells whether the owner lies on the left of its ring."""
        # Adding zero turns -0.0 into 0.0, so that equal coordinates have equal bits.
        xy = shapely.get_coordinates(rings).ravel() + 0.0
        ends = np.cumsum(shapely.get_num_coordinates(rings), dtype=np.int64)
        runs = np.empty(len(xy), dtype=np.int32)
        counts = np.empty(len(rings), dtype=np.int32)
        self._size, written = _join(
            xy,
            xy.view(np.uint64),
            ends,
            owner.astype(np.int32),
            left,
            self._xy,
            self._sides,
            self._table,
            self._size,
            runs,
            counts,
        )
        self._runs.append(runs[: 2 * written].copy())
        self._ring_runs.append(counts)

    def finished(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Chains, sides, runs and where each ring's runs begin."""
        del self._table
        if self._size > _MOST_VERTICES:
            raise CoverageError(
                f"{self._size:,} border vertices are more than {_MOST_VERTICES:,}",
                fix="index parts of the coverage by themselves",
            )
        self._xy.resize(2 * self._size, refcheck=False)
        self._sides.resize(2 * self._size, refcheck=False)
        begins = np.cumsum(np.concatenate(self._ring_runs), dtype=np.int32)
        return self._xy, self._sides, np.concatenate(self._runs), begins


@compiled
def _join(
    given: NDArray[np.float64],
    bits: NDArray[np.uint64],
    ends: NDArray[np.int64],
    owners: NDArray[np.int32],
    left: NDArray[np.bool_],
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
    table: NDArray[np.int32],
    size: int,
    runs: NDArray[np.int32],
    counts: NDArray[np.int32],
) -> tuple[int, int]:
    """Write the segments of rings that are new, and the owner of those that are there.

    ``table`` is a hash table with open addressing: the segment + 1, or 0. Returns the number of
    vertices and of runs written.
    """
    mask = len(table) - 1
    written = 0
    begin = 0
    for ring in range(len(ends)):
        slot = 0 if left[ring] else 1
        first_run = written
        chained = False
        step = 0
        k = -1
        for i in range(begin, ends[ring] - 1):
            x0, y0, x1, y1 = given[2 * i], given[2 * i + 1], given[2 * i + 2], given[2 * i + 3]
            if x0 == x1 and y0 == y1:
                continue
            # Most often it is the neighbour of the segment before, on the same shared border.
            expected = k + step
            way = 0
            if step != 0 and not chained and expected >= 0:
                way = _fit(xy, sides, expected, slot, x0, y0, x1, y1)
            at = 0
            if way != 0:
                k = expected
            else:
                at = _hash(bits[2 * i], bits[2 * i + 1], bits[2 * i + 2], bits[2 * i + 3]) & mask
                while table[at] != 0:
                    way = _fit(xy, sides, table[at] - 1, slot, x0, y0, x1, y1)
                    if way != 0:
                        k = table[at] - 1
                        break
                    at = (at + 1) & mask
            if way == 0:
                if not chained:
                    _add_vertex(xy, sides, size, x0, y0)
                    size += 1
                k = size - 1
                _add_vertex(xy, sides, size, x1, y1)
                size += 1
                table[at] = k + 1
                chained = True
                way = 1
            else:
                chained = False
            sides[2 * k + (slot if way > 0 else 1 - slot)] = owners[ring]
            if (
                written > first_run
                and way == step
                and k == runs[2 * written - 2] + runs[2 * written - 1]
            ):
                runs[2 * written - 1] += way
            else:
                runs[2 * written] = k
                runs[2 * written + 1] = way
                written += 1
            step = way
        counts[ring] = written - first_run
        begin = ends[ring]
    return size, written


@compiled
def _add_vertex(
    xy: NDArray[np.float64], sides: NDArray[np.int32], k: int, x: float, y: float
) -> None:
    xy[2 * k] = x
    xy[2 * k + 1] = y
    sides[2 * k] = NOBODY
    sides[2 * k + 1] = NOBODY


@compiled
def _fit(
    xy: NDArray[np.float64],
    sides: NDArray[np.int32],
    k: int,
    slot: int,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
) -> int:
    """1 when segment ``k`` is this one and its side is free, -1 when it is backwards, else 0."""
    if sides[2 * k] == NOBODY and sides[2 * k + 1] == NOBODY:
        return 0
    a, b, c, d = xy[2 * k], xy[2 * k + 1], xy[2 * k + 2], xy[2 * k + 3]
    if a == x0 and b == y0 and c == x1 and d == y1 and sides[2 * k + slot] == NOBODY:
        return 1
    if a == x1 and b == y1 and c == x0 and d == y0 and sides[2 * k + 1 - slot] == NOBODY:
        return -1
    return 0


@compiled
def _hash(ax: np.uint64, ay: np.uint64, bx: np.uint64, by: np.uint64) -> int:
    """The same number in both directions."""
    a = (ax * np.uint64(0x9E3779B97F4A7C15)) ^ (ay * np.uint64(0xC2B2AE3D27D4EB4F))
    b = (bx * np.uint64(0x9E3779B97F4A7C15)) ^ (by * np.uint64(0xC2B2AE3D27D4EB4F))
    a ^= a >> np.uint64(29)
    b ^= b >> np.uint64(29)
    mixed = (a + b) * np.uint64(0xBF58476D1CE4E5B9)
    return int((mixed ^ (mixed >> np.uint64(32))) & np.uint64(0x7FFFFFFFFFFFFFFF))


def _ring_vertices(runs: NDArray[np.int32]) -> NDArray[np.intp]:
    """The vertices of a ring in turn, the first again at the end."""
    pieces = [
        np.arange(first, first + count)
        if count > 0
        else np.arange(first + 1, first + 1 + count, -1)
        for first, count in runs.reshape(-1, 2).tolist()
    ]
    pieces.append(pieces[0][:1])
    return np.concatenate(pieces)
