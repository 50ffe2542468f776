"""The evidence of a campaign, at an item, on a building or at a place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gisgrid.imports.campaigns.sheets import SHEETS
from gisgrid.imports.campaigns.standing import (
    filled,
    item_rows,
    matched,
    of_buildings,
    task_ids,
)
from gisgrid.imports.campaigns.taking import Rows, Taking, take_sheet
from gisgrid.imports.loading import RowLoader
from gisgrid.imports.running import row_numbers
from gisgrid.store.copying import ewkb_points
from gisgrid.store.tables import campaign_evidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from gisgrid.imports.report import ImportReport

__all__ = ["take_evidence"]

_OWN = ("stage", "taken_on", "note", "author", "file_name", "sha256")
_REFERRED = ("task_id", "item_id", "building_id")


def take_evidence(taking: Taking, path: Path) -> ImportReport:
    """Take the evidence; what is about an item has its place, its building and its task."""
    connection = taking.connection
    tasks = pd.DataFrame.from_dict(
        task_ids(connection, taking.campaign_id), orient="index", columns=["id"], dtype=object
    )
    items = item_rows(connection, taking.campaign_id)

    def begin(columns: tuple[str, ...]) -> tuple[RowLoader, Callable[[Rows], None]]:
        own = [name for name in _OWN if name in columns]
        names = ["campaign_id", "source_id", "point", *_REFERRED, *own]
        key = ("campaign_id", "source_id")
        loader = RowLoader(connection, campaign_evidence, names, key=key)

        def add(rows: Rows) -> None:
            item = matched(rows, "item", items, "is not the id of an item of the campaign")
            houses = of_buildings(connection, rows.texts("building"))
            house = matched(rows, "building", houses, "is not the id of a building on record")
            task = matched(rows, "task", tasks, "is not the code of a task of the campaign")
            lon = filled(rows.lon, item["lon"], house["lon"])
            lat = filled(rows.lat, item["lat"], house["lat"])
            rows.sieve.drop(np.isnan(lon), "lon", "is missing, and so are item and building")
            taken_on = rows.values["taken_on"]
            late = np.array([day is not None and day > taking.today for day in taken_on])
            rows.sieve.drop(late, "taken_on", "is a day to come", taken_on)
            good = rows.sieve.good
            values = {
                "campaign_id": np.full(len(lon), taking.campaign_id),
                "source_id": rows.texts("id"),
                "task_id": _first(task["id"], item["task_id"]),
                "item_id": _first(item["id"]),
                "building_id": _first(house["id"], item["building_id"]),
                **{name: rows.values[name] for name in own},
            }
            staged = {name: column[good] for name, column in values.items()}
            point = ewkb_points(lon[good], lat[good])
            loader.add({"row": row_numbers(rows.batch)[good], "point": point, **staged})

        return loader, add

    return take_sheet(taking, SHEETS["evidence"], path, begin)


def _first(ids: pd.Series[Any], *others: pd.Series[Any]) -> pd.Series[Any]:
    """Ids where there are any, else the others'."""
    found = ids.reset_index(drop=True).astype("Int64")
    for other in others:
        found = found.fillna(other.reset_index(drop=True).astype("Int64"))
    return found
