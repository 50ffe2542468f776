"""What the service does by itself, as the role that owns nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select, text, update

from api.chores import Chores
from api.logs import Log
from gisgrid.access import Actor
from gisgrid.cases.calendar import packaged_calendar
from gisgrid.settings import Settings
from gisgrid.store import personal
from gisgrid.store.cases import NewCase, report
from gisgrid.store.engine import serve_from
from gisgrid.store.tables import case_file, facility_due
from gisgrid.store.tables import personal as people
from gisgrid.store.works.facilities import NewFacility, add_facility
from tests.api.waiting import until
from tests.towns import SIDE, SOUTH, WEST

HERE = WEST + 0.5 * SIDE, SOUTH + 0.5 * SIDE


def late_tip(connection: Connection) -> int:
    new = NewCase(category="security-tip", lon=HERE[0], lat=HERE[1], source="tip")
    case = report(connection, new, Actor("resident"))
    late = case_file.c.reported_at - timedelta(days=30)
    connection.execute(update(case_file).where(case_file.c.id == case.id).values(due_at=late))
    return case.id


@pytest.fixture
def served(town: Engine) -> Iterator[Engine]:
    made = serve_from(town, pool_size=1)
    yield made
    made.dispose()


def test_every_round_springs_escalates_and_forgets(
    town: Engine, served: Engine, settings: Settings
) -> None:
    with town.begin() as connection:
        tip = late_tip(connection)
        add_facility(connection, NewFacility("f1", "ramp", *HERE, expires_on=date(2026, 1, 1)))
        now = connection.scalar(select(func.clock_timestamp()))
        old = personal.keep(connection, "staff", {"name": "王小明"}, until=now)

    def done() -> bool:
        with town.connect() as connection:
            return (
                connection.scalar(select(case_file.c.escalated).where(case_file.c.id == tip))
                and connection.scalar(select(func.count()).select_from(facility_due)) == 1
                and connection.scalar(select(people.c.fields).where(people.c.id == old)) is None
            )

    chores = Chores(served, settings, packaged_calendar(), Log(), first_s=0.0, every_s=0.05)
    chores.start()
    try:
        until(done)
    finally:
        chores.stop()
    with town.connect() as connection:
        events = text("SELECT count(*) FROM gisgrid.case_event WHERE action = 'escalate'")
        assert connection.scalar(events) == 1


def test_what_fails_is_logged_and_the_rest_is_done(
    town: Engine, served: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with town.begin() as connection:
        tip = late_tip(connection)
        connection.execute(text("ALTER TABLE gisgrid.facility RENAME TO elsewhere"))

    def escalated() -> bool:
        with town.connect() as connection:
            found = select(case_file.c.escalated).where(case_file.c.id == tip)
            return bool(connection.scalar(found))

    log = Log()
    chores = Chores(served, settings, packaged_calendar(), log, first_s=0.0)
    chores.start()
    try:
        until(escalated)
    finally:
        chores.stop()
        log.flush()
    assert '"event":"chores"' in capsys.readouterr().err
