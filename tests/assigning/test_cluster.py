"""A real Dask cluster on this machine: the same answer, also with workers killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import distributed
import pandas as pd
import pytest

from gisgrid.assigning import assign, cluster, partitions
from gisgrid.assigning.cluster import cluster as joined
from gisgrid.errors import InputError, WorkerError
from gisgrid.locate import CoverageIndex
from tests.assigning.conftest import free_port, start, stop
from tests.assigning.files import answers_in, boundary_file, point_file, town_points
from tests.assigning.tasks import always_deadly
from tests.towns import square


def pids(address: str) -> list[int]:
    """The processes of a cluster's workers."""
    with distributed.Client(address, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


def assign_and_kill(
    workers: str, folder: Path, monkeypatch: pytest.MonkeyPatch, victims: int
) -> None:
    """Assign a file of many parts, and kill workers when a third of it is done."""
    monkeypatch.setattr(partitions, "PART_ROWS", 100)
    points, answers = point_file(folder, "parquet", town_points(3_000))
    pd.read_parquet(points.path).to_parquet(points.path, row_group_size=100)
    output = folder / "out.parquet"
    killed: list[int] = []

    def progress(done: int, total: int | None) -> None:
        if not killed and done > 1_000:
            killed.extend(pids(workers)[:victims])
            for victim in killed:
                os.kill(victim, signal.SIGKILL)

    boundaries = boundary_file(folder)
    tally = assign(points, boundaries, output, scheduler=workers, progress=progress).tally
    assert len(killed) == victims
    assert tally.rows == len(answers)
    assert answers_in(output) == answers
    assert {path.name for path in output.iterdir()} == {
        f"part-{number:06}.parquet" for number in range(-(-len(answers) // 100))
    }


def test_a_worker_killed_half_way_changes_nothing(
    workers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assign_and_kill(workers, tmp_path, monkeypatch, victims=1)
    # What is not Parquet goes through this process, batch by batch.
    points, answers = point_file(tmp_path, "csv", town_points())
    assign(points, boundary_file(tmp_path), tmp_path / "out.gpkg", scheduler=workers)
    assert answers_in(tmp_path / "out.gpkg") == answers


@pytest.mark.drill
def test_all_workers_killed_half_way_change_nothing(
    workers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assign_and_kill(workers, tmp_path, monkeypatch, victims=2)


def test_who_is_not_there_is_named_soon(
    scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    points, _ = point_file(tmp_path, "csv", town_points(5))
    boundaries, output = boundary_file(tmp_path), tmp_path / "o.csv"

    def refused(kind: type[Exception], words: str, address: str) -> None:
        with pytest.raises(kind, match=words):
            assign(points, boundaries, output, scheduler=address)
        assert not output.exists()

    refused(WorkerError, "has no workers after 1 s", scheduler)
    refused(WorkerError, "no scheduler answers within 1 s", f"tcp://127.0.0.1:{free_port()}")
    for address in ("foo://x:1", "tcp://x", "x", ""):
        refused(InputError, "no address of a scheduler", address)
    refused(InputError, "no certificates are set", "tls://127.0.0.1:8786")


def test_workers_without_gisgrid_are_named(scheduler: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "gisgrid"
    missing.mkdir(parents=True)
    (missing / "__init__.py").write_text("raise ImportError('not here')\n")
    process = start(tmp_path, "worker", scheduler, PYTHONPATH=str(missing.parent))
    index = CoverageIndex([square(0, 0)], ["a"])
    try:
        with (
            pytest.raises(WorkerError, match=r"worker tcp://.*: there is no gisgrid"),
            joined(index, scheduler),
        ):
            raise AssertionError("the worker was taken")
    finally:
        stop(process)


@pytest.mark.drill
def test_a_task_that_kills_every_worker_ends_in_an_error(workers: str) -> None:
    index = CoverageIndex([square(0, 0)], ["a"])
    with (
        pytest.raises(WorkerError, match=r"killed 4 workers|lost 5 times"),
        joined(index, workers) as crew,
    ):
        list(crew.run(always_deadly, range(1)))


def test_without_dask_the_error_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == "distributed":
            raise ImportError(name)
        return imported(name, *args, **kwargs)

    imported = __import__
    monkeypatch.setattr("builtins.__import__", gone)
    index = CoverageIndex([square(0, 0)], ["a"])
    with (
        pytest.raises(InputError, match=r"pip install 'gisgrid\[cluster\]'"),
        joined(index, "tcp://127.0.0.1:1"),
    ):
        raise AssertionError("there is no Dask")
