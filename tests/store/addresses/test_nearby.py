"""The nearest addresses are those that a geodesic says, and in its order."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from sqlalchemy import Connection, insert

from gisgrid.errors import InputError, NotFound
from gisgrid.store.addresses import address_called, nearest, source_ids
from gisgrid.store.tables import address
from tests.streets import build, lonlat

GEOD = pyproj.Geod(ellps="WGS84")


def scatter(connection: Connection, lat: float, seed: int) -> np.ndarray:
    """Addresses round (120, lat), far enough from all others; their places."""
    places = np.random.default_rng(seed).normal((120.0, lat), 0.01, (300, 2))
    rows = [
        {
            "source_id": f"R{number}",
            "text": f"随机{number}号",
            "point": f"SRID=4326;POINT({x!r} {y!r})",
        }
        for number, (x, y) in enumerate(places.tolist())
    ]
    connection.execute(insert(address), rows)
    return places


# Where a degree of longitude is as long as one of latitude, less, and a small part of it.
@pytest.mark.parametrize("lat", [0.0, 31.3, 80.0])
def test_nearest_agrees_with_a_geodesic(connection: Connection, lat: float) -> None:
    places = scatter(connection, lat, seed=7)
    rng = np.random.default_rng(8)
    for x, y in rng.normal((120.0, lat), 0.015, (15, 2)).tolist():
        here = np.full(len(places), x), np.full(len(places), y)
        metres = GEOD.inv(*here, *places.T)[2]
        order = np.argsort(metres)
        limit = int(rng.integers(1, 40))
        found = nearest(connection, x, y, limit=limit, within_m=500)
        expected = [i for i in order[:limit].tolist() if metres[i] <= 500]
        assert [one.source_id for one in found] == [f"R{i}" for i in expected]
        assert [one.metres for one in found] == pytest.approx(metres[expected].tolist(), abs=1e-6)
        assert [(one.lon, one.lat) for one in found] == [tuple(places[i]) for i in expected]


def test_fewer_than_asked_for_are_all_that_lie_within(connection: Connection) -> None:
    x, y = lonlat(0.1, 0.5)
    found = nearest(connection, x, y, limit=1000, within_m=100_000)
    assert len(found) == 33
    assert found[0].metres == 0
    assert nearest(connection, 0.0, 0.0) == []
    assert [one.text for one in nearest(connection, x, y, limit=1000, within_m=0)] == [
        found[0].text
    ]


def test_those_at_one_place_come_by_their_text(connection: Connection) -> None:
    for name in ("丙", "甲", "乙"):
        build(connection, name, f"同处{name}号", *lonlat(3, 1.7))
    found = nearest(connection, *lonlat(3, 1.7), limit=2)
    assert [one.text for one in found] == sorted(f"同处{name}号" for name in "甲乙丙")[:2]


def test_an_address_is_called_by_its_id_or_its_text(connection: Connection) -> None:
    number = build(connection, "77", "同名路7号", *lonlat(1, 1))
    # An id at the source may look like the number of a row.
    other = build(connection, str(number), "同名路8号", *lonlat(1, 1))
    for name in ("77", "同名路7号", " 同名路7号 "):
        assert address_called(connection, name) == number
    for name in (str(number), "同名路8号"):
        assert address_called(connection, name) == other
    assert source_ids(connection, [number, other, -1]) == {number: "77", other: str(number)}
    build(connection, "again", "同名路7号", *lonlat(1, 1))
    with pytest.raises(InputError, match="give its id"):
        address_called(connection, "同名路7号")
    build(connection, "empty", "", *lonlat(1, 1))
    for name in ("", "nobody", "9" * 30, "\0", "-1", "' OR 1=1 --", "²"):
        with pytest.raises(NotFound):
            address_called(connection, name)
