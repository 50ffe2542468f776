"""Campaigns from CSV files with faults: rows that are rejected, files that cannot be used."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from gisgrid.errors import (
    ColumnError,
    FileError,
    InputError,
    NotFound,
    RejectedError,
)
from gisgrid.imports.campaigns import CampaignFiles, CampaignReport, import_campaign
from gisgrid.store import campaigns
from tests.campaigns import ZONE, bring, small_campaign
from tests.imports.stored import counts, rejects, stored

TOMORROW = (datetime.now(ZONE).date() + timedelta(days=2)).isoformat()
BAD = {
    "phases": (
        {"code": "p", "name_zh": "x", "starts": "2024-01-01", "ends": "2024-02-01"},
        [
            ({"code": ""}, "code", "is missing"),
            ({"name_zh": " "}, "name_zh", "is missing"),
            ({"starts": "spring"}, "starts", "is not a day"),
            ({"ends": ""}, "ends", "is missing"),
            ({"ends": "2024-01-01"}, "ends", "does not lie after"),
            ({"planned_percent": "101"}, "planned_percent", "from 0 to 100"),
        ],
    ),
    "tasks": (
        {"code": "windows", "name_zh": "x"},
        [
            ({"target": "-1"}, "target", "0 or more"),
            ({"actual": "many"}, "actual", "0 or more"),
            ({"as_of": "2024-02-30"}, "as_of", "is not a day"),
            ({"code": "c" * 201}, "code", "longer than 200"),
        ],
    ),
    "items": (
        {"id": "W9", "lon": "121.205", "lat": "31.305"},
        [
            ({"id": ""}, "id", "is missing"),
            ({"task": "walls"}, "task", "is none of windows"),
            ({"building": "B9"}, "building", "on record"),
            ({"lon": ""}, "lon", "is missing"),
            ({"lon": "", "lat": ""}, "lon", "so is the building"),
            ({"lat": "north"}, "lat", "is not a number"),
            ({"lat": "91"}, "lat", "±90"),
            ({"floor": "-2"}, "floor", "whole number"),
            ({"done_on": TOMORROW}, "done_on", "a day to come"),
        ],
    ),
    "evidence": (
        {"id": "e9", "stage": "before", "taken_on": "2024-03-02", "lon": "121.2", "lat": "31.3"},
        [
            ({"stage": "later"}, "stage", "none of before, during, after"),
            ({"taken_on": TOMORROW}, "taken_on", "a day to come"),
            ({"item": "W8"}, "item", "item of the campaign"),
            ({"task": "walls"}, "task", "task of the campaign"),
            ({"file_name": "../a.jpg"}, "file_name", "without folders"),
            ({"sha256": "abc"}, "sha256", "64 hexadecimal"),
            ({"lon": "", "lat": ""}, "lon", "so are item and building"),
        ],
    ),
}


@pytest.mark.parametrize("sheet", BAD)
def test_bad_rows_go_to_the_rejects_and_good_ones_are_taken(
    town: Engine, tmp_path: Path, sheet: str
) -> None:
    good, faults = BAD[sheet]
    key = next(iter(good))
    rows = [
        good,
        *({**good, key: f"{good[key]}-{k}", **bad} for k, (bad, _, _) in enumerate(faults)),
    ]
    bring(town, tmp_path / "c", small_campaign())
    report = bring(town, tmp_path / "c", {sheet: rows}, code="c1")
    assert report.files[sheet].rows_rejected == len(faults)
    assert report.files[sheet].rows_taken == 1
    told = rejects(sheet)
    assert [row for row, _, _ in told] == list(range(2, len(faults) + 2))
    for (_, field, reason), (_, wanted, why) in zip(told, faults, strict=True):
        assert field == wanted
        assert why in reason
    with pytest.raises(RejectedError):
        bring(town, tmp_path / "c", {sheet: rows}, code="c1", strict=True)


def test_a_row_that_comes_twice_is_taken_once(town: Engine, tmp_path: Path) -> None:
    place = {"lon": 121.205, "lat": 31.305}
    sheets = small_campaign(items=[{"id": "a", "name": "1", **place}, {"id": "a", **place}])
    report = bring(town, tmp_path / "c", sheets)
    assert counts(report)["items"] == (1, 0, 0, 1)
    assert rejects("items") == [(2, "id", "stands in row 1 too")]
    assert [one.name for one in stored(town)[1]] == ["1"]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"campaign": [{"code": "a/b", "name_zh": "x"}]}, InputError, "none of the 1 rows"),
        ({"campaign": [{"code": "c", "name_zh": "x", "grid": "Z"}]}, InputError, "grid"),
        ({"tasks": [{"code": "t"}]}, ColumnError, "name_zh"),
        ({"items": [{"id": "x", "lon": 121.2}]}, ColumnError, "'lat'"),
        ({"items": [{"id": "", "lon": "", "lat": ""}]}, InputError, "none of the 1 rows"),
    ],
)
def test_files_that_cannot_be_used_leave_nothing_behind(
    town: Engine, tmp_path: Path, change: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        bring(town, tmp_path / "c", small_campaign(**change))
    with town.connect() as connection, pytest.raises(NotFound):
        campaigns.by_code(connection)


def test_only_one_campaign_at_a_time(town: Engine, tmp_path: Path) -> None:
    heads = [{"code": "c1", "name_zh": "x"}, {"code": "c2", "name_zh": "y"}]
    report = bring(town, tmp_path / "c", small_campaign(campaign=heads))
    assert (report.code, report.files["campaign"].rows_rejected) == ("c1", 1)
    with pytest.raises(InputError, match="not of 'c2'"):
        bring(town, tmp_path / "c", small_campaign(), code="c2")
    with pytest.raises(NotFound):
        bring(town, tmp_path / "c", {"tasks": [{"code": "t", "name_zh": "x"}]}, code="c2")
    with pytest.raises(InputError, match="nothing says which"):
        bring(town, tmp_path / "c", {"tasks": [{"code": "t", "name_zh": "x"}]})


def test_a_column_with_a_slip_in_its_name_is_told(town: Engine, tmp_path: Path) -> None:
    items = [{"id": "x", "lon": 121.205, "lat": 31.305, "done-on": "2024-04-02"}]
    report = bring(town, tmp_path / "c", small_campaign(items=items))
    (notice,) = report.files["items"].notices
    assert notice.kind == "columns-not-read"
    assert "'done-on'" in notice.en
    assert "done_on" in notice.en


def test_files_are_known_by_their_names(town: Engine, tmp_path: Path) -> None:
    def read(*paths: Path) -> CampaignReport:
        return import_campaign(town, CampaignFiles(paths=paths), zone=ZONE)

    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(FileError, match=r"campaign\.csv"):
        read(empty)
    other = tmp_path / "windows.csv"
    other.write_text("id\n1\n")
    with pytest.raises(InputError, match="known by its name"):
        read(other)
    with pytest.raises(FileError, match=r"campaign\.csv"):
        read(tmp_path / "items.csv", tmp_path / "campaign.csv")


def test_items_need_a_task(town: Engine, tmp_path: Path) -> None:
    sheets = small_campaign()
    del sheets["tasks"]
    with pytest.raises(InputError, match="no tasks"):
        bring(town, tmp_path / "c", sheets)
    several = [{"code": "a", "name_zh": "x"}, {"code": "b", "name_zh": "y"}]
    items = [
        {"id": "x", "lon": 121.2, "lat": 31.3},
        {"id": "y", "task": "b", "lon": 121.2, "lat": 31.3},
    ]
    report = bring(town, tmp_path / "c", small_campaign(tasks=several, items=items))
    assert report.files["items"].rows_rejected == 1
    assert rejects("items")[0][1:] == ("task", "is missing; the campaign has several")
