"""``gisgrid assign`` as a user types it: what it says, and what it refuses in one line."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gisgrid.geometry.crs import Crs, from_wgs84, to_wgs84
from tests.assigning.files import answers_in, boundary_file, point_file, town_points
from tests.commands import Run
from tests.towns import SIDE, SOUTH, WEST, square

NAMED = ("--lon", "lon", "--lat", "lat", "--crs", "wgs84")


@pytest.fixture
def run(gisgrid: Run, tmp_path: Path) -> Run:
    """Run ``gisgrid assign`` in a folder with points.csv and micro.gpkg."""
    point_file(tmp_path, "csv", town_points())
    boundary_file(tmp_path)
    return partial(gisgrid, "assign")


def test_the_counts_are_printed_for_people_and_for_programs(run: Run) -> None:
    code, out, _ = run("points.csv", "micro.gpkg", "-o", "out.csv", *NAMED)
    assert code == 0
    code, said, _ = run("points.csv", "micro.gpkg", "-o", "out.csv", *NAMED, "--json")
    document = json.loads(said)
    assert document["rows"] == len(answers_in(Path("out.csv")))
    kinds = ("inside", "border", "outside", "errors")
    assert document["rows"] == sum(document[kind] for kind in kinds)
    for kind in (*kinds, "rows"):
        assert f"{document[kind]:,}" in out
    assert (document["output"], document["repaired"]) == ("out.csv", [])


def bow_tie() -> shapely.Polygon:
    return shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


@pytest.fixture
def odd_files() -> None:
    """Boundaries with which something is wrong."""
    ties = [bow_tie(), square(0, 0), bow_tie()]
    gpd.GeoDataFrame({"code": ["a", "b", "c"]}, geometry=ties, crs=4326).to_file("invalid.gpkg")
    twice = gpd.GeoDataFrame({"code": ["a", "a"]}, geometry=[square(0, 0), square(1, 0)], crs=4326)
    twice.to_file("twice.gpkg")
    twice.assign(name="x").rename(columns={"code": "number"}).to_file("columns.gpkg")
    twice.assign(code=["a", None]).to_file("missing.gpkg")
    twice.assign(code=["a", "b"], geometry=[square(0, 0), None]).to_file("empty.gpkg")
    twice.assign(code=["a", "b"]).set_crs(None, allow_override=True).to_parquet("nocrs.parquet")
    twice.to_file("layers.gpkg", layer="one")
    twice.to_file("layers.gpkg", layer="two")
    pd.DataFrame({"lon": [1.0], "lat": [2.0], "grid": ["x"]}).to_csv("taken.csv", index=False)
    pd.DataFrame({"lon": [1.0], "lat": [2.0]}).to_parquet("points.parquet")
    Path("folder").mkdir()
    Path("full").mkdir()
    Path("full/notes.txt").touch()
    for name in ("in", "foreign"):
        Path(name).mkdir()
        for number in range(2):
            points = pd.DataFrame({"lon": [1.0], "lat": [2.0]})
            points.to_parquet(f"{name}/part-{number:06}.parquet")
    Path("linked.parquet").symlink_to("in/part-000000.parquet")
    Path("links").mkdir()
    Path("links/part-000000.parquet").symlink_to("../points.parquet")
    twice.assign(code=["a", "b"]).to_file("in/part-000002.gpkg")
    pd.DataFrame({"lon": [1.0], "lat": [2.0], "Grid": ["x"]}).to_csv("case.csv", index=False)
    twice.assign(code=["a", "b"]).rename_geometry("shape").to_parquet("shapes.parquet")


@pytest.mark.usefixtures("odd_files")
@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["points.csv", "micro.gpkg", *NAMED], "Missing parameter: output"),
        (["none.csv", "micro.gpkg", "-o", "o.csv", *NAMED], "no such file"),
        (["points.csv", "none.gpkg", "-o", "o.csv", *NAMED], "no such file"),
        (["points.csv", "micro.gpkg", "-o", "o.csv", *NAMED[:4]], "--crs"),
        (["points.csv", "micro.gpkg", "-o", "o.csv", "--crs", "wgs84"], "--lon COL --lat COL"),
        (["points.csv", "micro.gpkg", "-o", "o.csv", "--lon", "x", *NAMED[2:]], "no column 'x'"),
        (["points.csv", "micro.gpkg", "-o", "o.csv", *NAMED, "--code", "x"], "no column 'x'"),
        (["points.csv", "columns.gpkg", "-o", "o.csv", *NAMED], "number, name"),
        (["points.csv", "invalid.gpkg", "-o", "o.csv", *NAMED], "'a': invalid polygon: Self-inte"),
        (["points.csv", "twice.gpkg", "-o", "o.csv", *NAMED], "two polygons have this code"),
        (["points.csv", "missing.gpkg", "-o", "o.csv", *NAMED], "row 2: code is missing"),
        (["points.csv", "empty.gpkg", "-o", "o.csv", *NAMED], "row 2, 'b': geometry is missing"),
        (["points.csv", "nocrs.parquet", "-o", "o.csv", *NAMED], "--boundary-crs"),
        (["points.csv", "layers.gpkg", "-o", "o.csv", *NAMED], "--layer: one, two"),
        (["points.csv", "micro.gpkg", "-o", "o.xyz", *NAMED], "not known"),
        (["points.csv", "micro.gpkg", "-o", "none/o.csv", *NAMED], "no such folder"),
        (["points.csv", "micro.gpkg", "-o", "points.csv", *NAMED], "would replace the input"),
        (["in/part-000000.parquet", "micro.gpkg", "-o", "in", *NAMED], "replace the input"),
        (["in/part-000000.parquet", "micro.gpkg", "-o", ".", *NAMED], "replace the input"),
        (["linked.parquet", "micro.gpkg", "-o", "in", *NAMED], "replace the input"),
        (["links/part-000000.parquet", "micro.gpkg", "-o", "links", *NAMED], "replace the input"),
        (["points.parquet", "in/part-000002.gpkg", "-o", "in", *NAMED], "replace the input"),
        (["in", "micro.gpkg", "-o", "in", *NAMED], "replace the input"),
        (["in", "micro.gpkg", "-o", "in/out", *NAMED], "lies in the folder of the points"),
        (["points.parquet", "micro.gpkg", "-o", "foreign", *NAMED], "part-000000.parquet in it"),
        (["taken.csv", "micro.gpkg", "-o", "o.csv", *NAMED], "--as NAME"),
        (["case.csv", "micro.gpkg", "-o", "o.gpkg", *NAMED], "'Grid' is taken already"),
        (["case.csv", "micro.gpkg", "-o", "o.shp", *NAMED], "'Grid' is taken already"),
        (["points.csv", "micro.gpkg", "-o", "o.parquet", *NAMED, "--as", "geometry"], "--as NAME"),
        (["shapes.parquet", "micro.gpkg", "-o", "o.csv", "--as", "shape"], "--as NAME"),
        (["points.csv", "micro.gpkg", "-o", "o.csv", *NAMED, "--workers", "0"], "one worker"),
        (["folder", "micro.gpkg", "-o", "o", *NAMED], "no Parquet files"),
        (["folder", "micro.gpkg", "-o", "o.csv", *NAMED], "folder of Parquet files"),
        (["points.parquet", "micro.gpkg", "-o", "full", *NAMED], "holds other files"),
        (
            ["points.csv", "micro.gpkg", "-o", "o.csv", *NAMED, "--scheduler", "x", "--workers", 2],
            "exclude each other",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    run: Run, args: list[object], words: str
) -> None:
    before = sorted(Path().rglob("*"))
    code, out, err = run(*args)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert words in err
    assert sorted(Path().rglob("*")) == before


@pytest.mark.usefixtures("odd_files")
def test_names_that_differ_in_case_are_two_elsewhere(run: Run) -> None:
    code, _, err = run("case.csv", "micro.gpkg", "-o", "o.csv", *NAMED)
    assert code == 0, err
    code, _, err = run("case.csv", "micro.gpkg", "-o", "o.gpkg", *NAMED, "--as", "micro")
    assert code == 0, err


@pytest.mark.usefixtures("odd_files")
def test_repairs_are_made_when_asked_for_and_listed(run: Run) -> None:
    pd.DataFrame({"lon": [0.5, 0.1], "lat": [0.9, 0.5]}).to_csv("p.csv", index=False)
    code, out, err = run("p.csv", "invalid.gpkg", "-o", "o.csv", *NAMED, "--repair", "--json")
    assert code == 0
    assert "repaired a: Self-intersection" in err
    repaired = json.loads(out)["repaired"]
    assert [one["code"] for one in repaired] == ["a", "c"]
    assert repaired[0]["place"] == [0.5, 0.5]
    # Two triangles are left of a bow tie, one over the other.
    assert [code for code, *_ in answers_in(Path("o.csv"))] in (["a", None], [None, "a"])


def test_points_that_lie_elsewhere_are_pointed_out(run: Run) -> None:
    pd.DataFrame({"lon": [WEST - SIDE], "lat": [SOUTH]}).to_csv("p.csv", index=False)
    code, _, err = run("p.csv", "micro.gpkg", "-o", "o.csv", *NAMED)
    assert code == 0
    assert "another CRS?" in err


def test_the_commonest_error_is_pointed_out(run: Run) -> None:
    table = pd.DataFrame({"lon": [31.3, 31.4, 121.2, "x"], "lat": [121.2, 121.3, 31.3, 31.3]})
    table.to_csv("p.csv", index=False)
    code, out, err = run("p.csv", "micro.gpkg", "-o", "o.csv", *NAMED, "--json")
    assert code == 0
    assert "3 / 4 rows have no point: lat: latitude lies outside ±90; are longitude and" in err
    assert list(json.loads(out)["reasons"].values()) == [2, 1]
    table[2:].to_csv("p.csv", index=False)
    assert "have no point" not in run("p.csv", "micro.gpkg", "-o", "o.csv", *NAMED)[2]


def test_a_ragged_row_keeps_its_cells(run: Run) -> None:
    Path("p.csv").write_text("id,lon,lat\n1,121.2,31.3\n2,121.2,31.3,9\n3,121.2\n", "utf-8")
    assert run("p.csv", "micro.gpkg", "-o", "o.csv", *NAMED)[0] == 0
    found = pd.read_csv("o.csv", dtype=str).fillna("")
    assert found["id"].tolist() == ["1", "2", "3"]
    assert found["lat"].tolist() == ["31.3", "31.3", ""]
    assert found["grid"].tolist()[1:] == ["", ""]
    assert found["error"].str.contains("cells").tolist() == [False, True, True]


def labelled(suffix: str, crs: int | None = 4326) -> Path:
    """A file with one point at the middle of the town's first square, in EPSG:4326 by its label."""
    path = Path(f"labelled.{suffix}")
    middle = shapely.Point(WEST + SIDE / 2, SOUTH + SIDE / 2)
    frame = gpd.GeoDataFrame({"id": [1]}, geometry=[middle], crs=crs)
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    return path


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "parquet"])
def test_a_system_that_contradicts_the_file_is_refused(run: Run, suffix: str) -> None:
    points = labelled(suffix)
    code, out, err = run(points, "micro.gpkg", "-o", "o.csv", "--crs", "EPSG:4549")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "the file says wgs84, --crs says EPSG:4549" in err
    assert not Path("o.csv").exists()
    for same in ("cgcs2000", "EPSG:4326"):
        code, _, err = run(points, "micro.gpkg", "-o", "o.csv", "--crs", same)
        assert (code, err) == (0, "")
    code, _, err = run(points, "micro.gpkg", "-o", "o.csv", "--boundary-crs", "EPSG:4549")
    assert (code, "--boundary-crs says EPSG:4549" in err) == (2, True)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "parquet"])
@pytest.mark.parametrize("output", ["o.gpkg", "o.geojson", "o.parquet", "parts"])
def test_an_offset_is_taken_over_the_label_and_the_label_is_dropped(
    run: Run, suffix: str, output: str
) -> None:
    if output == "parts" and suffix != "parquet":
        return
    points = labelled(suffix)
    code, _, err = run(points, "micro.gpkg", "-o", output, "--crs", "gcj02")
    assert code == 0
    assert f"{points} says wgs84, read as gcj02" in err
    read = gpd.read_file if output.endswith("json") or output.endswith("gpkg") else gpd.read_parquet
    found = read(output)
    given = (WEST + SIDE / 2, SOUTH + SIDE / 2)
    if output == "o.geojson":
        assert found.crs.to_epsg() == 4326
        given = tuple(float(v) for v in to_wgs84(*given, Crs.parse("gcj02")))
    else:
        assert found.crs is None
    assert shapely.get_coordinates(found.geometry)[0] == pytest.approx(given, abs=1e-9)


def test_what_is_stated_of_columns_says_nothing_of_the_geometry(run: Run) -> None:
    x, y = from_wgs84(WEST + SIDE / 2, SOUTH + SIDE / 2, Crs.parse("EPSG:4549"))
    frame = gpd.read_file(labelled("gpkg")).assign(x=float(x), y=float(y))
    frame.to_parquet("p.parquet")
    named = ("--lon", "x", "--lat", "y", "--crs", "EPSG:4549")
    code, _, err = run("p.parquet", "micro.gpkg", "-o", "o.parquet", *named)
    assert (code, err) == (0, "")
    found = gpd.read_parquet("o.parquet")
    assert (found.crs.to_epsg(), found["grid"].notna().all()) == (4326, True)


def test_a_folder_that_begins_with_an_empty_file_is_noted_too(run: Run) -> None:
    frame = gpd.read_file(labelled("gpkg"))
    Path("points").mkdir()
    frame[:0].to_parquet("points/a.parquet")
    frame.to_parquet("points/b.parquet")
    code, _, err = run("points", "micro.gpkg", "-o", "parts", "--crs", "bd09")
    assert (code, "points says wgs84, read as bd09" in err) == (0, True)
