"""Publishing later, taking it back, and the past, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text, update

from gisgrid.store.tables import plan
from tests.commands import Run
from tests.towns import frame, square


@pytest.fixture
def run(town: Engine, gisgrid: Run) -> Run:
    """A command on the town."""
    database = town.url.render_as_string(hide_password=False)
    return lambda *args: gisgrid(*args, "--database", database)


def boundary_file(folder: Path, name: str) -> Path:
    listed = frame([("A1U1M1", "A1U1", square(0, 0, 0.5, 1))]).assign(name=name)
    file = folder / "later.geojson"
    listed.to_file(file, driver="GeoJSON")
    return file


def test_a_later_import_waits_and_the_next_command_after_its_day_puts_it_in_force(
    run: Run, town: Engine, tmp_path: Path
) -> None:
    file = boundary_file(tmp_path, "明年格")
    options = ("--level", "micro", "--code", "code", "--name", "name", "--from", "2126-01-01")
    code, out, err = run("import", "boundaries", file, *options, "--publish")
    assert (code, "待生效 scheduled  plan 5 → 2126-01-01T00:00:00+08:00" in out) == (0, True), err
    _, out, _ = run("plan", "list", "--json")
    assert json.loads(out)[0]["state"] == "scheduled"
    _, out, err = run("history", "A1U1M1")
    assert "明年格" not in out + err
    with town.begin() as connection:
        connection.execute(
            update(plan).where(plan.c.id == 5).values(effective_at=datetime.now(UTC))
        )
    code, out, err = run("history", "A1U1M1")
    assert (code, "明年格" in out) == (0, True)
    assert "方案 5 自" in err
    _, out, err = run("history", "A1U1M1")
    assert ("明年格" in out, err) == (True, "")


def test_a_publish_is_taken_back(run: Run, tmp_path: Path) -> None:
    file = boundary_file(tmp_path, "错名")
    options = ("--level", "micro", "--code", "code", "--name", "name")
    assert run("import", "boundaries", file, *options, "--publish")[0] == 0
    code, out, _ = run("plan", "revert", 5)
    assert (code, "gisgrid plan publish 6" in out) == (0, True)
    assert run("plan", "publish", 6)[0] == 0
    _, out, _ = run("history", "A1U1M1", "--json")
    found = json.loads(out)
    assert [one["name"] for one in found["attributes"]] == ["网格A1U1M1", "错名", "网格A1U1M1"]
    assert found["revision"] == 6
    areas = [one["area_m2"] for one in found["boundaries"]]
    assert areas[0] == areas[2] == pytest.approx(2 * areas[1], rel=1e-3)
    assert run("plan", "revert", 5)[0] == 4
    assert run("plan", "revert", 99)[0] == 3
    assert run("history", "NOPE")[0] == 3


@pytest.fixture
def reader(town: Engine) -> Iterator[str]:
    """The town for a role that may read and no more."""
    with town.begin() as connection:
        connection.execute(text("CREATE ROLE reader LOGIN PASSWORD 'reader'"))
        connection.execute(text("GRANT USAGE ON SCHEMA gisgrid TO reader"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA gisgrid TO reader"))
    url = town.url.set(username="reader", password="reader")
    yield url.render_as_string(hide_password=False)
    with town.begin() as connection:
        connection.execute(text("DROP OWNED BY reader"))
        connection.execute(text("DROP ROLE reader"))


def test_who_may_only_read_reads_on_when_a_plan_is_due(
    run: Run, gisgrid: Run, town: Engine, reader: str, tmp_path: Path
) -> None:
    file = boundary_file(tmp_path, "明年格")
    options = ("--level", "micro", "--code", "code", "--name", "name", "--from", "2126-01-01")
    assert run("import", "boundaries", file, *options, "--publish")[0] == 0
    with town.begin() as connection:
        connection.execute(
            update(plan).where(plan.c.id == 5).values(effective_at=datetime.now(UTC))
        )
    code, out, err = gisgrid("history", "A1U1M1", "--database", reader)
    assert (code, "网格A1U1M1" in out, "could not be put in force" in err) == (0, True, True)
    assert gisgrid("plan", "undo", 5, "--database", reader)[0] == 5
    # Whoever cannot put it in force can give it up all the same.
    with town.begin() as connection:
        connection.execute(text("GRANT UPDATE ON gisgrid.plan TO reader"))
    code, _, err = gisgrid("plan", "discard", 5, "--database", reader)
    assert (code, "could not be put in force" in err) == (0, True), err


def test_warnings_of_a_publish_are_told(run: Run, tmp_path: Path) -> None:
    """Half of a micro-grid is given up, so that its unit is not filled."""
    file = boundary_file(tmp_path, "半格")
    options = ("--level", "micro", "--code", "code", "--name", "name")
    code, out, _ = run("import", "boundaries", file, *options)
    assert (code, "plan publish 5" in out) == (0, True)
    code, out, err = run("plan", "publish", 5, "--json")
    (told,) = json.loads(out)["warnings"]
    assert (code, told["kind"], told["codes"]) == (0, "parent-not-filled", ["A1U1"])
    assert "A1U1" in err
    assert run("plan", "revert", 5)[0] == 0
    assert json.loads(run("plan", "publish", 6, "--json")[1])["warnings"] == []
    _, _, err = run("import", "boundaries", file, *options, "--publish")
    assert "A1U1" in err
