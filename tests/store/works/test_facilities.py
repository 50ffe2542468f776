"""Facilities: what is due when, who saw to them, and what cannot be noted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from gisgrid.access import NOTHING, Sight
from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store import grids
from gisgrid.store.scope import look_as
from gisgrid.store.works.facilities import (
    NewFacility,
    add_facility,
    facility_listing,
    facility_of,
    log_upkeep,
    retire,
    upkeep_log,
)
from tests.store.works.conftest import MEMBER
from tests.towns import SIDE, SOUTH, WEST

# When the codes of the grids hold: after they were published.
NOW = datetime(2126, 1, 1, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def put(connection: Connection, id: str, x: float = 0.5, **more: object) -> None:
    new = NewFacility(id, str(more.pop("kind", "ramp")), WEST + x * SIDE, SOUTH + 0.5 * SIDE)
    add_facility(connection, NewFacility(**{**new.__dict__, **more}))


def test_it_has_its_grid_and_its_log(connection: Connection) -> None:
    put(connection, "f1", kind="fire-equipment", expires_on=date(2026, 12, 1))
    found = facility_of(connection, "f1", NOW)
    assert (found.grid, found.due_on, found.due_for) == ("A1U1M1", date(2026, 12, 1), "expiry")
    log_upkeep(connection, "f1", done_on=TODAY, today=TODAY, actor=MEMBER, note="擦拭")
    later = date(2031, 11, 1)
    log_upkeep(connection, "f1", done_on=TODAY, today=TODAY, actor=MEMBER, expires_on=later)
    assert [(one.expires_on, one.note) for one in upkeep_log(connection, "f1")] == [
        (None, "擦拭"),
        (later, ""),
    ]
    found = facility_of(connection, "f1", NOW)
    assert (found.expires_on, found.kept_on, found.due_on) == (later, TODAY, later)
    with pytest.raises(DBAPIError, match="only added"):
        connection.execute(text("UPDATE gisgrid.facility_upkeep SET note = ''"))


DAYS = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(
    installed=DAYS,
    expires=DAYS,
    every=st.none() | st.integers(1, 2000),
    kept=st.lists(DAYS, max_size=2),
)
def test_the_day_that_it_is_due(
    town_engine: Engine, installed: date, expires: date, every: int, kept: list[date]
) -> None:
    """Told again from what is on record, by another way."""
    if installed and expires and expires < installed:
        return
    done = [day for day in kept if day]
    with town_engine.connect() as connection:
        put(connection, "f", installed_on=installed, expires_on=expires, upkeep_every_days=every)
        for day in done:
            log_upkeep(connection, "f", done_on=day, today=date(2030, 1, 1), actor=MEMBER)
        found = facility_of(connection, "f", NOW)
        listed = facility_listing(connection, NOW, due_by=TODAY)
        connection.rollback()
    last = max(done) if done else installed
    upkeep = last + timedelta(days=every) if last and every else None
    days = {day: why for day, why in ((upkeep, "upkeep"), (expires, "expiry")) if day}
    wanted = min(days, default=None)
    assert (found.due_on, found.due_for) == (wanted, days.get(wanted))
    assert [one.id for one in listed] == (["f"] if wanted and wanted <= TODAY else [])


def test_what_may_be_seen_is_listed_by_kind_and_grid(connection: Connection) -> None:
    for number, (x, kind) in enumerate([(0.5, "ramp"), (1.5, "light"), (2.5, "ramp")]):
        put(connection, f"f{number}", x, kind=kind)
    retire(connection, "f0", TODAY)
    assert [one.id for one in facility_listing(connection, NOW)] == ["f1", "f2"]
    assert [one.id for one in facility_listing(connection, NOW, kind="ramp")] == ["f2"]
    assert [one.id for one in facility_listing(connection, NOW, grid="A1U1M2")] == ["f1"]
    assert [one.id for one in facility_listing(connection, NOW, after="f1")] == ["f2"]
    assert [one.id for one in facility_listing(connection, NOW, limit=1)] == ["f1"]
    unit = grids.ids_by_code(connection, ["A1U1"])["A1U1"]
    look_as(connection, Sight(grids=frozenset({unit})))
    assert [one.id for one in facility_listing(connection, NOW)] == ["f1"]
    with pytest.raises(NotFound, match="no such facility"):
        facility_of(connection, "f2", NOW)
    look_as(connection, NOTHING)
    for call in (
        lambda: retire(connection, "f1", TODAY),
        lambda: log_upkeep(connection, "f1", done_on=TODAY, today=TODAY, actor=MEMBER),
    ):
        with pytest.raises(NotFound, match="no such facility"):
            call()
    assert upkeep_log(connection, "f0") == []


def test_what_cannot_be(connection: Connection) -> None:
    put(connection, "f1")
    with pytest.raises(Conflict, match="of this id"):
        put(connection, "f1")
    with pytest.raises(InputError, match="kind"):
        put(connection, "f2", kind="bridge")
    with pytest.raises(InputError, match="before it is installed"):
        put(connection, "f2", installed_on=TODAY, expires_on=TODAY - timedelta(1))
    with pytest.raises(InputError, match="past"):
        log_upkeep(connection, "f1", done_on=TODAY + timedelta(1), today=TODAY, actor=MEMBER)
    for expires in (TODAY, date(9999, 1, 1)):
        with pytest.raises(InputError, match="expire"):
            log_upkeep(
                connection, "f1", done_on=TODAY, today=TODAY, actor=MEMBER, expires_on=expires
            )
    retire(connection, "f1", TODAY)
    with pytest.raises(Conflict, match="retired"):
        retire(connection, "f1", TODAY)


def test_nobody_adds_one_where_they_may_not_work(connection: Connection) -> None:
    unit = grids.ids_by_code(connection, ["A1U2"])["A1U2"]
    look_as(connection, Sight(grids=frozenset({unit})))
    put(connection, "f1", x=2.5)
    with pytest.raises(InputError, match="may work"):
        put(connection, "f2", x=0.5)
