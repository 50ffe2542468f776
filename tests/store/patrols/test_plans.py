"""Plans made from the record: where, why, and for whom it is a turn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, text, update
from sqlalchemy.exc import DBAPIError

from gisgrid.errors import Conflict, InputError, LimitExceeded, NotFound
from gisgrid.settings import Settings
from gisgrid.store import clock
from gisgrid.store.patrols import (
    PatrolRequest,
    by_id,
    done,
    listing,
    make,
    patrol_points,
    record,
    tonight,
)
from gisgrid.store.tables import address, hazard
from gisgrid.times import parse_shift

from .conftest import LAST, Planner, at

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2024, 6, 1, 13, tzinfo=UTC)


def test_the_worst_place_is_visited_and_it_is_said_why(plan_for: Planner) -> None:
    plan = plan_for()
    worst = next(stop for stop in plan.stops if stop.patrol_point == "p1")
    assert (worst.grid, worst.grid_name, worst.name) == ("A1U1M1", "网格A1U1M1", "点p1")
    # The nearest of four addresses; hazards of the last 30 days: the days 0, 5, … 25 before.
    assert worst.address == "和平路a1号"
    assert worst.address_m == pytest.approx(0.0008 * 0.01 * 111_195, rel=0.01)
    assert (worst.recent, worst.subjects) == (6, [["楼道堆物", 6]])
    assert worst.expected > 0
    assert plan.hazards_until == LAST
    assert 0 < plan.covered <= plan.expected
    assert plan.summary.author == "me"


def test_without_a_patrol_point_a_place_is_suggested(plan_for: Planner) -> None:
    plan = plan_for(grids=("A2U2M1",))
    first = next(stop for stop in plan.stops if stop.grid == "A2U2M1")
    assert (first.patrol_point, first.name, first.why) == (None, "", "asked")
    assert (first.lon, first.lat) == pytest.approx((121.265, 31.305))
    assert plan.left_out == ()


def test_a_grid_with_nothing_in_it_is_left_out_and_named(plan_for: Planner) -> None:
    assert plan_for(grids=("A2U1M4",)).left_out == ("A2U1M4",)


def test_the_same_request_gives_the_same_stops(plan_for: Planner) -> None:
    def told(**asked: object) -> list[tuple[object, ...]]:
        return [
            (one.officer, one.position, one.arrives, one.minutes, one.lon, one.lat, one.why)
            for one in plan_for(**asked).stops
        ]

    assert told(seed=4) == told(seed=4)


def test_officers_go_at_the_hour_of_the_calls(plan_for: Planner) -> None:
    early = datetime(2024, 6, 1, 10, tzinfo=UTC)
    plan = plan_for(starts=early, ends=early + timedelta(hours=8), officer_hours=2.0)
    # All was found at 22 o'clock, in the third two hours of the shift.
    assert min(stop.arrives for stop in plan.stops) >= early + timedelta(hours=4)
    assert max(stop.arrives for stop in plan.stops) <= early + timedelta(hours=6)


@pytest.mark.parametrize(("day", "hours"), [(date(2024, 3, 9), 7), (date(2024, 11, 2), 9)])
def test_the_night_on_which_clocks_are_changed(plan_for: Planner, day: date, hours: int) -> None:
    starts, ends = parse_shift("22:00-06:00", day, ZoneInfo("America/Los_Angeles"))
    with pytest.raises(InputError, match=f"a shift of {hours}"):
        plan_for(starts=starts, ends=ends, officer_hours=hours + 0.5)
    plan = plan_for(starts=starts, ends=ends, officer_hours=float(hours))
    arrivals = [stop.arrives for stop in plan.stops]
    assert arrivals == sorted(set(arrivals))
    assert arrivals[-1] + timedelta(minutes=10) <= ends.astimezone(UTC)


def test_confidential_hazards_send_nobody_anywhere(plan_for: Planner, beat: Engine) -> None:
    codes = {stop.grid for stop in plan_for(officers=2, officer_hours=4.0, every=1000).stops}
    assert "A1U2M4" not in codes
    with beat.begin() as connection:
        connection.execute(update(hazard).values(confidential=False))
    plan = plan_for(officers=2, officer_hours=4.0, every=1000)
    assert "A1U2M4" in {stop.grid for stop in plan.stops}


def test_nobody_leaves_the_grid(plan_for: Planner) -> None:
    assert {stop.grid[:2] for stop in plan_for(within="A2", every=1).stops} == {"A2"}
    inside = {stop.grid for stop in plan_for(within="P1", every=1).stops}
    assert inside
    assert inside <= {"A1U1M1", "A1U1M2", "A1U1M3", "A1U1M4", "A1U2M1", "A1U2M3"}


def test_each_grid_that_can_be_visited_is_visited_within_the_nights(plan_for: Planner) -> None:
    visited: set[str | None] = set()
    for night in range(4):
        plan = plan_for(
            starts=NIGHT + timedelta(days=night), officers=2, officer_hours=4.0, every=4
        )
        visited |= {stop.grid for stop in plan.stops}
    # Where there are patrol points, homes or hazards.
    assert {"A1U1M1", "A1U1M2", "A1U2M1", "A2U1M1", "A2U2M1"} <= visited


def test_without_hazards_homes_are_patrolled_and_it_is_said(
    plan_for: Planner, beat: Engine
) -> None:
    with beat.begin() as connection:
        connection.execute(text("DELETE FROM gisgrid.hazard"))
    plan = plan_for()
    assert plan.hazards_until is None
    assert (plan.expected, plan.covered) == (0.0, 0.0)
    assert {"A1U1M1", "A1U2M1"} <= {stop.grid for stop in plan.stops}
    # An address that says nothing of its households is a home too.
    with beat.begin() as connection:
        connection.execute(update(address).values(households=None))
    stops = {stop.grid: stop.why for stop in plan_for(every=1000).stops}
    assert stops["A1U2M1"] == "expected"


@pytest.mark.parametrize(
    ("asked", "error", "told"),
    [
        ({"grids": ("A1U1",)}, InputError, "only micro-grids"),
        ({"grids": ("no",)}, NotFound, "no"),
        ({"within": "no"}, NotFound, "no"),
        ({"within": "A1U1M4"}, Conflict, "nothing to patrol"),
        ({"officer_hours": 9.0}, InputError, "shift of 2"),
        ({"officers": 31}, InputError, "1 to 30 officers"),
        ({"officers": 30, "officer_hours": 80.5}, InputError, "up to 80 officer hours"),
        ({"officer_hours": float("nan")}, InputError, "up to 80 officer hours"),
        ({"ends": NIGHT}, InputError, "24 hours"),
        ({"ends": NIGHT + timedelta(hours=25)}, InputError, "24 hours"),
        ({"reach_m": 0.0}, InputError, "0 m"),
        ({"every": 0}, InputError, "0 nights"),
    ],
)
def test_what_cannot_be_planned(
    plan_for: Planner, beat: Engine, asked: dict[str, object], error: type, told: str
) -> None:
    with pytest.raises(error, match=told):
        plan_for(**asked)
    with beat.connect() as connection:
        assert listing(connection) == []


def test_tonight(beat: Engine) -> None:
    def found(now: datetime, day: date | None = None) -> str:
        with beat.connect() as connection:
            starts, ends = tonight(connection, now, "18:00-02:00", day, SHANGHAI)
        return f"{starts:%m-%d %H:%M} {ends:%m-%d %H:%M}"

    # The record has ended: the evening after its last day.
    assert found(datetime(2026, 1, 1, tzinfo=SHANGHAI)) == "06-01 18:00 06-02 02:00"
    # It has not: the shift that is on, or else the next.
    for hour, told in ((1, "06-09"), (3, "06-10"), (17, "06-10"), (23, "06-10")):
        assert found(datetime(2024, 6, 10, hour, tzinfo=SHANGHAI)).startswith(told)
    assert found(datetime(2026, 1, 1, tzinfo=SHANGHAI), date(2024, 7, 3)).startswith("07-03")


def test_visits_are_recorded_taken_back_and_counted(plan_for: Planner, beat: Engine) -> None:
    plan = plan_for()
    one, *others = plan.stops
    here = plan.summary.id
    when = datetime(2024, 6, 1, 11, tzinfo=UTC)
    with beat.begin() as connection:
        made = record(connection, plan_id=here, stop_id=one.id, visited_at=when, visitor="王")
        assert (made.stop, made.done, made.visitor) == (one.id, True, "王")
        read = by_id(connection, here)
        assert read.stops[0].visited_at == when
        assert (read.summary.visited, read.summary.stops) == (1, len(plan.stops))
        (row,) = done(connection, "plan", at=when, zone=SHANGHAI)
        assert (row.key, row.planned, row.visited) == (str(here), len(plan.stops), 1)
        record(connection, stop_id=one.id, done=False, visited_at=when)
        assert by_id(connection, here).stops[0].visited_at is None
        assert listing(connection)[0].visited == 0
        record(connection, patrol_point_id="p3", visited_at=when, note="巡到")
        (week,) = done(connection, "week", at=when, zone=SHANGHAI)
        assert (week.key, week.visited, week.beside) == ("2024-05-27", 0, 1)
        now = clock.now(connection, SHANGHAI)
        grids = {row.key: row for row in done(connection, "grid", at=now, zone=SHANGHAI)}
        assert (grids["A2U1M1"].beside, grids["A2U1M1"].name) == (1, "网格A2U1M1")
        seen = {point.id: point.visited_at for point in patrol_points(connection, now)}
        assert seen == {"p1": None, "p2": None, "p3": when}
    assert others or len(plan.stops) == 1


def test_visits_are_only_added(plan_for: Planner, beat: Engine) -> None:
    stop = plan_for().stops[0]
    with beat.begin() as connection:
        record(connection, stop_id=stop.id, visited_at=NIGHT)
    for change in (
        "UPDATE gisgrid.patrol_visit SET note = 'x'",
        "DELETE FROM gisgrid.patrol_visit",
    ):
        with pytest.raises(DBAPIError, match="only added"), beat.begin() as connection:
            connection.execute(text(change))


def test_a_visit_of_nothing_is_refused(plan_for: Planner, beat: Engine) -> None:
    plan = plan_for()
    with beat.begin() as connection:
        for named in ({}, {"stop_id": plan.stops[0].id, "patrol_point_id": "p1"}):
            with pytest.raises(InputError, match="name one"):
                record(connection, visited_at=NIGHT, **named)
        with pytest.raises(NotFound, match="of plan 999"):
            record(connection, plan_id=999, stop_id=plan.stops[0].id, visited_at=NIGHT)
        with pytest.raises(NotFound, match="'zz'"):
            record(connection, patrol_point_id="zz", visited_at=NIGHT)
        with pytest.raises(InputError, match="1,000 letters"):
            record(connection, patrol_point_id="p1", visited_at=NIGHT, note="x" * 1001)
        with pytest.raises(NotFound, match="no such patrol plan"):
            by_id(connection, 999)


def test_whom_was_visited_has_to_wait(plan_for: Planner, beat: Engine) -> None:
    waiting = [stop.grid for stop in plan_for(every=8).stops
               if stop.why == "waiting"]  # fmt: skip
    assert waiting
    with beat.begin() as connection:
        for code in waiting:
            stop = next(s for s in by_id(connection, 1).stops if s.grid == code)
            record(connection, stop_id=stop.id, visited_at=NIGHT)
    again = [stop.grid for stop in plan_for(every=8).stops
             if stop.why == "waiting"]  # fmt: skip
    assert not set(waiting) & set(again)


def test_an_empty_record_has_nothing_to_patrol(town: Engine, settings: Settings) -> None:
    request = PatrolRequest(starts=NIGHT, ends=NIGHT + timedelta(hours=8))
    with town.begin() as connection, pytest.raises(Conflict, match="nothing to patrol"):
        make(connection, request, settings, now=clock.now(connection, settings.zone))


def test_hazards_after_the_present_say_nothing(plan_for: Planner, beat: Engine) -> None:
    before = plan_for()
    with beat.begin() as connection:
        later = {
            "source_id": "later",
            "point": at(5.5, 0.5),
            "found_at": datetime(2126, 1, 1, tzinfo=UTC),
        }
        connection.execute(insert(hazard).values(**later, category="fire"))
    after = plan_for()
    assert after.hazards_until == before.hazards_until
    assert after.expected == before.expected


def test_too_many_places_to_stop_at(plan_for: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gisgrid.store.patrols.making._MOST_SITES", 2)
    with pytest.raises(LimitExceeded, match="up to 2 places"):
        plan_for()
