"""``gisgrid patrol`` as an officer types it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from gisgrid.store.tables import address, patrol_point
from tests.commands import Run
from tests.towns import SIDE, SOUTH, WEST


@pytest.fixture(autouse=True)
def beat(town: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The town with a patrol point and two homes, named in the environment."""

    def at(x: float, y: float) -> str:
        return f"SRID=4326;POINT({WEST + x * SIDE} {SOUTH + y * SIDE})"

    with town.begin() as connection:
        point = {"source_id": "p1", "name": "=1+1", "point": at(0.5, 0.5)}
        connection.execute(insert(patrol_point), [point])
        homes = [("a", 0.5, 0.505), ("b", 1.5, 0.5)]
        connection.execute(
            insert(address),
            [
                {"source_id": one, "text": f"路{one}号", "households": 9, "point": at(x, y)}
                for one, x, y in homes
            ],
        )
    monkeypatch.setenv("GISGRID_DATABASE_URL", town.url.render_as_string(hide_password=False))
    return town


ASKED = ("patrol", "plan", "--shift", "20:00-22:00", "--officers", 1, "--officer-hours", 2)


def test_a_shift_is_planned_walked_and_counted(gisgrid: Run) -> None:
    code, out, err = gisgrid(*ASKED, "--date", "2024-06-01", "--grid", "A1U1M2", "--json")
    assert (code, err) == (0, "")
    plan = json.loads(out)
    assert (plan["id"], plan["starts"]) == (1, "2024-06-01T20:00:00+08:00")
    asked = next(stop for stop in plan["stops"] if stop["why"] == "asked")
    assert (asked["grid"], asked["patrol_point"]) == ("A1U1M2", None)
    shown = gisgrid("patrol", "show", 1)[1]
    assert "按户数安排 no hazards with a time" in shown
    assert "建议点 suggested  路b号  指定 asked for" in shown
    code, out, _ = gisgrid(
        "patrol", "visit", asked["id"], "--at", "2024-06-01T20:10", "--who", "王"
    )
    assert (code, out) == (0, f"已到访 visited  站点 stop {asked['id']}  2024-06-01 20:10\n")
    assert gisgrid("patrol", "visit", "--point", "p1", "--json")[0] == 0
    assert f"完成 done 1/{len(plan['stops'])}" in gisgrid("patrol", "list")[1]
    (row,) = json.loads(gisgrid("patrol", "done", "--json")[1])
    assert (row["key"], row["visited"]) == ("1", 1)
    by_grid = gisgrid("patrol", "done", "--by", "grid")[1]
    assert "计划外 beside 1" in by_grid
    gisgrid("patrol", "visit", asked["id"], "--not-done")
    assert json.loads(gisgrid("patrol", "list", "--json")[1])[0]["visited"] == 0


def test_a_plan_is_written_to_files(gisgrid: Run, tmp_path: Path) -> None:
    table, shapes = tmp_path / "plan.csv", tmp_path / "plan.geojson"
    assert gisgrid(*ASKED, "-o", table)[0] == 0
    with table.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    # What a spreadsheet would run is made safe.
    assert "=1+1" not in {row["name"] for row in rows}
    assert {"p1", ""} >= {row["patrol_point"] for row in rows}
    assert gisgrid("patrol", "show", 1, "-o", shapes)[0] == 0
    features = json.loads(shapes.read_text(encoding="utf-8"))["features"]
    assert len(features) == len(rows)
    assert gisgrid("patrol", "show", 1, "-o", tmp_path / "none" / "plan.csv")[0] == 2


def test_how_near_patrols_come_to_homes(gisgrid: Run, tmp_path: Path) -> None:
    gaps = tmp_path / "gaps.geojson"
    code, out, _ = gisgrid("patrol", "coverage", "--level", "micro", "-o", gaps, "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["all"]["near"], found["all"]["households"]) == (9, 18)
    shares = {row["grid"]: row["share"] for row in found["grids"] if row["households"]}
    assert shares == {"A1U1M1": 1.0, "A1U1M2": 0.0}
    (gap,) = json.loads(gaps.read_text(encoding="utf-8"))["features"]
    assert (gap["properties"]["grid"], gap["properties"]["households"]) == ("A1U1M2", 9)
    # For a person the grids with the smallest shares come first.
    lines = gisgrid("patrol", "coverage", "--level", "micro")[1].splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["全部", "A1U1M2", "A1U1M1"]
    nothing = tmp_path / "nothing.geojson"
    code, _, err = gisgrid("patrol", "coverage", "--within-m", 5000, "-o", nothing)
    assert (code, nothing.exists()) == (0, False)
    assert "there are no gaps" in err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("plan", "--shift", "late"), 2),
        (("plan", "--officer-hours", "99"), 2),
        (("plan", "--grid", "zz"), 3),
        (("plan", "--within", "A2"), 4),
        (("show", "7"), 3),
        (("visit",), 2),
        (("visit", "7"), 3),
        (("coverage", "--within-m", "0"), 2),
    ],
)
def test_errors_are_one_line(gisgrid: Run, words: tuple[str, ...], code: int) -> None:
    found, out, err = gisgrid("patrol", *words)
    assert (found, out) == (code, "")
    assert len(err.strip().splitlines()) == 1
