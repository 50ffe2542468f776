"""Roads meet where their lines do, once for every crossing."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, delete, insert

from gisgrid.store.addresses.crossings import read_roads
from gisgrid.store.tables import dividing_line
from tests.streets import lonlat


def draw(connection: Connection, lines: list[tuple[str, str, shapely.LineString]]) -> None:
    connection.execute(delete(dividing_line))
    rows = [
        {
            "source_id": f"D{number}",
            "class": kind,
            "name": name,
            "geom": f"SRID=4326;{shapely.multilinestrings([line]).wkt}",
        }
        for number, (kind, name, line) in enumerate(lines)
    ]
    connection.execute(insert(dividing_line), rows)


def test_the_roads_of_the_streets(connection: Connection) -> None:
    names, crossings = read_roads(connection)
    assert names == ["德达路", "沐峰路", "白银路"]
    (one,) = crossings
    assert (one.first, one.second) == ("沐峰路", "白银路")
    assert (one.lon, one.lat) == pytest.approx(lonlat(2.1, 1))


def test_many_roads_meet_where_each_pair_does(connection: Connection) -> None:
    rng = np.random.default_rng(5)
    ends = rng.uniform(lonlat(0, 0), lonlat(8, 8), (60, 2, 2))
    # A road may be several lines.
    lines = [
        ("main", f"路{number % 25}", shapely.linestrings(one)) for number, one in enumerate(ends)
    ]
    draw(connection, lines)
    expected: dict[tuple[str, str], list[shapely.Point]] = defaultdict(list)
    for i, (_, name, line) in enumerate(lines):
        for _, other, beyond in lines[i + 1 :]:
            if name != other and line.intersects(beyond):
                first, second = sorted((name, other))
                expected[first, second].append(line.intersection(beyond))
    names, crossings = read_roads(connection)
    found: dict[tuple[str, str], list[shapely.Point]] = defaultdict(list)
    for one in crossings:
        found[one.first, one.second].append(shapely.Point(one.lon, one.lat))
    assert names == sorted({name for _, name, _ in lines})
    assert set(found) == set(expected)
    for pair, places in expected.items():
        for place in places:
            assert min(place.distance(one) for one in found[pair]) < 0.0015
        for one in found[pair]:
            assert min(place.distance(one) for place in places) < 1e-12


def test_the_carriageways_of_two_roads_make_one_crossing(connection: Connection) -> None:
    x, y = lonlat(1, 1)
    south_north = [shapely.LineString([(x + d, y - 0.01), (x + d, y + 0.01)]) for d in (0, 2e-4)]
    west_east = [shapely.LineString([(x - 0.01, y + d), (x + 0.01, y + d)]) for d in (0, 2e-4)]
    again = shapely.LineString([(x - 0.01, y + 0.005), (x + 0.01, y + 0.005)])
    lines = [("main", "纵路", one) for one in south_north]
    lines += [("minor", "横路", one) for one in [*west_east, again]]
    draw(connection, lines)
    places = [(one.lon, one.lat) for one in read_roads(connection)[1]]
    assert len(places) == 2
    assert {round(lat - y, 3) for _, lat in places} == {0.0, 0.005}


def test_without_roads_nothing_meets(connection: Connection) -> None:
    connection.execute(delete(dividing_line))
    assert read_roads(connection) == ([], [])
