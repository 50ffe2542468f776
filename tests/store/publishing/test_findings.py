"""What a publish makes of the ground around it: warned of where it was not so before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from gisgrid.geometry.checking import Level as Checkable
from gisgrid.geometry.checking import Tolerances, check
from gisgrid.store import plans
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.publish import Published, publish
from tests.store.publishing.drawing import add_drawn, ids, row
from tests.towns import Row, frame, square

Found = set[tuple[str, tuple[str, ...]]]


def put(engine: Engine, rows: list[Row], level: str = "micro", at: datetime | None = None) -> Found:
    with engine.begin() as connection:
        plan_id = plans.add(connection, name="x", level=level, frame=frame(rows), effective_at=at)
        done = publish(connection, plan_id, overlap_tolerance_m2=1.0, tolerances=Tolerances())
    return kinds(done)


def kinds(done: Published) -> Found:
    assert {one.severity for one in done.findings} <= {"warning"}
    return {(one.kind, one.codes) for one in done.findings}


def whole_check(engine: Engine) -> Found:
    """The same of the whole town."""
    with engine.connect() as connection:
        now = datetime.now(UTC)
        frames = {name: coverage_frame(connection, name, now) for name in ("area", "unit", "micro")}
    levels = [
        Checkable(one.geometry.to_numpy(dtype=object), one["code"].tolist(), name)
        for name, one in frames.items()
    ]
    return {(one.kind, one.codes) for one in check(levels).findings}


CASES: dict[str, tuple[str, list[Row], Found]] = {
    "across the border of units": (
        "micro",
        [
            ("A1U1M2", "A1U1", square(1, 0, 1.5, 1)),
            ("A1U2M1", "A1U2", square(2.5, 0, 0.5, 1)),
        ],
        {("outside-parent", ("A1U1M2", "A1U1"))},
    ),
    "ground given up": (
        "micro",
        [("A1U1M4", "A1U1", square(1, 1, 0.5, 1))],
        {("parent-not-filled", ("A1U1",))},
    ),
    "a unit larger than its grids": (
        "unit",
        [
            ("A1U1", "A1", square(0, 0, 2.25, 2)),
            ("A1U2", "A1", square(2.25, 0, 1.75, 2)),
        ],
        {
            ("outside-parent", ("A1U2M1", "A1U2")),
            ("outside-parent", ("A1U2M3", "A1U2")),
        },
    ),
    "within the unit": (
        "micro",
        [
            ("A1U1M1", "A1U1", square(0, 0, 1.5, 1)),
            ("A1U1M2", "A1U1", square(1.5, 0, 0.5, 1)),
        ],
        set(),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_found_near_is_what_a_check_of_all_finds(town: Engine, case: str) -> None:
    level, rows, expected = CASES[case]
    assert whole_check(town) == set()
    assert put(town, rows, level) == expected == whole_check(town)


def test_what_was_so_before_is_not_told_again(town: Engine) -> None:
    _, rows, _ = CASES["ground given up"]
    assert put(town, rows)
    assert put(town, [("A1U1M3", "A1U1", square(0, 1))]) == set()
    smaller = [("A1U1M4", "A1U1", square(1, 1, 0.4, 1))]
    assert put(town, smaller) == {("parent-not-filled", ("A1U1",))}


def test_a_later_plan_is_told_when_it_is_scheduled(town: Engine) -> None:
    _, rows, expected = CASES["ground given up"]
    assert put(town, rows, at=datetime(2126, 1, 1, tzinfo=UTC)) == expected


def test_households_of_a_relabelled_grid(town: Engine) -> None:
    with town.begin() as connection:
        m1, m2, unit = ids(connection, "A1U1M1", "A1U1M2", "A1U1")
        plan_id = add_drawn(
            connection,
            row(m1, "A1U1M1", unit, square(0, 0), households=900),
            row(m2, "A1U1M2", unit, square(1, 0), households=900, range_reason="塔楼"),
        )
        done = publish(connection, plan_id, overlap_tolerance_m2=1.0, tolerances=Tolerances())
    assert kinds(done) == {("households", ("A1U1M1",))}
