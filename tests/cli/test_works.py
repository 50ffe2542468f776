"""Facilities as a user types them: in from a file, listed, and the cases that spring."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.commands import Run
from tests.towns import SIDE, SOUTH, WEST

HEAD = ("no", "what", "name", "lon", "lat", "put up", "until", "every")


def sheet(path: Path, *rows: tuple[object, ...]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return path


def test_from_a_file_to_a_case(
    gisgrid: Run, town: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = town.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GISGRID_DATABASE_URL", url)
    here = WEST + 0.5 * SIDE, SOUTH + 0.5 * SIDE
    path = sheet(
        tmp_path / "f.csv",
        ("1", "fire-equipment", "=灭火器", *here, "2016-01-01", "2026/1/1", ""),
        ("2", "drying-area", "晾晒区", *here, "2024年1月1日", "", "90"),
        ("3", "ramp", "坡道", *here, "", "", ""),
        ("4", "bridge", "桥", *here, "", "", ""),
        ("5", "light", "灯", *here, "soon", "", ""),
        ("6", "light", "灯", *here, "", "", "0"),
    )
    columns = ["--kind", "what", "--id", "no", "--name", "name", "--lon", "lon", "--lat", "lat"]
    days = ["--installed", "put up", "--expires", "until", "--every", "every", "--crs", "wgs84"]
    code, out, _ = gisgrid("import", "facilities", path, *columns, *days, "--json")
    report = json.loads(out)
    assert (code, report["rows_taken"], report["rows_rejected"], report["outside"]) == (0, 3, 3, 0)
    with Path(report["rejects_file"]).open(encoding="utf-8-sig", newline="") as file:
        assert [row["field"] for row in csv.DictReader(file)] == ["what", "put up", "every"]
    again = gisgrid("import", "facilities", path, *columns, *days, "--json")[1]
    assert json.loads(again)["unchanged"] == 3

    _, out, _ = gisgrid("facility", "list", "--due", "--json")
    listed = json.loads(out)
    assert [(one["id"], one["due_on"], one["due_for"]) for one in listed] == [
        ("1", "2026-01-01", "expiry"),
        ("2", "2024-03-31", "upkeep"),
    ]
    assert "坡道 ramp" in gisgrid("facility", "list", "--kind", "ramp")[1]
    code, out, _ = gisgrid("facility", "spring", "--json")
    made = json.loads(out)
    assert (code, [one["facility"] for one in made]) == (0, ["2", "1"])
    assert "0" in gisgrid("facility", "spring")[1]


def test_kinds_have_to_be_named(gisgrid: Run, tmp_path: Path) -> None:
    code, _, err = gisgrid("import", "facilities", sheet(tmp_path / "f.csv"))
    assert (code, "kind" in err) == (2, True)
