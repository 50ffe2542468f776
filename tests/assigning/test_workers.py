"""Several processes: the same answer, also when one is killed, and nothing left on Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gisgrid.assigning import assign, partitions, streaming
from gisgrid.assigning.crews import TRIES
from gisgrid.assigning.processes import processes
from gisgrid.errors import InputError, WorkerError
from gisgrid.locate import CoverageIndex
from tests.assigning.files import answers_in, boundary_file, point_file, town_points
from tests.assigning.tasks import always_deadly, doubled, refused
from tests.towns import SIDE, SOUTH, WEST, square


@pytest.fixture
def index() -> CoverageIndex:
    return CoverageIndex([square(0, 0), square(1, 0)], ["a", "b"])


def test_results_come_in_order_and_are_done_again(index: CoverageIndex, tmp_path: Path) -> None:
    work = partial(doubled, marker=tmp_path / "killed", deadly=7)
    taken: list[int] = []

    def tasks():
        for task in range(40):
            taken.append(task)
            yield task

    with processes(index, 2) as crew:
        results = crew.run(work, tasks())
        assert next(results) == (0, 2)
        assert len(taken) <= crew.ahead
        assert [(0, 2), *results] == [(2 * task, 2) for task in range(40)]
    assert (tmp_path / "killed").exists()


def test_a_deadly_task_ends_in_an_error_that_says_so(index: CoverageIndex) -> None:
    with (
        processes(index, 2) as crew,
        pytest.raises(WorkerError, match=f"lost {TRIES} times"),
    ):
        list(crew.run(always_deadly, range(3)))


def test_an_error_of_a_worker_keeps_its_parts(index: CoverageIndex) -> None:
    with processes(index, 2) as crew, pytest.raises(InputError, match=r"^0: no \(yes\)$") as caught:
        list(crew.run(refused, range(3)))
    assert (caught.value.what, caught.value.where, caught.value.fix) == ("no", "0", "yes")


@pytest.mark.parametrize("output", ["out.csv", "out"])
def test_a_worker_killed_half_way_changes_nothing(
    output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "BATCH_ROWS", 100)
    monkeypatch.setattr(streaming, "TABLE_ROWS", 100)
    monkeypatch.setattr(partitions, "PART_ROWS", 100)
    points, answers = point_file(tmp_path, "parquet", town_points(2_000))
    pd.read_parquet(points.path).to_parquet(points.path, row_group_size=100)
    killed: list[int] = []

    def progress(done: int, total: int | None) -> None:
        if len(killed) < 2 and done > 500 * len(killed):
            victim = multiprocessing.active_children()[0].pid
            assert victim is not None
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    path = tmp_path / output
    tally = assign(points, boundary_file(tmp_path), path, workers=2, progress=progress).tally
    assert len(killed) == 2
    assert tally.rows == len(answers)
    assert answers_in(path) == answers


@pytest.mark.parametrize(("workers", "output"), [(1, "out.csv"), (2, "out")])
def test_an_interruption_leaves_nothing(workers: int, output: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = 3_000_000
    x, y = rng.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (rows, 2)).T
    path = tmp_path / "points.parquet"
    pd.DataFrame({"lon": x, "lat": y}).to_parquet(path, row_group_size=1_000_000)
    boundaries = boundary_file(tmp_path).path
    before = sorted(tmp_path.iterdir())
    command = ["assign", path, boundaries, "-o", tmp_path / output, "--workers", workers]
    named = ["--lon", "lon", "--lat", "lat", "--crs", "wgs84"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from gisgrid.cli import main; main()", *map(str, command + named)],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    while sorted(tmp_path.iterdir()) == before:
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.5)
    assert process.poll() is None
    # As a terminal does: to the whole group.
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.count("\n") == 1, said
    assert "nothing was changed" in said
    assert sorted(tmp_path.iterdir()) == before
