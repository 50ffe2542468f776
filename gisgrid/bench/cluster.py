"""Points in Parquet through Dask: one worker process beside two, and with one of two killed."""

from __future__ import annotations

import os
import signal
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.parquet_points import ParquetPoints
from gisgrid.bench.results import GISGRID, BenchOptions, BenchResult, Row
from gisgrid.errors import InputError
from gisgrid.locate import CoverageIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["run"]

_GRIDS: Final = 2_000
_FILES: Final = 32
_MEMORY_LIMIT: Final = "1.5GB"
_ONE, _TWO, _KILLED = "1-worker", "2-workers", "2-workers-one-killed"
# One thread in all libraries that could have more; Dask's own come on top.
_ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_IO_THREADS"), "1"
)


def run(options: BenchOptions) -> BenchResult:
    """Run one worker and two in turns, then two of which one is killed half-way.

    Parameters
    ----------
    options : BenchOptions
        A quick bench has a million points, the full one a hundred million; ``cases`` and
        ``only`` change nothing, for the sizes are compared with one another.

    Raises
    ------
    InputError
        Dask is not installed.
    """
    rows = (1_000_000 if options.quick else 100_000_000) // _FILES
    rounds = min(options.rounds, 2) if options.quick else options.rounds
    with tempfile.TemporaryDirectory(prefix="gisgrid-bench-") as folder, ExitStack() as stack:
        options.progress(f"{_FILES * rows:,} points in {_FILES} Parquet files, {_GRIDS:,} grids")
        polygons = make_coverage(_GRIDS, options.seed)
        index = CoverageIndex(polygons.polygons, polygons.codes)
        points = ParquetPoints(Path(folder), polygons, index, _FILES, rows, options.seed)
        points.write()
        clusters = {
            _ONE: stack.enter_context(_workers(1)), _TWO: stack.enter_context(_workers(2))
        }  # fmt: skip
        prints = {}
        for case, address in clusters.items():
            options.progress(f"{case}: warming up, and checking the answers")
            points.assign(address)
            prints[case] = points.fingerprint() if points.agrees_with_geos() else case
        seconds = _in_turns(points, clusters, rounds, options.progress)
        rows_ = [
            _row(case, points, address, median(seconds[case]), median(seconds[_ONE]),
                 equal=prints[case] == prints[_ONE] != _ONE)
            for case, address in clusters.items()
        ]  # fmt: skip
        options.progress(f"{_KILLED}: once")
        taken, restarted = _with_one_killed(points, clusters[_TWO])
        equal = restarted and points.fingerprint() == prints[_ONE]
        rows_.append(
            _row(_KILLED, points, clusters[_TWO], taken, median(seconds[_ONE]), equal=equal)
        )
    return BenchResult("cluster", tuple(rows_))


@contextmanager
def _workers(count: int) -> Iterator[str]:
    """The address of a cluster of worker processes of this machine, one thread each."""
    try:
        from distributed import LocalCluster
    except ImportError:
        raise InputError("Dask is not installed", fix="pip install 'gisgrid[cluster]'") from None
    start: Any = LocalCluster
    with start(
        n_workers=count, threads_per_worker=1, processes=True, memory_limit=_MEMORY_LIMIT,
        dashboard_address=":0", env=_ONE_THREAD, silence_logs="CRITICAL",
    ) as local:  # fmt: skip
        yield str(local.scheduler_address)


def _in_turns(
    points: ParquetPoints, clusters: dict[str, str], rounds: int, progress: Callable[[str], None]
) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {case: [] for case in clusters}
    for number in range(rounds):
        for case in sorted(clusters, reverse=bool(number % 2)):
            seconds[case].append(points.assign(clusters[case]))
            progress(f"round {number + 1}: {case} {seconds[case][-1]:.1f} s")
    return seconds


def _with_one_killed(points: ParquetPoints, address: str) -> tuple[float, bool]:
    """Seconds with a worker killed when a third is done, and whether one was."""
    killed: list[int] = []

    def progress(done: int, total: int | None) -> None:
        if not killed and done > points.count // 3:
            killed.append(min(_on_workers(address, os.getpid)))
            os.kill(killed[0], signal.SIGKILL)

    return points.assign(address, progress), bool(killed)


def _row(
    case: str, points: ParquetPoints, address: str, seconds: float, alone: float, *, equal: bool
) -> Row:
    measures = {
        "points_per_second": points.count / seconds,
        "seconds": seconds,
        "speedup": alone / seconds,
        "worker_peak_bytes": float(max(_on_workers(address, _peak_bytes))),
    }
    detail = {"points": points.count, "grids": _GRIDS, "threads_per_worker": 1}
    return Row(GISGRID, case, measures, detail, equal)


def _peak_bytes() -> int:
    """The most memory that this process ever held."""
    # Not `getrusage`: that counts what the process held that started this one.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def _on_workers(address: str, function: Callable[[], int]) -> list[int]:
    from distributed import Client

    connect: Any = Client
    with connect(address, set_as_default=False) as client:
        return list(client.run(function).values())
