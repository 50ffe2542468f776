"""Writing every kind, read back by our reader and by others."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.errors import ColumnError, CrsError, FileError
from gisgrid.files import Batch, open_source, write_frame
from gisgrid.files.write_vector import short_names
from gisgrid.geometry.crs import Crs, GeometryArray, geometries_to_wgs84

VECTOR = ["geojson", "gpkg", "shp", "fgb", "parquet"]
POINTS = [shapely.Point(121.2, 31.3), None, shapely.Point(121.3, 31.4)]
BOX = shapely.box(121.2, 31.3, 121.3, 31.4)
SHAPES = [BOX, shapely.MultiPolygon([BOX, shapely.box(121.4, 31.3, 121.5, 31.4)]), None]


def array(shapes: list[object]) -> GeometryArray:
    made = np.empty(len(shapes), dtype=object)
    made[:] = shapes
    return made


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "编码": ["310114106019001", None, "x"],
            "名称": ["白银一坊", "=1+1", "-3"],
            "户数": pd.array([412, None, 388], dtype="Int64"),
            "面积": [1.5, np.nan, -2.0],
            "真": pd.array([True, None, False], dtype="boolean"),
        }
    )


def read(path: Path, **options: str) -> Batch:
    with open_source(path, **options) as source:  # type: ignore[arg-type]
        (batch,) = source.batches()
    return batch


@pytest.mark.parametrize("ending", VECTOR)
@pytest.mark.parametrize("shapes", [POINTS, SHAPES], ids=["points", "polygons"])
def test_there_and_back(tmp_path: Path, ending: str, shapes: list[object]) -> None:
    path = tmp_path / f"层.{ending}"
    written = write_frame(path, Batch(1, rows(), array(shapes)))
    assert (written.path, written.rows, written.renamed) == (path, 3, {})
    batch = read(path)
    assert batch.frame.columns.tolist() == rows().columns.tolist()
    for name in rows().columns:
        expected = [None if pd.isna(v) else v for v in rows()[name]]
        assert [None if pd.isna(v) else v for v in batch.frame[name]] == expected
    assert batch.geometry is not None
    assert shapely.is_missing(batch.geometry).tolist() == [s is None for s in shapes]
    there = ~shapely.is_missing(batch.geometry)
    assert shapely.equals(batch.geometry[there], array(shapes)[there]).all()
    assert [made.name for made in tmp_path.iterdir() if made.name.startswith(".")] == []
    others = gpd.read_parquet(path) if ending == "parquet" else gpd.read_file(path)
    assert others.crs == ("OGC:CRS84" if ending == "parquet" else "EPSG:4326")
    assert others["名称"].tolist() == ["白银一坊", "=1+1", "-3"]


def test_geojson_keeps_every_digit(tmp_path: Path) -> None:
    x, y = 121.0 + 1 / 3, 31.0 + 1 / 7
    write_frame(tmp_path / "a.geojson", Batch(1, rows(), array([shapely.Point(x, y)] * 3)))
    geometry = read(tmp_path / "a.geojson").geometry
    assert geometry is not None
    assert (shapely.get_x(geometry[0]), shapely.get_y(geometry[0])) == pytest.approx(
        (x, y), abs=1e-13
    )


@pytest.mark.parametrize("ending", ["gpkg", "shp", "fgb", "parquet"])
@pytest.mark.parametrize("name", ["cgcs2000", "EPSG:4549", "gcj02", "bd09"])
def test_other_systems(tmp_path: Path, ending: str, name: str) -> None:
    path = tmp_path / f"a.{ending}"
    write_frame(path, Batch(1, rows(), array(SHAPES)), crs=name)
    crs = Crs.parse(name)
    with open_source(path) as source:
        assert source.crs == (None if crs.is_offset else crs)
        (batch,) = source.batches()
    assert batch.geometry is not None
    back = geometries_to_wgs84(batch.geometry, crs)
    assert shapely.hausdorff_distance(back[0], BOX) < 1e-8
    if name != "cgcs2000":
        assert shapely.hausdorff_distance(batch.geometry[0], BOX) > 1e-3
    if name == "EPSG:4549":
        oracle = gpd.GeoSeries([BOX], crs=4326).to_crs(4549)[0]
        assert shapely.hausdorff_distance(batch.geometry[0], oracle) < 1e-6


def test_geojson_is_rfc_7946(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    write_frame(path, Batch(1, rows(), array([shapely.force_2d(BOX.reverse()), None, BOX])))
    data = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in data
    first, second, _ = data["features"]
    assert shapely.is_ccw(shapely.LinearRing(first["geometry"]["coordinates"][0]))
    assert first["geometry"]["type"] == "Polygon"
    assert second["geometry"] is None
    assert first["properties"]["名称"] == "白银一坊"
    for name in ("EPSG:4549", "gcj02", "bd09"):
        with pytest.raises(CrsError, match="GeoJSON is WGS 84"):
            write_frame(path, Batch(1, rows(), array(SHAPES)), crs=name)


def test_csv_of_points_is_safe_and_read_by_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    frame = rows().rename(columns={"面积": "=面积"})
    write_frame(path, Batch(1, frame, array(POINTS)))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    assert table == [
        ["编码", "名称", "户数", "'=面积", "真", "lon", "lat"],
        ["310114106019001", "白银一坊", "412", "1.5", "True", "121.200000000", "31.300000000"],
        ["", "'=1+1", "", "", "", "", ""],
        ["x", "-3", "388", "-2.0", "False", "121.300000000", "31.400000000"],
    ]


def test_csv_in_metres_of_polygons_and_of_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_frame(path, Batch(1, rows(), array(POINTS)), crs="EPSG:4549")
    x, y = pyproj.Transformer.from_crs(4326, 4549, always_xy=True).transform(121.2, 31.3)
    frame = read(path).frame
    assert float(frame["x"][0]) == pytest.approx(x, abs=1e-4)
    assert float(frame["y"][0]) == pytest.approx(y, abs=1e-4)
    write_frame(path, Batch(1, rows(), array(SHAPES)))
    assert shapely.equals(shapely.from_wkt(read(path).frame["wkt"][0]), BOX)
    write_frame(path, rows())
    assert read(path).frame.columns.tolist() == rows().columns.tolist()


def test_csv_that_would_have_a_column_twice(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match="'lon' would be there twice"):
        write_frame(tmp_path / "a.csv", Batch(1, pd.DataFrame({"lon": [1]}), array(POINTS[:1])))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [*VECTOR, "csv"])
def test_batches_are_one_file(tmp_path: Path, ending: str) -> None:
    def batches() -> Iterator[Batch]:
        yield Batch(1, rows(), array(SHAPES))
        yield Batch(4, rows().iloc[:1], array([BOX]))

    path = tmp_path / f"a.{ending}"
    assert write_frame(path, batches()).rows == 4
    assert read(path).frame["名称"].tolist()[3] == "白银一坊"


@pytest.mark.parametrize("ending", [*VECTOR, "csv"])
def test_a_failure_on_the_way_leaves_the_old_file(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    write_frame(path, Batch(1, rows(), array(SHAPES)))
    before = {made.name: made.read_bytes() for made in tmp_path.iterdir()}

    def broken() -> Iterator[Batch]:
        yield Batch(1, rows(), array(SHAPES))
        raise CrsError("on the way")

    with pytest.raises(CrsError, match="on the way"):
        write_frame(path, broken())
    assert {made.name: made.read_bytes() for made in tmp_path.iterdir()} == before


def test_a_shapefile_s_names_are_told(tmp_path: Path) -> None:
    frame = pd.DataFrame({"community_code": ["1"], "community_name": ["二"], "微网格编码": ["3"]})
    written = write_frame(tmp_path / "a.shp", Batch(1, frame, array([BOX])))
    assert written.renamed == {
        "community_code": "community_", "community_name": "communit_1", "微网格编码": "微网格",
    }  # fmt: skip
    assert read(tmp_path / "a.shp").frame.iloc[0].tolist() == ["1", "二", "3"]
    assert (tmp_path / "a.cpg").read_text() == "UTF-8"


@given(st.lists(st.text(min_size=1, max_size=14), unique=True, max_size=30))
def test_short_names(names: list[str]) -> None:
    fields = short_names(names)
    assert list(fields) == names
    assert all(0 < len(field.encode()) <= 10 for field in fields.values())
    assert len({field.casefold() for field in fields.values()}) == len(names)


def test_a_shapefile_holds_no_long_text(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": ["x", "网" * 85]})
    with pytest.raises(FileError, match=r"row 2: a Shapefile holds 254 bytes.*\.gpkg"):
        write_frame(tmp_path / "a.shp", Batch(1, frame, array([BOX, BOX])))
    write_frame(tmp_path / "b.shp", Batch(1, pd.DataFrame({"a": ["网" * 84]}), array([BOX])))
    assert read(tmp_path / "b.shp").frame["a"][0] == "网" * 84


def test_an_older_shapefile_s_parts_go(tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    write_frame(path, Batch(1, rows(), array(SHAPES)))
    (tmp_path / "a.qix").write_bytes(b"old")
    write_frame(path, Batch(1, rows(), array(SHAPES)), crs="gcj02")
    assert not path.with_suffix(".prj").exists()
    assert not path.with_suffix(".qix").exists()


@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_shapes_of_several_kinds(tmp_path: Path, ending: str) -> None:
    mixed = Batch(1, rows().iloc[:2], array([BOX, shapely.Point(121, 31)]))
    path = tmp_path / f"a.{ending}"
    if ending == "shp":
        with pytest.raises(FileError, match="several kinds"):
            write_frame(path, mixed)
    else:
        write_frame(path, mixed)
        assert len(read(path)) == 2
    later = [Batch(1, rows()[:1], array([BOX])), Batch(2, rows()[:1], array([POINTS[0]]))]
    with pytest.raises(FileError, match="other kinds follow"):
        write_frame(path, later)


def test_points_first_and_other_shapes_later_in_csv(tmp_path: Path) -> None:
    later = [Batch(1, rows()[:1], array(POINTS[:1])), Batch(2, rows()[:1], array([BOX]))]
    with pytest.raises(FileError, match="other shapes follow"):
        write_frame(tmp_path / "a.csv", later)


@pytest.mark.parametrize("ending", VECTOR)
def test_columns_named_as_the_format_s_own(tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame({"fid": ["a"], "geom": ["b"], "id": ["d"]})
    path = tmp_path / f"a.{ending}"
    write_frame(path, Batch(1, frame, array([BOX])))
    assert read(path).frame.iloc[0].to_dict() == frame.iloc[0].to_dict()


@pytest.mark.parametrize("ending", [*VECTOR, "csv"])
def test_times_keep_their_meaning(tmp_path: Path, ending: str) -> None:
    zoned = pd.to_datetime(["2024-06-01 09:30"]).tz_localize("Asia/Shanghai")
    frame = pd.DataFrame({"zoned": zoned, "plain": pd.to_datetime(["2024-06-01 09:30"])})
    path = tmp_path / f"a.{ending}"
    write_frame(path, Batch(1, frame, array([BOX])))
    got = read(path).frame.iloc[0]
    assert pd.Timestamp(got["zoned"]) == zoned[0]
    assert pd.Timestamp(got["plain"]) == pd.Timestamp("2024-06-01 09:30")


def test_a_geopandas_frame(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(rows(), geometry=SHAPES, crs=4326)
    write_frame(tmp_path / "a.gpkg", frame)
    assert read(tmp_path / "a.gpkg").frame.columns.tolist() == rows().columns.tolist()
    with pytest.raises(CrsError, match="give WGS 84"):
        write_frame(tmp_path / "a.gpkg", frame.to_crs(4549))


@pytest.mark.parametrize("ending", VECTOR)
def test_no_rows_are_an_empty_layer(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    assert write_frame(path, Batch(1, rows().iloc[:0], array([]))).rows == 0
    with pytest.raises(FileError, match=r"no (features|rows)"):
        open_source(path)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    batch = Batch(1, rows(), array(SHAPES))
    for path, message in (
        (tmp_path / "a.xlsx", r"not known \(written are \.csv, \.geojson, (?!.*zip)"),
        (tmp_path / "a.zip", "read, not written"),
        (tmp_path / "a.csv.gz", "read, not written"), (tmp_path / "no" / "a.csv", "no such folder"),
    ):  # fmt: skip
        with pytest.raises(FileError, match=message):
            write_frame(path, batch)
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(FileError, match="is a folder"):
        write_frame(tmp_path / "b.csv", batch)
    with pytest.raises(FileError, match="needs a geometry"):
        write_frame(tmp_path / "a.gpkg", rows())
    with pytest.raises(FileError, match="nothing to write"):
        write_frame(tmp_path / "a.gpkg", iter([]))
    differing = [batch, Batch(4, rows().assign(面积="text"), array(SHAPES))]
    with pytest.raises(FileError, match="differ"):
        write_frame(tmp_path / "a.gpkg", differing)
    with pytest.raises(FileError, match="differ"):
        write_frame(tmp_path / "a.parquet", differing)
    assert [made.name for made in tmp_path.iterdir()] == ["b.csv"]
