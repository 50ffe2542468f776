"""Measures against plain loops over the same rows, and over cases that were worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from gisgrid.access import Sight
from gisgrid.cases.categories import STAFF_SOURCES, categories, category_of
from gisgrid.cases.measures import DIMENSIONS, MEASURES, Dimension
from gisgrid.cases.stages import CLOSED, OPEN, Stage
from gisgrid.errors import InputError
from gisgrid.store.cases import act, call, report_in
from gisgrid.store.engine import make_engine
from gisgrid.store.grids import ids_by_code
from gisgrid.store.measures import Measured, measure
from gisgrid.store.scope import look_as
from gisgrid.store.tables import LEVELS, case_call, case_event, case_file, hazard
from tests.store.cases.conftest import ALL, CHENGGUAN, CHIEF, MEMBER, RESIDENT, closed, told
from tests.towns import SIDE, SOUTH, WEST

START = datetime(2024, 3, 1, tzinfo=UTC)
DAYS = 60
Row = dict[str, Any]


@pytest.fixture(scope="module")
def town_engine(clone: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    """An engine on a town that the tests of this module share."""
    made = make_engine(clone(town_template))
    yield made
    made.dispose()


@pytest.fixture
def connection(town_engine: Engine) -> Iterator[Connection]:
    """A transaction on the town that is rolled back; it sees everything."""
    with town_engine.connect() as made, made.begin() as transaction:
        yield look_as(made, ALL)
        transaction.rollback()


def moment(rng: np.random.Generator, after: datetime = START) -> datetime:
    return after + timedelta(minutes=int(rng.integers(1, DAYS * 24 * 60)))


def point(rng: np.random.Generator) -> str:
    x, y = rng.uniform(-0.4, 8.4), rng.uniform(-0.2, 2.2)
    return f"SRID=4326;POINT({WEST + x * SIDE} {SOUTH + y * SIDE})"


def some_hazards(rng: np.random.Generator, count: int) -> list[Row]:
    rows = []
    for number in range(count):
        found = moment(rng) if rng.random() < 0.95 else None
        fixed = moment(rng, found or START) if rng.random() < 0.7 else None
        rows.append(
            {
                "source_id": f"h{number}",
                "point": point(rng),
                "category": str(rng.choice(["fire", "security", "tip"])),
                "origin": str(rng.choice(["patrol", "resident", "facility", "drone"])),
                "state": "open" if fixed is None else "fixed",
                "found_at": found,
                "fixed_at": fixed,
            }
        )
    return rows


def some_cases(rng: np.random.Generator, count: int) -> list[Row]:
    rows = []
    for number in range(count):
        stage = str(rng.choice([one.value for one in Stage if one is not Stage.MERGED]))
        reported = moment(rng)
        source = str(rng.choice(["patrol", "resident"]))
        rows.append(
            {
                "source_id": f"c{number}",
                "number": f"c{number}",
                "point": point(rng),
                "category": str(rng.choice(list(categories()))),
                "severity": 1,
                "source": source,
                "stage": stage,
                "found_by_staff": source in STAFF_SOURCES,
                "reported_at": reported,
                "stage_since": reported,
                "heard_at": reported
                if rng.random() < 0.5
                else datetime.now(UTC) - timedelta(minutes=1),
                "closed_at": moment(rng, reported) if stage in CLOSED else None,
                "due_at": moment(rng, reported) if rng.random() < 0.9 else None,
                "lead_department": str(rng.choice(["", "market", "chengguan"])),
                "rating": int(rng.integers(1, 6)) if rng.random() < 0.5 else None,
            }
        )
    return rows


def some_events(rng: np.random.Generator, cases: Sequence[Row]) -> list[Row]:
    actions = ("close-on-spot", "reopen", "hand-back", "note")
    rows = []
    for case in cases:
        for version in range(1, int(rng.integers(1, 7))):
            action = str(rng.choice(actions))
            before = str(rng.choice(["not-responsible", "closed"])) if action == "reopen" else None
            # What was closed on the spot, and what was opened again after that.
            closing = action == "close-on-spot" and rng.random() < 0.5
            rows.append(
                {
                    "case_id": case["id"],
                    "version": version,
                    "action": action,
                    "from_stage": before,
                    "to_stage": "accepted",
                    "at": (case["closed_at"] if closing else None) or moment(rng),
                    "actor_ref": "system",
                }
            )
    return rows


def some_calls(rng: np.random.Generator, cases: Sequence[Row]) -> list[Row]:
    rows = []
    for case in cases:
        departments = ["market", "chengguan", "housing"][: int(rng.integers(0, 4))]
        for place, one in enumerate(departments):
            called = moment(rng)
            rows.append(
                {
                    "case_id": case["id"],
                    "department": one,
                    "role": "helper" if place else "lead",
                    "clock": "working-hours 4",
                    "called_at": called,
                    "due_at": called + timedelta(hours=8),
                    "reported_in_at": called + timedelta(minutes=int(rng.integers(1, 1000)))
                    if rng.random() < 0.8
                    else None,
                    "done_at": called + timedelta(hours=float(rng.uniform(1, 20)))
                    if rng.random() < 0.5
                    else None,
                }
            )
    return rows


def stored(connection: Connection, table: Any) -> list[Row]:
    return [dict(row._mapping) for row in connection.execute(select(table))]


class Oracle:
    """The same measures by plain loops."""

    def __init__(self, rows: dict[str, list[Row]], since: datetime, until: datetime) -> None:
        self.rows, self.since, self.until = rows, since, until
        self.cases = {row["id"]: row for row in rows["case"]}

    def within(self, moment: datetime | None) -> bool:
        return moment is not None and self.since <= moment < self.until

    def key(self, row: Row, by: Dimension, level: str) -> Any:
        if by == "grid":
            return row[f"{level}_id"] or 0
        if by == "department":
            return row.get("department", row["lead_department"])
        known = categories().get(row["category"])
        return known.group if known else row["category"]

    def figures(self, by: Dimension, level: str, wanted: Any) -> Row:
        def mine(row: Row) -> bool:
            if by == "department" and wanted is None:
                return bool(row.get("department", row["lead_department"]))
            return wanted is None or self.key(row, by, level) == wanted

        hazards = [one for one in self.rows["hazard"] if by != "department" and mine(one)]
        cases = [one for one in self.rows["case"] if mine(one)]
        others = [
            one for one in cases if by == "department" or not category_of(one["category"]).hazard
        ]
        calls = [
            one
            for one in self.rows["call"]
            if self.within(one["called_at"])
            and mine({**self.cases[one["case_id"]], **({"department": one["department"]})})
        ]
        found_hazards = [one for one in hazards if self.within(one["found_at"])]
        found_cases = [
            one
            for one in others
            if self.within(one["reported_at"])
            and one["stage"] not in ("refused", "merged", "not-responsible")
        ]
        first = [one for one in found_hazards if one["origin"] in {"patrol", *STAFF_SOURCES}]
        first += [one for one in found_cases if one["found_by_staff"]]
        found = len(found_hazards) + len(found_cases)
        done = [one for one in cases if one["stage"] == "closed" and self.within(one["closed_at"])]
        reported = [one for one in cases if self.within(one["reported_at"])]
        hours = [
            (one["reported_in_at"] - one["called_at"]).total_seconds() / 3600
            for one in calls
            if one["reported_in_at"]
        ]
        ratings = [one["rating"] for one in done if one["rating"]]
        now = datetime.now(UTC)
        return {
            "found": found,
            "fixed": sum(self.within(one["fixed_at"]) for one in hazards)
            + sum(one in others for one in done),
            "solved_in_place": sum(
                one["stage"] == "closed" and self.did(one, "close-on-spot", one["closed_at"]) > 0
                for one in cases
            ),
            "found_first": len(first),
            "share_found_first": len(first) / found if found else None,
            "reported": len(reported),
            "closed": len(done),
            "called": len(calls),
            "reported_in": len(hours),
            "late_report_in": sum(
                one["due_at"] < (one["reported_in_at"] or one["done_at"] or now) for one in calls
            ),
            "report_in_median_h": np.percentile(hours, 50) if hours else None,
            "report_in_p90_h": np.percentile(hours, 90) if hours else None,
            "overdue": sum(
                one["due_at"] is not None and one["due_at"] < (one["closed_at"] or now)
                for one in reported
            ),
            "reopened": sum(self.did(one, "reopen") > 0 for one in cases),
            "no_reply": sum(
                one["stage"] in OPEN
                and not one["found_by_staff"]
                and one["heard_at"] < now - timedelta(days=5)
                for one in reported
            ),
            "passed_on": sum(self.passed_on(one) for one in reported),
            "rating": np.mean(ratings) if ratings else None,
        }

    def did(self, case: Row, action: str, at: datetime | None = None) -> int:
        return sum(
            one["case_id"] == case["id"]
            and one["action"] == action
            and self.within(one["at"])
            and at in (None, one["at"])
            for one in self.rows["event"]
        )

    def passed_on(self, case: Row) -> bool:
        own = [one for one in self.rows["event"] if one["case_id"] == case["id"]]
        back = sum(one["action"] == "hand-back" for one in own)
        again = [one for one in own if one["action"] == "reopen"]
        return back >= 2 or any(one["from_stage"] == "not-responsible" for one in again)


@pytest.fixture(scope="module")
def busy(town_engine: Engine) -> Iterator[tuple[Connection, dict[str, list[Row]]]]:
    """A town with many hazards and cases, and their rows."""
    rng = np.random.default_rng(8)
    with town_engine.connect() as made, made.begin() as transaction:
        look_as(made, ALL)
        made.execute(insert(hazard), some_hazards(rng, 150))
        made.execute(insert(case_file), some_cases(rng, 150))
        cases = stored(made, case_file)
        made.execute(insert(case_event), some_events(rng, cases))
        made.execute(insert(case_call), some_calls(rng, cases))
        tables = {"hazard": hazard, "case": case_file, "event": case_event, "call": case_call}
        yield made, {name: stored(made, table) for name, table in tables.items()}
        transaction.rollback()


WAYS = [("grid", level) for level in LEVELS] + [(by, "area") for by in DIMENSIONS[1:]]


@pytest.mark.parametrize(("by", "level"), WAYS)
def test_every_figure_is_what_plain_loops_count(
    busy: tuple[Connection, dict[str, list[Row]]], by: Dimension, level: str
) -> None:
    connection, rows = busy
    since, until = START + timedelta(days=15), START + timedelta(days=45)
    answer = measure(connection, since, until, by=by, level=level)
    oracle = Oracle(rows, since, until)
    ids = ids_by_code(connection, [one.key for one in answer.rows])
    agree(answer.total, oracle.figures(by, level, None))
    for row in answer.rows:
        key = (ids[row.key] if row.key else 0) if by == "grid" else row.key
        agree(row, oracle.figures(by, level, key))
    assert list(answer.total.figures) == list(MEASURES)


def agree(row: Measured, wanted: Row) -> None:
    assert set(wanted) == set(row.figures)
    for code, value in wanted.items():
        found = row.figures[code]
        if value is None or found is None:
            assert found is value, (row.key, code)
        else:
            assert found == pytest.approx(value, abs=0.006), (row.key, code)


def test_a_viewer_of_one_area_measures_that_area_alone(
    busy: tuple[Connection, dict[str, list[Row]]],
) -> None:
    connection, rows = busy
    until = START + timedelta(days=3 * DAYS)
    ids = ids_by_code(connection, ["A1"])
    look_as(connection, Sight(grids=frozenset(ids.values())).disclosed())
    try:
        answer = measure(connection, START, until)
    finally:
        look_as(connection, ALL)
    assert [one.key for one in answer.rows] == ["A1"]
    own = {name: [one for one in rows[name] if one["area_id"] == ids["A1"]] for name in
           ("hazard", "case")}  # fmt: skip
    inside = {one["id"] for one in own["case"]}
    own |= {name: [one for one in rows[name] if one["case_id"] in inside] for name in
            ("event", "call")}  # fmt: skip
    agree(answer.total, Oracle(own, START, until).figures("grid", "area", None))


def test_cases_that_are_worked_on_show_in_the_measures(connection: Connection) -> None:
    since, until = (datetime.now(UTC) + timedelta(days=n) for n in (-1, 1))
    closed(connection)
    closed(connection, category="repair", source="patrol")
    handed = told(connection, x=4.5)
    act(connection, handed.number, "accept", actor=MEMBER)
    call(connection, handed.number, ["chengguan", "market"], actor=CHIEF)
    report_in(connection, handed.number, "chengguan", actor=CHENGGUAN)
    refused = told(connection)
    act(connection, refused.number, "refuse", actor=MEMBER, reason="重复")
    figures = measure(connection, since, until).total.figures
    assert (figures["found"], figures["fixed"], figures["solved_in_place"]) == (3, 2, 2)
    assert (figures["reported"], figures["found_first"]) == (4, 1)
    assert figures["share_found_first"] == pytest.approx(1 / 3, abs=1e-4)
    assert (figures["called"], figures["reported_in"], figures["late_report_in"]) == (2, 1, 0)
    assert figures["report_in_median_h"] is not None
    rows = {one.key: one for one in measure(connection, since, until, by="department").rows}
    assert rows["chengguan"].figures["reported_in"] == 1
    assert rows["market"].figures["reported_in"] == 0
    assert (rows["chengguan"].figures["found"], rows["market"].figures["found"]) == (1, 0)
    act(connection, refused.number, "reopen", actor=RESIDENT, reason="没有解决")
    assert measure(connection, since, until).total.figures["reopened"] == 1


def test_what_was_opened_again_was_not_solved_in_place(connection: Connection) -> None:
    since, until = (datetime.now(UTC) + timedelta(days=n) for n in (-1, 1))
    case = closed(connection)
    act(connection, case.number, "reopen", actor=MEMBER, reason="又来了")
    for action in ("begin", "feedback", "verify", "close"):
        act(connection, case.number, action, actor=MEMBER)
    figures = measure(connection, since, until).total.figures
    assert (figures["closed"], figures["solved_in_place"]) == (1, 0)
    act(connection, case.number, "reopen", actor=MEMBER, reason="又来了")
    act(connection, case.number, "close-on-spot", actor=MEMBER)
    assert measure(connection, since, until).total.figures["solved_in_place"] == 1


def test_a_reporter_who_hears_nothing_is_counted(connection: Connection) -> None:
    since, until = (datetime.now(UTC) + timedelta(days=n) for n in (-40, 1))
    case = told(connection)
    assert measure(connection, since, until).total.figures["no_reply"] == 0
    long_ago = datetime.now(UTC) - timedelta(days=30)
    connection.execute(update(case_file).where(case_file.c.id == case.id).values(heard_at=long_ago))
    assert measure(connection, since, until).total.figures["no_reply"] == 1
    act(connection, case.number, "reply", actor=MEMBER, reason="正在处理")
    assert measure(connection, since, until).total.figures["no_reply"] == 0


def test_tips_are_counted_for_those_alone_who_may_see_them(connection: Connection) -> None:
    since, until = (datetime.now(UTC) + timedelta(days=n) for n in (-1, 1))
    told(connection, category="gaming-room-tip", source="tip")
    assert measure(connection, since, until).total.figures["found"] == 1
    look_as(connection, replace(ALL, confidential=None))
    assert measure(connection, since, until).total.figures["found"] == 0


def test_a_period_that_is_none_is_refused(connection: Connection) -> None:
    with pytest.raises(InputError, match="ends after"):
        measure(connection, START, START)


def test_nothing_at_all_measures_nothing(connection: Connection) -> None:
    figures = measure(connection, START, START + timedelta(days=1)).total.figures
    assert {figures[one.code] for one in MEASURES.values() if one.unit == "count"} == {0}
    assert {figures[one.code] for one in MEASURES.values() if one.unit != "count"} == {None}


def test_the_docs_tell_every_definition_as_the_figures_do() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "measures.md").read_text(encoding="utf-8")
    for one in MEASURES.values():
        line = f"| `{one.code}` | {one.zh} {one.en} | {one.unit} | "
        assert f"{line}{one.means_zh}<br>{one.means_en} |" in docs
