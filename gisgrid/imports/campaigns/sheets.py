"""The files that a campaign comes in, and the columns of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gisgrid.errors import FileError, InputError
from gisgrid.imports.running import SMALL, TEXT, Reader
from gisgrid.points.columns import days, numbers, texts
from gisgrid.store.campaigns import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["SHEETS", "Sheet", "find_sheets"]

_ENDINGS: Final = (".csv", ".csv.gz")


@dataclass(frozen=True)
class Sheet:
    """One file of a campaign.

    Attributes
    ----------
    name : str
        The file's name without its ending.
    key : str
        The column that makes a row the same row when it is imported again.
    readers : mapping of column to Reader
        The columns, but for the coordinates.
    required : tuple of str
        The columns that no row may leave empty.
    placed : bool
        Whether rows may bring ``lon`` and ``lat``.
    """

    name: str
    key: str
    readers: Mapping[str, Reader]
    required: tuple[str, ...]
    placed: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All that are read."""
        return (*self.readers, *(("lon", "lat") if self.placed else ()))


def _amounts(
    values: pd.Series[Any], most: float = np.inf
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    found, bad = numbers(values)
    return found, bad | (found < 0) | (found > most)


def _among(
    values: pd.Series[Any], words: tuple[str, ...]
) -> tuple[pd.Series[str], NDArray[np.bool_]]:
    found, _ = texts(values)
    return found, ~found.isin(("", *words)).to_numpy(dtype=bool)


def _file_names(values: pd.Series[Any]) -> tuple[pd.Series[str], NDArray[np.bool_]]:
    found, _ = texts(values)
    return found, found.str.contains(r"[/\\\x00-\x1f]", regex=True).to_numpy(dtype=bool)


def _digests(values: pd.Series[Any]) -> tuple[pd.Series[str], NDArray[np.bool_]]:
    found = texts(values)[0].str.lower()
    return found, ~found.str.fullmatch("([0-9a-f]{64})?").to_numpy(dtype=bool)


_DAY: Final[Reader] = (days, "is not a day such as 2024-04-01")
_AMOUNT: Final[Reader] = (_amounts, "is not a number of 0 or more")
_NAMES: Final = dict.fromkeys(("code", "name_zh", "name_en"), TEXT)

SHEETS: Final[Mapping[str, Sheet]] = {
    sheet.name: sheet
    for sheet in (
        Sheet("campaign", "code", {**_NAMES, "grid": TEXT}, ("code", "name_zh")),
        Sheet(
            "phases",
            "code",
            {
                **_NAMES,
                "starts": _DAY,
                "ends": _DAY,
                "planned_percent": (partial(_amounts, most=100), "is not a number from 0 to 100"),
            },
            ("code", "name_zh", "starts", "ends"),
        ),
        Sheet(
            "tasks",
            "code",
            {
                **_NAMES,
                **dict.fromkeys(("unit_zh", "unit_en"), TEXT),
                "target": _AMOUNT,
                "target_qualifier": TEXT,
                "actual": _AMOUNT,
                **dict.fromkeys(("qualifier", "source"), TEXT),
                "as_of": _DAY,
                **dict.fromkeys(("item_zh", "item_en", "done_zh", "done_en"), TEXT),
            },
            ("code", "name_zh"),
        ),
        Sheet(
            "items",
            "id",
            {
                **dict.fromkeys(("id", "task", "building"), TEXT),
                "floor": SMALL,
                "name": TEXT,
                "done_on": _DAY,
            },
            ("id",),
            placed=True,
        ),
        Sheet(
            "evidence",
            "id",
            {
                "id": TEXT,
                "stage": (partial(_among, words=STAGES), f"is none of {', '.join(STAGES)}"),
                "taken_on": _DAY,
                **dict.fromkeys(("item", "building", "task", "note", "author"), TEXT),
                "file_name": (_file_names, "is not the name of a file, without folders"),
                "sha256": (_digests, "is not a SHA-256 digest of 64 hexadecimal digits"),
            },
            ("id", "stage", "taken_on"),
            placed=True,
        ),
    )
}


def find_sheets(paths: Iterable[Path]) -> dict[str, Path]:
    """The files of a campaign by the names of their sheets, in the order of import.

    Parameters
    ----------
    paths : iterable of Path
        Files that are called as `SHEETS` are, or folders with such files.

    Raises
    ------
    FileError
        There is no such file or folder, a folder holds none of the files, or two are the same.
    InputError
        A file is called otherwise.
    """
    found: dict[str, Path] = {}
    for path in paths:
        for file in _files_in(path) if path.is_dir() else [path]:
            name = _sheet_name(file)
            if name in found:
                raise FileError(f"there are two files of {name}", where=str(file))
            found[name] = file
    return {name: found[name] for name in SHEETS if name in found}


def _files_in(folder: Path) -> list[Path]:
    named = [folder / f"{name}{ending}" for name in SHEETS for ending in _ENDINGS]
    files = [file for file in named if file.is_file()]
    if not files:
        raise FileError(
            "the folder holds no file of a campaign",
            where=str(folder),
            fix=f"put {', '.join(f'{name}.csv' for name in SHEETS)} there",
        )
    return files


def _sheet_name(file: Path) -> str:
    for name in SHEETS:
        if file.name.lower() in [f"{name}{ending}" for ending in _ENDINGS]:
            return name
    raise InputError(
        "a file of a campaign is known by its name",
        where=str(file),
        fix=f"call it {', '.join(f'{name}.csv' for name in SHEETS)}",
    )
