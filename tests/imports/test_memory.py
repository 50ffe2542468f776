"""A long proof: memory that does not grow with the file, for good rows and for repeated ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from tests.towns import SIDE, SOUTH, WEST

pytestmark = pytest.mark.drill

RUN = """
import resource, sys
from gisgrid.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_megabytes(path: Path, url: str) -> int:
    """The peak memory of an import of the file."""
    names = ["--id", "id", "--lon", "lon", "--lat", "lat", "--crs", "wgs84"]
    command = ["import", "places", str(path), "--kind", "address", *names, "--database", url]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *command], capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1])


@pytest.mark.parametrize("repeated", [False, True])
def test_a_million_rows_take_little_more_memory_than_a_tenth(
    town: Engine, tmp_path: Path, repeated: bool
) -> None:
    url = town.url.render_as_string(hide_password=False)
    rng = np.random.default_rng(1)
    peaks = []
    for count in (100_000, 1_000_000):
        x, y = rng.uniform((WEST, SOUTH), (WEST + 8 * SIDE, SOUTH + 2 * SIDE), (count, 2)).T
        ids = np.arange(count) % (1_000 if repeated else count)
        path = tmp_path / f"{count}.csv"
        pd.DataFrame({"id": ids, "lon": x, "lat": y}).to_csv(path, index=False)
        peaks.append(peak_megabytes(path, url))
    assert peaks[1] < peaks[0] + 100, peaks
