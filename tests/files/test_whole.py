"""Files and folders that appear when they are whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisgrid.errors import FileError
from gisgrid.files.whole import whole_file, whole_folder


def test_a_file_takes_its_place_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")
    with whole_file(target) as draft:
        draft.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_takes_its_place_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "parts"
    for text in ("old", "new"):
        with whole_folder(target) as draft:
            (draft / "part-0.parquet").write_text(text)
            (draft / ".part-0.parquet.left").touch()
            assert target.exists() == (text == "new")
        assert [path.name for path in target.iterdir()] == ["part-0.parquet"]
        assert (target / "part-0.parquet").read_text() == text
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("whole", [whole_file, whole_folder])
@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError])
def test_a_failure_leaves_nothing(whole, failure: type[BaseException], tmp_path: Path) -> None:
    with pytest.raises(failure), whole(tmp_path / "out"):
        raise failure
    assert list(tmp_path.iterdir()) == []


def test_what_the_system_says_becomes_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"out: .*No space left"), whole_file(tmp_path / "out"):
        raise OSError(28, "No space left on device")


def test_a_folder_that_holds_anything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    for target, words in (
        (tmp_path, "holds other files"),
        (tmp_path / "notes.txt", "this is a file"),
        (tmp_path / "none" / "out", "no such folder"),
    ):
        with pytest.raises(FileError, match=words), whole_folder(target):
            raise AssertionError("it was taken")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
