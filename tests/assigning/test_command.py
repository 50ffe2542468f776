"""``gisgrid assign`` as a user types it: what it says, and what it refuses in one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gisgrid.cli import main
from tests.assigning.files import answers_in, boundary_file, point_file, town_points
from tests.towns import SIDE, SOUTH, WEST, square

Run = Callable[..., tuple[int, str, str]]
NAMED = ("--lon", "lon", "--lat", "lat", "--crs", "wgs84")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run ``gisgrid assign`` in a folder with points.csv and micro.gpkg."""
    point_file(tmp_path, "csv", town_points())
    boundary_file(tmp_path)

    def command(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gisgrid", "assign", *map(str, args)])
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        else:
            code = 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


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
        (["taken.csv", "micro.gpkg", "-o", "o.csv", *NAMED], "--as NAME"),
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
    before = sorted(Path().iterdir())
    code, out, err = run(*args)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert words in err
    assert sorted(Path().iterdir()) == before


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
