"""SedonaDB: Apache Sedona's engine for one machine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyarrow as pa
import sedonadb
import shapely

from gisgrid.bench.peers.task import Contender, first_owners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gisgrid.bench.peers.task import Task

__all__ = ["spatial_join"]

_JOIN = "SELECT p.id, g.position FROM points p JOIN grids g ON ST_Covers(g.geometry, p.geometry)"


@contextmanager
def spatial_join(task: Task) -> Iterator[Contender]:
    """SedonaDB's SpatialJoinExec over tables in memory; its index is part of every run.

    Polygons are always prepared, which was the fastest of its modes here, in its default
    library (TG).
    """
    connection = sedonadb.connect()
    connection.sql(f"SET datafusion.execution.target_partitions = {int(task.threads)}")
    connection.sql("SET sedona.spatial_join.execution_mode = 'prepare_build'")
    grids = gpd.GeoDataFrame(
        {"position": np.arange(len(task.coverage), dtype=np.int32)},
        geometry=task.coverage.polygons,
        crs="EPSG:4326",
    )
    points = gpd.GeoDataFrame(
        {"id": np.arange(len(task.lon), dtype=np.int32)},
        geometry=shapely.points(task.lon, task.lat),
        crs="EPSG:4326",
    )
    connection.create_data_frame(grids).to_memtable().to_view("grids")
    connection.create_data_frame(points).to_memtable().to_view("points")
    yield Contender(
        lambda: pa.table(connection.sql(_JOIN)),
        lambda pairs: first_owners(pairs["id"], pairs["position"], len(task.lon)),
        {"partitions": task.threads},
    )
