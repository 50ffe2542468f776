"""The map of hazards as drawn from a database."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from gisgrid.maps.recorded_hazards import hazards_page, served_hazards_page
from gisgrid.settings import Settings
from gisgrid.store import clock
from gisgrid.store.tables import hazard
from tests.maps.browser import Opener
from tests.towns import publish_rows, square


def place(x: float, y: float) -> str:
    middle = square(x, y, 0, 0).centroid
    return f"SRID=4326;POINT({middle.x} {middle.y})"


@pytest.fixture
def found(town: Engine) -> Engine:
    rows = [
        {
            "source_id": f"h{k}",
            "point": place(0.75, 0.1 + k / 20),
            "category": "fire",
            "subject": "楼道堆物",
            "origin": "patrol" if k % 2 else "resident",
            "confidential": k == 5,
            "found_at": datetime(2024, 5, 1, 20, tzinfo=UTC) + timedelta(days=k),
        }
        for k in range(6)
    ]
    with town.begin() as connection:
        connection.execute(insert(hazard), rows)
    return town


def counted(open_page: Opener, html: str) -> dict[str, int]:
    page = open_page(html).page
    page.evaluate("gisgrid.page.settled")
    found: dict[str, int] = page.evaluate(
        "Object.fromEntries(gisgrid.page.shown.ranked.map("
        "one => [gisgrid.page.shown.level.codes[one.i], one.count]))"
    )
    return found


def test_hazards_belong_to_the_grids_of_the_day(
    found: Engine, settings: Settings, open_page: Opener
) -> None:
    with found.connect() as connection:
        before = clock.now(connection, settings.zone)
    with found.begin() as connection:
        # The border between the first two micro-grids moves west, past the hazards.
        rows = [
            ("A1U1M1", "A1U1", square(0, 0, 0.5, 1)),
            ("A1U1M2", "A1U1", square(0.5, 0, 1.5, 1)),
        ]
        publish_rows(connection, "micro", rows)
    with found.connect() as connection:
        now = clock.now(connection, settings.zone)
        present = hazards_page(connection, now, settings)
        past = hazards_page(connection, before, settings, past=True)
    assert counted(open_page, present) == {"A1U1M2": 5}
    assert counted(open_page, past) == {"A1U1M1": 5}


def test_days_are_those_of_the_time_zone_and_end_with_the_record(
    found: Engine, settings: Settings
) -> None:
    with found.connect() as connection:
        now = clock.now(connection, settings.zone)
        html = served_hazards_page(connection, now, settings, nonce="c29tZXRoaW5n")
    block = re.search(r'id="data">(.*?)</script>', html, re.DOTALL)
    assert block is not None
    data: dict[str, Any] = json.loads(block.group(1))
    # Found at 20:00 UTC, which is the next morning in Shanghai.
    assert data["time"]["first"] == (date(2024, 5, 2) - date(1970, 1, 1)).days
    assert data["time"]["days"] == 5
    assert data["time"]["ended"] is True
    assert data["served"] is True
    assert data["categories"] == [{"key": "fire", "zh": "消防隐患", "en": "fire", "n": 5}]
