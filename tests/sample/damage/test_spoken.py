"""Numbers in Chinese, read back by an evaluator of the test's own."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.sample.damage.spoken import MANNERS

_SPECIAL = {"两": 2.0, "廿": 20.0, "〇": 0.0}


def value(text: str) -> int:
    """What Unicode says that the characters are worth, summed up as one counts."""
    worth = [_SPECIAL[c] if c in _SPECIAL else unicodedata.numeric(c) for c in text]
    if len(worth) > 1 and max(worth) < 10:
        return int("".join(str(int(digit)) for digit in worth))
    total, digit = 0.0, 0.0
    for one in worth:
        if one >= 10 and one != 20:
            total, digit = total + (digit or 1.0) * one, 0.0
        else:
            total, digit = total + digit, one
    return int(total + digit)


@pytest.mark.parametrize("write", MANNERS, ids=lambda write: write.__name__.strip("_"))
@given(number=st.integers(1, 9999))
def test_every_manner_reads_back(write: Callable[[int], str], number: int) -> None:
    assert value(write(number)) == number


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (12, ["十二", "十二", "十二", "十二", "拾贰"]),
        (28, ["二十八", "廿八", "二十八", "二十八", "贰拾捌"]),
        (105, ["一百零五", "一百零五", "一零五", "一〇五", "壹佰零伍"]),
        (288, ["二百八十八", "两百八十八", "二八八", "二八八", "贰佰捌拾捌"]),
    ],
)
def test_as_people_write_them(number: int, written: list[str]) -> None:
    assert [write(number) for write in MANNERS] == written
