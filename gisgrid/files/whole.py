"""Files and folders that appear when they are whole, or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gisgrid.errors import FileError

__all__ = ["PARTS", "whole_file", "whole_folder", "writing"]

# What a folder of parts holds, and nothing else.
PARTS = "part-*.parquet"


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path in a folder of its own beside the target; its files take their place at the end.

    Raises
    ------
    FileError
        When there is no such folder, or it cannot be written.
    """
    _require_parent(target)
    if target.is_dir():
        raise FileError("this is a folder", where=str(target))
    with _drafts(target) as folder:
        yield folder / target.name
        made = sorted(folder.iterdir(), key=lambda part: part.suffix.lower() == ".shp")
        if target.suffix.lower() == ".shp":
            _remove_companions(target)
        for part in made:
            part.replace(target.parent / part.name)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A new folder beside the target, in which others may write `PARTS`; it takes its place.

    Files of another name are left behind. An older folder there is replaced if it holds nothing
    but `PARTS`.

    Raises
    ------
    FileError
        When the target is a file or holds anything else, or cannot be written.
    """
    _require_parent(target)
    if target.exists():
        _require_parts(target)
    with _drafts(target) as folder:
        draft = folder / "new"
        draft.mkdir()
        yield draft
        for left in set(draft.iterdir()) - set(draft.glob(PARTS)):
            left.unlink()
        if target.exists():
            target.rename(folder / "old")
        draft.rename(target)


@contextmanager
def _drafts(target: Path) -> Iterator[Path]:
    """A folder beside the target, gone afterwards with all that is left in it."""
    # Not one of `tempfile`: those are closed to other accounts, and workers may have one.
    folder = target.parent / f".{target.stem[:40]}.{secrets.token_hex(8)}"
    with writing(target):
        try:
            folder.mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the system says of a file that it cannot write into an error of ours."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"the file cannot be written: {reason}", where=str(target)) from None


def _require_parent(target: Path) -> None:
    if not target.parent.is_dir():
        raise FileError("there is no such folder", where=str(target.parent))


def _require_parts(folder: Path) -> None:
    if not folder.is_dir():
        raise FileError("a folder is written here, and this is a file", where=str(folder))
    others = sorted(set(folder.iterdir()) - set(folder.glob(PARTS)))
    if others:
        raise FileError(
            f"the folder holds other files, such as {others[0].name}", where=str(folder),
            fix="name a new folder",
        )  # fmt: skip


def _remove_companions(target: Path) -> None:
    """An older Shapefile's system, code page and indexes would be read with the new one."""
    for ending in (".prj", ".cpg", ".qix", ".qpj", ".sbn", ".sbx"):
        target.with_suffix(ending).unlink(missing_ok=True)
