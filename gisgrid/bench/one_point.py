"""One point at a time, as a program asks that has one address in its hand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gisgrid.bench.results import GISGRID, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from gisgrid.bench.honeycomb import Coverage
    from gisgrid.bench.peers import Task
    from gisgrid.bench.results import BenchOptions
    from gisgrid.locate import CoverageIndex

__all__ = ["one_point_rows"]

# The peer is so slow that a tenth of the calls has to do.
_FEWER = 10


def one_point_rows(
    index: CoverageIndex, task: Task, calls: int, options: BenchOptions
) -> list[Row]:
    """The time of single calls from a Python loop: gisgrid's, and shapely's tree if it is wanted.

    Every call is timed by itself, the clock's own time included.

    Parameters
    ----------
    index : CoverageIndex
        Built from the task's coverage.
    task : Task
        Whose first points are asked for.
    calls : int
        How many of gisgrid's calls are timed; of the tree's a tenth.
    options : BenchOptions
        Which systems are wanted.

    Returns
    -------
    list of Row
        ``p50_us``, ``p99_us``, and ``points_per_second`` from the sum.
    """
    case = f"{len(task.coverage)} grids, one point"
    xs, ys = task.lon[:calls].tolist(), task.lat[:calls].tolist()
    rows = [Row(GISGRID, case, _spread(index.locate, xs, ys))]
    if options.wants("shapely"):
        few = max(len(xs) // _FEWER, 1)
        rows.append(Row("shapely", case, _spread(_by_tree(task.coverage), xs[:few], ys[:few])))
    return rows


def _by_tree(coverage: Coverage) -> Callable[[float, float], object]:
    tree = shapely.STRtree(coverage.polygons)
    shapely.prepare(coverage.polygons)
    return lambda x, y: tree.query(shapely.Point(x, y), predicate="intersects")


def _spread(
    ask: Callable[[float, float], object], xs: list[float], ys: list[float]
) -> dict[str, float]:
    clock = time.perf_counter_ns
    taken = np.empty(len(xs), dtype=np.int64)
    ask(xs[0], ys[0])  # what is made at the first call is no part of the others
    for number, (x, y) in enumerate(zip(xs, ys, strict=True)):
        begin = clock()
        ask(x, y)
        taken[number] = clock() - begin
    p50, p99 = np.percentile(taken, [50, 99]) / 1000
    return {
        "points_per_second": len(taken) / (float(taken.sum()) / 1e9),
        "p50_us": float(p50),
        "p99_us": float(p99),
    }
