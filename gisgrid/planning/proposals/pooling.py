"""Many ways to divide cells among grids, from which the best set of grids is chosen later.

METIS divides the graph of cells again and again, with weights that vary a little, with blocks
held together or not; what it gives is balanced by moving cells at the borders. Each grid of each
division goes into the pool.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import coo_array

from gisgrid.planning.proposals.balancing import balanced
from gisgrid.planning.proposals.graph import pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.planning.proposals.graph import Graph
    from gisgrid.planning.proposals.ground import Range

__all__ = ["Coarse", "divisions", "held_together", "metis", "runs_of"]

# Blocks up to this share of the fewest households of a grid are held together.
_CAPS: Final = (0.0, 0.35, 0.7, 1.0)
_TRIES: Final = 6
# Numbers of grids that are tried, those nearest to the middle of the range first.
_COUNTS: Final = 4


@dataclass(frozen=True)
class Coarse:
    """Cells held together as nodes, as METIS takes a graph."""

    node: NDArray[np.int64]
    weights: NDArray[np.int64]
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    cost: NDArray[np.float64]


def divisions(
    graph: Graph,
    households: NDArray[np.int64],
    block: NDArray[np.int64],
    wanted: Range,
    rng: np.random.Generator,
    *,
    tries: int = _TRIES,
) -> Iterator[NDArray[np.int64]]:
    """Divide connected cells among grids in many ways.

    Parameters
    ----------
    tries : int
        Divisions for each number of grids and each way of holding blocks together.

    Yields
    ------
    int64 array, shape (n,)
        The grid of each cell, numbered from 0; each in one piece.
    """
    filled = wanted.filled(households)
    for count in _counts(wanted, int(filled.sum())):
        if count == 1:
            yield np.zeros(graph.count, dtype=np.int64)
        if count == 1 or count > graph.count:
            continue
        for cap, _ in product(_CAPS, range(tries)):
            node = _light_blocks(graph, filled, block, cap * wanted.least)
            coarse = held_together(graph, filled, node)
            label = metis(coarse, count, rng)
            if label is not None:
                yield label
                yield balanced(label, graph, filled, wanted)


def runs_of(wanted: Range, total: int) -> int:
    """How many divisions `divisions` gives at most for so many households."""
    return len(_counts(wanted, total)) * len(_CAPS) * _TRIES * 2


def _counts(wanted: Range, total: int) -> list[int]:
    """Numbers of grids for so many households: those that fit, else the two next to them."""
    fitting = [*wanted.counts(total)]
    if not fitting:
        return sorted({max(total // wanted.most, 1), max(-(-total // wanted.most), 1)})
    middle = 2 * total / (wanted.least + wanted.most)
    return sorted(fitting, key=lambda count: abs(count - middle))[:_COUNTS]


def _light_blocks(
    graph: Graph, households: NDArray[np.int64], block: NDArray[np.int64], cap: float
) -> NDArray[np.int64]:
    """Blocks held together as far as they are connected; heavier ones cell by cell."""
    if cap == 0.0:
        return np.arange(graph.count)
    together = pieces(graph, block)
    light = np.bincount(together, weights=households) <= cap
    node = np.where(light[together], together, together.max() + 1 + np.arange(graph.count))
    return np.unique(node, return_inverse=True)[1].astype(np.int64)


def held_together(graph: Graph, households: NDArray[np.int64], node: NDArray[np.int64]) -> Coarse:
    """The graph of nodes that are several cells each, numbered from 0."""
    ends = np.sort(np.column_stack([node[graph.one], node[graph.other]]), axis=1)
    across = ends[:, 0] != ends[:, 1]
    pairs, of = np.unique(ends[across], axis=0, return_inverse=True)
    cost = np.bincount(of, weights=graph.cost[across], minlength=len(pairs)).astype(np.float64)
    weights = np.bincount(node, weights=households).astype(np.int64)
    return Coarse(node, weights, pairs[:, 0], pairs[:, 1], cost)


def metis(coarse: Coarse, count: int, rng: np.random.Generator) -> NDArray[np.int64] | None:
    """One division by METIS with weights varied at random; None where it divides nothing.

    It is a grid for each cell, not for each node. There may be fewer grids than asked for, where
    a building weighs more than a grid.
    """
    import pymetis

    size = len(coarse.weights)
    if size < count:
        return None
    varied = coarse.cost * rng.uniform(0.5, 1.5, len(coarse.cost)) + 1.0
    whole = np.rint(varied).astype(np.int64)
    ends = np.concatenate([coarse.one, coarse.other]), np.concatenate([coarse.other, coarse.one])
    matrix = coo_array((np.tile(whole, 2), ends), shape=(size, size)).tocsr()
    options = pymetis.Options(
        contig=1, seed=int(rng.integers(2**31)), ufactor=int(rng.integers(20, 200))
    )
    adjacency = pymetis.CSRAdjacency(matrix.indptr, matrix.indices)
    done = pymetis.part_graph(
        count, adjacency, vweights=coarse.weights.tolist(), eweights=matrix.data.tolist(),
        recursive=False, options=options,
    )  # fmt: skip
    part = np.asarray(done[1], dtype=np.int64)
    used, label = np.unique(part, return_inverse=True)
    return label[coarse.node] if len(used) > 1 else None
