"""Which posts of a file are in the way of others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import Range

from gisgrid.store.people.overlaps import overlapping

Periods = dict[datetime, Range[datetime]]
FIRST = datetime(2024, 1, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return FIRST + timedelta(number)


def periods(*spans: tuple[int, int | None]) -> Periods:
    return {
        day(start): Range(day(start), None if end is None else day(end)) for start, end in spans
    }


def days_of(period: Range[datetime]) -> set[int]:
    """The days until the fiftieth that a period holds."""
    return {number for number in range(50) if period.contains(day(number))}


def apart(rows: Periods) -> bool:
    return all(not days_of(a) & days_of(b) for a, b in combinations(rows.values(), 2))


SPANS = st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(1, 12))).map(
    lambda one: (one[0], None if one[1] is None else one[0] + one[1])
)
WANTED = st.lists(SPANS, max_size=6).map(lambda spans: periods(*spans))
HELD = WANTED.map(
    lambda rows: {
        since: period
        for since, period in rows.items()
        if not any(
            days_of(period) & days_of(other) for before, other in rows.items() if before < since
        )
    }
)


def left(wanted: Periods, held: Periods) -> Periods:
    """What is held once the periods that can be are."""
    refused = overlapping(wanted, held)
    return held | {since: one for since, one in wanted.items() if since not in refused}


def test_what_cannot_be_is_what_overlaps() -> None:
    held = periods((0, 10), (20, 30))
    assert overlapping(periods((10, 20), (30, None)), held) == set()
    assert overlapping(periods((5, 8), (9, 11), (40, 41)), held) == {day(5), day(9)}
    # One held gives way to the one that begins with it, and then not to what that reaches.
    assert overlapping(periods((0, 3), (4, 9)), held) == set()
    assert overlapping(periods((0, None)), held) == {day(0)}
    # Of two in one file the first can be.
    assert overlapping(periods((1, 5), (3, 8)), {}) == {day(3)}
    # Where the one that would give way stays, it stands in the way again.
    assert overlapping(periods((0, 21), (5, 8)), held) == {day(0), day(5)}


@given(WANTED, HELD)
def test_what_is_left_never_overlaps_and_nothing_is_refused_without_need(
    wanted: Periods, held: Periods
) -> None:
    after = left(wanted, held)
    assert apart(after)
    if apart(held | wanted):
        assert after == held | wanted


@given(WANTED, HELD)
def test_the_same_again_is_answered_the_same(wanted: Periods, held: Periods) -> None:
    after = left(wanted, held)
    assert overlapping(wanted, after) == overlapping(wanted, held)
    assert left(wanted, after) == after
