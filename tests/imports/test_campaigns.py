"""Campaigns from CSV files: round trips, and the same result each time."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from gisgrid.errors import (
    CrsError,
)
from gisgrid.store import campaigns
from gisgrid.store.campaigns import Item
from gisgrid.store.campaigns.records import Phase, Task
from tests.campaigns import bring, small_campaign
from tests.imports.stored import BUILDING, counts, stored
from tests.payloads import PAYLOADS


def test_everything_comes_back_as_it_was_written(town: Engine, tmp_path: Path) -> None:
    with town.begin() as connection:
        connection.execute(text(BUILDING))
    sheets = {
        "campaign": [{"code": "c1", "name_zh": "整治", "name_en": "Drive", "grid": "A1U1"}],
        "phases": [
            {
                **{"code": "one", "name_zh": "整治中", "name_en": "during"},
                **{"starts": "2024/4/1", "ends": "2024年7月1日", "planned_percent": "80.5"},
            },
            {"code": "nil", "name_zh": "整治前", "starts": "2024-03-01", "ends": "2024.4.1"},
        ],
        "tasks": [
            {
                **{"code": "t", "name_zh": "拆窗", "name_en": "Windows", "unit_zh": "扇"},
                **{"unit_en": "windows", "target": "3", "item_zh": "防盗窗", "item_en": "window"},
                **{"done_zh": "已拆除", "done_en": "removed"},
            },
            {
                **{
                    "code": "waste",
                    "name_zh": "清运",
                    "target_qualifier": "数十",
                    "actual": "11.5",
                },
                **{"qualifier": "余", "source": "报道", "as_of": "2024-09-15"},
            },
        ],
        "items": [
            {"id": "2", "task": "t", "building": "B1", "floor": "2", "done_on": "2024-04-02"},
            {"id": "1", "task": "t", "lon": "121.205", "lat": "31.305", "name": "东窗"},
            {"id": "3", "task": "waste", "building": "B1", "lon": "121.2151", "lat": "31.3051"},
        ],
        "evidence": [
            {
                **{"id": "e1", "stage": "before", "taken_on": "2024-03-02", "item": "2"},
                **{"note": "封窗", "author": "网格员", "file_name": "a.jpg", "sha256": "AB" * 32},
            },
            {"id": "e2", "stage": "after", "taken_on": "2024-07-02", "lon": "121.2", "lat": "31.3"},
            {"id": "e3", "stage": "during", "taken_on": "2024-05-02", "building": "B1"},
        ],
    }
    report = bring(town, tmp_path / "c", sheets)
    assert counts(report) == {
        name: (len(sheets[name]), 0, 0, 0)
        for name in ("campaign", "phases", "tasks", "items", "evidence")
    }
    found, items, evidence = stored(town)
    assert (found.name_zh, found.name_en, found.grid) == ("整治", "Drive", "A1U1")
    assert found.phases == (
        Phase("nil", "整治前", "", date(2024, 3, 1), date(2024, 4, 1), None),
        Phase("one", "整治中", "during", date(2024, 4, 1), date(2024, 7, 1), 80.5),
    )
    assert found.tasks == (
        Task(
            **{"code": "t", "name_zh": "拆窗", "name_en": "Windows", "unit_zh": "扇"},
            **{"unit_en": "windows", "item_zh": "防盗窗", "item_en": "window"},
            **{"done_zh": "已拆除", "done_en": "removed"},
            target=3.0,
            items=2,
            done=1,
        ),
        Task(
            **{"code": "waste", "name_zh": "清运", "target_qualifier": "数十", "qualifier": "余"},
            actual=11.5,
            source="报道",
            as_of=date(2024, 9, 15),
            items=1,
        ),
    )
    assert items == [
        Item("1", "t", "东窗", None, None, 121.205, 31.305, "A1U1M1", None),
        Item("2", "t", "", "B1", 2, 121.215, 31.305, "A1U1M2", date(2024, 4, 2)),
        Item("3", "waste", "", "B1", None, 121.2151, 31.3051, "A1U1M2", None),
    ]
    first, second, third = evidence
    assert (first.item, first.building, first.task) == ("2", "B1", "t")
    assert (first.lon, first.lat, first.sha256) == (121.215, 31.305, "ab" * 32)
    assert (first.note, first.author, first.file_name) == ("封窗", "网格员", "a.jpg")
    assert (second.item, second.building, second.lon, second.lat) == (None, None, 121.2, 31.3)
    assert (third.stage, third.building, third.taken_on) == ("during", "B1", date(2024, 5, 2))
    again = bring(town, tmp_path / "c", sheets)
    assert counts(again) == {name: (0, 0, len(rows), 0) for name, rows in sheets.items()}
    assert stored(town) == (found, items, evidence)


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30).map(str.strip)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(TEXT.filter(bool), min_size=4, max_size=4),
    days=st.lists(st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2024, 1, 1))), max_size=6),
    target=st.one_of(st.none(), st.decimals(0, 10**9, places=3)),
)
def test_any_text_day_and_figure_comes_back(
    town: Engine,
    tmp_path_factory: pytest.TempPathFactory,
    words: list[str],
    days: list[Any],
    target: Any,
) -> None:
    name, unit, remark, label = words
    task = {
        **{"code": "t", "name_zh": name, "unit_zh": unit, "source": remark},
        "target": "" if target is None else str(target),
    }
    place = {"lon": 121.205, "lat": 31.305}
    items = [
        {"id": f"{k}", "name": label, "done_on": day or "", **place} for k, day in enumerate(days)
    ]
    sheets = small_campaign(tasks=[task], items=items or [{"id": "0", **place}])
    bring(town, tmp_path_factory.mktemp("c"), sheets)
    found, stored_items, _ = stored(town)
    (read,) = found.tasks
    assert (read.name_zh, read.unit_zh, read.source) == (name, unit, remark)
    assert read.target == (pytest.approx(float(target)) if target is not None else None)
    by_id = {one.id: one for one in stored_items}
    for k, day in enumerate(days):
        assert by_id[str(k)].name == label
        if day is not None:
            assert by_id[str(k)].done_on == day


def test_hostile_text_is_kept_letter_by_letter(town: Engine, tmp_path: Path) -> None:
    place = {"lon": 121.205, "lat": 31.305}
    look = {"stage": "before", "taken_on": "2024-03-02"}
    sheets = small_campaign(
        campaign=[{"code": "c1", "name_zh": PAYLOADS[0], "name_en": PAYLOADS[1]}],
        tasks=[{"code": p, "name_zh": p, "item_zh": p, "source": p} for p in PAYLOADS],
        items=[{"id": p, "task": p, "name": p, **place} for p in PAYLOADS],
        evidence=[{"id": p, **look, "item": p, "note": p, "author": p} for p in PAYLOADS],
    )
    bring(town, tmp_path / "c", sheets)
    found, items, evidence = stored(town)
    assert [found.name_zh, found.name_en] == PAYLOADS[:2]
    assert [task.code for task in found.tasks] == PAYLOADS
    for task in found.tasks:
        assert {task.code, task.name_zh, task.item_zh, task.source} == {task.code}
    assert [one.id for one in items] == [one.id for one in evidence] == sorted(PAYLOADS)
    for item, seen in zip(items, evidence, strict=True):
        assert {item.name, item.task, seen.item, seen.task, seen.note, seen.author} == {item.id}


def test_what_a_file_lacks_stays(town: Engine, tmp_path: Path) -> None:
    bring(town, tmp_path / "c", small_campaign())
    more = {
        "tasks": [{"code": "stalls", "name_zh": "取缔摊点"}],
        "items": [{"id": "S1", "task": "stalls", "lon": 121.205, "lat": 31.305}],
    }
    report = bring(town, tmp_path / "c", more, code="c1")
    assert counts(report) == {"tasks": (1, 0, 0, 0), "items": (1, 0, 0, 0)}
    found, items, _ = stored(town)
    assert [task.code for task in found.tasks] == ["windows", "stalls"]
    assert [one.id for one in items] == ["S1", "W0", "W1", "W2"]
    # Days alone, for items that are known: place, task and name are those on record.
    bring(town, tmp_path / "c", {"items": [{"id": "W1", "done_on": "2024-04-03"}]}, code="c1")
    before, after = items[2], stored(town)[1][2]
    assert after.done_on == date(2024, 4, 3)
    assert (after.lon, after.lat, after.task) == (before.lon, before.lat, before.task)


def test_an_empty_day_does_not_take_back_what_was_marked(town: Engine, tmp_path: Path) -> None:
    sheets = small_campaign()
    bring(town, tmp_path / "c", sheets)
    found = stored(town)[0]
    with town.begin() as connection:
        campaigns.mark(connection, found.id, ["W1"], date(2024, 4, 9), today=date(2024, 4, 9))
    assert counts(bring(town, tmp_path / "c", sheets))["items"] == (0, 0, 3, 0)
    assert [one.done_on for one in stored(town)[1]] == [None, date(2024, 4, 9), None]
    sheets["items"][1]["done_on"] = "2024-04-10"
    bring(town, tmp_path / "c", sheets, author="reader")
    with town.connect() as connection:
        marks = campaigns.marks(connection, found.id, "W1")
    assert [(one.done_on, one.author, one.note) for one in marks] == [
        (date(2024, 4, 9), "", ""),
        (date(2024, 4, 10), "reader", "import items.csv"),
    ]


def test_coordinates_are_read_in_the_system_that_is_stated(town: Engine, tmp_path: Path) -> None:
    sheets = small_campaign()
    with pytest.raises(CrsError, match="--crs"):
        bring(town, tmp_path / "c", sheets, crs=None)
    bring(town, tmp_path / "c", sheets, crs="gcj02")
    item = stored(town)[1][0]
    assert 0.001 < abs(item.lon - 121.205) < 0.01
    with town.connect() as connection:
        runs = connection.execute(text("SELECT noun, crs FROM gisgrid.import_run")).all()
    assert {tuple(row) for row in runs} >= {("campaign items", "gcj02"), ("campaign tasks", "")}
    # Without coordinates nothing has to be stated.
    with town.begin() as connection:
        connection.execute(text(BUILDING))
    bring(town, tmp_path / "c", small_campaign(items=[{"id": "x", "building": "B1"}]), crs=None)
