"""Points in time as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.errors import InputError
from gisgrid.times import parse_instant

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
