"""DuckDB with its spatial extension."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import shapely

from gisgrid.bench.peers.task import Contender, first_owners
from gisgrid.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gisgrid.bench.peers.task import Task

__all__ = ["spatial_join"]

_JOIN = "SELECT p.id, g.position FROM points p JOIN grids g ON ST_Covers(g.geom, p.geom)"


@contextmanager
def spatial_join(task: Task) -> Iterator[Contender]:
    """DuckDB's SPATIAL_JOIN over tables of its own in memory; its index is part of every run.

    Raises
    ------
    FileError
        The wheel of the extension holds none for this DuckDB.
    """
    with duckdb.connect(config={"threads": task.threads}) as connection:
        # By its path: LOAD by name would look into the network for it.
        path = str(_extension()).replace("'", "''")
        connection.execute(f"LOAD '{path}'")
        _load(connection, task)
        yield Contender(
            lambda: connection.execute(_JOIN).fetchnumpy(),
            lambda pairs: first_owners(pairs["id"], pairs["position"], len(task.lon)),
            {"duckdb": duckdb.__version__},
        )


def _load(connection: duckdb.DuckDBPyConnection, task: Task) -> None:
    """Native tables: a scan of Arrow data would keep the join on one thread."""
    grids = pa.table(
        {
            "position": np.arange(len(task.coverage), dtype=np.int32),
            "wkb": shapely.to_wkb(task.coverage.polygons),
        }
    )
    points = pa.table(
        {"id": np.arange(len(task.lon), dtype=np.int32), "lon": task.lon, "lat": task.lat}
    )
    connection.register("grids_in", grids)
    connection.register("points_in", points)
    connection.execute(
        "CREATE TABLE grids AS SELECT position, ST_GeomFromWKB(wkb) AS geom FROM grids_in"
    )
    connection.execute(
        "CREATE TABLE points AS SELECT id, ST_Point(lon, lat) AS geom FROM points_in"
    )


def _extension() -> Path:
    folder = Path(str(files("duckdb_extension_spatial"))) / "extensions"
    path = folder / f"v{duckdb.__version__}" / "spatial.duckdb_extension"
    if not path.exists():
        raise FileError(
            "DuckDB's spatial extension is of another version",
            where=str(path),
            fix="install duckdb and duckdb-extension-spatial of one version",
        )
    return path
