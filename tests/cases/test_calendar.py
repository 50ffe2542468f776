"""Working time against days counted by hand and a slow oracle: holidays, make-up days, nights."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.cases.calendar import (
    WorkCalendar,
    calendar_of,
    packaged_calendar,
    read_calendar,
    read_hours,
)
from gisgrid.cases.clocks import ACCEPTING, Clock, Due
from gisgrid.errors import FileError, InputError
from gisgrid.settings import Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = packaged_calendar()
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

FIRST = datetime(2024, 1, 1, tzinfo=SHANGHAI)
moments = st.integers(0, 3 * 365 * 86_400).map(lambda count: FIRST + count * SECOND)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def slow_minutes(start: datetime, end: datetime) -> int:
    """Working minutes from a start to an end, one by one and by the wall clock of a day."""
    count, now = 0, start
    while now < end:
        minute = now.hour * 60 + now.minute
        here = CALENDAR.works(now.date())
        count += here and (540 <= minute < 690 or 780 <= minute < 1050)
        now += MINUTE
    return count


# National day 2024: off 1-7 October; the Sunday before and the Saturday after make up for it.
@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2024-09-28", False), ("2024-09-29", True), ("2024-09-30", True),
        *((f"2024-10-0{n}", False) for n in range(1, 8)),
        ("2024-10-08", True), ("2024-10-12", True), ("2024-10-13", False),
        ("2026-02-13", True), ("2026-02-14", True), ("2026-02-15", False),
        ("2026-02-23", False), ("2026-02-24", True), ("2026-02-28", True), ("2026-03-01", False),
        ("2025-10-06", False), ("2025-10-08", False), ("2025-10-09", True), ("2025-10-11", True),
    ],
)  # fmt: skip
def test_holidays_and_the_days_made_up_for_them(day: str, works: bool) -> None:
    assert CALENDAR.works(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # Monday the 30th in the afternoon, then the holidays, then Tuesday the 8th.
        ("2024-09-30T16:30", 4, "2024-10-08T13:30"),
        # At night: from the next morning; over noon.
        ("2024-06-03T22:15", 3, "2024-06-04T13:30"),
        # A Saturday that is worked, then Sunday off.
        ("2024-10-12T17:00", 1, "2024-10-14T09:30"),
        # Spring festival 2026: Saturday 14 February is worked, the next day is the 24th.
        ("2026-02-14T17:30", 1, "2026-02-24T10:00"),
        # Exactly to the end of the morning and of the day.
        ("2024-06-03T09:00", 2, "2024-06-03T11:00"),
        ("2024-06-03T10:30", 1, "2024-06-03T11:30"),
        ("2024-06-03T09:00", 7, "2024-06-03T17:30"),
    ],
)
def test_working_hours(start: str, hours: int, end: str) -> None:
    due = Clock("working-hours", hours).due(CALENDAR, at(start))
    assert due == Due(at(end))
    assert CALENDAR.working_time(at(start), at(end)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2024-09-30T10:00", 1, "2024-10-08T17:30"),
        ("2024-09-27T10:00", 2, "2024-09-30T17:30"),
        ("2024-10-03T03:00", 5, "2024-10-12T17:30"),
        ("2026-02-13T23:59", 2, "2026-02-24T17:30"),
        ("2024-06-03T23:59", 15, "2024-06-25T17:30"),
    ],
)
def test_working_days(start: str, days: int, end: str) -> None:
    assert Clock("working-days", days).due(CALENDAR, at(start)) == Due(at(end))
    assert CALENDAR.working_days(at(start), at(end)) == days


def test_urgent_hours_run_through_nights_and_holidays() -> None:
    due = Clock("urgent-hours", 30).due(CALENDAR, at("2024-10-01T20:00"))
    assert due == Due(at("2024-10-03T02:00"))


def test_years_of_which_the_holidays_are_unknown_go_by_weekends_and_fixed_days() -> None:
    due = Clock("working-days", 1).due(CALENDAR, at("2026-12-31T10:00"))
    # The first of January 2027 is a Friday, and a holiday whatever is announced.
    assert due == Due(at("2027-01-04T17:30"), beyond_calendar=True)
    assert not Clock("working-days", 1).due(CALENDAR, at("2026-12-30T10:00")).beyond_calendar


def test_a_year_without_a_calendar_has_six_fixed_holidays() -> None:
    days = [date(2029, 1, 1) + timedelta(days=number) for number in range(365)]
    idle = [day for day in days if day.weekday() < 5 and not CALENDAR.works(day)]
    # Of 2029: Monday; Tuesday and Wednesday; Monday to Wednesday.
    assert [f"{day:%m-%d %a}" for day in idle] == [
        *("01-01 Mon", "05-01 Tue", "05-02 Wed"),
        *("10-01 Mon", "10-02 Tue", "10-03 Wed"),
    ]
    assert not any(CALENDAR.works(day) for day in days if day.weekday() >= 5)
    # A calendar that tells of a year is believed, also where it makes such a day one of work.
    own = WorkCalendar({date(2029, 5, 1): True}, CALENDAR.spans, SHANGHAI)
    assert own.works(date(2029, 5, 1))
    assert own.works(date(2029, 10, 1))


def test_a_calendar_ends_with_its_last_year() -> None:
    assert not CALENDAR.ends_within(date(2026, 11, 1), 60)
    assert CALENDAR.ends_within(date(2026, 11, 2), 60)


def test_answers_are_in_the_zone_of_the_question() -> None:
    start = at("2024-06-03T16:00").astimezone(UTC)
    due = ACCEPTING.due(CALENDAR, start)
    assert due.at == at("2024-06-04T17:30")
    assert due.at.tzinfo is UTC


@given(moments, st.integers(0, 60 * 40))
def test_what_was_added_has_passed(start: datetime, minutes: int) -> None:
    amount = minutes * MINUTE
    end = CALENDAR.add_working_time(start, amount)
    assert CALENDAR.working_time(start, end) == amount
    if minutes:
        assert CALENDAR.is_working(end - timedelta(seconds=1))


@given(moments, st.integers(1, 30))
def test_added_days_have_passed(start: datetime, count: int) -> None:
    end = CALENDAR.add_working_days(start, count)
    assert CALENDAR.working_days(start, end) == count
    assert CALENDAR.works(end.date())
    assert end > start


@given(moments, moments, st.integers(1, 60 * 30))
def test_who_starts_later_is_due_no_earlier(one: datetime, other: datetime, minutes: int) -> None:
    first, last = sorted((one, other))
    amount = minutes * MINUTE
    assert CALENDAR.add_working_time(first, amount) <= CALENDAR.add_working_time(last, amount)
    assert CALENDAR.add_working_days(first, 3) <= CALENDAR.add_working_days(last, 3)


@given(moments, st.integers(0, 60 * 24 * 5))
def test_working_time_is_what_counting_minutes_gives(start: datetime, minutes: int) -> None:
    start = start.replace(second=0)
    end = start + minutes * MINUTE
    assert CALENDAR.working_time(start, end) == slow_minutes(start, end) * MINUTE


@given(moments, st.integers(1, 10))
def test_before_so_many_working_days_all_are_past(now: datetime, count: int) -> None:
    edge = CALENDAR.before_working_days(now, count)
    assert CALENDAR.add_working_days(edge - MINUTE, count) < now
    assert CALENDAR.add_working_days(edge, count) >= now


def test_hours_across_a_change_of_the_clock_are_hours_that_passed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = WorkCalendar({}, read_hours("0:30-8:00"), berlin)
    # On 29 March 2027, a Monday, nothing changes; on Sunday 28 March an hour was left out.
    calendar = WorkCalendar({date(2027, 3, 28): True}, calendar.spans, berlin)
    start = datetime(2027, 3, 28, 0, 30, tzinfo=berlin)
    end = datetime(2027, 3, 28, 8, 0, tzinfo=berlin)
    assert calendar.working_time(start, end) == timedelta(hours=6, minutes=30)


def test_a_calendar_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "days.csv"
    own.write_text("day,kind,name\n2027-01-01,holiday,元旦\n", encoding="utf-8-sig")
    calendar = calendar_of(Settings(home=tmp_path, calendar=own, work_hours="8:00-12:00"))
    due = Clock("working-hours", 5).due(calendar, at("2026-12-31T11:00"))
    assert due == Due(at("2027-01-04T12:00"), beyond_calendar=True)
    plain = calendar_of(Settings(home=tmp_path))
    assert (plain.days, plain.spans) == (CALENDAR.days, CALENDAR.spans)


@pytest.mark.parametrize("row", ["2027-13-01,holiday,x", "2027-01-01,feast,x", "2027-01-01"])
def test_a_wrong_row_is_named(tmp_path: Path, row: str) -> None:
    own = tmp_path / "days.csv"
    own.write_text(f"day,kind,name\n2027-01-02,holiday,x\n{row}\n")
    with pytest.raises(FileError, match="row 3"):
        read_calendar(own, "8:00-12:00", SHANGHAI)


def test_a_calendar_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none\.csv"):
        read_calendar(tmp_path / "none.csv", "8:00-12:00", SHANGHAI)


@pytest.mark.parametrize(
    "hours",
    ["", "9-17", "9:00-25:00", "9:00-8:00", "9:00-12:00 11:00-17:00", "9:00", "12:00-12:00"],
)
def test_hours_that_are_none(hours: str) -> None:
    with pytest.raises(InputError, match="working hours"):
        read_hours(hours)


@pytest.mark.parametrize(
    "text", ["", "days 3", "working-days", "working-days -1", "urgent-hours x"]
)
def test_clocks_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="clock"):
        Clock.parse(text)


def test_a_clock_is_read_as_it_is_written() -> None:
    assert Clock.parse(str(Clock("urgent-hours", 2))) == Clock("urgent-hours", 2)
