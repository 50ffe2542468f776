"""Connected ground divided among grids: a pool of divisions, and the best of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.planning.proposals.balancing import balanced
from gisgrid.planning.proposals.choosing import Pool
from gisgrid.planning.proposals.graph import pieces
from gisgrid.planning.proposals.pooling import divisions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.planning.proposals.graph import Graph
    from gisgrid.planning.proposals.ground import Range

__all__ = ["Piece", "part_of", "pool_of"]

# Present grids that are divided anew together: one outside the range, and so many beside it.
_TOGETHER: Final = 2
_TRIES_TOGETHER: Final = 2
_MOST_TOGETHER: Final = 200


@dataclass(frozen=True)
class Piece:
    """Connected cells to divide.

    Attributes
    ----------
    cells : int64 array, shape (n,)
        Their numbers in the ground.
    graph : Graph
        Of these cells alone, numbered from 0.
    households, block, present : int64 arrays, shape (n,)
    """

    cells: NDArray[np.int64]
    graph: Graph
    households: NDArray[np.int64]
    block: NDArray[np.int64]
    present: NDArray[np.int64]


def part_of(whole: Piece, kept: NDArray[np.bool_]) -> Piece:
    """Some cells of a piece, with the graph between them."""
    place = np.cumsum(kept) - 1
    graph = whole.graph
    within = kept[graph.one] & kept[graph.other]
    inner = graph.without(~within)
    numbered = replace(inner, one=place[inner.one], other=place[inner.other], count=int(kept.sum()))
    return Piece(
        whole.cells[kept], numbered, whole.households[kept], whole.block[kept], whole.present[kept]
    )


def pool_of(
    piece: Piece,
    wanted: Range,
    rng: np.random.Generator,
    step: Callable[[], None],
) -> Pool:
    """Grids that a piece may be divided into.

    Parameters
    ----------
    step : callable
        Called after every division; what it raises ends the search.
    """
    pool = Pool(piece.graph, piece.households, wanted)
    # Whatever else comes up, all together are a division, and a large building may be a grid.
    pool.add(np.zeros(len(piece.cells), dtype=np.int64))
    large = piece.households >= wanted.least
    pool.add(np.where(large, np.cumsum(large) - 1, -1))
    for label in divisions(piece.graph, piece.households, piece.block, wanted, rng):
        pool.add(label)
        step()
    for label in _round_large(piece, wanted, rng):
        pool.add(label)
        step()
    for label in _near_present(piece, wanted, rng):
        pool.add(label)
        step()
    return pool


def _round_large(
    piece: Piece, wanted: Range, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Divisions of the ground round buildings that are above the range."""
    large = piece.households > wanted.most
    if not large.any():
        return
    of = pieces(piece.graph, large.astype(np.int64))
    for number in np.unique(of[~large]).tolist():
        yield from _anew(piece, of == number, wanted, rng)


def _near_present(
    piece: Piece, wanted: Range, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Present grids, and some of them divided anew with those beside them."""
    there = piece.present >= 0
    if not there.any():
        return
    label = pieces(piece.graph, np.where(there, piece.present, -1))
    yield label
    yield balanced(label, piece.graph, piece.households, wanted)
    graph = piece.graph
    beside = np.unique(np.sort(label[np.column_stack([graph.one, graph.other])], axis=1), axis=0)
    miss = wanted.miss(np.bincount(label, weights=piece.households))
    for some in islice(_groups(np.flatnonzero(miss).tolist(), beside), _MOST_TOGETHER):
        yield from _anew(piece, np.isin(label, some), wanted, rng)


def _groups(wrong: list[int], beside: NDArray[np.int64]) -> Iterator[list[int]]:
    """Each of some grids alone, then with one of those beside it, then with two."""
    for size in range(_TOGETHER + 1):
        for grid in wrong:
            touching = np.unique(beside[(beside == grid).any(axis=1)])
            for some in combinations(touching[touching != grid].tolist(), size):
                yield [grid, *some]


def _anew(
    piece: Piece, these: NDArray[np.bool_], wanted: Range, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Divisions of some cells, the others being in no grid."""
    part = part_of(piece, these)
    if pieces(part.graph).max() > 0:
        return
    for inner in divisions(
        part.graph, part.households, part.block, wanted, rng, tries=_TRIES_TOGETHER
    ):
        label = np.full(len(these), -1, dtype=np.int64)
        label[these] = inner
        yield label
