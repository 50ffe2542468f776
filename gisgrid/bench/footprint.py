"""Memory that building an index and asking it take beyond the polygons and points themselves.

Measured in a process of its own, so that nothing else of the bench is counted::

    python -m gisgrid.bench.footprint GRIDS POINTS SEED
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from gisgrid.bench.crowd import clustered_points
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.locate import CoverageIndex

__all__ = ["memory_beyond_input"]

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


def memory_beyond_input(grids: int, points: int, seed: int) -> float | None:
    """Bytes at the peak of building and one answer, less what the input took.

    None where the system does not tell, as outside Linux.
    """
    command = [sys.executable, "-m", __name__, *map(str, (grids, points, seed))]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    peak: float | None = json.loads(done.stdout)["peak_bytes"]
    return peak


def _measure(grids: int, points: int, seed: int) -> float | None:
    # What is made at the first call, such as compiled code, comes before.
    small = make_coverage(4, seed)
    CoverageIndex(small.polygons, small.codes).locate([0.0], [0.0])
    coverage = make_coverage(grids, seed)
    lon, lat = clustered_points(coverage.bounds, points, seed)
    try:
        _RESET.write_text("5", encoding="ascii")  # the peak begins anew
    except OSError:
        return None
    before = _kilobytes("VmRSS")
    CoverageIndex(coverage.polygons, coverage.codes).locate(lon, lat)
    return (_kilobytes("VmHWM") - before) * 1024


def _kilobytes(field: str) -> float:
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{field}:")))


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"peak_bytes": _measure(*map(int, sys.argv[1:4]))}))
