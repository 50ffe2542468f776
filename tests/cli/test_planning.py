"""``gisgrid plan`` as a planner types it, from a new plan to a publish."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import Engine, text

from gisgrid.store import drafts
from gisgrid.store.engine import make_engine
from tests.commands import Run
from tests.store.drafts.district import publish_district


@pytest.fixture
def at_district(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The nested honeycomb in a database of this test, named in the environment."""
    publish_district(engine)
    monkeypatch.setenv("GISGRID_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    return engine


@pytest.fixture(scope="module")
def honeycomb(clone: Callable[[str], str], template: str) -> Iterator[Engine]:
    """The nested honeycomb, with a plan on it."""
    made = make_engine(clone(template))
    publish_district(made)
    with made.begin() as connection:
        drafts.new(connection, "方案")
    yield made
    made.dispose()


@pytest.fixture
def edited(honeycomb: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The nested honeycomb with plan 4 on it, which stays as it is."""
    url = honeycomb.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GISGRID_DATABASE_URL", url)
    return honeycomb


def test_a_plan_from_its_beginning_to_its_publish(
    gisgrid: Run, at_district: Engine, tmp_path: Path
) -> None:
    def ask(*words: object) -> Any:
        code, out, err = gisgrid("plan", *words, "--json")
        assert code == 0, err
        return json.loads(out)

    def shape(code: str) -> Any:
        path = tmp_path / "micro.gpkg"
        assert gisgrid("export", "grids", path, "--level", "micro")[0] == 0
        return gpd.read_file(path).set_index("code").geometry[code]

    def across(polygon: Any) -> shapely.LineString:
        middle = polygon.representative_point()
        return shapely.LineString([(middle.x - 0.02, middle.y), (middle.x + 0.02, middle.y)])

    plan = ask("new", "年度调整")["id"]
    line = across(shape("M010"))
    done = ask("edit", plan, "split", "M010", "--line", line.wkt, "--new-code", "N1")
    assert (done["made"], done["version"]) == (["N1"], 1)
    assert "M010" in done["changed"]
    ask("edit", plan, "merge", "M010", "N1", "--into", "N1")
    ask("undo", plan)
    ask("redo", plan)
    assert ask("undo", plan)["kind"] == "merge"
    # The same line in a file, in another system, and as GeoJSON.
    line = across(shape("M024"))
    file = tmp_path / "line.gpkg"
    gpd.GeoDataFrame(geometry=[line], crs="EPSG:4326").to_crs("EPSG:32651").to_file(file)
    assert ask("edit", plan, "split", "M024", "--line", file)["made"]
    ask("undo", plan)
    assert ask("edit", plan, "split", "M024", "--line", shapely.to_geojson(line))["made"]
    ask("edit", plan, "rename", "N1", "新网格")
    ask("edit", plan, "recode", "N1", "N9")
    ask("edit", plan, "set-households", "N9", 120)
    ask("edit", plan, "accept-range", "N9", "--reason", "高校")
    ask("edit", plan, "set-special", "N9")
    shown = ask("show", plan)
    assert shown["done"] == 7
    assert shown["counts"][0]["level"] == "micro"
    assert [one["kind"] for one in ask("log", plan)][:3] == ["split", "merge", "split"]
    copy = ask("fork", plan, "另案")["id"]
    assert ask("rename", copy, "另案二")["name"] == "另案二"
    assert ask("discard", copy)["state"] == "discarded"
    assert ask("rebase", plan)["base_revision"] == 3
    assert ask("publish", plan)["revision"] == 4
    names = {one["id"]: one["state"] for one in ask("list")}
    assert (names[plan], names[copy]) == ("published", "discarded")
    assert shape("N9").area > 0


def test_words_for_people_are_chinese_first(gisgrid: Run, edited: Engine) -> None:
    said = gisgrid("plan", "new", "方案")[1]
    assert "新建 new" in said
    plan = said.split()[3]
    assert "变动 changed" in gisgrid("plan", "edit", plan, "rename", "A1", "新")[1]
    assert "撤回 undone" in gisgrid("plan", "undo", plan)[1]
    assert "已撤回 undone" in gisgrid("plan", "log", plan)[1]
    assert "可重做 undone 1" in gisgrid("plan", "show", plan)[1]
    assert "草案 draft" in gisgrid("plan", "list")[1]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["undo", 4], 4),
        (["edit", 99, "rename", "A1", "新"], 3),
        (["edit", 4, "rename", "A9", "新"], 3),
        (["edit", 4, "recode", "A1", "A2"], 4),
        (["edit", 4, "split", "M010", "--line", "POINT (1 1)"], 2),
        (["edit", 4, "split", "M010", "--line", "LINESTRING (1 1"], 2),
        (["edit", 4, "split", "M010", "--line", '{"type": "LineString"}'], 2),
        (["edit", 4, "split", "M010", "--line", "missing.gpkg"], 2),
        (["edit", 4, "split", "M010", "--line", "LINESTRING (1 1, 2 2)"], 2),
        (["edit", 4, "move-vertex", "--level", "micro", "--from", "1", "--to", "1,1"], 2),
        (["edit", 3, "rename", "A1", "新"], 4),
        (["edit", 4, "move-buildings", "M010", "M011", "B1"], 3),
        (["edit", 4, "redraw", "missing.gpkg", "--code", "code"], 2),
        (["knit", 4], 4),
        (["knit", 99], 3),
    ],
)
def test_what_cannot_be_done_is_one_line_and_a_code(
    gisgrid: Run, edited: Engine, words: list[Any], code: int
) -> None:
    found, out, err = gisgrid("plan", *words)
    assert (found, out, err.count("\n")) == (code, "", 1), err


@pytest.mark.parametrize("words", [["split"], [4, "split"]])
def test_help_on_an_edit_says_the_order(gisgrid: Run, words: list[Any]) -> None:
    code, out, _ = gisgrid("plan", "edit", *words, "--help")
    usage = next(line for line in out.splitlines() if "Usage" in line)
    assert code == 0
    assert usage.index("plan edit") < usage.index("ID") < usage.index("split")
    assert "--line" in out


def test_an_edit_without_its_plan_is_told_so(gisgrid: Run, edited: Engine) -> None:
    code, out, err = gisgrid("plan", "edit", "rename", "A1", "新")
    assert (code, out) == (2, "")
    assert "gisgrid plan edit ID rename" in err


def test_a_plan_that_changes_nothing_is_not_published(gisgrid: Run, edited: Engine) -> None:
    plan = gisgrid("plan", "new", "空")[1].split()[3]
    code, out, err = gisgrid("plan", "publish", plan)
    assert (code, out) == (4, "")
    assert "changes nothing" in err
    assert f"gisgrid plan discard {plan}" in err
    assert json.loads(gisgrid("plan", "show", plan, "--json")[1])["state"] == "draft"


def test_a_fork_has_no_day_that_has_passed(gisgrid: Run, edited: Engine) -> None:
    plan = gisgrid("plan", "new", "旧", "--from", "2999-03-01")[1].split()[3]
    with edited.begin() as connection:
        begun = text("UPDATE gisgrid.plan SET created_at = :day WHERE id = :id")
        connection.execute(begun, {"day": "2020-01-01T00:00Z", "id": plan})

    def day_of_fork(day: str) -> tuple[Any, str]:
        with edited.begin() as connection:
            moved = text("UPDATE gisgrid.plan SET effective_at = :day WHERE id = :id")
            connection.execute(moved, {"day": day, "id": plan})
        _, out, err = gisgrid("plan", "fork", plan, "另案", "--json")
        shown = gisgrid("plan", "show", json.loads(out)["id"], "--json")[1]
        return json.loads(shown)["effective_at"], err

    day, said = day_of_fork("2021-01-01T00:00Z")
    assert day is None
    assert "has passed" in said
    # A day to come is kept, and so is one that was past when the plan was begun.
    for kept in ("2998-01-01", "2019-01-01"):
        day, said = day_of_fork(f"{kept}T00:00Z")
        assert day.startswith(kept)
        assert said == ""


@pytest.mark.parametrize("name", ["", "   ", "\u3000"])
def test_a_plan_has_a_name(gisgrid: Run, edited: Engine, name: str) -> None:
    for words in (["new", name], ["fork", 4, name], ["rename", 4, name]):
        assert gisgrid("plan", *words)[0] == 2, words


def test_a_mistyped_geometry_is_not_taken_for_a_file(gisgrid: Run, edited: Engine) -> None:
    code, out, err = gisgrid(
        "plan", "edit", 1, "split", "X", "--line", "LINESTRNG (121 31, 122 31)"
    )
    assert (code > 0, out) == (True, "")
    assert "neither WKT nor GeoJSON nor a file" in err


def test_the_day_of_a_plan_is_listed(gisgrid: Run, edited: Engine) -> None:
    assert gisgrid("plan", "new", "明年", "--from", "2999-03-01")[0] == 0
    _, out, _ = gisgrid("plan", "list")
    assert "→ 2999-03-01" in next(line for line in out.splitlines() if "明年" in line)
