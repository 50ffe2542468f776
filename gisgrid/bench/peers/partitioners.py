"""Programs that divide connected cells among grids: METIS, SKATER, Max-P and GerryChain."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gisgrid.bench.results import GISGRID

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.planning.proposals import Cells, Range
    from gisgrid.planning.proposals.graph import Graph

__all__ = ["PARTITIONERS", "Connected", "Partitioner"]


@dataclass(frozen=True)
class Connected:
    """Connected cells, and how many households a grid shall have.

    Attributes
    ----------
    cells : Cells
    graph : Graph
        Of these cells; the cost of a border is metres times the weight of its lines.
    wanted : Range
    seed : int
    """

    cells: Cells
    graph: Graph
    wanted: Range
    seed: int

    @property
    def count(self) -> int:
        """How many grids the middle of the range asks for."""
        middle = (self.wanted.least + self.wanted.most) / 2.0
        return max(round(float(self.cells.households.sum()) / middle), 1)


@dataclass(frozen=True)
class Partitioner:
    """A program by its name in rows, what it needs, and how it divides.

    Attributes
    ----------
    slow : bool
        It takes a minute where others take a second, and so gets fewer units.
    """

    name: str
    divide: Callable[[Connected], NDArray[np.int64]] | None
    requires: str = ""
    slow: bool = False

    @property
    def installed(self) -> bool:
        return not self.requires or find_spec(self.requires) is not None


def _metis(task: Connected) -> NDArray[np.int64]:
    """One k-way run, in one piece each, weights as gisgrid's own."""
    import pymetis
    from scipy.sparse import coo_array

    graph = task.graph
    ends = np.concatenate([graph.one, graph.other]), np.concatenate([graph.other, graph.one])
    whole = np.rint(graph.cost).astype(np.int64) + 1
    matrix = coo_array((np.tile(whole, 2), ends), shape=(graph.count,) * 2).tocsr()
    adjacency = pymetis.CSRAdjacency(matrix.indptr, matrix.indices)
    done = pymetis.part_graph(
        task.count,
        adjacency,
        vweights=task.cells.households.tolist(),
        eweights=matrix.data.tolist(),
        recursive=False,
        options=pymetis.Options(contig=1, seed=task.seed),
    )
    return np.asarray(done[1], dtype=np.int64)


def _frame(task: Connected) -> tuple[Any, Any]:
    """Cells as spopt wants them: a frame, and weights between neighbours."""
    import geopandas as gpd
    from libpysal.weights import W

    beside: dict[int, list[int]] = {cell: [] for cell in range(task.graph.count)}
    for one, other in zip(task.graph.one.tolist(), task.graph.other.tolist(), strict=True):
        beside[one].append(other)
        beside[other].append(one)
    columns = {"households": task.cells.households.astype(np.float64)}
    return gpd.GeoDataFrame(columns, geometry=task.cells.shapes), W(beside, silence_warnings=True)


def _skater(task: Connected) -> NDArray[np.int64]:
    from spopt.region import Skater

    frame, weights = _frame(task)
    model = Skater(frame, weights, ["households"], n_clusters=task.count)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


def _max_p(task: Connected) -> NDArray[np.int64]:
    from spopt.region import MaxPHeuristic

    frame, weights = _frame(task)
    np.random.seed(task.seed)  # it has no seed of its own
    model = MaxPHeuristic(frame, weights, ["households"], "households", task.wanted.least)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


def _tree(task: Connected) -> NDArray[np.int64]:
    """Random spanning trees cut where both sides come to a fitting number of households."""
    import gerrychain
    import networkx
    from gerrychain.partition import recursive_tree_part

    random.seed(task.seed)
    net = networkx.Graph()
    for cell, households in enumerate(task.cells.households.tolist()):
        net.add_node(cell, households=households)
    net.add_edges_from(zip(task.graph.one.tolist(), task.graph.other.tolist(), strict=True))
    wanted, total = task.wanted, float(task.cells.households.sum())
    found = recursive_tree_part(
        gerrychain.Graph.from_networkx(net),
        range(task.count),
        total / task.count,
        "households",
        (wanted.most - wanted.least) / (wanted.most + wanted.least),
        0,
    )
    return np.array([found[cell] for cell in range(task.graph.count)], dtype=np.int64)


def _quietly(
    divide: Callable[[Connected], NDArray[np.int64]],
) -> Callable[[Connected], NDArray[np.int64]]:
    """Divide without the warnings of others; what they cannot divide stays whole."""

    def divided(task: Connected) -> NDArray[np.int64]:
        if task.count == 1:
            return np.zeros(task.graph.count, dtype=np.int64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return divide(task)
            except (RuntimeError, ValueError, IndexError, KeyError):
                return np.zeros(task.graph.count, dtype=np.int64)

    return divided


PARTITIONERS: Final = (
    Partitioner(GISGRID, None),
    Partitioner("metis", _quietly(_metis)),
    Partitioner("skater", _quietly(_skater), "spopt", slow=True),
    Partitioner("max-p", _quietly(_max_p), "spopt", slow=True),
    Partitioner("gerrychain", _quietly(_tree), "gerrychain"),
)
"""The systems in the order of rows; gisgrid divides by itself."""
