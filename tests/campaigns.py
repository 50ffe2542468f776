"""Campaigns for tests: rows of their own, and files as a person with a spreadsheet writes them."""

from __future__ import annotations

import csv
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert, select

from gisgrid.imports.campaigns import CampaignFiles, CampaignReport, import_campaign
from gisgrid.store.tables import campaign, campaign_task

__all__ = ["ZONE", "bring", "found_task", "small_campaign", "write_sheets"]

ZONE: tzinfo = ZoneInfo("Asia/Shanghai")


def found_task(connection: Connection) -> tuple[int, int]:
    """The ids of a campaign and of its task, made at the first call."""
    made = select(campaign_task.c.campaign_id, campaign_task.c.id)
    if row := connection.execute(made).first():
        return int(row[0]), int(row[1])
    head = insert(campaign).values(code="c", name_zh="").returning(campaign.c.id)
    campaign_id = connection.execute(head).scalar_one()
    task = insert(campaign_task).values(campaign_id=campaign_id, position=0, code="t", name_zh="")
    task_id = connection.execute(task.returning(campaign_task.c.id)).scalar_one()
    return int(campaign_id), int(task_id)


def write_sheets(folder: Path, **sheets: list[dict[str, Any]]) -> Path:
    """Write sheets as CSV, each with the columns of all its rows; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def small_campaign(**sheets: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """A campaign of one task and three items in the squares of a small town; others replace."""
    head = {"code": "c1", "name_zh": "拆窗整治", "name_en": "Windows"}
    phase = {"code": "p", "name_zh": "整治中", "starts": "2024-04-01", "ends": "2024-05-01"}
    task = {"code": "windows", "name_zh": "拆窗", "item_zh": "防盗窗", "done_zh": "已拆除"}
    items: list[dict[str, Any]] = [
        {"id": f"W{k}", "lon": 121.205 + 0.01 * k, "lat": 31.305, "done_on": ""} for k in range(3)
    ]
    base: dict[str, list[dict[str, Any]]] = {
        "campaign": [head],
        "phases": [phase],
        "tasks": [task],
        "items": items,
    }
    return base | sheets


def bring(
    engine: Engine, folder: Path, sheets: dict[str, list[dict[str, Any]]], **options: Any
) -> CampaignReport:
    """Write sheets into a folder of their own and import them."""
    number = len(list(folder.iterdir())) if folder.exists() else 0
    path = write_sheets(folder / f"files{number}", **sheets)
    author = options.pop("author", "tester")
    files = CampaignFiles(paths=(path,), **({"crs": "wgs84"} | options))
    return import_campaign(engine, files, zone=ZONE, author=author)
