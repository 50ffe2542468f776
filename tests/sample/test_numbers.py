"""Every number of the sample district, read back by one SQL query each."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, text

from gisgrid.locate import NESTED_LEVELS
from gisgrid.store.coverages import level_index
from gisgrid.store.notices import SAMPLE_NOTICE, notice
from gisgrid.store.places import OWNED
from gisgrid.store.tables import LEVELS

EXACT = {
    "areas": (12, "SELECT count(*) FROM gisgrid.grid WHERE level = 'area'"),
    "units of the register": (
        399,
        "SELECT count(*) FROM gisgrid.grid JOIN gisgrid.grids_at(now()) g ON g.grid_id = grid.id "
        "WHERE level = 'unit' AND NOT g.special",
    ),
    "special units": (
        1,
        "SELECT count(*) FROM gisgrid.grid JOIN gisgrid.grids_at(now()) g ON g.grid_id = grid.id "
        "WHERE level = 'unit' AND g.special",
    ),
    "micro-grids whose code is their unit's and three digits": (
        2500,
        "SELECT count(*) FROM gisgrid.grids_at(now()) g JOIN gisgrid.grids_at(now()) u "
        "ON u.grid_id = g.parent_id WHERE array_length(g.path, 1) = 3 "
        "AND g.code ~ ('^' || u.code || '[0-9]{3}$')",
    ),
    "fire hazards": (23_000, "SELECT count(*) FROM gisgrid.hazard WHERE category = 'fire'"),
    "security hazards": (9_420, "SELECT count(*) FROM gisgrid.hazard WHERE category = 'security'"),
    "city-management problems": (
        1_340,
        "SELECT count(*) FROM gisgrid.hazard WHERE category = 'city'",
    ),
    "tips, all confidential": (
        37,
        "SELECT count(*) FROM gisgrid.hazard WHERE category = 'tip' AND confidential",
    ),
    "places outside every micro-grid": (
        0,
        "SELECT (SELECT count(*) FROM gisgrid.address WHERE micro_id IS NULL)"
        " + (SELECT count(*) FROM gisgrid.hazard WHERE micro_id IS NULL)"
        " + (SELECT count(*) FROM gisgrid.patrol_point WHERE micro_id IS NULL)"
        " + (SELECT count(*) FROM gisgrid.building WHERE micro_id IS NULL)"
        " + (SELECT count(*) FROM gisgrid.campaign_item WHERE micro_id IS NULL)",
    ),
    "micro-grids without a patrol point": (
        0,
        "SELECT count(*) FROM gisgrid.grid WHERE level = 'micro' AND NOT EXISTS "
        "(SELECT FROM gisgrid.patrol_point p WHERE p.micro_id = grid.id)",
    ),
    "micro-grids of 白银一坊": (
        4,
        "SELECT count(*) FROM gisgrid.grids_at(now()) WHERE '310114106019' = path[2] "
        "AND array_length(path, 1) = 3",
    ),
    "residents of 白银一坊": (
        4_600,
        "SELECT sum(residents) FROM gisgrid.address JOIN gisgrid.grids_at(now()) g "
        "ON g.grid_id = unit_id WHERE g.name LIKE '%白银一坊%'",
    ),
    "micro-grids of the lighting market": (
        4,
        "SELECT count(*) FROM gisgrid.grids_at(now()) g JOIN gisgrid.grids_at(now()) u "
        "ON u.grid_id = g.parent_id WHERE u.special",
    ),
    "three-floor buildings of the lighting market": (
        22,
        "SELECT count(*) FROM gisgrid.building JOIN gisgrid.grids_at(now()) g "
        "ON g.grid_id = unit_id WHERE g.special AND floors = 3",
    ),
    "windows removed, in the market, within three months": (
        639,
        "SELECT count(*) FROM gisgrid.campaign_item i JOIN gisgrid.grids_at(now()) g "
        "ON g.grid_id = i.unit_id JOIN gisgrid.campaign_phase p USING (campaign_id) "
        "WHERE g.special AND p.code = 'during' AND done_on >= starts AND done_on < ends "
        "AND ends <= starts + interval '3 months'",
    ),
    "windows on a façade of their building": (
        639,
        "SELECT count(*) FROM gisgrid.campaign_item i JOIN gisgrid.building b "
        "ON b.id = i.building_id "
        "WHERE ST_Distance(ST_Boundary(b.geom)::geography, i.point::geography) < 0.05",
    ),
    "phases of the campaign": (3, "SELECT count(*) FROM gisgrid.campaign_phase"),
    "duplicate addresses": (
        0,
        "SELECT count(*) - count(DISTINCT text) FROM gisgrid.address",
    ),
    "addresses that name another town than the one they lie in": (
        0,
        "SELECT count(*) FROM gisgrid.address a JOIN gisgrid.grids_at(now()) g "
        "ON g.grid_id = a.area_id WHERE a.text NOT LIKE '上海市嘉定区' || g.name || '%'",
    ),
}

NEAR = {
    "building entrances": (50_000, 0.05, "SELECT count(*) FROM gisgrid.address"),
    "households": (1_000_000, 0.05, "SELECT sum(households) FROM gisgrid.address"),
    "patrol points": (3_000, 0.1, "SELECT count(*) FROM gisgrid.patrol_point"),
    "micro-grids within 300 to 500 households": (
        2_484,
        0.01,
        "SELECT count(*) FROM (SELECT FROM gisgrid.address GROUP BY micro_id "
        "HAVING sum(households) BETWEEN 300 AND 500) AS fitting",
    ),
}

BOUNDS = (
    "SELECT min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom)) "
    "FROM gisgrid.boundary_version"
)


@pytest.fixture(scope="module")
def connection(sample: Engine) -> Connection:
    with sample.connect() as opened:
        yield opened


@pytest.mark.parametrize("what", EXACT)
def test_exact_numbers(connection: Connection, what: str) -> None:
    number, query = EXACT[what]
    assert connection.scalar(text(query)) == number


@pytest.mark.parametrize("what", NEAR)
def test_numbers_that_are_near(connection: Connection, what: str) -> None:
    number, share, query = NEAR[what]
    assert connection.scalar(text(query)) == pytest.approx(number, rel=share)


def test_it_lies_where_jiading_lies(connection: Connection) -> None:
    west, south, east, north = connection.execute(text(BOUNDS)).one()
    assert (west, east) == pytest.approx((121.10, 121.36), abs=0.01)
    assert (south, north) == pytest.approx((31.23, 31.50), abs=0.01)


def test_it_says_that_it_is_made_up(connection: Connection) -> None:
    assert notice(connection) == SAMPLE_NOTICE == "示例数据 / made-up data"


def test_every_stored_owner_is_the_index_owner(connection: Connection) -> None:
    now = connection.scalar(text("SELECT now()"))
    index = level_index(connection, now)
    assert set(index.indexes) == set(LEVELS)
    for table in OWNED:
        columns = ", ".join(f"{level}_id" for level in LEVELS)
        rows = connection.execute(
            text(f"SELECT ST_X(point), ST_Y(point), on_border, {columns} FROM gisgrid.{table.name}")
        ).all()
        owners = index.owners([row[0] for row in rows], [row[1] for row in rows])
        assert [row[2] for row in rows] == owners.border.tolist()
        for position, level in enumerate(LEVELS, start=3):
            assert [row[position] for row in rows] == owners.grid_ids[level].tolist()


def test_the_levels_nest(connection: Connection) -> None:
    query = text(
        "SELECT count(*) FROM gisgrid.address a JOIN gisgrid.grids_at(now()) m "
        "ON m.grid_id = a.micro_id JOIN gisgrid.grids_at(now()) u ON u.grid_id = a.unit_id "
        "JOIN gisgrid.grids_at(now()) t ON t.grid_id = a.area_id "
        "WHERE m.path <> ARRAY[t.code, u.code, m.code]"
    )
    assert len(NESTED_LEVELS) == 3
    assert connection.scalar(query) == 0
