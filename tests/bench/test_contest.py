"""A contest tells who is right and who could not come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from gisgrid.bench import BenchOptions
from gisgrid.bench.contest import contest
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.peers import SYSTEMS, Contender, System, Task
from gisgrid.bench.peers.geos import owners_by_geos
from gisgrid.errors import ServerError

RUNS: list[int] = []


@contextmanager
def nearly_right(task: Task) -> Iterator[Contender]:
    owners = owners_by_geos(task.coverage, task.lon, task.lat)
    owners[-1] += 1
    yield Contender(lambda: RUNS.append(task.threads), lambda _: owners, {"form": "rounded"})


@contextmanager
def not_here(task: Task) -> Iterator[Contender]:
    raise ServerError("no PostGIS")
    yield


@pytest.fixture
def task() -> Task:
    rng = np.random.default_rng(1)
    return Task(make_coverage(9, 1), *(rng.normal(c, 0.005, 500) for c in (121.2, 31.4)))


def test_one_wrong_answer_is_told(task: Task) -> None:
    RUNS.clear()
    gisgrid = SYSTEMS[0]
    liar = System("liar", __name__, "nearly_right", threads=(1, 2))
    truth = owners_by_geos(task.coverage, task.lon, task.lat)
    rows = contest("small", [gisgrid, liar], task, truth, 3, BenchOptions())
    assert [(row.system, row.case, row.equal) for row in rows] == [
        ("gisgrid", "small, 1 thread", True),
        ("liar", "small, 1 thread", False),
        ("gisgrid", "small, 2 threads", True),
        ("liar", "small, 2 threads", False),
    ]
    assert rows[1].detail == {"form": "rounded"}
    for row in rows:
        assert row.measures["points_per_second"] == 500 / row.measures["seconds"]
    # Once to warm up, then three rounds, on each number of threads.
    assert sorted(RUNS) == [1] * 4 + [2] * 4


def test_a_system_that_cannot_run_is_named_and_left_out(task: Task) -> None:
    said: list[str] = []
    systems = [System("away", __name__, "not_here"), SYSTEMS[0]]
    truth = owners_by_geos(task.coverage, task.lon, task.lat)
    rows = contest("small", systems, task, truth, 1, BenchOptions(progress=said.append))
    assert {row.system for row in rows} == {"gisgrid"}
    assert any("left out: away (no PostGIS)" in line for line in said)
