"""``gisgrid check`` as a planner types it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import mapping
from sqlalchemy import Engine

from gisgrid.files import open_source
from gisgrid.geometry.checking import KINDS
from gisgrid.store.publish import publish
from tests.commands import Run
from tests.store.drafts.states import edit, new_plan
from tests.towns import frame, publish_rows, square


@pytest.fixture
def grids(tmp_path: Path) -> Path:
    """A sound layer, a faulty one, and one of parents."""
    path = tmp_path / "grids.gpkg"
    layers = {
        "sound": [square(0, 0), square(1, 0)],
        "faulty": [square(0, 0, 1.1, 1), square(1, 0)],
        "above": [square(0, 0, 1.9, 1)],
    }
    for name, shapes in layers.items():
        columns = {"name": ["甲"] * len(shapes), "key": [f"K{k}" for k in range(len(shapes))]}
        columns["homes"] = [200 + 200 * k for k in range(len(shapes))]
        gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(path, layer=name)
    return path


def test_nothing_wrong_is_0_and_names_the_tolerances(gisgrid: Run, grids: Path) -> None:
    code, out, err = gisgrid("check", grids, "--layer", "sound", "--code", "key")
    assert (code, err) == (0, "")
    assert "通过" in out
    assert "overlap 1 m²" in out


def test_errors_are_1_and_told_in_both_languages(gisgrid: Run, grids: Path) -> None:
    code, out, _ = gisgrid("check", grids, "--layer", "faulty", "--code", "key")
    assert code == 1
    assert "K0 与 K1 重叠" in out
    assert "K0 and K1 overlap" in out


def test_warnings_alone_are_0_and_json_is_the_contract(gisgrid: Run, grids: Path) -> None:
    words = ["--layer", "sound", "--code", "key", "--households", "homes", "--json"]
    above = ["--parent-layer", "above"]
    code, out, _ = gisgrid("check", grids, *words, *above, "--accept", "K0=a tower")
    assert code == 0
    document = json.loads(out)
    (one,) = document["findings"]
    wanted = {"kind", "severity", "codes", "place", "area_m2", "message"}
    assert wanted <= one.keys()
    assert (one["kind"], one["severity"]) == ("outside-parent", "warning")
    assert one["codes"] == ["K1", "甲"]
    assert shapely.geometry.shape(one["geometry"]).contains(shapely.Point(one["place"]))
    assert [(e["codes"], e["reason"]) for e in document["accepted"]] == [(["K0"], "a tower")]
    assert {entry["kind"] for entry in document["below"]} <= set(KINDS)


def test_a_width_in_metres_is_let_through(gisgrid: Run, grids: Path) -> None:
    words = ["--layer", "faulty", "--code", "key", "--tolerance"]
    assert gisgrid("check", grids, *words, "90")[0] == 1
    assert gisgrid("check", grids, *words, "100")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ["grids.gpkg"],
        ["grids.gpkg", "--layer", "sound", "--code", "nope"],
        ["none.gpkg", "--code", "key"],
        ["grids.gpkg", "--layer", "sound", "--code", "key", "--households", "name"],
        ["grids.gpkg", "--layer", "sound", "--code", "key", "--accept", "K0"],
        ["grids.gpkg", "--layer", "sound", "--code", "key", "--map", "nowhere/map.html"],
        ["--database", "postgresql://nobody@127.0.0.1:1/none"],
    ],
)
def test_what_cannot_run_is_2(gisgrid: Run, grids: Path, words: list[str]) -> None:
    code, out, err = gisgrid("check", *words)
    assert (code, out) == (2, "")
    assert "error: " in err


def test_the_map_and_the_repair_are_written(gisgrid: Run, grids: Path, tmp_path: Path) -> None:
    drawn, mended = tmp_path / "map.html", tmp_path / "mended.gpkg"
    words = ["--layer", "faulty", "--code", "key", "--map", drawn, "--repair", mended]
    code, _, err = gisgrid("check", grids, *words)
    assert code == 1
    assert "K0 与 K1 重叠" in drawn.read_text(encoding="utf-8")
    assert "外边界不变" in err
    with open_source(mended) as source:
        (batch,) = source.batches()
    assert batch.frame["code"].tolist() == ["K0", "K1"]
    assert batch.frame["lost_m2"].max() > 100_000
    assert gisgrid("check", mended, "--code", "code")[0] == 0


def test_what_is_published_is_checked_level_by_level(gisgrid: Run, town: Engine) -> None:
    url = town.url.render_as_string(hide_password=False)
    code, out, _ = gisgrid("check", "--database", url, "--json")
    document = json.loads(out)
    assert (code, document["findings"]) == (0, [])
    assert document["grids"] == {"area": 2, "unit": 4, "micro": 16, "police": 2}
    with town.begin() as connection:
        publish_rows(connection, "micro", [("A1U1M1", "A1U1", square(0, 0, 1, 0.5))])
    code, out, _ = gisgrid("check", "--database", url, "--json")
    found = [(one["kind"], one["level"], one["codes"]) for one in json.loads(out)["findings"]]
    assert (code, found) == (0, [("parent-not-filled", "unit", ["A1U1"])])


def test_a_row_without_a_code_is_found(gisgrid: Run, tmp_path: Path) -> None:
    path = tmp_path / "grids.geojson"
    frame([("", None, square(0, 0))]).to_file(path)
    code, out, _ = gisgrid("check", path, "--code", "code", "--json")
    assert code == 1
    assert [one["kind"] for one in json.loads(out)["findings"]] == ["missing-code"]


def test_nothing_to_check_is_no_pass(gisgrid: Run, town: Engine, grids: Path) -> None:
    url = town.url.render_as_string(hide_password=False)
    code, out, err = gisgrid("check", "--at", "2001-01-01", "--database", url)
    assert (code, out) == (2, "")
    assert "no grids" in err
    code, out, err = gisgrid("check", grids, "--code", "key", "--at", "2001-01-01")
    assert (code, out) == (2, "")
    assert "--at" in err


@pytest.fixture
def at_town(town: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The town, named in the environment."""
    monkeypatch.setenv("GISGRID_DATABASE_URL", town.url.render_as_string(hide_password=False))
    return town


def test_a_plan_is_drawn_from_a_file_checked_and_repaired(
    gisgrid: Run, at_town: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "new.gpkg"
    frame([("A1U1M1", "A1U1", square(0, 0, 1.1, 1))]).to_file(file)
    assert gisgrid("plan", "new", "方案")[0] == 0
    plan = 5
    said = gisgrid("plan", "edit", plan, "redraw", file, "--code", "code")
    assert said[0] == 0
    assert "变动 changed A1U1M1" in said[1]
    assert re.search(r"redraw +A1U1M1 .*new.gpkg", gisgrid("plan", "log", plan)[1])
    code, out, _ = gisgrid("check", "--plan", plan, "--json")
    assert (code, [one["kind"] for one in json.loads(out)["findings"]]) == (1, ["overlap"])
    assert gisgrid("check")[0] == 0
    code, out, _ = gisgrid("check", "--plan", plan, "--propose", "--level", "micro")
    assert code == 1
    assert "重画 redrawn" in out
    assert "the outer border stays" in out
    assert "A1U1M1" in out
    assert gisgrid("check", "--plan", plan, "--worsened")[0] == 0
    assert gisgrid("plan", "knit", plan, "--tolerance", "0.01", "--json")[0] == 0
    code, out, _ = gisgrid("check", "--plan", plan, "--propose", "--json")
    assert code == 2


def test_the_repair_of_what_is_published_is_a_plan(gisgrid: Run, at_town: Engine) -> None:
    code, out, err = gisgrid("check", "--propose")
    assert (code, out) == (2, "")
    assert "nothing to repair" in err
    hole = square(1.2, 0.2, 0.5, 0.5)
    first = new_plan(at_town)
    edit(at_town, first, "cut-out", level="micro", polygon=mapping(hole), new_code="H")
    edit(
        at_town,
        first,
        "redraw",
        grids=[{"code": "H", "shape": mapping(square(1.2, 0.2, 0.4, 0.5))}],
    )
    with at_town.begin() as connection:
        publish(connection, first, overlap_tolerance_m2=1.0)
    code, out, _ = gisgrid("check", "--propose", "--json")
    assert code == 0
    document = json.loads(out)
    kinds = [one["kind"] for one in document["findings"]]
    assert kinds == ["gap", "parent-not-filled", "households"]
    assert document["repair"]["levels"][0]["gaps_filled"] == 1
    plan = document["repair"]["edit"]["plan_id"]
    code, out, _ = gisgrid("check", "--plan", plan, "--json")
    assert [one["kind"] for one in json.loads(out)["findings"]] == ["households"]
    # What is published stays as it is.
    assert "空隙" in gisgrid("check")[1]


@pytest.mark.parametrize(
    "words",
    [
        ["--plan", 99],
        ["--plan", 1, "--at", "2024-01-01"],
        ["--worsened"],
        ["--level", "micro"],
        ["grids.gpkg", "--layer", "sound", "--code", "key", "--plan", 1],
        ["grids.gpkg", "--layer", "sound", "--code", "key", "--propose"],
    ],
)
def test_what_makes_no_sense_together_is_2(
    gisgrid: Run, at_town: Engine, grids: Path, words: list[object]
) -> None:
    code, out, err = gisgrid("check", *words)
    assert (code, out) == (2, "")
    assert "error: " in err
