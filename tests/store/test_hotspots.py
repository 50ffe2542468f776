"""Hot spots of what is on record."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import h3
import numpy as np
import pytest
from sqlalchemy import Engine, text

from gisgrid.errors import InputError, LimitExceeded, NotFound
from gisgrid.hotspots import getis_ord, steadied_rates
from gisgrid.store.hazards import HazardFilter
from gisgrid.store.hotspots import Places, find_emerging, find_hot_spots, find_near_repeats, placing
from tests.store.events import LAST, gather_hazards
from tests.towns import SIDE, SOUTH, WEST

# The town holds from the moment it was published.
NOW = datetime(2100, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
REPORTED = HazardFilter(found_by="reported")


@pytest.fixture
def gathered(town: Engine) -> Engine:
    gather_hazards(town)
    return town


def test_neighbours_are_those_of_postgis(town: Engine) -> None:
    query = text(
        "SELECT a.code, b.code FROM gisgrid.grids_at(now()) a JOIN gisgrid.boundary_version v "
        "ON v.grid_id = a.grid_id JOIN gisgrid.boundary_version w ON ST_Intersects(v.geom, w.geom) "
        "AND v.id <> w.id AND v.level = w.level JOIN gisgrid.grids_at(now()) b "
        "ON b.grid_id = w.grid_id WHERE v.level = 'micro'"
    )
    with town.connect() as connection:
        places = Places.read(connection, "micro", datetime.now(UTC), edge_m=150)
        expected = {tuple(row) for row in connection.execute(query)}
    codes = places.frame["code"].to_numpy()
    one, other = places.neighbours.nonzero()
    assert set(zip(codes[one], codes[other], strict=True)) == expected


def test_what_was_reported_is_counted_where_it_lies(gathered: Engine) -> None:
    with gathered.connect() as connection:
        found = find_hot_spots(connection, REPORTED, NOW)
        discovered = find_hot_spots(connection, HazardFilter(found_by="discovered"), NOW)
        everything = find_hot_spots(connection, HazardFilter(), NOW)
    frame = found.frame.set_index("code")
    assert frame["count"]["A1U1M1"] == 41
    assert frame["count"].sum() == found.events == 56
    # The tip is outside, and was not discovered by a patrol; what is confidential is nowhere.
    assert (found.outside, discovered.outside, everything.outside) == (1, 0, 1)
    assert discovered.events == 25
    assert everything.events == 81
    assert frame["expected"].tolist() == [56 / 16] * 16
    assert frame["rate"]["A1U1M1"] == pytest.approx(
        100 * steadied_rates(frame["count"], frame["households"])[0]
    )
    z = getis_ord(frame["count"], _micros(gathered).neighbours).z
    np.testing.assert_allclose(frame["z"], z)
    assert frame["z"].idxmax() in ("A1U1M1", "A1U1M2", "A1U1M3", "A1U1M4")


def _micros(engine: Engine) -> Places:
    with engine.connect() as connection:
        return Places.read(connection, "micro", NOW, edge_m=150)


def test_the_period_is_that_of_the_record_where_none_is_asked_for(gathered: Engine) -> None:
    since = datetime(2024, 8, 20, tzinfo=UTC)
    with gathered.connect() as connection:
        whole = find_hot_spots(connection, REPORTED, NOW)
        late = find_hot_spots(connection, HazardFilter(found_by="reported", since=since), NOW)
    assert whole.period is not None
    assert whole.period[1] == LAST
    assert late.period == (since, LAST)
    assert late.events < whole.events


def test_hexagons_hold_what_lies_in_them(gathered: Engine) -> None:
    with gathered.connect() as connection:
        found = find_hot_spots(connection, REPORTED, NOW, level="hexagon", edge_m=200)
        points = connection.execute(
            text(
                "SELECT ST_Y(point), ST_X(point) FROM gisgrid.hazard WHERE origin = 'resident' "
                "AND NOT confidential"
            )
        ).all()
    assert found.edge_m == pytest.approx(200.8, abs=0.1)
    counts = found.frame.set_index("code")["count"]
    for cell in {h3.latlng_to_cell(*point, 9) for point in map(tuple, points)}:
        assert counts[cell] == sum(h3.latlng_to_cell(*point, 9) == cell for point in points)
    assert counts.sum() == 56
    hot = found.frame[found.frame["spot"] == 1]
    assert len(hot)
    assert hot.total_bounds[2] < WEST + 2 * SIDE


def test_homes_of_hexagons_are_those_of_addresses(gathered: Engine) -> None:
    statement = text(
        "INSERT INTO gisgrid.address (source_id, point, text, households) VALUES "
        "(:id, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), '', :homes)"
    )
    rng = np.random.default_rng(1)
    homes = [
        {
            "id": f"a{n}",
            "lon": WEST + 8 * SIDE * rng.random(),
            "lat": SOUTH + 2 * SIDE * rng.random(),
            "homes": 3 if n else None,
        }
        for n in range(300)
    ]
    with gathered.begin() as connection:
        connection.execute(statement, homes)
    with gathered.connect() as connection:
        found = find_hot_spots(connection, REPORTED, NOW, level="hexagon", per_household=True)
    assert found.frame["households"].sum() == 3 * 299
    empty = found.frame["households"] == 0
    assert empty.any()
    assert found.frame.loc[empty, ["rate", "z", "p", "q"]].isna().all().all()
    assert (found.frame.loc[empty, "spot"] == 0).all()
    assert found.frame["expected"].sum() == found.frame.loc[~empty, "count"].sum()


def test_rates_need_households(gathered: Engine) -> None:
    with gathered.connect() as connection, pytest.raises(InputError, match="knows the households"):
        find_hot_spots(connection, REPORTED, NOW, level="hexagon", per_household=True)


def test_permutations_follow_their_seed(gathered: Engine) -> None:
    with gathered.connect() as connection:
        one, same, other = (
            find_hot_spots(connection, REPORTED, NOW, method="permutation", seed=seed).frame["p"]
            for seed in (1, 1, 2)
        )
    assert one.equals(same)
    assert not one.equals(other)


def test_what_cannot_be_found_is_refused(
    town: Engine, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_MOST_HEXAGONS", 5_000)
    with town.connect() as connection:
        with pytest.raises(InputError, match="between 0 and 1"):
            find_hot_spots(connection, REPORTED, NOW, rate=0)
        with pytest.raises(LimitExceeded, match="hexagons of 29 m, more than 5,000"):
            find_hot_spots(connection, REPORTED, NOW, level="hexagon", edge_m=25)
    with engine.connect() as connection:
        for level in ("micro", "hexagon"):
            with pytest.raises(NotFound, match="there are no grids"):
                find_hot_spots(connection, REPORTED, NOW, level=level)


def test_nothing_on_record_is_no_hot_spot(town: Engine) -> None:
    with town.connect() as connection:
        found = find_hot_spots(connection, REPORTED, NOW)
        repeats = find_near_repeats(connection, REPORTED, metres=[0, 50], days=[0, 7])
        emerged = find_emerging(connection, REPORTED, NOW, steps=4)
    assert found.period is None
    assert (found.frame["spot"] == 0).all()
    assert (found.frame["rate"] == 0).all()
    assert repeats.table.observed.tolist() == [[0]]
    assert (emerged.frame["category"] == "none").all()


def test_steps_end_where_the_record_does(gathered: Engine) -> None:
    with gathered.connect() as connection:
        found = find_emerging(connection, REPORTED, NOW, step="week", steps=5)
        months = find_emerging(connection, REPORTED, NOW, step="month", steps=4)
    # The midnight after the last day, and not the present of the machine.
    assert found.edges[-1].isoformat() == "2024-09-01T00:00:00+08:00"
    assert found.edges[0].isoformat() == "2024-07-28T00:00:00+08:00"
    assert [edge.day for edge in months.edges] == [1] * 5
    counts = np.array(found.frame["counts"].tolist())
    with gathered.connect() as connection:
        for step in range(5):
            since, until = found.edges[step : step + 2]
            one = HazardFilter(found_by="reported", since=since, until=until)
            frame = find_hot_spots(connection, one, NOW).frame
            np.testing.assert_array_equal(counts[:, step], frame["count"])
    assert found.events == counts.sum()


def test_another_end_may_be_asked_for(gathered: Engine) -> None:
    until = datetime(2024, 8, 11, tzinfo=UTC)
    with gathered.connect() as connection:
        wanted = HazardFilter(found_by="reported", until=until)
        found = find_emerging(connection, wanted, NOW, step="day", steps=6)
    assert found.edges[-1] == until
    # One a day, of the first forty and of those after them.
    assert [sum(step) for step in zip(*found.frame["counts"], strict=True)] == [1] * 6


def test_near_repeats_leave_out_what_has_no_time(gathered: Engine) -> None:
    with gathered.connect() as connection:
        found = find_near_repeats(
            connection, REPORTED, metres=[0, 2_000], days=[0, 7, 60], permutations=39
        )
    assert (found.events, found.undated) == (56, 1)
    assert found.table.observed.sum() >= 39 * 38 / 2


@pytest.mark.parametrize("year", [1024, 2924, 9999])
def test_a_slip_in_a_year_spoils_nothing_else(gathered: Engine, year: int) -> None:
    def told() -> tuple[object, ...]:
        with gathered.connect() as connection:
            found = find_emerging(connection, REPORTED, NOW, step="week", steps=5)
            repeats = find_near_repeats(
                connection, REPORTED, metres=[0, 2_000], days=[0, 60], permutations=19
            )
        return found.frame["counts"].tolist(), repeats.table.observed.sum()

    statement = text("DELETE FROM gisgrid.hazard WHERE source_id = 'h1'")
    with gathered.begin() as connection:
        connection.execute(statement)
    before = told()
    statement = text("UPDATE gisgrid.hazard SET found_at = :t WHERE source_id = 'h0'")
    with gathered.begin() as connection:
        connection.execute(statement, {"t": f"{year}-06-01T00:00:00Z"})
    assert told() == before
    # Such a year may also be asked for.
    until = HazardFilter(until=datetime(year, 6, 2, tzinfo=UTC))
    with gathered.connect() as connection:
        assert find_emerging(connection, until, NOW, step="day", steps=4).events == 1
