"""Whether what is said leads to one address alone: small cases decided by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel, Levenshtein

from gisgrid.sample.damage.register import Register, slips
from gisgrid.sample.damage.saying import Saying

_NO_ALIASES = pd.DataFrame({"name": [], "means": [], "kind": []})
_CHARACTERS = st.text("湖清晴胡桥乔河和", max_size=5)


def register(*parts: tuple[str, str, str, str, str]) -> Register:
    """Addresses by town, road, lane, number and building."""
    rows = [
        ("上海市嘉定区" + "".join(one), one[1], one[2] or None, one[3], one[4] or None, None)
        for one in parts
    ]
    columns = ["address", "road", "lane", "number", "building", "estate"]
    return Register(pd.DataFrame(rows, columns=columns), _NO_ALIASES)


OWN = ("马陆镇", "湖桥路", "9弄", "2号", "")


@pytest.mark.parametrize(
    ("other", "change", "why"),
    [
        # A likely slip of the pen, or a wrong town: neither is likelier.
        (("南翔镇", "湖乔路", "9弄", "2号", ""), {"town": "南翔"}, "another-address"),
        (("南翔镇", "湖乔路", "8弄", "2号", ""), {"town": "南翔"}, ""),
        (("南翔镇", "和桥路", "9弄", "2号", ""), {"town": "南翔"}, ""),
        # Two names from which one slip makes a third.
        (("马陆镇", "湖侨路", "9弄", "2号", ""), {"stem": "湖轿"}, ""),
        (("马陆镇", "湖侨路", "9弄", "2号", ""), {"stem": "湖巧"}, "another-address"),
        (("马陆镇", "清桥路", "9弄", "2号", ""), {"stem": "桥"}, "another-address"),
        (("南翔镇", "清桥路", "9弄", "2号", ""), {"stem": "桥"}, ""),
        (
            ("南翔镇", "清桥路", "9弄", "2号", ""),
            {"stem": "桥", "town": "", "town_suffix": ""},
            "another-address",
        ),
        # A name that is another's is that other's, whatever number it has.
        (("马陆镇", "湖乔路", "1弄", "1号", ""), {"stem": "湖乔"}, "another-name"),
        (("马陆镇", "湖乔街", "1弄", "1号", ""), {"stem": "湖乔", "suffix": ""}, "another-name"),
        # 9-2 without a word is a number and its building as well.
        (
            ("马陆镇", "湖桥路", "", "9号", "2幢"),
            {"lane_word": "-", "number_word": ""},
            "another-address",
        ),
        (("马陆镇", "湖桥路", "", "9号", "2幢"), {"lane_word": "-"}, ""),
        # 马陆桥路 may be 桥路 with a character missing, in 马陆, or 马陆路 with one too many.
        (
            ("南翔镇", "马陆路", "9弄", "2号", ""),
            {"stem": "桥", "town_suffix": ""},
            "another-address",
        ),
        (("南翔镇", "马陆路", "9弄", "2号", ""), {"stem": "桥"}, ""),
        # Without its last word a road may be a street.
        (("马陆镇", "湖桥街", "9弄", "2号", ""), {"suffix": ""}, "another-address"),
        (("马陆镇", "湖桥街", "9弄", "2号", ""), {"number_word": ""}, ""),
    ],
)
def test_what_two_addresses_may_have_given_is_told(
    other: tuple[str, str, str, str, str], change: dict[str, Any], why: str
) -> None:
    book = register(OWN, other)
    said = replace(book.plain(0), **change)
    assert book.others(said, 0, "湖桥路") == why


def test_an_address_in_its_parts() -> None:
    book = register(OWN)
    assert book.plain(0) == Saying(
        "上海市", "嘉定区", "马陆", "镇", "湖桥", "路", lane="9", number="2", building=""
    )
    assert book.plain(0).text() == "上海市嘉定区马陆镇湖桥路9弄2号"
    assert book.nearest(book.plain(0)) == 0
    assert book.nearest(replace(book.plain(0), stem="湖乔")) == 1
    assert book.nearest(replace(book.plain(0), number="3")) > 50


@given(meant=_CHARACTERS, said=_CHARACTERS)
def test_slips_lie_between_two_known_distances(meant: str, said: str) -> None:
    assert Levenshtein.distance(meant, said) <= slips(meant, said) <= Indel.distance(meant, said)
    assert (slips(meant, said) == 0) == (meant == said)


def test_a_likely_slip_costs_less_than_another() -> None:
    assert slips("清湖路", "清胡路") == 1
    assert slips("清湖路", "清桥路") == 2
    assert slips("清湖路", "清路") == 1
    assert slips("清湖路", "清湖湖路") == 1
