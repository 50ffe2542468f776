"""Registers from files: what is taken, what is rejected, and taking it twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import Engine, func, select

from gisgrid.access import Actor
from gisgrid.errors import ColumnError, InputError, RejectedError
from gisgrid.imports import ImportReport, RegisterFile, import_register
from gisgrid.store import people
from gisgrid.store.tables import audit_event, person, personal
from tests.commands import Run

NOW = datetime.now(UTC) + timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")


def bring(
    engine: Engine, register: str, rows: Sequence[Mapping[str, object]], *, strict: bool = False
) -> ImportReport:
    path = Path(f"{register}.csv")
    pd.DataFrame(list(rows)).to_csv(path, index=False)
    file = RegisterFile(path=path, register=register, strict=strict)
    return import_register(engine, file, zone=ZONE, actor=Actor("cli"))


ROWS = [
    {"code": "p1", "name": "甲", "telephone": "13812341234", "grid": "A1U1M1", "kind": "member",
     "since": "2024-01-01", "home_job": "社工"},
    {"code": "p1", "name": "甲", "grid": "A1U1M2", "kind": "member", "since": "2024-01-01"},
    {"code": "p2", "name": "乙", "grid": "A1", "kind": "deputy", "own_post": "马陆派出所所长",
     "since": "2024-01-01", "department": "police"},
    {"code": "p3", "name": "丙", "grid": "A9", "kind": "member", "since": "2024-01-01"},
    {"code": "p4", "name": "丁", "grid": "A1U1M1", "kind": "boss", "since": "2024-01-01"},
    {"code": "p1", "name": "甲", "grid": "A1U1M1", "kind": "member", "since": "2024-01-01"},
    {"code": "", "name": "戊"},
    {"code": "p5", "name": "己", "grid": "A1U1M1", "since": "yesterday"},
]  # fmt: skip


def test_people_come_with_their_posts_and_bad_rows_are_told(town: Engine) -> None:
    report = bring(town, "people", ROWS)
    assert (report.rows_read, report.rows_taken, report.inserted) == (8, 3, 3)
    assert report.rejects_file is not None
    rejected = pd.read_csv(report.rejects_file)
    said = dict(zip(rejected["row"], rejected["reason"], strict=True))
    assert set(said) == {4, 5, 6, 7, 8}
    assert "no grid has this code" in said[4]
    assert "kind of post" in said[5]
    assert "row 1 too" in said[6]
    with town.connect() as connection:
        held = people.posts(connection, NOW)
        assert {(one.person, one.grid, one.kind) for one in held} == {
            ("p1", "A1U1M1", "member"),
            ("p1", "A1U1M2", "member"),
            ("p2", "A1", "deputy"),
        }
        assert held[0].since.astimezone(ZONE).isoformat() == "2024-01-01T00:00:00+08:00"
        assert "13812341234" not in repr(connection.execute(select(person)).all())
        assert people.telephone(connection, "p1", actor=Actor("cli")) == "13812341234"


def test_the_same_file_again_changes_nothing_and_another_end_does(town: Engine) -> None:
    good = ROWS[:3]
    bring(town, "people", good)
    with town.connect() as connection:
        noted = select(func.count()).select_from(audit_event)
        before = connection.scalar(noted)
    again = bring(town, "people", good)
    with town.connect() as connection:
        assert connection.scalar(noted) == before
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 3)
    ended = [dict(good[0], until="2025-01-01")]
    assert bring(town, "people", ended).updated == 1
    with town.connect() as connection:
        assert {one.grid for one in people.posts(connection, NOW, person_code="p1")} == {"A1U1M2"}


def test_nothing_of_a_bad_row_is_kept_and_each_says_which_field_is_bad(town: Engine) -> None:
    bring(town, "people", [{"code": "p1", "name": "甲", "telephone": "13812341234"}])
    rows = [
        {"code": "p1", "name": "x", "home_job": "社工", "grid": "A9"},
        {"code": "q1", "name": "x", "telephone": "13900000000", "grid": "A1", "kind": "boss"},
        {"code": "q2", "name": "x", "department": "nowhere"},
        {"code": "q3", "name": "x", "telephone": "1" * 201},
        {"code": "q/4", "name": "x"},
        {"code": "q5", "grid": "A1", "since": "2024-02-01", "until": "2024-01-01"},
        {"code": "q6", "name": "己", "grid": "A1", "since": "2024-01-01"},
        {"code": "q6", "name": "x", "grid": "A1", "since": "2024-06-01"},
        {"code": "q7", "name": "庚"},
    ]
    report = bring(town, "people", rows)
    assert report.rejects_file is not None
    rejected = pd.read_csv(report.rejects_file)
    assert dict(zip(rejected["row"], rejected["field"], strict=True)) == {
        1: "grid",
        2: "kind",
        3: "department",
        4: "telephone",
        5: "code",
        6: "until",
        8: "since",
    }
    assert "1" * 201 not in report.rejects_file.read_text(encoding="utf-8")
    with town.connect() as connection:
        found = {one.code: one.name for one in people.persons(connection)}
        assert found == {"p1": "甲", "q6": "己", "q7": "庚"}
        assert connection.scalar(select(func.count()).select_from(personal)) == 1
    assert bring(town, "people", rows).unchanged == 2


def test_a_changed_number_is_noted_and_the_last_row_of_somebody_holds(town: Engine) -> None:
    bring(town, "people", [{"code": "p1", "name": "甲", "telephone": "13812341234"}])
    rows = [
        {"code": "p1", "name": "乙", "telephone": "13800000000", "grid": "A1"},
        {"code": "p1", "name": "丙", "telephone": "13900000000", "grid": "A1U1"},
    ]
    assert bring(town, "people", rows).inserted == 2
    assert bring(town, "people", rows).unchanged == 2
    with town.begin() as connection:
        noted = select(func.count()).where(audit_event.c.action == "personal.correct")
        assert connection.scalar(noted) == 1
        assert people.person_by_code(connection, "p1").name == "丙"
        assert people.telephone(connection, "p1", actor=Actor("cli")) == "13900000000"


def test_posts_may_move_within_a_file_in_any_order(town: Engine) -> None:
    held = {"code": "p1", "grid": "A1U1M1", "since": "2020-01-01"}
    bring(town, "people", [held])
    rows = [
        {**held, "since": "2024-01-01", "until": "2025-01-01", "kind": "chief"},
        {**held, "until": "2024-01-01"},
        {**held, "since": "2023-06-01", "until": "2023-07-01"},
    ]
    report = bring(town, "people", rows)
    assert (report.inserted, report.updated, report.rows_rejected) == (1, 1, 1)
    again = bring(town, "people", rows)
    assert (again.unchanged, again.rows_rejected) == (2, 1)
    with town.connect() as connection:
        ever = people.posts(connection, NOW, past=True)
        assert sorted((one.since.astimezone(ZONE).year, one.kind) for one in ever) == [
            (2020, "member"),
            (2024, "chief"),
        ]


def test_strict_takes_all_or_nothing(town: Engine) -> None:
    with pytest.raises(RejectedError):
        bring(town, "people", ROWS, strict=True)
    with town.connect() as connection:
        assert people.persons(connection) == []


def test_a_file_without_a_column_that_it_needs_is_refused(town: Engine) -> None:
    with pytest.raises(ColumnError, match="members"):
        bring(town, "party", [{"grid": "A1U1", "groups": 3, "as_of": "2024-09-15"}])
    with pytest.raises(InputError):
        bring(town, "party", [{"grid": "X", "groups": 3, "members": 1, "as_of": "2024-09-15"}])


def test_the_commands_bring_registers_and_tell_what_is_missing(town: Engine, gisgrid: Run) -> None:
    url = town.url.render_as_string(hide_password=False)
    files: dict[str, Sequence[Mapping[str, object]]] = {
        "departments": [{"code": "line-5", "name_zh": "第五条线"}],
        "people": ROWS[:2],
        "teams": [{"code": "v", "grid": "A1U1", "kind": "volunteers", "name_zh": "志愿者",
                   "people": 100, "as_of": "2024-09-15", "qualifier": "近"}],
        "party": [{"grid": "A1U1", "groups": 3, "members": 41, "as_of": "2024-09-15"}],
    }  # fmt: skip
    for register, rows in files.items():
        pd.DataFrame(list(rows)).to_csv(f"{register}.csv", index=False)
        code, _, said = gisgrid("import", register, f"{register}.csv", "--database", url)
        assert code == 0, said
    code, out, _ = gisgrid("staffing", "--gaps", "--database", url)
    assert code == 0
    line = next(one for one in out.splitlines() if " A1U1M1 " in one)
    assert [one for one in line.replace(",", "").split() if one.isdigit()] == ["3", "1", "2", "1"]
    code, out, said = gisgrid("map", "staffing", "-o", "staffing.html", "--database", url)
    assert code == 0, said
    assert "A1U1M1" in Path("staffing.html").read_text(encoding="utf-8")
    with town.connect() as connection:
        assert people.party_counts(connection, NOW)[0].members == 41
        assert people.teams(connection, NOW)[0].people == 100
