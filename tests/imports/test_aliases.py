"""Other names from a file: the good ones are kept, the others told."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from gisgrid.errors import ColumnError, RejectedError
from gisgrid.imports import AliasFile, ImportReport, import_aliases
from gisgrid.store import addresses
from gisgrid.store.addresses import read_book
from gisgrid.store.tables import address_alias

LANE = "上海市嘉定区马陆镇白银路288弄"
COLUMNS = {"name": "said", "means": "stands for"}


def write(folder: Path, rows: list[tuple[str, ...]], header: str) -> Path:
    path = folder / "names.csv"
    pd.DataFrame(rows, columns=header.split(",")).to_csv(path, index=False)
    return path


def bring(engine: Engine, path: Path, **options: Any) -> ImportReport:
    given = {"columns": COLUMNS} | options
    return import_aliases(engine, AliasFile(path=path, **given), author="li")


def rejected(path: Path | None) -> dict[int, str]:
    assert path is not None
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {int(row["row"]): row["reason"] for row in csv.DictReader(file)}


def test_names_are_kept_and_the_others_told(streets: Engine, tmp_path: Path) -> None:
    rows = [
        ("老虎灶", LANE, "other"),
        ("老 街路", "白银路", "old-name"),
        ("茶馆", "无此路", "other"),
        ("沐峰路", "白银路", "old-name"),
        ("茶馆", "白银路", "joke"),
        ("老虎灶", LANE, "other"),
        ("12号", LANE, ""),
        ("", LANE, ""),
        ("惠民苑", "惠民家园", ""),
    ]
    path = write(tmp_path, rows, "said,stands for,sort")
    report = bring(streets, path, columns=COLUMNS | {"kind": "sort"})
    assert (report.rows_read, report.rows_taken, report.inserted) == (9, 3, 3)
    assert report.outside is None
    reasons = rejected(report.rejects_file)
    assert list(reasons) == [3, 4, 5, 7, 8, 6]
    assert "no standard address" in reasons[3]
    assert "bear themselves" in reasons[4]
    assert "estate, old-name, other" in reasons[5]
    assert reasons[6] == "stands in row 1 too"
    with streets.connect() as connection:
        kept = addresses.list_aliases(connection)[1:]
        assert [(one.name, one.means, one.kind) for one in kept] == [
            ("老虎灶", LANE, "other"),
            ("老街路", "白银路", "old-name"),
            ("惠民苑", "惠民家园", "other"),
        ]
        assert {one.source for one in kept} == {f"import {report.import_id}"}
        assert {one.made_by for one in kept} == {"li"}
        book = read_book(connection)
        assert book.resolve("老街路288弄7号").candidates[0].text == f"{LANE}7号"


def test_names_come_again_with_the_same_result(streets: Engine, tmp_path: Path) -> None:
    path = write(tmp_path, [("老虎灶", LANE), ("惠民苑", "惠民家园")], "said,stands for")
    bring(streets, path)
    with streets.begin() as connection:
        before = addresses.list_aliases(connection)
        addresses.end_alias(connection, before[-1].id)
    again = bring(streets, path)
    assert (again.inserted, again.unchanged) == (1, 1)
    with streets.connect() as connection:
        assert [one.name for one in addresses.list_aliases(connection)] == [
            one.name for one in before
        ]


def test_all_or_none_and_columns(streets: Engine, tmp_path: Path, counted: Any) -> None:
    before = counted(streets)
    path = write(tmp_path, [("老虎灶", LANE), ("茶馆", "无此路")], "said,stands for")
    with pytest.raises(RejectedError):
        bring(streets, path, strict=True)
    with pytest.raises(ColumnError):
        bring(streets, path, columns={"name": "name", "means": "means"})
    assert counted(streets) == before
    assert address_alias.name in before
