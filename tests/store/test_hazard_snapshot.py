"""Hazards in memory: the same ones that a query finds."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import Engine, text

from gisgrid.geometry.tiling import Tile
from gisgrid.hotspots.density.surface import SIDE, tile_density
from gisgrid.store.engine import snapshot
from gisgrid.store.hazard_snapshot import HazardKind, HazardSnapshot, read_snapshot
from gisgrid.store.hazards import HazardFilter, hazard_events
from tests.hazard_rows import made_up

NOON = datetime(2024, 4, 1, 12, tzinfo=UTC)
FILTERS = [
    HazardFilter(),
    HazardFilter(categories=("50% 'a'",)),
    HazardFilter(categories=("b\\c", ""), states=("open",)),
    HazardFilter(severities=(1, 3)),
    HazardFilter(found_by="discovered"),
    HazardFilter(found_by="reported"),
    HazardFilter(since=NOON),
    HazardFilter(until=NOON, severities=(2,)),
    HazardFilter(since=NOON, until=datetime(2024, 4, 2, tzinfo=UTC)),
    HazardFilter(categories=("nothing",)),
]


@pytest.fixture
def hazards(engine: Engine) -> Engine:
    with engine.begin() as connection:
        made_up(3_000).write(connection)
    return engine


def read(engine: Engine) -> HazardSnapshot:
    with snapshot(engine) as connection:
        return read_snapshot(connection, ("patrol",))


def many(found: HazardSnapshot, wanted: HazardFilter) -> int:
    """How many there are on the map of the earth."""
    ground = (2 * np.pi * 6_378_137 / SIDE) ** 2 / 1e4
    density = tile_density(found.events, found.selection(wanted), Tile(0, 0, 0), 20.0)
    row = int(np.argmax(density.max(axis=1))) + 0.5
    squeezed = 1 / np.cosh((0.5 - row / SIDE) * 2 * np.pi) ** 2
    return round(float(density.sum() * ground * squeezed))


def test_a_filter_means_those_that_a_query_finds(hazards: Engine) -> None:
    found = read(hazards)
    assert 2_500 < len(found) < 3_000
    for wanted in FILTERS:
        with hazards.connect() as connection:
            expected = len(hazard_events(connection, wanted))
        assert many(found, wanted) == expected, wanted
    assert many(found, HazardFilter(categories=("fire",))) > 100


def test_confidential_ones_are_not_even_in_memory(engine: Engine) -> None:
    rows = made_up(50)
    with engine.begin() as connection:
        rows.write(connection)
        connection.execute(text("UPDATE gisgrid.hazard SET confidential = true"))
        connection.execute(text("UPDATE gisgrid.hazard SET category = 'secret'"))
    found = read(engine)
    assert len(found) == 0
    assert found.kinds == ()
    assert found.period is None


def test_kinds_times_and_places_are_those_of_the_record(engine: Engine) -> None:
    rows = made_up(400)
    with engine.begin() as connection:
        rows.write(connection)
    found = read(engine)
    shown = rows.frame[~rows.frame["confidential"]]
    expected = {
        HazardKind(row.category, int(row.severity), row.state, row.origin == "patrol")
        for row in shown.fillna({"severity": -1}).itertuples()
    }
    assert set(found.kinds) == expected
    times = shown["found_at"].dropna()
    assert found.period == (times.min().timestamp(), times.max().timestamp())


def test_the_fingerprint_tells_a_change(hazards: Engine) -> None:
    before = read(hazards).fingerprint
    assert read(hazards).fingerprint == before
    with hazards.begin() as connection:
        connection.execute(text("UPDATE gisgrid.hazard SET state = 'fixed' WHERE id = 1"))
    assert read(hazards).fingerprint != before
