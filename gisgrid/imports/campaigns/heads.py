"""A campaign's head, phases and tasks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gisgrid.errors import InputError
from gisgrid.imports.campaigns.sheets import SHEETS
from gisgrid.imports.campaigns.taking import Rows, Taking, take_sheet
from gisgrid.imports.loading import RowLoader
from gisgrid.imports.running import row_numbers
from gisgrid.store import grids
from gisgrid.store.codes import fault_of
from gisgrid.store.tables import campaign, campaign_phase, campaign_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from sqlalchemy import Table

    from gisgrid.imports.report import ImportReport

__all__ = ["take_head", "take_phases", "take_tasks"]


def take_head(taking: Taking, path: Path) -> tuple[str, ImportReport]:
    """Take the one row that says which campaign it is; its code.

    Raises
    ------
    InputError
        It is another than was asked for.
    """
    codes: list[str] = []

    def begin(columns: tuple[str, ...]) -> tuple[RowLoader, Callable[[Rows], None]]:
        own = [name for name in columns if name != "grid"]
        found = ["grid_id"] if "grid" in columns else []
        loader = RowLoader(taking.connection, campaign, [*own, *found], key=("code",))

        def add(rows: Rows) -> None:
            sieve, values = rows.sieve, rows.values
            faults = [fault_of(code) for code in values["code"]]
            sieve.drop(np.array([bool(fault) for fault in faults]), "code", faults, values["code"])
            if found:
                values["grid_id"] = _grid_ids(taking, rows)
            first = np.zeros(len(rows.batch), dtype=np.bool_)
            if not codes and sieve.good.any():
                first[np.argmax(sieve.good)] = True
            sieve.drop(~first, "code", "is a second campaign: give each files of its own")
            codes.extend(values["code"][sieve.good])
            _stage(loader, rows, [*own, *found])

        return loader, add

    report = take_sheet(taking, SHEETS["campaign"], path, begin)
    if taking.files.code not in (None, codes[0]):
        raise InputError(
            f"the file is of the campaign {codes[0]!r}, not of {taking.files.code!r}",
            where=str(path),
            fix="leave --code out, or give the other's files",
        )
    return codes[0], report


def _grid_ids(taking: Taking, rows: Rows) -> pd.Series[Any]:
    codes = rows.texts("grid")
    ids = grids.ids_by_code(taking.connection, [code for code in set(codes) if code])
    unknown = np.array([bool(code) and code not in ids for code in codes])
    rows.sieve.drop(unknown, "grid", "is not the code of a grid", codes)
    return pd.Series([ids.get(code) for code in codes], dtype="Int64")


def take_phases(taking: Taking, path: Path) -> ImportReport:
    """Take the phases; each ends after it begins."""

    def check(rows: Rows) -> None:
        ends, good = rows.values["ends"], rows.sieve.good.copy()
        early = np.zeros(len(good), dtype=np.bool_)
        early[good] = (ends[good] <= rows.values["starts"][good]).to_numpy(dtype=bool)
        rows.sieve.drop(early, "ends", "does not lie after the start", ends)

    return _take_listed(taking, "phases", campaign_phase, path, check)


def take_tasks(taking: Taking, path: Path) -> ImportReport:
    """Take the tasks."""
    return _take_listed(taking, "tasks", campaign_task, path, lambda rows: None)


def _take_listed(
    taking: Taking, sheet: str, table: Table, path: Path, check: Callable[[Rows], None]
) -> ImportReport:
    """Take rows that a campaign has in an order, which is that of the file."""

    def begin(columns: tuple[str, ...]) -> tuple[RowLoader, Callable[[Rows], None]]:
        names = ["campaign_id", "position", *columns]
        loader = RowLoader(taking.connection, table, names, key=("campaign_id", "code"))

        def add(rows: Rows) -> None:
            check(rows)
            numbers = row_numbers(rows.batch)
            rows.sieve.drop(numbers > _MOST_ROWS, "", f"comes after {_MOST_ROWS:,} rows")
            rows.values["position"] = numbers - 1
            rows.values["campaign_id"] = np.full(len(rows.batch), taking.campaign_id)
            _stage(loader, rows, names)

        return loader, add

    return take_sheet(taking, SHEETS[sheet], path, begin)


# A campaign with more phases or tasks is none that anybody could follow.
_MOST_ROWS = 1_000


def _stage(loader: RowLoader, rows: Rows, names: list[str]) -> None:
    good: NDArray[np.bool_] = rows.sieve.good
    staged = {name: rows.values[name][good] for name in names}
    loader.add({"row": row_numbers(rows.batch)[good], **staged})
