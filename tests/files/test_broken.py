"""Files that are missing, empty, cut off or not what they say: one clear error each."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import geopandas as gpd
import pytest

from gisgrid.errors import FileError, GisgridError
from gisgrid.files import open_source
from tests.files.test_vector import Layer, Make, read, save


@pytest.mark.parametrize("part", ["dbf", "shx"])
def test_a_shapefile_that_lacks_a_part(tmp_path: Path, layer: Layer, part: str) -> None:
    path = save(layer(), tmp_path / "a.shp", encoding="UTF-8")
    sister = path.with_suffix(f".{part}")
    sister.write_bytes(b"")
    with pytest.raises(FileError, match=rf"\.{part} has 0 bytes"):
        open_source(path)
    sister.unlink()
    with pytest.raises(FileError, match=rf"a\.shp: the Shapefile lacks its \.{part} "):
        open_source(path)


@pytest.mark.parametrize("part", ["shp", "dbf", "shx"])
def test_a_shapefile_that_is_cut_off(tmp_path: Path, layer: Layer, part: str) -> None:
    path = save(layer(), tmp_path / "a.shp", encoding="UTF-8")
    sister = path.with_suffix(f".{part}")
    sister.write_bytes(sister.read_bytes()[: sister.stat().st_size * 2 // 3])
    with pytest.raises(FileError):
        read(path)


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "fgb", "parquet"])
@pytest.mark.parametrize("share", [0.05, 0.4, 0.9])
def test_a_file_that_is_cut_off(
    tmp_path: Path, points_file: Make, ending: str, share: float
) -> None:
    whole = tmp_path / f"whole.{ending}"
    frame = gpd.read_file(points_file(count=20_000))
    save(frame, whole)
    data = whole.read_bytes()
    part = tmp_path / f"part.{ending}"
    part.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(FileError) as caught, open_source(part) as source:
        list(source.batches(size=1000))
    assert "\n" not in str(caught.value)
    assert str(part) in str(caught.value)


@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg", "shp", "zip", "fgb", "parquet"])
def test_no_file_no_bytes_and_rubbish(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    with pytest.raises(FileError, match="no such file"):
        open_source(path)
    path.mkdir()
    with pytest.raises(FileError, match="is a folder"):
        open_source(path)
    path.rmdir()
    path.write_bytes(b"")
    with pytest.raises(FileError, match="0 bytes"):
        open_source(path)
    path.write_bytes(b"rubbish")
    with pytest.raises(FileError):
        open_source(path)


def test_an_unknown_kind(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(FileError, match=r"not known \(known are \.csv, .*\.geoparquet\)"):
        open_source(tmp_path / "a.xlsx")


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "shp", "fgb", "parquet"])
def test_no_features(tmp_path: Path, layer: Layer, ending: str) -> None:
    path = save(layer().iloc[:0], tmp_path / f"a.{ending}")
    with pytest.raises(FileError, match=r"no (features|rows)"):
        open_source(path)


@pytest.mark.parametrize(
    "text",
    [
        "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/x</SrcDataSource></OGRVRTLayer>",
        '{"type":"Topology","objects":{"a":{"type":"Point","coordinates":[1,2]}},"arcs":[]}',
        '{"geometryType":"esriGeometryPoint","features":[{"geometry":{"x":1,"y":2}}]}',
        "[1, 2]", '{"a": 1}', "{", "http://example.org/a.geojson",
    ],
)  # fmt: skip
def test_content_that_is_not_what_the_name_says(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(FileError):
        open_source(path)
    for ending in ("gpkg", "shp", "fgb", "parquet"):
        other = path.with_suffix(f".{ending}")
        shutil.copy(path, other)
        with pytest.raises(FileError, match="content is not"):
            open_source(other)


def test_nothing_is_said_on_stderr(
    tmp_path: Path, points_file: Make, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    path = points_file()
    ring = '{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0]]]}'
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text[:-2] + f',{{"type":"Feature","properties":{{}},"geometry":{ring}}}]}}', "utf-8"
    )
    with caplog.at_level(logging.DEBUG):
        read(path)
        for broken in (b"{", b'{"type":"FeatureCollection","features":[{"type":"Feat'):
            path.write_bytes(broken)
            with pytest.raises(GisgridError):
                open_source(path)
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
