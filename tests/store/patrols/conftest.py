from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from gisgrid.settings import Settings
from gisgrid.store import clock
from gisgrid.store.patrols import PatrolRequest, by_id, make
from gisgrid.store.patrols.records import Plan
from gisgrid.store.tables import address, hazard, patrol_point
from tests.towns import SIDE, SOUTH, WEST

# Long before the clock of the machine, so that "tonight" is the evening after the record's end.
LAST = datetime(2024, 5, 31, 14, 0, tzinfo=UTC)


def at(x: float, y: float) -> str:
    """A place counted in squares of the town."""
    return f"SRID=4326;POINT({WEST + x * SIDE} {SOUTH + y * SIDE})"


def hazards_at(x: float, y: float, count: int, name: str, **more: Any) -> Iterator[dict[str, Any]]:
    """A hazard every fifth day, at 22 o'clock of Shanghai."""
    for k in range(count):
        yield {
            "source_id": f"{name}{k}",
            "point": at(x, y),
            "category": "fire",
            "subject": "楼道堆物",
            "origin": "resident",
            "found_at": LAST - timedelta(days=5 * k),
            "confidential": False,
            **more,
        }


@pytest.fixture
def beat(town: Engine) -> Engine:
    """The town: patrol points in three micro-grids, homes, a place that is bad and a secret one."""
    with town.begin() as connection:
        points = [("p1", 0.5, 0.5), ("p2", 1.5, 0.5), ("p3", 4.5, 0.5)]
        connection.execute(
            insert(patrol_point),
            [{"source_id": one, "name": f"点{one}", "point": at(x, y)} for one, x, y in points],
        )
        homes = [("a1", 0.5, 0.5008), ("a2", 0.55, 0.55), ("a3", 2.5, 0.5), ("a4", 2.53, 0.5)]
        connection.execute(
            insert(address),
            [
                {"source_id": one, "text": f"和平路{one}号", "households": 10, "point": at(x, y)}
                for one, x, y in homes
            ],
        )
        rows = [*hazards_at(0.5, 0.5, 60, "h"), *hazards_at(6.5, 0.5, 20, "far")]
        connection.execute(insert(hazard), rows)
        secret = hazards_at(3.5, 1.5, 200, "s", confidential=True, subject="秘密")
        connection.execute(insert(hazard), list(secret))
    return town


Planner = Callable[..., Plan]


@pytest.fixture
def plan_for(beat: Engine, settings: Settings) -> Planner:
    """Make a plan and read it back."""

    def make_plan(**asked: Any) -> Plan:
        starts = asked.pop("starts", datetime(2024, 6, 1, 13, tzinfo=UTC))
        ends = asked.pop("ends", starts + timedelta(hours=2))
        request = PatrolRequest(
            starts=starts, ends=ends, **{"officers": 1, "officer_hours": 2.0, **asked}
        )
        with beat.begin() as connection:
            now = clock.now(connection, settings.zone)
            return by_id(connection, make(connection, request, settings, now=now, author="me"))

    return make_plan
