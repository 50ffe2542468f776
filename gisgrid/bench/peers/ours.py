"""gisgrid itself, on one thread or several."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from gisgrid.bench.peers.task import Contender
from gisgrid.locate import CoverageIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gisgrid.bench.peers.task import Task

__all__ = ["coverage_index"]

# More pieces than threads, so that none waits long for the last piece of another.
_PIECES_PER_THREAD = 4


@contextmanager
def coverage_index(task: Task) -> Iterator[Contender]:
    """`gisgrid.locate.CoverageIndex`, the points cut in pieces for several threads."""
    index = CoverageIndex(task.coverage.polygons, task.coverage.codes)
    if task.threads == 1:
        yield Contender(lambda: index.locate(task.lon, task.lat), np.asarray)
        return
    with ThreadPoolExecutor(task.threads) as pool:
        yield Contender(lambda: _in_pieces(index, task, pool), np.asarray)


def _in_pieces(index: CoverageIndex, task: Task, pool: ThreadPoolExecutor) -> NDArray[np.int32]:
    owner = np.empty(len(task.lon), dtype=np.int32)
    edges = np.linspace(0, len(owner), task.threads * _PIECES_PER_THREAD + 1).astype(int)

    def fill(begin: int, end: int) -> None:
        owner[begin:end] = index.locate(task.lon[begin:end], task.lat[begin:end])

    list(pool.map(fill, edges[:-1], edges[1:]))
    return owner
