"""Boundaries for a later day: checked today, in force on their day, in order, exactly then."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError

from gisgrid.errors import Conflict, PublishBlocked
from gisgrid.store import grids, plans, revisions
from gisgrid.store.scheduling import apply_due, next_due
from gisgrid.store.tables import boundary_version, grid_version, plan, revision
from tests.store.publishing.drawing import add_drawn, ids, put, row
from tests.store.redraws import wrong_rows
from tests.store.test_publish import scatter
from tests.towns import Row, frame, square

LATER = datetime(2126, 1, 1, tzinfo=UTC)


def schedule(
    engine: Engine, rows: list[Row], at: datetime, *, level: str = "micro", replaces: str = "listed"
) -> int:
    with engine.begin() as connection:
        plan_id = plans.add(
            connection,
            name="later",
            level=level,
            frame=frame(rows),
            effective_at=at,
            replaces=replaces,
        )
        assert put(connection, plan_id).scheduled
    return plan_id


def wider(width: float) -> list[Row]:
    """The border between the first two micro-grids moves."""
    return [
        ("A1U1M1", "A1U1", square(0, 0, width, 1)),
        ("A1U1M2", "A1U1", square(width, 0, 2 - width, 1)),
    ]


def make_due(engine: Engine, plan_id: int, at: datetime) -> None:
    """As if time had passed."""
    with engine.begin() as connection:
        connection.execute(update(plan).where(plan.c.id == plan_id).values(effective_at=at))


def state(engine: Engine, plan_id: int) -> str:
    with engine.connect() as connection:
        return plans.by_id(connection, plan_id).state


def apply(engine: Engine) -> list[tuple[int, str]]:
    with engine.begin() as connection:
        done = apply_due(connection, overlap_tolerance_m2=1.0)
    return [(one.plan_id, one.reason) for one in done]


def test_a_scheduled_plan_changes_nothing_before_its_day(town: Engine) -> None:
    plan_id = schedule(town, wider(1.5), LATER)
    assert state(town, plan_id) == "scheduled"
    with town.connect() as connection:
        assert next_due(connection) == LATER
        assert revisions.current(connection) == 4
        count = select(func.count()).select_from(boundary_version)
        assert connection.scalar(count) == 24
    assert apply(town) == []


def test_on_its_day_it_holds_from_that_instant(town: Engine) -> None:
    scatter(town, 100, seed=3)
    day = datetime.now(UTC) + timedelta(seconds=1.5)
    plan_id = schedule(town, wider(1.5), day)
    assert apply(town) == []
    time.sleep(max(0.0, (day - datetime.now(UTC)).total_seconds()) + 0.1)
    assert apply(town) == [(plan_id, "")]
    assert apply(town) == []
    assert state(town, plan_id) == "published"
    with town.connect() as connection:
        began = select(func.lower(boundary_version.c.valid)).where(boundary_version.c.revision == 5)
        assert set(connection.scalars(began)) == {day}
        assert connection.scalar(select(revision.c.effective_at).where(text("number = 5"))) == day
        widths = [
            grids.by_code(connection, "A1U1M1", at)[1].area
            for at in (day - timedelta(0, 0, 1), day)
        ]
        assert widths[1] / widths[0] == pytest.approx(1.5)
        assert not any(wrong_rows(connection).values())


def test_days_come_in_order_however_late(town: Engine) -> None:
    """A level after the other: each finds its parents among those that came before it."""
    plan_ids = [
        schedule(town, [("B1", None, square(30, 0, 2, 1))], LATER, level="area"),
        schedule(town, [("B1U1", None, square(30, 0, 2, 1))], LATER, level="unit"),
        schedule(town, [("B1U1M1", None, square(30, 0))], LATER + timedelta(1)),
    ]
    day = datetime.now(UTC) - timedelta(days=1)
    for number, plan_id in enumerate(plan_ids):
        make_due(town, plan_id, day + timedelta(minutes=number))
    with town.begin() as connection:
        # Whoever publishes something else comes after them.
        unit = [("A1U1M1", "A1U1", square(0, 0, 0.5, 1))]
        other = plans.add(connection, name="now", level="micro", frame=frame(unit))
        assert put(connection, other).revision == 8
    with town.connect() as connection:
        query = select(revision.c.plan_id).where(revision.c.number > 4)
        assert connection.scalars(query.order_by(revision.c.number)).all() == [*plan_ids, other]
        found, _ = grids.by_code(connection, "B1U1M1", datetime.now(UTC))
    assert found.path == ("B1", "B1U1", "B1U1M1")


def test_a_plan_on_grids_of_a_scheduled_plan_conflicts(town: Engine) -> None:
    first = schedule(town, wider(1.5), LATER)
    for at in (LATER - timedelta(1), LATER, LATER + timedelta(1), None):
        with pytest.raises(Conflict, match="A1U1M") as caught, town.begin() as connection:
            second = plans.add(
                connection, name="x", level="micro", frame=frame(wider(0.5)), effective_at=at
            )
            put(connection, second)
        assert f"plan {first} is scheduled" in str(caught.value)
    # Other grids are free, today and later; and these too once the first is given up.
    with town.begin() as connection:
        (unit,) = ids(connection, "A1U1")
        put(connection, add_drawn(connection, row(-1, "FREE", unit, square(30, 0))))
        plans.discard(connection, first)
    schedule(town, wider(0.5), LATER)


def test_a_later_plan_is_checked_today_against_what_will_be(town: Engine) -> None:
    schedule(town, [("N1", "A1U1", square(30, 0))], LATER)
    with pytest.raises(PublishBlocked, match="N1 and N2"):
        schedule(town, [("N2", "A1U1", square(30.5, 0))], LATER + timedelta(1))
    with pytest.raises(Conflict, match="no grid of the level above"):
        schedule(town, [("N3", "U-NONE", square(40, 0))], LATER)
    # What is published today may not stand in the way either.
    with pytest.raises(Conflict, match=r"plan .* is scheduled"), town.begin() as connection:
        (unit,) = ids(connection, "A1U1")
        put(connection, add_drawn(connection, row(-1, "N4", unit, square(30.5, 0))))
    with town.connect() as connection:
        assert revisions.current(connection) == 4


def test_what_cannot_take_effect_is_a_draft_again_and_holds_nobody_up(town: Engine) -> None:
    broken = schedule(town, [("N1", "A1U1", square(30, 0))], LATER)
    good = schedule(town, [("N2", "A1U1", square(40, 0))], LATER)
    day = datetime.now(UTC)
    make_due(town, broken, day)
    make_due(town, good, day + timedelta(microseconds=1))
    with town.begin() as connection:
        # Past all checks, as only a hand in the tables can.
        connection.execute(
            text("INSERT INTO gisgrid.grid (level, created_revision) VALUES ('area', 1)")
        )
        grid_id = connection.scalar(text("SELECT max(id) FROM gisgrid.grid"))
        connection.execute(
            grid_version.insert().values(
                grid_id=grid_id, code="N1", valid=text("tstzrange('2020-01-01', NULL)"), revision=1
            )
        )
    done = apply(town)
    assert [plan_id for plan_id, _ in done] == [broken, good]
    assert "N1" in done[0][1]
    assert done[1][1] == ""
    assert (state(town, broken), state(town, good)) == ("draft", "published")
    with town.connect() as connection:
        # Its day is past: published once more it begins when that is done.
        assert plans.by_id(connection, broken).effective_at is None
    assert f"{day.isoformat()}, no longer counts" in done[0][1]


def test_what_is_given_up_on_its_day_stays_given_up(town: Engine) -> None:
    plan_id = schedule(town, wider(1.5), LATER)
    make_due(town, plan_id, datetime.now(UTC))
    with ThreadPoolExecutor(1) as pool:
        with town.begin() as connection:
            plans.discard(connection, plan_id)
            applying = pool.submit(apply, town)
            wait([applying], timeout=0.5)
            assert not applying.done()
        assert applying.result(timeout=60) == []
    assert state(town, plan_id) == "discarded"
    with town.connect() as connection:
        assert revisions.current(connection) == 4


def test_what_the_database_refuses_is_a_draft_again_too(town: Engine) -> None:
    plan_id = schedule(town, wider(1.5), LATER)
    with town.begin() as connection:
        connection.execute(
            text("ALTER TABLE gisgrid.boundary_version ADD CHECK (revision < 5) NOT VALID")
        )
        (unit,) = ids(connection, "A1U1")
        # A rehearsal names the plan at fault.
        with pytest.raises(Conflict, match=f"plan {plan_id} is scheduled .* refused"):
            put(
                connection,
                add_drawn(
                    connection,
                    row(unit, "A1U1", None, square(0, 0, 2, 2), level="unit", name="新名"),
                ),
            )
    make_due(town, plan_id, datetime.now(UTC))
    ((failed, reason),) = apply(town)
    assert (failed, "the database refused" in reason) == (plan_id, True)
    assert state(town, plan_id) == "draft"


def test_what_may_not_be_written_now_goes_on_waiting(town: Engine) -> None:
    plan_id = schedule(town, wider(1.5), LATER)
    make_due(town, plan_id, datetime.now(UTC))
    reading = town.execution_options(postgresql_readonly=True)
    with pytest.raises(DBAPIError, match="read-only"):
        apply(reading)
    assert state(town, plan_id) == "scheduled"
    assert apply(town) == [(plan_id, "")]
