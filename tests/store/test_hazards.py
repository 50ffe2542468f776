"""Reading hazards: which are meant, and what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from gisgrid.store.hazards import HazardFilter, hazard_events, present_of, recorded_period
from tests.towns import SIDE, SOUTH, WEST

DAY = datetime(2024, 5, 1, tzinfo=UTC)
ROWS = [
    ("a", "fire", 1, "open", "patrol", "2024-05-01T00:00:00Z", False),
    ("b", "fire", 3, "fixed", "resident", "2024-05-02T00:00:00.25Z", False),
    ("c", "security", None, "open", "", None, False),
    ("d", "security", 2, "open", "member", "2024-05-03T00:00:00Z", False),
    ("e", "tip", 3, "open", "tip", "2020-01-01T00:00:00Z", True),
]


@pytest.fixture
def found(town: Engine) -> Engine:
    statement = text(
        "INSERT INTO gisgrid.hazard (source_id, point, category, severity, state, origin, "
        "found_at, confidential) VALUES (:id, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), "
        ":category, :severity, :state, :origin, :found_at, :confidential)"
    )
    names = ("id", "category", "severity", "state", "origin", "found_at", "confidential")
    with town.begin() as connection:
        for row in ROWS:
            place = {"lon": WEST + 0.5 * SIDE, "lat": SOUTH + 0.5 * SIDE}
            connection.execute(statement, dict(zip(names, row, strict=True)) | place)
    return town


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (HazardFilter(), "abcd"),
        (HazardFilter(categories=("fire",)), "ab"),
        (HazardFilter(states=("open",), severities=(1, 2)), "ad"),
        (HazardFilter(since=DAY), "abd"),
        (HazardFilter(until=datetime(2024, 5, 2, tzinfo=UTC)), "a"),
        (HazardFilter(found_by="discovered"), "a"),
        (HazardFilter(found_by="reported"), "bcd"),
        (HazardFilter(found_by="discovered", discoverers=("patrol", "member")), "ad"),
        (HazardFilter(found_by="discovered", discoverers=()), ""),
        (HazardFilter(found_by="reported", discoverers=()), "abcd"),
    ],
)
def test_those_that_are_meant_are_read(found: Engine, wanted: HazardFilter, ids: str) -> None:
    with found.connect() as connection:
        assert "".join(hazard_events(connection, wanted)["source_id"]) == ids


def test_what_is_said_of_them(found: Engine) -> None:
    with found.connect() as connection:
        events = hazard_events(connection).set_index("source_id")
        owner = connection.execute(
            text("SELECT micro_id FROM gisgrid.hazard WHERE source_id = 'a'")
        ).scalar_one()
    assert events.loc["b", "found_at"] == pd.Timestamp("2024-05-02T00:00:00.25Z")
    assert pd.isna(events.loc["c", "found_at"])
    assert pd.isna(events.loc["c", "severity"])
    assert events.loc["c", "origin"] == ""
    assert events["micro_id"].tolist() == [owner] * 4


def test_the_recorded_period_leaves_out_what_is_confidential(found: Engine, town: Engine) -> None:
    with found.connect() as connection:
        assert recorded_period(connection) == (DAY, datetime(2024, 5, 3, tzinfo=UTC))


def test_nothing_recorded_has_no_period(town: Engine) -> None:
    with town.connect() as connection:
        assert recorded_period(connection) is None
        assert hazard_events(connection).empty


@pytest.mark.parametrize(
    ("now", "present"),
    [
        # Of the last one, on 2024-05-03 at 08:00, the 30th day; the tip of 2020 is confidential.
        ("2024-06-02T07:59:59+08:00", "2024-06-02T07:59:59+08:00"),
        ("2024-06-02T08:00:00+08:00", "2024-05-04T00:00:00+08:00"),
        ("2026-11-23T13:00:00+08:00", "2024-05-04T00:00:00+08:00"),
        # Days begin where the reader lives.
        ("2026-11-23T13:00:00-07:00", "2024-05-03T00:00:00-07:00"),
        # Nothing had been found yet.
        ("2020-01-15T00:00:00+08:00", "2020-01-15T00:00:00+08:00"),
    ],
)
def test_the_present_is_now_or_where_the_record_ended(
    found: Engine, now: str, present: str
) -> None:
    with found.connect() as connection:
        moment = present_of(connection, datetime.fromisoformat(now))
    assert moment.isoformat() == present


def test_the_present_ends_with_its_day_where_clocks_change(found: Engine) -> None:
    """The day on which clocks go back has 25 hours."""
    statement = text("UPDATE gisgrid.hazard SET found_at = :t WHERE source_id = 'a'")
    with found.begin() as connection:
        connection.execute(statement, {"t": "2024-11-03T00:30:00-07:00"})
    now = datetime(2025, 6, 1, tzinfo=ZoneInfo("America/Los_Angeles"))
    with found.connect() as connection:
        assert present_of(connection, now).isoformat() == "2024-11-04T00:00:00-08:00"
