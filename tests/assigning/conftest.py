"""A Dask cluster of two workers on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# The tasks of tests have to be importable on workers and on the scheduler.
ROOT = str(Path(__file__).parents[2])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, *args: object, **environment: str) -> subprocess.Popen[bytes]:
    """Start a part of a cluster, in a group of its own, with its log in the folder."""
    with (folder / f"{args[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *map(str, args), "--no-dashboard"],
            stdout=log, stderr=log, cwd=folder, start_new_session=True,
            env=os.environ | environment,
        )  # fmt: skip


def stop(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="session")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler without workers."""
    port = free_port()
    folder = tmp_path_factory.mktemp("scheduler")
    process = start(folder, "scheduler", "--port", port, PYTHONPATH=ROOT)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"tcp://127.0.0.1:{port}"
    stop(process)


@pytest.fixture
def workers(scheduler: str, tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with two workers, which nannies start again when they die."""
    options = ("--nworkers", 2, "--nthreads", 1, "--memory-limit", "1.5GB")
    process = start(tmp_path, "worker", scheduler, *options, PYTHONPATH=ROOT)
    yield scheduler
    stop(process)
