"""``gisgrid bench locate``: which grid owns each point, as fast as each system can tell."""

from __future__ import annotations

import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from gisgrid.bench.contest import contest
from gisgrid.bench.crowd import clustered_points, in_order
from gisgrid.bench.footprint import memory_beyond_input
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.one_point import one_point_rows
from gisgrid.bench.peers import SYSTEMS, Task
from gisgrid.bench.peers.geos import owners_by_geos
from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.errors import InputError
from gisgrid.locate import CoverageIndex

if TYPE_CHECKING:
    from gisgrid.bench.honeycomb import Coverage
    from gisgrid.bench.peers import System
    from gisgrid.bench.results import BenchOptions

__all__ = ["run"]

_USUAL: Final = ("2k-1m", "2k-10m", "25k-1m")
_QUICK: Final = ("2k-200k",)
_QUICK_ROUNDS = 2

# Beyond these only what scales is run: an hour of waiting would tell nobody anything.
_GRIDS_FOR_ALL = 2_000
_POINTS_FOR_PEERS = 1_000_000

_CALLS, _QUICK_CALLS = 200_000, 20_000
_BUILDS = 3
_THOUSANDS: Final = {"": 1, "k": 1_000, "m": 1_000_000}


@dataclass(frozen=True)
class _Case:
    """So many grids and points, as ``2k-1m`` names them; the points in no order or sorted."""

    name: str
    grids: int
    points: int
    ordered: bool

    @classmethod
    def parse(cls, name: str) -> _Case:
        found = re.fullmatch(r"([1-9]\d*)([km]?)-([1-9]\d*)([km]?)(-sorted)?", name)
        if found is None:
            fix = "name grids and points, as 2k-1m, 250k-1m or 2k-1m-sorted"
            raise InputError(f"{name!r} is no case of this bench", fix=fix)
        grids, points = (int(found[n]) * _THOUSANDS[found[n + 1]] for n in (1, 3))
        return cls(name, grids, points, found[5] is not None)

    def takes(self, system: System) -> bool:
        """Whether a system can be waited for."""
        if system.name == GISGRID:
            return True
        few = self.grids <= _GRIDS_FOR_ALL or system.large
        return few and self.points <= _POINTS_FOR_PEERS


def run(options: BenchOptions) -> BenchResult:
    """Run the cases, ``2k-1m`` and so on: 2,000 grids and a million points.

    All systems take turns; every answer of every one is compared with GEOS'. Beside the bulk
    there are, for gisgrid, one point at a time, the building of its index, the index's size in
    memory and as a file, and the memory that building and answering take beyond the input.

    Raises
    ------
    InputError
        A case or a system is not known.
    """
    cases = [_Case.parse(name) for name in options.cases or (_QUICK if options.quick else _USUAL)]
    systems = _present(options)
    rows = [row for case in cases for row in _run_case(case, systems, options)]
    return BenchResult("locate", tuple(rows))


def _present(options: BenchOptions) -> list[System]:
    """The systems that are wanted and installed; those left out are named."""
    known = [system.name for system in SYSTEMS]
    for name in options.only:
        if name not in known:
            raise InputError(f"there is no system {name!r}", fix=f"known: {', '.join(known)}")
    wanted = [system for system in SYSTEMS if options.wants(system.name)]
    for system in wanted:
        if system.missing:
            modules = ", ".join(system.missing)
            options.progress(f"略过 left out: {system.name} ({modules} not installed)")
    return [system for system in wanted if not system.missing]


def _run_case(case: _Case, systems: list[System], options: BenchOptions) -> list[Row]:
    options.progress(f"{case.name}: 造数据 making data")
    coverage = make_coverage(case.grids, options.seed)
    lon, lat = clustered_points(coverage.bounds, case.points, options.seed)
    if case.ordered:
        lon, lat = in_order(lon, lat)
    task = Task(coverage, lon, lat)
    truth = owners_by_geos(coverage, lon, lat)
    rounds = min(options.rounds, _QUICK_ROUNDS) if options.quick else options.rounds
    taking = [system for system in systems if case.takes(system)]
    rows = contest(case.name, taking, task, truth, rounds, options)
    if options.wants(GISGRID) and case.points <= _POINTS_FOR_PEERS:
        options.progress(f"{case.name}: 单点、建索引 one point, building")
        index = CoverageIndex(coverage.polygons, coverage.codes)
        rows += one_point_rows(index, task, _QUICK_CALLS if options.quick else _CALLS, options)
        rows.append(_index_row(case, coverage, index, options))
    return rows


def _index_row(case: _Case, coverage: Coverage, index: CoverageIndex, options: BenchOptions) -> Row:
    """How long the index takes to build, and how large it is."""
    seconds = []
    for _ in range(1 if options.quick else min(options.rounds, _BUILDS)):
        begin = time.perf_counter()
        CoverageIndex(coverage.polygons, coverage.codes)
        seconds.append(time.perf_counter() - begin)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        index.save(path)
        file_bytes = path.stat().st_size
    measures = {
        "build_seconds": median(seconds),
        "index_bytes": float(index.nbytes),
        "file_bytes": float(file_bytes),
    }
    if not options.quick:
        peak = memory_beyond_input(case.grids, case.points, options.seed)
        measures |= {} if peak is None else {"peak_bytes": peak}
    return Row(GISGRID, f"{case.grids} grids, index", measures)
