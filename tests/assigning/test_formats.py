"""Every kind of file in and out: the answers of GEOS, every row kept, in order."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from gisgrid.assigning import PointFile, assign, streaming
from gisgrid.geometry.crs import Crs, from_wgs84
from tests.assigning.files import answers_in, boundary_file, point_file, town_points

INPUTS = ["csv", "parquet", "geojson", "gpkg", "geoparquet"]
OUTPUTS = ["csv", "geojson", "gpkg", "parquet", "geoparquet"]


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches so small that a file has several."""
    monkeypatch.setattr(streaming, "BATCH_ROWS", 50)
    monkeypatch.setattr(streaming, "TABLE_ROWS", 50)


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize("kind", INPUTS)
def test_every_output_brings_the_answers_of_geos(kind: str, tmp_path: Path) -> None:
    points, answers = point_file(tmp_path, kind, town_points())
    boundaries = boundary_file(tmp_path)
    counts = (
        sum(code is not None and not border for code, border, _ in answers),
        sum(border for _, border, _ in answers),
        sum(code is None and not error for code, _, error in answers),
        sum(error for *_, error in answers),
    )
    assert min(counts) > 0
    for suffix in OUTPUTS:
        output = tmp_path / f"out.{suffix}"
        tally = assign(points, boundaries, output).tally
        assert answers_in(output) == answers, suffix
        assert (tally.inside, tally.border, tally.outside, tally.errors) == counts
        assert tally.rows == len(answers)


def test_a_row_without_a_point_says_why(tmp_path: Path) -> None:
    points, _ = point_file(tmp_path, "csv", town_points(5))
    assign(points, boundary_file(tmp_path), tmp_path / "out.csv")
    errors = pd.read_csv(tmp_path / "out.csv")["error"].dropna().tolist()
    assert errors == [
        "lon: is not a number",
        "lon: is missing",
        "lat: latitude lies outside ±90; are longitude and latitude swapped?",
        "the row has 3 cells where the header has 4 (line 169)",
    ]


def test_columns_of_parquet_pass_as_they_are(tmp_path: Path) -> None:
    some = town_points(100)
    rows = len(some.lon)
    table = pa.table(
        {
            "lon": pa.array(some.lon),
            "lat": pa.array(some.lat, pa.float64()),
            "at": pa.array(range(rows), pa.timestamp("ms", "Asia/Shanghai")),
            "kind": pa.array(["a", None] * (rows // 2) + ["b"] * (rows % 2)).dictionary_encode(),
            "list": pa.array([[1, 2]] * rows),
            "price": pa.array([1] * rows, pa.decimal128(10, 2)),
        },
        metadata={"written": "by a test"},
    )
    pq.write_table(table, tmp_path / "points.parquet")
    points = PointFile(path=tmp_path / "points.parquet", lon="lon", lat="lat", crs="wgs84")
    assign(points, boundary_file(tmp_path), tmp_path / "out.parquet")
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.select(table.column_names).equals(table)
    assert found.schema.metadata[b"written"] == b"by a test"
    assert pa.types.is_dictionary(found.schema.field("grid").type)
    assert answers_in(tmp_path / "out.parquet") == some.answers


@pytest.mark.parametrize("suffix", ["gpkg", "geoparquet", "geojson"])
def test_points_in_metres_stay_where_they_were(suffix: str, tmp_path: Path) -> None:
    some = town_points(100)
    x, y = from_wgs84(some.lon, some.lat, Crs.parse("EPSG:32651"))
    shapes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=32651)
    shapes.to_file(tmp_path / "points.gpkg")
    output = tmp_path / f"out.{suffix}"
    assign(PointFile(path=tmp_path / "points.gpkg"), boundary_file(tmp_path), output)
    read = gpd.read_parquet if suffix == "geoparquet" else gpd.read_file
    found = read(output)
    if suffix == "geojson":
        assert found.crs.to_epsg() == 4326
        assert shapely.get_x(found.geometry).to_numpy() == pytest.approx(some.lon, abs=1e-8)
    else:
        assert found.crs.to_epsg() == 32651
        np.testing.assert_array_equal(shapely.get_coordinates(found.geometry), np.c_[x, y])
    # A corner may move off its border by rounding; the others keep their owners.
    right = [answer for answer in some.answers if not answer[1]]
    asked = [on for on, answer in zip(answers_in(output), some.answers, strict=True)
             if not answer[1]]  # fmt: skip
    assert asked == right


def test_boundaries_in_metres_are_moved(tmp_path: Path) -> None:
    points, answers = point_file(tmp_path, "csv", town_points(100))
    boundaries = boundary_file(tmp_path)
    gpd.read_file(boundaries.path).to_crs(32651).to_file(tmp_path / "metres.gpkg")
    moved = type(boundaries)(path=tmp_path / "metres.gpkg")
    assign(points, moved, tmp_path / "out.csv")
    found = answers_in(tmp_path / "out.csv")
    assert [a for a, b in zip(found, answers, strict=True) if not b[1]] == [
        b for b in answers if not b[1]
    ]


def test_the_answer_may_have_another_name(tmp_path: Path) -> None:
    points, answers = point_file(tmp_path, "parquet", town_points(20))
    boundaries = boundary_file(tmp_path)
    assign(points, boundaries, tmp_path / "one.parquet", name="micro")
    again = PointFile(path=tmp_path / "one.parquet", lon="lon", lat="lat", crs="wgs84")
    assign(again, boundaries, tmp_path / "two.parquet")
    assert answers_in(tmp_path / "two.parquet") == answers
    assert answers_in(tmp_path / "two.parquet", "micro") == answers


def test_a_folder_is_answered_into_a_folder(tmp_path: Path) -> None:
    some = town_points(100)
    folder = tmp_path / "points"
    folder.mkdir()
    table = pa.table({"lon": some.lon, "lat": some.lat})
    pq.write_table(table.slice(0, 60), folder / "a.parquet")
    pq.write_table(table.slice(0, 0), folder / "b.parquet")
    pq.write_table(table.slice(60), folder / "c.parquet", row_group_size=10)
    (folder / "_SUCCESS").touch()
    points = PointFile(path=folder, lon="lon", lat="lat", crs="wgs84")
    output = tmp_path / "out.parquet"
    for _ in range(2):
        assert assign(points, boundary_file(tmp_path), output).tally.rows == len(some.lon)
        assert sorted(path.name for path in output.iterdir()) == [
            "part-000000.parquet",
            "part-000001.parquet",
        ]
        assert answers_in(output) == some.answers
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
