"""Reading GeoJSON, GeoPackage, Shapefile, FlatGeobuf and Parquet that others wrote."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely

from gisgrid.errors import CrsError, EncodingError, FileError
from gisgrid.files import Batch, Source, open_source

Layer = Callable[..., gpd.GeoDataFrame]
Make = Callable[..., Path]
SHAPE_PARTS = ("shp", "shx", "dbf", "prj", "cpg")


def save(frame: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        if frame.crs is None:
            options["crs"] = None
        frame.to_file(path, engine="pyogrio", **options)
    return path


def read(path: Path, **options: str | None) -> tuple[Source, Batch]:
    with open_source(path, **options) as source:  # type: ignore[arg-type]
        (batch,) = source.batches()
    return source, batch


@pytest.mark.parametrize("ending", ["geojson", "json", "gpkg", "shp", "fgb", "parquet"])
def test_every_kind(tmp_path: Path, layer: Layer, ending: str) -> None:
    frame = layer()
    options = {"encoding": "UTF-8"} if ending == "shp" else {}
    if ending == "json":
        options["driver"] = "GeoJSON"
    source, batch = read(save(frame, tmp_path / f"层.{ending}", **options))
    assert source.columns == ("编码", "名称", "户数")
    assert (source.rows, str(source.crs), source.has_geometry) == (2, "wgs84", True)
    got = batch.frame.sort_values("户数", ascending=False)
    assert got["编码"].fillna("").tolist() == ["310114106019001", ""]
    assert got["名称"].tolist() == ["白银一坊", "联通模型㐀"]
    assert got["户数"].tolist() == [412, 388]
    assert batch.geometry is not None
    shapes = batch.geometry[got.index]
    assert shapely.equals(shapes, frame.geometry.to_numpy()).all()


@pytest.mark.parametrize(
    ("encoding", "script"),
    [("UTF-8", "simplified"), ("GB18030", "simplified"), ("BIG5", "traditional")],
)
def test_shapefile_encodings(tmp_path: Path, layer: Layer, encoding: str, script: str) -> None:
    frame = layer(script)
    path = save(frame, tmp_path / "层.shp", encoding=encoding)
    names = frame.columns[:2].tolist()
    _, batch = read(path)
    assert batch.frame.columns.tolist()[:2] == names
    assert batch.frame[names[1]].tolist() == frame[names[1]].tolist()
    path.with_suffix(".cpg").unlink()
    _, batch = read(path, encoding=encoding.lower())
    assert batch.frame[names[1]].tolist() == frame[names[1]].tolist()


def test_a_shapefile_without_code_page_is_no_guess(tmp_path: Path, layer: Layer) -> None:
    path = save(layer(), tmp_path / "层.shp", encoding="GB18030")
    path.with_suffix(".cpg").unlink()
    with pytest.raises(EncodingError, match=r"column names: .* as utf-8 .*--encoding"):
        open_source(path)
    plain = layer().rename(columns={"编码": "code", "名称": "name", "户数": "n"})
    path = save(plain, tmp_path / "plain.shp", encoding="GB18030")
    path.with_suffix(".cpg").write_text("UTF-8")
    with (
        pytest.raises(EncodingError, match=r"row 1, column 'name': .*--encoding"),
        open_source(path) as source,
    ):
        list(source.batches())
    with open_source(path) as source:
        assert [len(batch) for batch in source.batches(["n"])] == [2]


def test_the_code_page_of_a_dbf(tmp_path: Path, layer: Layer) -> None:
    path = save(layer(), tmp_path / "层.shp", encoding="GB18030")
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    data[29] = 0x4D
    table.write_bytes(data)
    assert read(path)[1].frame["名称"].tolist() == layer()["名称"].tolist()


def test_other_kinds_take_no_other_encoding(tmp_path: Path, layer: Layer) -> None:
    path = save(layer(), tmp_path / "a.gpkg")
    with pytest.raises(EncodingError, match="GeoPackage is utf-8"):
        open_source(path, encoding="gbk")
    assert len(read(path, encoding="utf-8")[1]) == 2


def test_geojson_in_gbk(tmp_path: Path, points_file: Make) -> None:
    path = points_file()
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    with pytest.raises(EncodingError, match=r"line 1: .*--encoding"):
        open_source(path)
    source, batch = read(path, encoding="gbk")
    assert batch.frame["名"].tolist() == ["点1", "点2", "点3"]
    assert source.path == path


def test_broken_text_in_a_geopackage(tmp_path: Path, layer: Layer) -> None:
    path = save(layer(), tmp_path / "a.gpkg")
    link = sqlite3.connect(path)
    for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        link.execute(f'DROP TRIGGER "{name}"')
    link.execute("UPDATE a SET 名称 = CAST(x'b0d7d2f8' AS TEXT) WHERE fid = 2")
    link.commit()
    link.close()
    with pytest.raises(EncodingError, match="row 2, column '名称'"):
        read(path)


@pytest.mark.parametrize(
    ("more", "name", "text"),
    [
        ("", "wgs84", "EPSG:4326"),
        (',"crs":null', None, None),
        (
            ',"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4549"}}',
            "EPSG:4549", "4549",
        ),
        (
            ',"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}',
            "wgs84", "CRS84",
        ),
    ],
)  # fmt: skip
def test_the_crs_member(points_file: Make, more: str, name: str | None, text: str | None) -> None:
    source, _ = read(points_file(more=more))
    assert (source.crs and source.crs.name) == name
    assert (source.crs_text is None) if text is None else (text in str(source.crs_text))
    stated, _ = read(points_file(more=more), crs="bd09")
    assert str(stated.crs) == "bd09"
    assert stated.crs_text == source.crs_text


def test_a_crs_member_in_front(tmp_path: Path, points_file: Make) -> None:
    path = points_file()
    member = '"crs":{"type":"name","properties":{"name":"EPSG:4549"}},"features"'
    path.write_text(path.read_text(encoding="utf-8").replace('"features"', member, 1), "utf-8")
    assert str(read(path)[0].crs) == "EPSG:4549"


def test_a_crs_member_that_cannot_be_read(points_file: Make) -> None:
    more = ',"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::999999"}}'
    with pytest.raises(CrsError, match="crs member"):
        open_source(points_file(more=more))
    assert str(read(points_file(more=more), crs="wgs84")[0].crs) == "wgs84"


@pytest.mark.parametrize("ending", ["gpkg", "shp", "fgb", "parquet"])
@pytest.mark.parametrize("code", [4490, 4549, None])
def test_crs_of_the_file(tmp_path: Path, layer: Layer, ending: str, code: int | None) -> None:
    frame = layer()
    frame = frame.to_crs(code) if code else frame.set_crs(None, allow_override=True)
    if ending != "parquet" and code is None:
        with pytest.warns(UserWarning, match="crs"):
            path = save(frame, tmp_path / f"a.{ending}")
    else:
        path = save(frame, tmp_path / f"a.{ending}")
    source, batch = read(path)
    names = {4490: "cgcs2000", 4549: "EPSG:4549", None: "None"}
    assert str(source.crs) == names[code]
    assert (source.crs_text is None) == (code is None)
    assert str(read(path, crs="gcj02")[0].crs) == "gcj02"
    assert batch.geometry is not None
    west, south, *_ = shapely.total_bounds(batch.geometry)
    assert (west, south) == pytest.approx(frame.total_bounds[:2])
    if code != 4549:
        assert (west, south) == pytest.approx((121.2, 31.3))


def test_layers(tmp_path: Path, layer: Layer) -> None:
    path = tmp_path / "a.gpkg"
    save(layer(), path, layer="区")
    save(layer("traditional"), path, layer="街")
    with pytest.raises(FileError, match=r"several layers \(--layer: 区, 街\)"):
        open_source(path)
    with pytest.raises(FileError, match=r"no layer 'x' \(layers: 区, 街\)"):
        open_source(path, layer="x")
    assert read(path, layer="街")[0].columns[0] == "代碼"
    plain = tmp_path / "a.csv"
    plain.write_text("a\n1\n")
    with pytest.raises(FileError, match="has no layers"):
        open_source(plain, layer="x")


def test_batches_are_numbered_and_in_order(points_file: Make) -> None:
    with open_source(points_file(count=25)) as source:
        batches = list(source.batches(["号"], size=10))
    assert [(b.first_row, len(b)) for b in batches] == [(1, 10), (11, 10), (21, 5)]
    assert [n for b in batches for n in b.frame["号"]] == list(range(1, 26))
    assert [round((p.x - 121) * 1e6) for b in batches for p in b.geometry] == list(range(1, 26))


def test_codes_stay_whole_numbers_beside_missing_ones(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"code": pd.array([310114106019001, None], dtype="Int64")},
        geometry=[shapely.Point(121, 31)] * 2, crs=4326,
    )  # fmt: skip
    for ending in ("geojson", "gpkg", "fgb", "parquet"):
        codes = read(save(frame, tmp_path / f"a.{ending}"))[1].frame["code"]
        assert str(codes.dtype) == "Int64"
        assert sorted(codes.dropna().tolist()) == [310114106019001]


def test_times_are_text_with_their_zone(tmp_path: Path) -> None:
    time = pd.to_datetime(["2024-06-01 09:30"]).tz_localize("Asia/Shanghai")
    frame = gpd.GeoDataFrame({"t": time}, geometry=[shapely.Point(121, 31)], crs=4326)
    for ending in ("geojson", "gpkg", "parquet"):
        (text,) = read(save(frame, tmp_path / f"a.{ending}"))[1].frame["t"]
        assert isinstance(text, str)
        assert pd.Timestamp(text) == time[0]


def test_shapes_that_cannot_be_read_are_faults(tmp_path: Path) -> None:
    shapes = [
        "null", '{"type":"Point","coordinates":[121,31]}',
        '{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}',
        '{"type":"LineString","coordinates":[[0,0]]}',
    ]  # fmt: skip
    features = ",".join(
        f'{{"type":"Feature","properties":{{"a":{i}}},"geometry":{shape}}}'
        for i, shape in enumerate(shapes)
    )
    path = tmp_path / "a.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{features}]}}')
    _, batch = read(path)
    assert [(f.row, f.field) for f in batch.faults] == [(3, "geometry"), (4, "geometry")]
    assert batch.geometry is not None
    assert shapely.is_missing(batch.geometry).tolist() == [True, False, True, True]
    assert batch.frame["a"].tolist() == [0, 1, 2, 3]


def test_missing_shapes_in_flatgeobuf(tmp_path: Path) -> None:
    shapes = [shapely.Point(121, 31), None, shapely.Point(122, 31), None]
    frame = gpd.GeoDataFrame({"a": [1, 2, 3, 4]}, geometry=shapes, crs=4326)
    _, batch = read(save(frame, tmp_path / "a.fgb", SPATIAL_INDEX="NO"))
    assert batch.geometry is not None
    assert batch.geometry.tolist() == shapes


def test_a_table_in_parquet(tmp_path: Path) -> None:
    pd.DataFrame({"lon": [121.2, None], "名": pd.Categorical(["甲", "乙"])}).to_parquet(
        tmp_path / "a.parquet"
    )
    source, batch = read(tmp_path / "a.parquet")
    assert (source.crs, source.has_geometry, batch.geometry, source.rows) == (None, False, None, 2)
    assert batch.frame["lon"].isna().tolist() == [False, True]
    assert batch.frame["名"].tolist() == ["甲", "乙"]


def test_geoparquet_without_crs_is_wgs84_and_null_is_unknown(tmp_path: Path, layer: Layer) -> None:
    source, _ = read(save(layer(crs=None), tmp_path / "a.parquet"))
    assert source.crs is None
    source, _ = read(save(layer(crs="OGC:CRS84"), tmp_path / "a.parquet"))
    assert str(source.crs) == "wgs84"


def test_a_zipped_shapefile(tmp_path: Path, layer: Layer) -> None:
    shape = save(layer(), tmp_path / "层.shp", encoding="GB18030")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for ending in SHAPE_PARTS:
            archive.write(shape.with_suffix(f".{ending}"), f"../../up/层.{ending}")
        archive.writestr("readme.txt", "x")
    source, batch = read(path)
    assert (source.path, source.rows, str(source.crs)) == (path, 2, "wgs84")
    assert batch.frame["名称"].tolist() == layer()["名称"].tolist()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(FileError, match="holds no Shapefile"):
        open_source(path)
    path.write_bytes(b"PK rubbish")
    with pytest.raises(FileError, match="zip cannot be read"):
        open_source(path)


def test_a_zip_that_would_fill_the_disk_is_not_unpacked(
    tmp_path: Path, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = save(layer(), tmp_path / "a.shp", encoding="UTF-8")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()

    def packed(blanks: int, others: int) -> Path:
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for ending in SHAPE_PARTS:
                data = shape.with_suffix(f".{ending}").read_bytes()
                archive.writestr(f"a.{ending}", data + bytes(blanks if ending == "dbf" else 0))
            for number in range(others):
                archive.writestr(f"{number}.txt", b"")
        return tmp_path / "a.zip"

    with pytest.raises(FileError, match="unpacks to 1"):
        open_source(packed(100_000_000, 0))
    with pytest.raises(FileError, match="10,000 files"):
        open_source(packed(0, 10_000))
    assert list((tmp_path / "tmp").iterdir()) == []
    with open_source(packed(10_000_000, 100)) as source:
        assert source.rows == 2


def test_a_zip_s_temporary_folder_goes(
    tmp_path: Path, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    shape = save(layer(), tmp_path / "a.shp", encoding="UTF-8")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for ending in SHAPE_PARTS:
            archive.write(shape.with_suffix(f".{ending}"), f"a.{ending}")
    with open_source(tmp_path / "a.zip"):
        assert list((tmp_path / "tmp").iterdir()) != []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_prj_of_another_maker(tmp_path: Path, layer: Layer) -> None:
    path = save(layer().to_crs(4549), tmp_path / "a.shp", encoding="UTF-8")
    path.with_suffix(".prj").write_text(pyproj.CRS.from_epsg(4549).to_wkt("WKT1_ESRI"))
    assert str(read(path)[0].crs) == "EPSG:4549"
    path.with_suffix(".prj").unlink()
    assert read(path)[0].crs is None
