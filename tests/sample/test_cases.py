"""The cases of the sample: legal ways through the stages, and the pilot's totals."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import Engine, func, select

from gisgrid.access import EVERYTHING
from gisgrid.cases.categories import category_of
from gisgrid.cases.stages import OPEN, STEPS
from gisgrid.sample import District
from gisgrid.sample.cases import SOLVED_IN_PLACE
from gisgrid.sample.hazards import FIRST_DAY, LAST_DAY
from gisgrid.store.measures import measure
from gisgrid.store.scope import look_as
from gisgrid.store.tables import case_call, case_event, case_file


def test_every_case_goes_a_way_that_the_table_knows(district: District) -> None:
    for one in district.cases:
        assert not category_of(one.category).hazard
        stage = None
        for event in one.events:
            assert event.before is stage
            if stage is not None:
                step = STEPS[event.action]
                assert stage in step.sources
                assert event.after is (step.to or stage)
                assert bool(event.reason) or not step.reason
            stage = event.after
        hours = [event.hours for event in one.events]
        assert hours == sorted(hours)
        if one.reported_at is not None:
            assert one.reported_at >= FIRST_DAY
            assert one.reported_at + timedelta(hours=hours[-1]) < LAST_DAY


def test_the_pilots_totals_come_from_the_rows(sample: Engine) -> None:
    with sample.connect() as connection:
        look_as(connection, EVERYTHING.disclosed())
        told = measure(connection, FIRST_DAY, LAST_DAY, by="category")
    found = {one.key: one.figures["found"] for one in told.rows}
    pilot = {"fire": 23_000, "security": 9_420, "city": 1_340, "tip": 37}
    assert {name: found[name] for name in pilot} == pilot
    assert told.total.figures["solved_in_place"] == SOLVED_IN_PLACE == 1_580
    for name in ("found", "fixed", "reported", "solved_in_place", "overdue", "called"):
        assert told.total.figures[name] == sum(one.figures[name] or 0 for one in told.rows)


def test_the_rows_of_the_cases_agree_with_their_steps(sample: Engine) -> None:
    with sample.connect() as connection:
        look_as(connection, EVERYTHING.disclosed())
        last = select(
            case_event.c.case_id, func.max(case_event.c.version).label("version")
        ).group_by(case_event.c.case_id)
        newest = last.subquery()
        wrong = connection.scalar(
            select(func.count())
            .select_from(case_file)
            .join(case_event, case_event.c.case_id == case_file.c.id)
            .join(newest, newest.c.case_id == case_file.c.id)
            .where(
                case_event.c.version == newest.c.version,
                (case_event.c.to_stage != case_file.c.stage)
                | (case_file.c.version != newest.c.version),
            )
        )
        assert wrong == 0
        stages = Counter(connection.scalars(select(case_file.c.stage)))
        assert set(stages) >= {*OPEN} - {"verified"}
        assert connection.scalar(select(func.count()).where(case_file.c.micro_id.is_(None))) == 0
        late = case_call.c.due_at < case_call.c.reported_in_at
        assert (connection.scalar(select(func.count()).where(late)) or 0) > 0
