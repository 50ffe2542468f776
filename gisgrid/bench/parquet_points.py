"""Points in a folder of Parquet files, assigned by a cluster, and whether the answers are right."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gisgrid.assigning import Coverage, PointFile, assign_points
from gisgrid.assigning.cluster import cluster
from gisgrid.bench.crowd import clustered_points
from gisgrid.bench.peers.geos import owners_by_geos
from gisgrid.locate import CoverageIndex
from gisgrid.points.progress import Progress, quiet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.bench.honeycomb import Coverage as Polygons

__all__ = ["ParquetPoints"]

_CHECKED = 200_000


@dataclass(frozen=True)
class ParquetPoints:
    """Points in files of the same size, and the polygons that they lie in.

    Attributes
    ----------
    folder : Path
        Holds the folders of points and of answers.
    polygons : Coverage
    index : CoverageIndex
        Of the polygons.
    files, rows : int
        How many files, and how many points each of them has.
    seed : int
    """

    folder: Path
    polygons: Polygons
    index: CoverageIndex
    files: int
    rows: int
    seed: int

    @property
    def count(self) -> int:
        """How many points there are."""
        return self.files * self.rows

    def write(self) -> None:
        """Write the files: an id, a longitude and a latitude for each point."""
        (self.folder / "points").mkdir()
        for number in range(self.files):
            lon, lat = self._points(number)
            ids = np.arange(number * self.rows, (number + 1) * self.rows)
            table = pa.table({"id": ids, "lon": lon, "lat": lat})
            path = self.folder / "points" / f"points-{number:03}.parquet"
            pq.write_table(table, path, use_dictionary=False, row_group_size=self.rows)

    def _points(self, number: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return clustered_points(self.polygons.bounds, self.rows, self.seed + number)

    def assign(self, address: str, progress: Progress = quiet) -> float:
        """Assign all points on a cluster, with its index sent out anew.

        Returns
        -------
        float
            Seconds from the connection until the folder of answers is there.
        """
        source = PointFile(path=self.folder / "points", lon="lon", lat="lat", crs="wgs84")
        begin = time.perf_counter()
        with cluster(self.index, address) as crew:
            assign_points(
                source, Coverage(self.index), self.folder / "answers", crew=crew, progress=progress
            )
        return time.perf_counter() - begin

    def fingerprint(self) -> str:
        """What two answers share if and only if they are the same, row by row."""
        hashed = hashlib.blake2b()
        for part in self._parts():
            hashed.update(_owners(part).tobytes())
        return hashed.hexdigest()

    def agrees_with_geos(self) -> bool:
        """Whether GEOS answers the same for the first points."""
        lon, lat = (part[:_CHECKED] for part in self._points(0))
        expected = owners_by_geos(self.polygons, lon, lat)
        return bool(np.array_equal(_owners(self._parts()[0])[:_CHECKED], expected))

    def _parts(self) -> list[Path]:
        return sorted((self.folder / "answers").glob("*.parquet"))


def _owners(part: Path) -> NDArray[np.int32]:
    """Positions of the owners in the codes, -1 outside."""
    column: Any = pq.read_table(part, columns=["grid"]).column("grid").unify_dictionaries()
    owners = [chunk.indices.fill_null(-1).to_numpy() for chunk in column.chunks]
    return np.concatenate(owners)
