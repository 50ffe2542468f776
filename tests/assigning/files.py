"""The town's micro-grids and points about them, in files of every kind, with the right answers."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from gisgrid.assigning import BoundaryLayer, PointFile
from tests.towns import SIDE, SOUTH, WEST, frame, town_rows

# What stands for a row without a point: code, border, whether there is an error.
BAD = (None, False, True)

Answer = tuple[str | None, bool, bool]


@dataclass(frozen=True)
class Points:
    """Points and what GEOS says of them; ``bad`` more rows without a point follow them."""

    lon: np.ndarray
    lat: np.ndarray

    @property
    def answers(self) -> list[Answer]:
        shapes = sorted((code, shape) for code, _, shape in town_rows()["micro"])
        points = shapely.points(self.lon, self.lat)
        answers: list[Answer] = []
        for point in points:
            owners = [(code, shape) for code, shape in shapes if shape.covers(point)]
            code = owners[0][0] if owners else None
            border = bool(owners) and not (len(owners) == 1 and owners[0][1].contains(point))
            answers.append((code, border, False))
        return answers


def town_points(count: int = 200, seed: int = 1) -> Points:
    """Random points about the town, its corners, and points in the middle of edges."""
    rng = np.random.default_rng(seed)
    low, high = (WEST - SIDE, SOUTH - SIDE), (WEST + 9 * SIDE, SOUTH + 3 * SIDE)
    shapes = [shape for _, _, shape in town_rows()["micro"]]
    corners = shapely.get_coordinates(shapes)
    middles = (corners[1:] + corners[:-1]) / 2
    both = np.concatenate([rng.uniform(low, high, (count, 2)), corners, middles])
    return Points(both[:, 0], both[:, 1])


def boundary_file(folder: Path) -> BoundaryLayer:
    """The town's micro-grids in a GeoPackage."""
    path = folder / "micro.gpkg"
    frame(town_rows()["micro"]).drop(columns="parent").to_file(path)
    return BoundaryLayer(path=path)


def point_file(folder: Path, kind: str, points: Points) -> tuple[PointFile, list[Answer]]:
    """A file of points, with some bad rows at its end, and the answer to each row."""
    path = folder / f"points.{kind}"
    named = {"id": np.arange(len(points.lon)), "name": "=马陆"}
    if kind in ("csv", "parquet"):
        table = pd.DataFrame({**named, "lon": points.lon, "lat": points.lat})
        bad = _bad_rows(kind)
        if kind == "csv":
            table.to_csv(path, index=False)
            with path.open("a", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(bad)
        else:
            more = pd.DataFrame(bad, columns=table.columns)
            pd.concat([table, more]).to_parquet(path, index=False)
        file = PointFile(path=path, lon="lon", lat="lat", crs="wgs84")
        return file, [*points.answers, *[BAD] * len(bad)]
    shapes = [*shapely.points(points.lon, points.lat), None, shapely.Point()]
    table = gpd.GeoDataFrame({"id": range(len(shapes)), "name": "=马陆"}, geometry=shapes, crs=4326)
    if kind == "geoparquet":
        table.to_parquet(path)
    else:
        exact = {"COORDINATE_PRECISION": "17"} if kind == "geojson" else {}
        table.to_file(path, **exact)
    return PointFile(path=path), [*points.answers, BAD, BAD]


def _bad_rows(kind: str) -> list[tuple[object, ...]]:
    if kind == "csv":
        return [
            ("a", "not a number", "x", 31.3),
            ("b", "missing", "", 31.3),
            ("c", "swapped", 31.3, 121.2),
            ("d", "too few cells", 121.2),
        ]
    return [(-1, "missing", np.nan, 31.3), (-2, "swapped", 31.3, 121.2)]


def answers_in(path: Path, name: str = "grid") -> list[Answer]:
    """The answers that a file, or a folder of Parquet files, brings."""
    border, error = ("border", "error") if name == "grid" else (f"{name}_border", f"{name}_error")
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return [(row[name] or None, row[border] == "True", bool(row[error])) for row in rows]
    if path.is_dir() or path.suffix in (".parquet", ".geoparquet"):
        table = pq.read_table(path).to_pandas()
    else:
        table = gpd.read_file(path)
    columns = (table[column].astype(object) for column in (name, border, error))
    return [
        (None if pd.isna(code) else str(code), bool(on), not pd.isna(why))
        for code, on, why in zip(*columns, strict=True)
    ]
