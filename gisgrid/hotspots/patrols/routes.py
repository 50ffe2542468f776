"""In which order to go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from gisgrid.hotspots.patrols.reach import FloatArray

__all__ = ["improved", "path_metres", "shortest_path"]

# Longer chains seldom move as one in a route of a few dozen stops.
_CHAIN: Final = 3
_ROUNDING_M: Final = 1e-6


def path_metres(metres: FloatArray, path: Sequence[int]) -> float:
    """The length of a path through sites, by a matrix of distances between them."""
    return float(metres[path[:-1], path[1:]].sum()) if len(path) > 1 else 0.0


def shortest_path(metres: FloatArray, stops: Sequence[int], start: int | None = None) -> list[int]:
    """An order of stops whose path is short: nearest neighbour, then 2-opt and Or-opt.

    Parameters
    ----------
    metres : float64 array, shape (sites, sites)
        Symmetric distances.
    stops : sequence of int
        The sites to visit, each once.
    start : int, optional
        Where the path begins; it is not a stop and not in the answer. The path ends anywhere.

    Returns
    -------
    list of int
        The stops in order. No turned piece and no moved chain of up to three stops makes it
        shorter.
    """
    if not stops:
        return []
    firsts = [start] if start is not None else _firsts(metres, stops)
    paths = [improved(metres, _nearest(metres, stops, one), start is not None) for one in firsts]
    best = min(paths, key=lambda path: path_metres(metres, path))
    return best if start is None else best[1:]


def _firsts(metres: FloatArray, stops: Sequence[int]) -> list[int]:
    """A path that may begin anywhere is best begun at its edge: the two stops farthest apart."""
    own = metres[np.ix_(list(stops), list(stops))]
    one, other = np.unravel_index(int(np.argmax(own)), own.shape)
    return [stops[int(one)], stops[int(other)]]


def _nearest(metres: FloatArray, stops: Sequence[int], first: int) -> list[int]:
    left = [one for one in stops if one != first]
    path = [first]
    while left:
        path.append(left.pop(int(np.argmin(metres[path[-1], left]))))
    return path


def improved(metres: FloatArray, path: list[int], held: bool) -> list[int]:
    """Turn pieces and move chains of a path while that makes it shorter.

    Parameters
    ----------
    metres : float64 array, shape (sites, sites)
    path : list of int
    held : bool
        The first stays the first.
    """
    while True:
        length = path_metres(metres, path)
        shorter = next(
            (
                other
                for other in _neighbours(path, 1 if held else 0)
                if path_metres(metres, other) < length - _ROUNDING_M
            ),
            None,
        )
        if shorter is None:
            return path
        path = shorter


def _neighbours(path: list[int], free: int) -> list[list[int]]:
    """All paths with one piece turned, or one chain moved (and turned)."""
    size = len(path)
    turned = [
        path[:begin] + path[begin:end][::-1] + path[end:]
        for begin in range(free, size)
        for end in range(begin + 2, size + 1)
    ]
    moved = []
    for begin in range(free, size):
        for end in range(begin + 1, min(begin + _CHAIN, size) + 1):
            chain, rest = path[begin:end], path[:begin] + path[end:]
            for place in range(free, len(rest) + 1):
                moved += [rest[:place] + one + rest[place:] for one in (chain, chain[::-1])]
    return turned + moved
