"""Systems on one task: taken in, checked against GEOS, then timed in turns."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gisgrid.bench.alternating import alternate
from gisgrid.bench.results import Row
from gisgrid.errors import GisgridError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gisgrid.bench.peers import Contender, System, Task
    from gisgrid.bench.results import BenchOptions

__all__ = ["contest"]


@dataclass(frozen=True)
class _Entry:
    """A system at the start, warmed up, and whether its answers are right."""

    system: str
    threads: int
    contender: Contender
    equal: bool

    @property
    def name(self) -> str:
        return f"{self.system}, {self.threads} thread{'s' * (self.threads > 1)}"

    def row(self, case: str, points: int, seconds: float) -> Row:
        measures = {"points_per_second": points / seconds, "seconds": seconds}
        title = self.name.replace(self.system, case)
        return Row(self.system, title, measures, self.contender.detail, self.equal)


def contest(
    case: str,
    systems: Sequence[System],
    task: Task,
    truth: NDArray[np.int32],
    rounds: int,
    options: BenchOptions,
) -> list[Row]:
    """One row per system and number of threads; those of one number stand together.

    Parameters
    ----------
    case : str
        What rows call it, the number of threads added.
    systems : sequence of System
        In the order of the rows. One that cannot run here is named and left out.
    task : Task
        Its number of threads is set for each.
    truth : ndarray of int32, shape (points,)
        The right owners.
    rounds : int
        How often each runs; every system has run once before, to warm up and to be checked.
    options : BenchOptions
        Where progress is told, and the database if there is one.
    """
    with ExitStack() as stack:
        entries: list[_Entry] = []
        for system in systems:
            try:
                task = _with_database(stack, system, task, options)
                for threads in system.threads:
                    own = replace(task, threads=threads)
                    entries.append(_enter(stack, system, own, truth, options))
            except GisgridError as error:
                options.progress(f"略过 left out: {system.name} ({error})")
        options.progress(f"{case}: {rounds} 轮 rounds")
        seconds = alternate({entry.name: entry.contender.run for entry in entries}, rounds)
    entries.sort(key=lambda entry: entry.threads)
    return [entry.row(case, len(truth), seconds[entry.name]) for entry in entries]


def _enter(
    stack: ExitStack, system: System, task: Task, truth: NDArray[np.int32], options: BenchOptions
) -> _Entry:
    begin = time.perf_counter()
    contender = stack.enter_context(system.open(task))
    ready = time.perf_counter()
    equal = bool(np.array_equal(contender.owners(contender.run()), truth))
    entry = _Entry(system.name, task.threads, contender, equal)
    options.progress(
        f"  {entry.name}: 准备 prepared {ready - begin:.1f} s, "
        f"首轮并核对 first run and check {time.perf_counter() - ready:.1f} s"
    )
    return entry


def _with_database(stack: ExitStack, system: System, task: Task, options: BenchOptions) -> Task:
    """The task with a database, if the system needs one and the task has none yet."""
    if not system.in_database or task.database is not None:
        return task
    # SQLAlchemy and the server are imported only where a database is measured.
    from gisgrid.bench.database import bench_database

    return replace(task, database=stack.enter_context(bench_database(options.database)))
