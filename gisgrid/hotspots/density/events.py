"""Many events in little memory: ten bytes each, ordered so that a map reads only what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gisgrid.geometry.tiling import to_world

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["CELL_BITS", "Events", "Selection"]

# Cells of the index: 2^16 by 2^16 on the map of the earth, half a kilometre wide in China. A
# place within its cell takes 16 bits more each way, which makes steps of less than a centimetre.
CELL_BITS: Final = 16
_BITS: Final = 32
_NO_TIME: Final = 0
_LAST: Final = 2**32 - 1


@dataclass(frozen=True)
class Selection:
    """Which events are meant; without any of it, all of them.

    Attributes
    ----------
    kinds : ndarray of bool, shape (k,), or None
        Whether each kind is wanted.
    since, until : float or None
        Epoch seconds: events in ``[since, until)``; with either, those without a time are left
        out.
    """

    kinds: NDArray[np.bool_] | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True)
class Events:
    """Events by the cell that they lie in, cells from north to south and from west to east.

    Within a cell they are in the order of their times, so that a period is read without the rest.

    Attributes
    ----------
    cells : ndarray of uint32, shape (c,)
        Row and column of each cell that holds events, 16 bits each; ascending.
    starts : ndarray of int64, shape (c + 1,)
        Where the events of each cell begin.
    x, y : ndarray of uint16, shape (n,)
        Places within the cell, rightwards and downwards.
    kind : ndarray of uint16, shape (n,)
        What each is, as the maker of the events numbers it.
    second : ndarray of uint32, shape (n,)
        When, in seconds since `first` counted from 1; 0 where that is not known.
    first : int
        The first time, in whole epoch seconds.
    """

    cells: NDArray[np.uint32]
    starts: NDArray[np.int64]
    x: NDArray[np.uint16]
    y: NDArray[np.uint16]
    kind: NDArray[np.uint16]
    second: NDArray[np.uint32]
    first: int

    def __len__(self) -> int:
        return len(self.x)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        listed = (self.cells, self.starts, self.x, self.y, self.kind, self.second)
        return sum(one.nbytes for one in listed)

    @classmethod
    def of(cls, lon: Any, lat: Any, kind: Any, seconds: Any) -> Events:
        """Order events.

        Parameters
        ----------
        lon, lat : array_like of float, shape (n,)
            Degrees (EPSG:4326), finite; beyond the map's square they lie on its edge.
        kind : array_like of int, shape (n,)
            0 to 65,535.
        seconds : array_like of float, shape (n,)
            Epoch seconds, floored; NaN where the time is not known.
        """
        return cls.gather([(np.asarray(lon), np.asarray(lat), np.asarray(kind), seconds)])

    @classmethod
    def gather(cls, parts: Iterable[tuple[Any, Any, Any, Any]]) -> Events:
        """Order events that come in parts, each with the columns of `of`."""
        columns: list[tuple[NDArray[Any], ...]] = [_compact(*part) for part in parts]
        columns.append(_compact([], [], [], []))
        x, y, kind, when = (np.concatenate(column) for column in zip(*columns, strict=True))
        known = np.isfinite(when)
        first = int(when[known].min()) if known.any() else 0
        second = np.where(known, np.minimum(when - first + 1, _LAST), _NO_TIME).astype(np.uint32)
        del when, known
        cell = (y & np.uint32(0xFFFF0000)) | (x >> np.uint32(CELL_BITS))
        order = np.argsort(cell.astype(np.uint64) << np.uint64(32) | second)
        cell = cell[order]
        begins = np.flatnonzero(np.diff(cell, prepend=~cell[:1]))
        return cls(
            cells=cell[begins],
            starts=np.append(begins, len(order)).astype(np.int64),
            x=(x & np.uint32(0xFFFF)).astype(np.uint16)[order],
            y=(y & np.uint32(0xFFFF)).astype(np.uint16)[order],
            kind=kind[order],
            second=second[order],
            first=first,
        )

    def span(self, wanted: Selection) -> tuple[np.uint32, np.uint32]:
        """The `second` of the first and of the last event that a selection may hold."""
        if wanted.since is None and wanted.until is None:
            return np.uint32(_NO_TIME), np.uint32(_LAST)
        since, until = (
            other if one is None else int(np.clip(ceil(one) - self.first + 1, 1, _LAST + 1))
            for one, other in ((wanted.since, 1), (wanted.until, _LAST + 1))
        )
        # An end before everything leaves 1 to 0: nothing.
        return np.uint32(min(since, _LAST)), np.uint32(until - 1)


def _compact(lon: Any, lat: Any, kind: Any, seconds: Any) -> tuple[NDArray[Any], ...]:
    """The columns of some events in few bytes; times as whole seconds, NaN where not known."""
    degrees = np.column_stack([np.asarray(lon, np.float64), np.asarray(lat, np.float64)])
    world = np.floor(to_world(degrees) * 2.0**_BITS)
    x, y = np.clip(world, 0, _LAST).astype(np.uint32).T
    return x, y, np.asarray(kind, np.uint16), np.floor(np.asarray(seconds, np.float64))
