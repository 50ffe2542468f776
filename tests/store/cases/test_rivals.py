"""Several at once: one of two wins, nothing is lost, and borders that move take cases along."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from gisgrid.cases.stages import Stage
from gisgrid.errors import Conflict, StaleVersion
from gisgrid.store.cases import act, call, calls_of, get, hazard_id, history, report_in
from gisgrid.store.cases.writing import hold
from gisgrid.store.tables import hazard
from tests.store.cases.conftest import CHIEF, MEMBER, dispatched, told
from tests.towns import publish_rows, square, town_rows


def all_at_once(count: int, one) -> list[object]:  # type: ignore[no-untyped-def]
    """What each of several threads gives or raises that begin together."""
    barrier = Barrier(count)

    def run(number: int) -> object:
        barrier.wait()
        try:
            return one(number)
        except (Conflict, OperationalError) as error:
            return type(error)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_of_two_dispatchers_one_wins(town_engine: Engine) -> None:
    with town_engine.begin() as connection:
        case = told(connection)
        act(connection, case.number, "accept", actor=MEMBER)

    def dispatch(number: int) -> object:
        with town_engine.begin() as connection:
            code = ("chengguan", "market")[number]
            return call(connection, case.number, [code], actor=CHIEF, version=2).lead_department

    for _ in range(3):
        found = all_at_once(2, dispatch)
        assert StaleVersion in found
    with town_engine.connect() as connection:
        now = get(connection, case.number)
        (one,) = calls_of(connection, [case.id])[case.id]
        assert (now.version, now.lead_department, one.role) == (3, one.department, "lead")


def test_without_a_version_all_who_may_get_their_turn(town_engine: Engine) -> None:
    codes = ("chengguan", "market", "housing", "justice")
    with town_engine.begin() as connection:
        case = dispatched(connection, *codes)

    def come(number: int) -> object:
        with town_engine.begin() as connection:
            return report_in(connection, case.number, codes[number], actor=MEMBER).version

    assert sorted(all_at_once(4, come)) == [4, 5, 6, 7]  # type: ignore[type-var]
    with town_engine.connect() as connection:
        assert [one.version for one in history(connection, case.number)] == [*range(1, 8)]


def test_two_that_are_merged_into_each_other_are_not_both_gone(town_engine: Engine) -> None:
    with town_engine.begin() as connection:
        numbers = [told(connection).number for _ in range(2)]

    def merge(number: int) -> object:
        with town_engine.begin() as connection:
            one, other = numbers[number], numbers[1 - number]
            return act(connection, one, "merge", actor=CHIEF, about=other).stage

    found = all_at_once(2, merge)
    with town_engine.connect() as connection:
        stages = [get(connection, number).stage for number in numbers]
    assert sorted(stages) == [Stage.MERGED, Stage.REPORTED]
    assert found.count(Stage.MERGED) == 1


def test_reports_at_once_have_numbers_of_their_own(town_engine: Engine) -> None:
    def tell(number: int) -> object:
        with town_engine.begin() as connection:
            return [told(connection).number for _ in range(5)]

    numbers = [one for found in all_at_once(4, tell) for one in found]  # type: ignore[attr-defined]
    assert len(set(numbers)) == 20
    with town_engine.connect() as connection:
        assert all(len(history(connection, number)) == 1 for number in numbers)


def test_a_step_and_a_publish_do_not_wait_for_each_other(town_engine: Engine) -> None:
    rows = list(town_rows()["micro"])
    moved = [(code, parent, shape) for code, parent, shape in rows if code != "A2U2M4"]
    with town_engine.begin() as connection:
        case = told(connection, 7.5, 1.5)

    def publish_without() -> None:
        with town_engine.begin() as connection:
            publish_rows(connection, "micro", moved, replaces="level")

    with ThreadPoolExecutor(1) as pool:
        with town_engine.begin() as connection:
            hold(connection, case.number)
            publishing = pool.submit(publish_without)
            wait_for_a_lock(town_engine)
            act(connection, case.number, "accept", actor=MEMBER)
        publishing.result()
    with town_engine.begin() as connection:
        now = get(connection, case.number)
        publish_rows(connection, "micro", rows)
    assert now.stage is Stage.ACCEPTED
    assert "micro" not in now.grids


def wait_for_a_lock(engine: Engine) -> None:
    """Until somebody waits for a lock in this database."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with engine.connect() as connection:
        for _ in range(1000):
            if connection.scalar(text(f"{waiting} AND datname = current_database()")):
                return
            sleep(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("move", [0.25, -0.25])
def test_a_border_that_moves_takes_cases_along(town_engine: Engine, move: float) -> None:
    rows = {code: (code, parent, shape) for code, parent, shape in town_rows()["micro"]}
    with town_engine.begin() as connection:
        publish_rows(connection, "micro", rows.values())
        near = [told(connection, x, 0.5) for x in (0.9, 1.1)]
        before = [get(connection, one.number) for one in near]
    with town_engine.begin() as connection:
        moved = {
            "A1U1M1": ("A1U1M1", "A1U1", square(0, 0, 1 + move, 1)),
            "A1U1M2": ("A1U1M2", "A1U1", square(1 + move, 0, 1 - move, 1)),
        }
        publish_rows(connection, "micro", (rows | moved).values())
    with town_engine.begin() as connection:
        after = [get(connection, one.number) for one in near]
        act(connection, near[0].number, "accept", actor=MEMBER, version=1)
        hazards = [
            connection.execute(
                hazard.select().where(hazard.c.source_id == hazard_id(one.number))
            ).one()
            for one in near
        ]
    micros = [one.grids["micro"] for one in before]
    assert micros[0] != micros[1]
    assert {one.grids["micro"] for one in after} == {micros[0] if move > 0 else micros[1]}
    assert [one.micro_id for one in hazards] == [one.grids["micro"] for one in after]
    assert [one.version for one in after] == [1, 1]
    assert after[0].stage is Stage.REPORTED
