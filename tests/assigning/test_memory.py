"""A long proof: memory that does not grow with the file, in whatever kinds of files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.assigning.files import boundary_file
from tests.towns import SIDE, SOUTH, WEST

pytestmark = pytest.mark.drill

RUN = """
import sys
from pathlib import Path
from gisgrid.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
status = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


def peak_megabytes(points: Path, boundaries: Path, output: Path) -> int:
    """The peak memory of an assignment."""
    named = [] if points.suffix == ".gpkg" else ["--lon", "lon", "--lat", "lat", "--crs", "wgs84"]
    command = ["assign", str(points), str(boundaries), "-o", str(output), *named]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *command], capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1]) // 1024


@pytest.mark.parametrize(
    ("kind", "output", "most"),
    [
        ("csv", "out.csv", 2_000_000),
        ("csv", "out.gpkg", 500_000),
        ("csv", "out.geojson", 500_000),
        ("gpkg", "out.parquet", 500_000),
        ("parquet", "out.parquet", 2_000_000),
        ("parquet", "parts", 2_000_000),
    ],
)
def test_ten_times_the_rows_take_little_more_memory(
    kind: str, output: str, most: int, tmp_path: Path
) -> None:
    boundaries = boundary_file(tmp_path).path
    rng = np.random.default_rng(1)
    peaks = []
    for count in (most // 10, most):
        x, y = rng.uniform((WEST, SOUTH), (WEST + 8 * SIDE, SOUTH + 2 * SIDE), (count, 2)).T
        table = pd.DataFrame({"id": np.arange(count), "lon": x, "lat": y})
        path = tmp_path / f"{count}.{kind}"
        if kind == "csv":
            table.to_csv(path, index=False)
        elif kind == "parquet":
            table.to_parquet(path, row_group_size=100_000)
        else:
            gpd.GeoDataFrame(table[["id"]], geometry=gpd.points_from_xy(x, y), crs=4326).to_file(
                path
            )
        peaks.append(peak_megabytes(path, boundaries, tmp_path / output))
    assert peaks[1] < peaks[0] + 60, peaks
