"""How good a division of cells is, and why a grid has too few or too many households."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from gisgrid.planning.measures import polsby_popper
from gisgrid.planning.proposals.graph import Graph, pieces
from gisgrid.planning.proposals.values import Measures, Miss

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.planning.proposals.cells import Cells
    from gisgrid.planning.proposals.crossing import Crossings
    from gisgrid.planning.proposals.ground import Range

__all__ = ["continued", "measured", "misses"]


def continued(cells: Cells, label: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The present grid that each new one goes on as: so that most households stay; -1 for none."""
    found = np.full(int(label.max()) + 1, -1, dtype=np.int64)
    there = cells.present >= 0
    if count == 0 or not there.any():
        return found
    both = np.zeros((len(found), count))
    # Ground without homes goes on as what it was, too.
    np.add.at(both, (label[there], cells.present[there]), cells.households[there] + 1e-6)
    new, old = linear_sum_assignment(both, maximize=True)
    real = both[new, old] > 0.0
    found[new[real]] = old[real]
    return found


def measured(
    cells: Cells,
    graph: Graph,
    label: NDArray[np.int64],
    shapes: NDArray[np.object_],
    present: NDArray[np.int64],
    wanted: Range,
    crossings: Crossings,
) -> Measures:
    """Measure a division on its cells.

    Parameters
    ----------
    graph : Graph
        Of all cells, barriers and all.
    shapes : array of Polygon or MultiPolygon, shape (n,)
        The grids.
    present : int64 array, shape (n,)
        As from `continued`.
    """
    households = np.bincount(label, weights=cells.households)
    border = label[graph.one] != label[graph.other]
    length = float(graph.length[border].sum())
    pairs = np.unique(np.column_stack([cells.block, label]), axis=0)
    grids_of_block = np.unique(pairs[:, 0], return_counts=True)[1]
    stays = (cells.present >= 0) & (present[label] == cells.present)
    there = int(cells.households[cells.present >= 0].sum())
    return Measures(
        grids=len(shapes),
        in_range=float((wanted.miss(households) == 0).mean()),
        contiguous=float((np.bincount(_first_piece(graph, label)) == 1).mean()),
        on_lines=float(graph.on_lines[border].sum()) / length if length else float("nan"),
        blocks_split=float((grids_of_block > 1).mean()),
        compactness=float(np.mean(polsby_popper(shapes))),
        kept=float(cells.households[stays].sum()) / there if there else float("nan"),
        crossed_m=crossings.metres(shapes),
    )


def _first_piece(graph: Graph, label: NDArray[np.int64]) -> NDArray[np.int64]:
    """The grid of every connected piece."""
    piece = pieces(graph, label)
    _, first = np.unique(piece, return_index=True)
    return label[first]


def misses(
    cells: Cells,
    graph: Graph,
    label: NDArray[np.int64],
    wanted: Range,
    fixed: dict[int, str],
) -> tuple[Miss, ...]:
    """Why grids are outside the range.

    Parameters
    ----------
    graph : Graph
        Of the cells that could be divided freely.
    fixed : dict of int to str
        Reasons that are known, by grid.
    """
    ground = pieces(graph)
    totals = np.bincount(ground, weights=cells.households).astype(np.int64)
    largest = np.zeros(len(totals), dtype=np.int64)
    np.maximum.at(largest, ground, cells.households)
    sums = np.bincount(label, weights=cells.households).astype(np.int64)
    found = []
    for grid in np.flatnonzero(wanted.miss(sums)).tolist():
        count, here = int(sums[grid]), np.flatnonzero(label == grid)
        # Ground without homes may have joined it from elsewhere.
        of = ground[here[np.argmax(cells.households[here])]]
        total, building = int(totals[of]), int(cells.households[here].max())
        if grid in fixed:
            found.append(Miss(grid, count, fixed[grid], count))
        elif total == 0:
            found.append(Miss(grid, count, "empty", total))
        elif building > wanted.most:
            found.append(Miss(grid, count, "building", building))
        elif len(wanted.counts(total)) == 0:
            found.append(Miss(grid, count, "total", total))
        elif largest[of] > wanted.most:
            found.append(Miss(grid, count, "building", int(largest[of])))
        else:
            found.append(Miss(grid, count, "shape", total))
    return tuple(found)
