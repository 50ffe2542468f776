"""What an import of a campaign left on record and what it rejected, as its tests look at it."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy import Engine

from gisgrid.imports.campaigns import CampaignReport
from gisgrid.store import campaigns, clock
from gisgrid.store.campaigns import Campaign, Evidence, Item
from tests.campaigns import ZONE

__all__ = ["BUILDING", "counts", "rejects", "stored"]

BUILDING = """
    INSERT INTO gisgrid.building (source_id, point, geom) VALUES
    ('B1', 'SRID=4326;POINT(121.215 31.305)',
     'SRID=4326;MULTIPOLYGON(((121.214 31.304,121.216 31.304,121.216 31.306,121.214 31.304)))')
"""


def stored(engine: Engine, code: str = "c1") -> tuple[Campaign, list[Item], list[Evidence]]:
    with engine.connect() as connection:
        found = campaigns.by_code(connection, code)
        items = campaigns.item_listing(connection, found.id, clock.now(connection, ZONE))
        return found, items, campaigns.evidence_listing(connection, found.id)


def counts(report: CampaignReport) -> dict[str, tuple[int, int, int, int]]:
    return {
        name: (one.inserted, one.updated, one.unchanged, one.rows_rejected)
        for name, one in report.files.items()
    }


def rejects(name: str) -> list[tuple[int, str, str]]:
    with Path(f"{name}.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(int(one["row"]), one["field"], one["reason"]) for one in csv.DictReader(file)]
