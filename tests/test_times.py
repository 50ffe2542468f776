"""Points in time as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.errors import InputError
from gisgrid.times import parse_instant, parse_shift

ZONE = ZoneInfo("Asia/Shanghai")


def test_a_bare_date_is_its_midnight_in_the_zone() -> None:
    assert parse_instant("2024-09-15", ZONE) == datetime(2024, 9, 14, 16, tzinfo=UTC)
    assert parse_instant(" 2024-09-15T08:30+00:00 ", ZONE).utcoffset() == UTC.utcoffset(None)


@given(st.text())
def test_any_text_is_a_time_or_a_clear_error(text: str) -> None:
    try:
        assert parse_instant(text, ZONE).tzinfo is not None
    except InputError as error:
        assert error.fix


@pytest.mark.parametrize("text", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "", "soon"])
def test_what_leads_out_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_instant(text, ZONE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("18:00-02:00", "01 18:00 02 02:00"),
        ("8:00-18:30", "01 08:00 01 18:30"),
        (" 20:00 – 24:00 ", "01 20:00 02 00:00"),
        ("18:00至18:00", "01 18:00 02 18:00"),
    ],
)
def test_a_shift_may_end_the_next_day(text: str, told: str) -> None:
    starts, ends = parse_shift(text, date(2024, 9, 1), ZONE)
    assert f"{starts:%d %H:%M} {ends:%d %H:%M}" == told
    assert starts.tzinfo is ZONE


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_shift_at_an_end_of_the_calendar_is_refused(day: date) -> None:
    with pytest.raises(InputError, match="calendar"):
        parse_shift("00:00-24:00", day, ZONE)


@pytest.mark.parametrize("text", ["", "18-02", "25:00-02:00", "18:60-02:00", "18:00", "24:30-x"])
def test_what_is_no_shift_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="18:00-02:00"):
        parse_shift(text, date(2024, 9, 1), ZONE)
