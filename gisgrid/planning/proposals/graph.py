"""The graph of cells: who is beside whom, and what a border between the two would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from gisgrid.planning.edits.plane import Plane
from gisgrid.planning.proposals.adjacency import shared_edges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.planning.proposals.cells import Cells
    from gisgrid.planning.proposals.ground import Lines

__all__ = ["LEAST_SHARED_M", "OFF_LINES", "Graph", "cell_graph", "pieces"]

OFF_LINES: Final = 10.0
"""What a metre of border costs where no line runs."""

LEAST_SHARED_M: Final = 1.0
"""Cells that share no more metres than this are not beside each other."""

# A border lies on a line that is no further away (metres).
_ON_LINE_M: Final = 0.5


@dataclass(frozen=True)
class Graph:
    """Cells that are beside each other, each pair once.

    Attributes
    ----------
    one, other : int64 arrays, shape (m,)
        ``one`` comes first.
    length : float64 array, shape (m,)
        Metres of border that the two share.
    on_lines : float64 array, shape (m,)
        Metres of it that run along lines.
    cost : float64 array, shape (m,)
        What it would cost as a border of grids: metres times the weight of their class.
    barrier : bool array, shape (m,)
        No grid may lie on both sides.
    count : int
        Number of cells.
    """

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    length: NDArray[np.float64]
    on_lines: NDArray[np.float64]
    cost: NDArray[np.float64]
    barrier: NDArray[np.bool_]
    count: int

    def without(self, apart: NDArray[np.bool_]) -> Graph:
        """The graph without some of its pairs."""
        kept = ~apart
        return Graph(
            self.one[kept],
            self.other[kept],
            self.length[kept],
            self.on_lines[kept],
            self.cost[kept],
            self.barrier[kept],
            self.count,
        )


def cell_graph(cells: Cells, lines: Lines) -> Graph:
    """The graph of cells between lines."""
    edges = shared_edges(cells.shapes)
    west, south = shapely.total_bounds(cells.shapes)[:2].tolist()
    flat = Plane((west, south)).flat(edges.ends)
    length = np.hypot(*(flat[:, 1] - flat[:, 0]).T)
    at = _line_along(flat, lines, Plane((west, south)))
    names = sorted(set(lines.classes))
    classes = np.array([names.index(name) for name in lines.classes] + [-1])
    of_class = classes[at]
    default = lines.weights.get("minor", OFF_LINES)
    weight = np.array([*(lines.weights.get(name, default) for name in names), OFF_LINES])
    pairs, of = np.unique(np.column_stack([edges.one, edges.other]), axis=0, return_inverse=True)

    def total(metres: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(of, weights=metres, minlength=len(pairs)).astype(np.float64)

    hard = np.array([*(name in lines.barriers for name in names), False])
    graph = Graph(
        pairs[:, 0],
        pairs[:, 1],
        total(length),
        total(length * (of_class >= 0)),
        total(length * weight[of_class]),
        total(length * hard[of_class]) > 0.0,
        len(cells.shapes),
    )
    return graph.without(graph.length <= LEAST_SHARED_M)


def pieces(graph: Graph, group: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """The connected piece that each cell lies in, numbered from 0; within groups where given."""
    one, other = graph.one, graph.other
    if group is not None:
        same = group[one] == group[other]
        one, other = one[same], other[same]
    links = coo_array((np.ones(len(one)), (one, other)), shape=(graph.count, graph.count))
    found: NDArray[np.int64] = connected_components(csr_array(links), directed=False)[1]
    return found.astype(np.int64)


def _line_along(edges: NDArray[np.float64], lines: Lines, plane: Plane) -> NDArray[np.int64]:
    """The line that each edge runs along, the cheapest of several; -1 for none."""
    middle = shapely.points(edges.mean(axis=1))
    tree = shapely.STRtree(shapely.transform(lines.shapes, plane.flat))
    edge, line = tree.query(middle, predicate="dwithin", distance=_ON_LINE_M)
    default = lines.weights.get("minor", OFF_LINES)
    weight = np.array([lines.weights.get(name, default) for name in lines.classes])
    order = np.argsort(-weight[line], kind="stable")
    found = np.full(len(edges), -1, dtype=np.int64)
    found[edge[order]] = line[order]
    return found
