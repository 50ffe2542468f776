"""``gisgrid case``, ``gisgrid import cases`` and ``gisgrid webhook`` over one small town."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select

from gisgrid.cli.options import open_engine
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import audit_event, webhook_delivery
from tests.commands import Run
from tests.towns import SIDE, SOUTH, WEST

LON, LAT = WEST + SIDE / 2, SOUTH + SIDE / 2
URL = "https://hooks.example.gov/cases"


@pytest.fixture(scope="module")
def own_town(clone: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    made = make_engine(clone(town_template))
    yield made
    made.dispose()


@pytest.fixture(autouse=True)
def at_town(own_town: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The town's database, named in the environment."""
    url = own_town.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GISGRID_DATABASE_URL", url)
    monkeypatch.setenv("GISGRID_WEBHOOK_HOSTS", "hooks.example.gov")
    return own_town


def told(gisgrid: Run, *args: object) -> dict:
    code, out, err = gisgrid(*args, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_case_is_told_taken_on_and_shown(gisgrid: Run) -> None:
    case = told(gisgrid, "case", "report", "littering", "--lon", LON, "--lat", LAT)
    number = case["number"]
    assert (case["stage"], case["category"]) == ("reported", "littering")
    assert told(gisgrid, "case", "act", number, "accept")["stage"] == "accepted"
    code, _, err = gisgrid("case", "act", number, "refuse")
    assert (code, "needs a reason" in err) == (2, True)
    code, _, err = gisgrid("case", "act", number, "close")
    assert (code, "possible when" in err) == (4, True)
    assert gisgrid("case", "act", "JD20200101-0000", "accept")[0] == 3
    shown = told(gisgrid, "case", "show", number)
    assert [one["action"] for one in shown["events"]] == ["report", "accept"]
    code, out, _ = gisgrid("case", "show", number)
    assert (code, "已受理" in out, number in out) == (0, True, True)


def test_a_place_is_put_right(gisgrid: Run) -> None:
    case = told(gisgrid, "case", "report", "littering", "--lon", LON, "--lat", LAT)
    where = ("case", "relocate", case["number"], "--lon", LON + SIDE, "--lat", LAT)
    moved = told(gisgrid, *where, "--reason", "报错了", "--place", "路口")
    assert (moved["lon"], moved["place"], moved["version"]) == (LON + SIDE, "路口", 2)
    code, _, err = gisgrid(*where, "--reason", "报错了")
    assert (code, "lies there already" in err) == (4, True)


def test_points_that_are_turned_back_are_noted(gisgrid: Run, at_town: Engine) -> None:
    where = ("--lat", LAT, "--crs", "gcj02", "--lon")
    number = told(gisgrid, "case", "report", "littering", *where, LON + SIDE)["number"]
    told(gisgrid, "case", "relocate", number, *where, LON + SIDE * 1.5, "--reason", "x")
    noted = select(audit_event.c.actor_ref).where(audit_event.c.action == "crs.gcj02")
    with at_town.connect() as connection:
        assert list(connection.scalars(noted)) == ["cli", "cli"]


def test_days_begin_in_the_zone_of_the_settings(
    at_town: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISGRID_TIME_ZONE", "Pacific/Kiritimati")
    with open_engine(None, Settings()) as engine, engine.begin() as connection:
        zone = connection.scalar(select(func.current_setting("gisgrid.zone")))
    assert zone == "Pacific/Kiritimati"


def test_cases_are_listed_and_written_as_a_table(gisgrid: Run, tmp_path: Path) -> None:
    for text in ("=1+1", "灯不亮"):
        args = ("--lon", LON, "--lat", LAT, "--description", text)
        told(gisgrid, "case", "report", "missing-lighting", *args)
    where = ("case", "list", "--category", "missing-lighting", "--grid", "A1U1M1", "--open")
    found = told(gisgrid, *where, "--stage", "reported")
    assert [one["description"] for one in found] == ["灯不亮", "=1+1"]
    assert told(gisgrid, *where, "--overdue") == []
    assert gisgrid(*where, "-o", tmp_path / "cases.csv")[0] == 0
    with (tmp_path / "cases.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(one["micro"], one["description"]) for one in rows] == [
        ("A1U1M1", "灯不亮"),
        ("A1U1M1", "'=1+1"),
    ]
    assert gisgrid("case", "list", "--stage", "lost")[0] == 2
    assert gisgrid("case", "list", "--category", "unheard-of")[0] == 3


def test_police_calls_are_imported_once_and_bad_rows_named(gisgrid: Run, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "call,kind,x,y,at\n"
        f"c1,dispute,{LON},{LAT},2026-10-01 23:30\n"
        f"c2,unheard-of,{LON},{LAT},\n"
        "c3,dispute,0,0,\n",
        encoding="utf-8",
    )
    args = ("import", "cases", path, "--source", "police_call", "--id", "call")
    args += ("--category", "kind", "--lon", "x", "--lat", "y", "--time", "at", "--crs", "wgs84")
    report = told(gisgrid, *args)
    assert (report["rows_taken"], report["inserted"], report["rows_rejected"]) == (1, 1, 2)
    again = told(gisgrid, *args)
    assert (again["inserted"], again["unchanged"]) == (0, 1)
    rejects = (tmp_path / "calls.rejects.csv").read_text(encoding="utf-8-sig")
    assert "is no category" in rejects
    assert "lies outside all grids" in rejects
    assert gisgrid(*args, "--strict")[0] == 2


def test_webhooks_are_added_listed_and_removed(gisgrid: Run, own_town: Engine) -> None:
    made = told(gisgrid, "webhook", "add", "resident", URL)
    assert made["secret"].startswith("whsec_")
    code, out, err = gisgrid("webhook", "add", "government", URL)
    assert (code, "whsec_" in out, "only this once" in err) == (0, True, True)
    assert gisgrid("webhook", "add", "resident", URL)[0] == 4
    code, _, err = gisgrid("webhook", "add", "resident", "https://evil.net/")
    assert (code != 0, "GISGRID_WEBHOOK_HOSTS" in err) == (True, True)
    listed = gisgrid("webhook", "list")[1]
    assert (listed.count(URL), "whsec_" in listed) == (2, False)
    case = told(gisgrid, "case", "report", "littering", "--lon", LON, "--lat", LAT)
    (sent,) = told(gisgrid, "webhook", "deliveries")
    assert (sent["number"], sent["action"], sent["state"]) == (case["number"], "report", "pending")
    with own_town.begin() as connection:
        row = {key: sent[key] for key in ("number", "action", "stage", "happened_at")}
        connection.execute(insert(webhook_delivery), [{**row, "webhook_id": made["id"]}])
    assert told(gisgrid, "webhook", "remove", made["id"])["id"] == made["id"]
    (dead,) = told(gisgrid, "webhook", "deliveries", "--state", "dead")
    assert dead["webhook"] == made["id"]
    assert "放弃 dead" in gisgrid("webhook", "deliveries", "--webhook", made["id"])[1]
    assert gisgrid("webhook", "remove", made["id"])[0] == 3
