"""The sample's campaign as the files of a spreadsheet: an example to follow."""

from __future__ import annotations

import csv
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import shapely

from gisgrid.files.cells import safe_cell
from gisgrid.imports.campaigns import SHEETS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gisgrid.sample.market import CampaignSample

__all__ = ["write_campaign"]


def write_campaign(campaign: CampaignSample, folder: Path) -> list[Path]:
    """Write ``campaign``, ``phases``, ``tasks``, ``items`` and ``evidence`` ``.csv``.

    Parameters
    ----------
    campaign : CampaignSample
    folder : Path
        Made where it is missing.

    Returns
    -------
    list of Path
        The files, UTF-8 with a byte order mark, so that a spreadsheet reads them right.
    """
    folder.mkdir(parents=True, exist_ok=True)
    items = campaign.items
    places = shapely.get_coordinates(items.geometry.to_numpy())
    placed = items.assign(building=items["building_id"], lon=places[:, 0], lat=places[:, 1])
    head = {"code": campaign.code, "name_zh": campaign.name_zh, "name_en": campaign.name_en}
    rows = {
        "campaign": [head | {"grid": campaign.unit_code}],
        "phases": [asdict(phase) for phase in campaign.phases],
        "tasks": [asdict(task) for task in campaign.tasks],
        "items": placed.to_dict("records"),
        "evidence": campaign.evidence.to_dict("records"),
    }
    return [_write(folder / f"{name}.csv", name, listed) for name, listed in rows.items()]


def _write(path: Path, sheet: str, rows: Iterable[dict[str, Any]]) -> Path:
    listed = list(rows)
    columns = [name for name in SHEETS[sheet].columns if name in listed[0]]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([safe_cell(row[name]) for name in columns] for row in listed)
    return path
