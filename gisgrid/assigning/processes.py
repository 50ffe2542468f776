"""Several processes of this machine, which share one index through a memory-mapped file."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.connection import wait
from pathlib import Path
from types import FrameType
from typing import Any, Final

from gisgrid.assigning.crews import Result, Task, in_order
from gisgrid.locate import CoverageIndex

__all__ = ["ProcessCrew", "processes"]

# What a socket's path may hold (sun_path, with its end), and what multiprocessing adds to the
# folder of temporary files: /pymp-xxxxxxxx/listener-xxxxxxxx.
_SOCKET_PATH: Final = 107
_SOCKET_NAME: Final = 33


class ProcessCrew:
    """A pool of processes.

    Parameters
    ----------
    shared : Path
        The file of the index.
    workers : int
    """

    lost: tuple[type[BaseException], ...] = (BrokenProcessPool,)

    def __init__(self, shared: Path, workers: int) -> None:
        self._shared = shared
        self._workers = workers
        self.ahead = 2 * workers
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        # A forked copy of a process with threads may hang. These are copies of a server that has
        # none and has imported all they need, so that one in the place of another is there at once.
        context = multiprocessing.get_context("forkserver")
        _start_server()
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_settle_in)

    def submit(self, work: Callable[[CoverageIndex, Any], Any], task: Any) -> Future[Any]:
        """Begin a task on a free worker."""
        with _uninterrupted():
            return self._pool.submit(_do, self._shared, work, task)

    def renew(self) -> None:
        """One worker that dies takes its pool with it: start another."""
        self.close()
        self._pool = self._started()

    def close(self) -> None:
        """End the workers, without waiting for tasks that have not begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def run(
        self, work: Callable[[CoverageIndex, Task], Result], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Do tasks side by side."""
        return in_order(self, work, tasks)


@contextlib.contextmanager
def processes(index: CoverageIndex, workers: int) -> Iterator[ProcessCrew]:
    """A crew of processes, ended with the block.

    Parameters
    ----------
    index : CoverageIndex
        Written to a temporary file once; the workers map it.
    workers : int
    """
    with tempfile.TemporaryDirectory(prefix="gisgrid-") as folder:
        shared = Path(folder) / "index"
        index.save(shared)
        crew = ProcessCrew(shared, workers)
        try:
            yield crew
        finally:
            crew.close()


def _start_server() -> None:
    _choose_socket_folder()
    forkserver.set_forkserver_preload(["__main__", "gisgrid.assigning.partitions"])
    # Both are started with SIGINT blocked, and the first would end that for the second.
    resource_tracker.ensure_running()
    with _uninterrupted():
        forkserver.ensure_running()


def _choose_socket_folder() -> None:
    """Let multiprocessing listen in /tmp where the folder of temporary files has a long name."""
    usual = tempfile.gettempdir()
    if len(os.fsencode(usual)) + _SOCKET_NAME > _SOCKET_PATH:
        tempfile.tempdir = "/tmp"
        try:
            # It keeps the folder that it makes at the first call.
            util.get_temp_dir()
        finally:
            tempfile.tempdir = usual


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put signals off: a process that is just being started would be lost sight of."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    # Handlers that are not Python's could not be put back.
    before = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM)
        if callable(handler := signal.getsignal(number))
    }
    for number in before:
        signal.signal(number, lambda *what: came.append(what))
    # Blocked too, which new processes inherit; it would not do alone, for threads take signals.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in before.items():
            signal.signal(number, handler)
    for sent, frame in came:
        before[signal.Signals(sent)](sent, frame)


def _do(shared: Path, work: Callable[[CoverageIndex, Any], Any], task: Any) -> Any:
    return work(_index(shared), task)


@lru_cache(maxsize=1)
def _index(shared: Path) -> CoverageIndex:
    return CoverageIndex.load(shared)


def _settle_in() -> None:
    """Leave Ctrl-C to the parent, and go when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
