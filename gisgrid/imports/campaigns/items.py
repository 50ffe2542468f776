"""The items of a campaign, each assigned to its micro-grid on its way in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gisgrid.errors import InputError
from gisgrid.imports.campaigns.sheets import SHEETS
from gisgrid.imports.campaigns.standing import (
    filled,
    item_rows,
    matched,
    of_buildings,
    task_ids,
)
from gisgrid.imports.campaigns.taking import Rows, Taking, take_sheet
from gisgrid.imports.loading import PointLoader
from gisgrid.imports.running import row_numbers
from gisgrid.store.tables import campaign_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from gisgrid.imports.report import ImportReport

__all__ = ["take_items"]

_OWN = ("floor", "name", "done_on")


def take_items(taking: Taking, path: Path) -> ImportReport:
    """Take the items.

    What a row leaves empty of its task, its place and its day stays as it is on record: an empty
    day never takes back what was marked meanwhile.

    Raises
    ------
    InputError
        The campaign has no tasks that they could belong to.
    """
    connection = taking.connection
    tasks = task_ids(connection, taking.campaign_id)
    if not tasks:
        raise InputError(
            "the campaign has no tasks that items could belong to",
            where=str(path),
            fix="list them in tasks.csv",
        )
    known = item_rows(connection, taking.campaign_id)

    def begin(columns: tuple[str, ...]) -> tuple[PointLoader, Callable[[Rows], None]]:
        names = ["campaign_id", "task_id", *(name for name in _OWN if name in columns)]
        names += ["building_id"] if "building" in columns else []
        key = ("campaign_id", "source_id")
        loader = PointLoader(connection, campaign_item, names, key=key)

        def add(rows: Rows) -> None:
            before = known.reindex(rows.texts("id"))
            houses = of_buildings(connection, rows.texts("building"))
            house = matched(rows, "building", houses, "is not the id of a building on record")
            lon = filled(rows.lon, house["lon"], before["lon"])
            lat = filled(rows.lat, house["lat"], before["lat"])
            rows.sieve.drop(np.isnan(lon), "lon", "is missing, and so is the building")
            values = {
                **rows.values,
                "campaign_id": np.full(len(lon), taking.campaign_id),
                "task_id": _task_of(rows, tasks, before),
                "building_id": house["id"].reset_index(drop=True).astype("Int64"),
            }
            if "done_on" in columns:
                values["done_on"] = _done_on(rows, before, taking)
            wanted = {name: values[name] for name in names}
            numbers, ids = row_numbers(rows.batch), rows.texts("id")
            loader.add(numbers, ids, lon, lat, wanted, rows.sieve.good)

        return loader, add

    return take_sheet(taking, SHEETS["items"], path, begin)


def _task_of(rows: Rows, tasks: dict[str, int], before: pd.DataFrame) -> pd.Series[Any]:
    """The task of each row: as it says, else as on record, else the only one."""
    codes = rows.texts("task")
    unknown = np.array([code != "" and code not in tasks for code in codes])
    rows.sieve.drop(unknown, "task", f"is none of {', '.join(tasks)}", codes)
    found = pd.Series([tasks.get(code) for code in codes], dtype="Int64")
    found = found.fillna(before["task_id"].reset_index(drop=True).astype("Int64"))
    if len(tasks) == 1:
        found = found.fillna(next(iter(tasks.values())))
    rows.sieve.drop(found.isna().to_numpy(), "task", "is missing; the campaign has several")
    return found


def _done_on(rows: Rows, before: pd.DataFrame, taking: Taking) -> pd.Series[Any]:
    found = rows.values["done_on"]
    late = np.array([day is not None and day > taking.today for day in found])
    rows.sieve.drop(late, "done_on", "is a day to come", found)
    marked = before["done_on"].reset_index(drop=True)
    kept: pd.Series[Any] = found.where(found.notna(), marked.where(marked.notna(), None))
    return kept
