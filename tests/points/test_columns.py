"""Columns of a file to typed values."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.points.columns import instants, numbers, texts, whole_numbers


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_read_what_was_written(values: list[float]) -> None:
    found, bad = numbers(pd.Series([repr(value) for value in values]))
    assert not bad.any()
    np.testing.assert_array_equal(found, values)


@given(st.lists(st.text(), min_size=1))
def test_any_text_is_read_or_bad_but_never_an_error(values: list[str]) -> None:
    column = pd.Series(values, dtype="string")
    for read in (texts, numbers, whole_numbers, lambda c: instants(c, ZoneInfo("Asia/Shanghai"))):
        found, bad = read(column)
        assert len(found) == len(bad) == len(values)


dates = st.sampled_from(["2024-09-15", "2024/9/15", "0001-01-01", "20240915", "2024-13-01"])
times = st.sampled_from(["", " 08:30:00", "T08:30", " 24:00", " 08:30:00.123456"])
offsets = st.sampled_from(["", "Z", "+08", "+0800", "+08:00", "-05:30", "+99:99"])


@given(st.lists(st.builds(lambda *parts: "".join(parts), dates, times, offsets), min_size=1))
def test_times_in_any_mixture_of_forms_are_read_or_bad(values: list[str]) -> None:
    found, bad = instants(pd.Series(values, dtype="string"), ZoneInfo("Asia/Shanghai"))
    assert found.isna().tolist() == bad.tolist()


def test_times_of_postgresql_itself_are_read() -> None:
    forms = ["2024-09-15 08:30:00+08", "2024-09-15T00:30:00Z", "2024-09-15 08:30", "2024-09-15"]
    found, bad = instants(pd.Series(forms, dtype="string"), ZoneInfo("Asia/Shanghai"))
    assert not bad.any()
    assert [one.isoformat() for one in found] == [
        *["2024-09-15T00:30:00+00:00"] * 3,
        "2024-09-14T16:00:00+00:00",
    ]


def test_whole_numbers_have_limits() -> None:
    column = pd.Series(["0", "2147483647", "2147483648", "-1", "1.0", "1.5", "", None, "x"])
    found, bad = whole_numbers(column)
    assert bad.tolist() == [False, False, True, True, False, True, False, False, True]
    assert found[:2].tolist() == [0, 2147483647]


def test_typed_columns_pass_as_they_are() -> None:
    found, bad = whole_numbers(pd.Series([1, None, 3], dtype="Int64"))
    assert found.tolist() == [1, pd.NA, 3]
    assert not bad.any()
