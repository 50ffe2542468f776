"""The rejects file: there when needed, safe to open, never lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gisgrid.errors import FileError
from gisgrid.files import Reject, RejectsFile


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_nothing_to_say_no_file(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "grids.geojson") as rejects:
        rejects.add([])
    assert rejects.count == 0
    assert list(tmp_path.iterdir()) == []


def test_rows_are_written_in_the_current_folder(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "grids.csv.gz") as rejects:
        rejects.add([Reject(3, "lat", "纬度超出 ±90", "=95"), Reject(9, "", "too short")])
        rejects.add(iter([Reject(12, "geometry", "Self-intersection")]))
    assert rejects.path == tmp_path / "grids.rejects.csv"
    assert rejects.count == 3
    assert rejects.path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read(rejects.path) == [
        ["row", "field", "reason", "value"],
        ["3", "lat", "纬度超出 ±90", "'=95"],
        ["9", "", "too short", ""],
        ["12", "geometry", "Self-intersection", ""],
    ]


def test_the_last_run_s_file_is_gone(tmp_path: Path) -> None:
    old = tmp_path / "grids.rejects.csv"
    old.write_text("old")
    with RejectsFile(tmp_path / "grids.shp"):
        pass
    assert not old.exists()


def test_a_path_of_one_s_own(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "a.csv", path=tmp_path / "b.csv") as rejects:
        rejects.add([Reject(1, "x", "y", "z")])
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]


def test_the_input_is_never_replaced(tmp_path: Path) -> None:
    source = tmp_path / "grids.rejects.csv"
    source.write_text("mine")
    with pytest.raises(FileError, match="--rejects"):
        RejectsFile(source)
    with pytest.raises(FileError, match="--rejects"):
        RejectsFile(source, path=source)
    assert source.read_text() == "mine"


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with (
        pytest.raises(FileError, match="cannot be written"),
        RejectsFile(tmp_path / "a.csv", path=tmp_path / "no" / "b.csv") as rejects,
    ):
        rejects.add([Reject(1, "x", "y")])
