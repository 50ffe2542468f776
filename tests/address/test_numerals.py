"""Numerals, against a writer of numerals of the test's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.address.numerals import digits

ONES = "零一二三四五六七八九"
BILLS = str.maketrans("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")


def by_places(number: int) -> str:
    """A number below 10,000 in full: 1012 is 一千零一十二."""
    text = ""
    for place, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            text += ONES[digit] + word
        elif text and not text.endswith("零"):
            text += "零"
    return text.rstrip("零")


NUMBERS = st.integers(1, 9999)


@given(NUMBERS)
def test_a_number_reads_back_in_all_its_ways(number: int) -> None:
    in_full = by_places(number)
    one_by_one = "".join(ONES[int(digit)] for digit in str(number))
    ways = [
        str(number),
        f"00{number}",
        in_full,
        in_full.translate(BILLS),
        one_by_one,
        one_by_one.replace("零", "〇"),
        one_by_one.translate(BILLS),
    ]
    if 10 <= number < 20:
        ways.append(in_full.removeprefix("一"))
    if 20 <= number < 30:
        ways.append(in_full.replace("二十", "廿"))
    if 200 <= number < 300:
        ways.append("两" + in_full[1:])
    assert {digits(way) for way in ways} == {str(number)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三百五", "350"),
        ("一千二", "1200"),
        ("一百十二", "112"),
        ("一千零二十", "1020"),
        ("卅五", "35"),
        ("〇", "0"),
        ("000", "0"),
        ("〇三〇一", "301"),
        ("", ""),
        ("百", ""),
        ("千百十", ""),
        ("一百零", ""),
        ("十十", ""),
        ("白", ""),
        ("1二", ""),
        ("12A", ""),
    ],
)
def test_what_people_say_and_what_is_no_number(text: str, expected: str) -> None:
    assert digits(text) == expected


@given(st.text("〇零一二三四五六七八九十百千两廿卅壹贰拾佰0123456789A白", max_size=12))
def test_a_reading_has_only_digits_and_no_zero_before(text: str) -> None:
    found = digits(text)
    assert found == "" or (found.isdigit() and found.isascii())
    assert found == "0" or not found.startswith("0")
