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
from gisgrid.files import Batch
from gisgrid.locate import CoverageIndex
from tests.assigning.files import answers_in, boundary_file, point_file, town_points
from tests.assigning.tasks import always_deadly, deadly_beside, doubled, refused
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


def test_the_task_that_is_to_blame_is_named(index: CoverageIndex, tmp_path: Path) -> None:
    deaths = tmp_path / "deaths"
    with processes(index, 2) as crew:
        results = crew.run(partial(deadly_beside, deadly=1, deaths=deaths), range(6))
        assert next(results) == 0
        with pytest.raises(WorkerError, match=f"^1: workers were lost {TRIES} times"):
            next(results)
    assert len(deaths.read_text()) == TRIES


def test_rows_are_named_by_their_numbers() -> None:
    assert str(Batch(101, pd.DataFrame({"lon": [1.0] * 50}))) == "rows 101–150"
    part = partitions.Part(Path("points.parquet"), (2, 3), 101, 50, "part-000001.parquet")
    assert str(part) == "points.parquet, rows 101–150"


def test_a_handler_that_is_not_of_python_is_left_alone(tmp_path: Path) -> None:
    # What a module of signals finds when it is loaded is not its own.
    program = """
import faulthandler, signal, sys
faulthandler.register(signal.SIGINT)
del sys.modules["_signal"], sys.modules["signal"]
import signal
assert signal.getsignal(signal.SIGINT) is None
from gisgrid.assigning.processes import processes
from gisgrid.locate import CoverageIndex
from tests.assigning.tasks import doubled
from tests.towns import square
from functools import partial
from pathlib import Path
work = partial(doubled, marker=Path("."), deadly=0)
if __name__ == "__main__":
    with processes(CoverageIndex([square(0, 0)], ["a"]), 2) as crew:
        print(list(crew.run(work, range(3))), signal.getsignal(signal.SIGINT))
"""
    (tmp_path / "host.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, tmp_path / "host.py"], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.stdout == "[(0, 1), (2, 1), (4, 1)] None\n", done.stderr


def test_parts_that_are_missing_in_the_end_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "PART_ROWS", 100)
    points, _ = point_file(tmp_path, "parquet", town_points(200))
    pd.read_parquet(points.path).to_parquet(points.path, row_group_size=100)
    output = tmp_path / "out"

    def lose(done: int, total: int | None) -> None:
        if done == total:
            next(tmp_path.glob(".out.*/new/part-000001.parquet")).unlink()

    boundaries = boundary_file(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(WorkerError, match=r"out: 1 of \d parts .* part-000001\.parquet"):
        assign(points, boundaries, output, progress=lose)
    assert sorted(tmp_path.iterdir()) == before


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


@pytest.mark.parametrize(
    ("workers", "output", "sent", "code"),
    [
        (1, "out.csv", signal.SIGINT, 130),
        pytest.param(2, "out", signal.SIGINT, 130, marks=pytest.mark.drill),
        pytest.param(1, "out.gpkg", signal.SIGTERM, 143, marks=pytest.mark.drill),
        (2, "out", signal.SIGTERM, 143),
    ],
)
def test_an_interruption_leaves_nothing(
    workers: int, output: str, sent: signal.Signals, code: int, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    rows = 3_000_000
    x, y = rng.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (rows, 2)).T
    path = tmp_path / "points.parquet"
    pd.DataFrame({"lon": x, "lat": y}).to_parquet(path, row_group_size=1_000_000)
    boundaries = boundary_file(tmp_path).path
    # As long as to be too long for the path of a socket.
    temporary = tmp_path / ("temporary" * 10)
    temporary.mkdir()
    before = sorted(tmp_path.iterdir())
    command = ["assign", path, boundaries, "-o", tmp_path / output, "--workers", workers]
    named = ["--lon", "lon", "--lat", "lat", "--crs", "wgs84"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from gisgrid.cli import main; main()", *map(str, command + named)],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"TMPDIR": str(temporary)},
        # A caller that ignores interruptions would hand that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    while sorted(tmp_path.iterdir()) == before:
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.5)
    assert process.poll() is None
    # A terminal sends to the whole group, a supervisor may send to one process.
    if sent == signal.SIGINT:
        os.killpg(process.pid, sent)
    else:
        process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert said.count("\n") == 1, said
    assert "nothing was changed" in said
    assert sorted(tmp_path.iterdir()) == before
    assert list(temporary.iterdir()) == []
    until = time.monotonic() + 30
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(process.pid, 0)
            time.sleep(0.05)
