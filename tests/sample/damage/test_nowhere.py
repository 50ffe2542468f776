"""Texts without an answer: none of them names a standard address."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest

from gisgrid.sample import District
from gisgrid.sample.damage import UNANSWERABLE, unanswerable
from gisgrid.sample.damage.characters import TRADITIONAL


@pytest.fixture(scope="module")
def texts(district: District) -> pd.DataFrame:
    """A hundred texts of each kind in the sample district."""
    return unanswerable(pd.DataFrame(district.addresses), 1200, np.random.default_rng(8))


def test_the_kinds_take_turns(texts: pd.DataFrame) -> None:
    assert len(UNANSWERABLE) == 12
    assert texts["kind"].value_counts().to_dict() == dict.fromkeys(UNANSWERABLE, 100)


ELSEWHERE = ("other-district", "other-city", "other-town", "short-city")


def plain(texts: pd.Series) -> pd.Series:
    """As they were before they were written otherwise, as far as a test has to know."""
    simple = {full: short for short, full in TRADITIONAL.items()}
    narrow = texts.map(lambda text: unicodedata.normalize("NFKC", text).translate(simple))
    return narrow.str.replace("[ ,-]", "", regex=True)


def test_none_is_a_standard_address(texts: pd.DataFrame, district: District) -> None:
    """Nor does one end like any, but for those that stand in another city."""
    division = "^上海市嘉定区.*?(镇街道|街道|新区|工业区|镇)"
    standards = district.addresses["address"]
    tails = set(standards.str.replace(division, "", regex=True))
    inside = texts[~texts["kind"].isin(ELSEWHERE)]
    said = plain(inside["text"])
    assert not set(said) & set(standards)
    assert not set(said.str.replace(division, "", regex=True)) & tails


def test_half_are_written_otherwise(texts: pd.DataFrame) -> None:
    with_numbers = texts[texts["kind"].isin(["no-such-number", "no-such-lane"])]["text"]
    usual = r"上海市嘉定区[^0-9 ,-]+?([0-9]+弄)?[0-9]+号([0-9]+幢)?"
    assert 0.4 < with_numbers.str.fullmatch(usual).mean() < 0.7


def test_another_place_is_named(texts: pd.DataFrame) -> None:
    elsewhere = plain(texts[texts["kind"].isin(ELSEWHERE)]["text"])
    assert not elsewhere.str.contains("嘉定").any()
    told = texts["kind"].isin(["other-district", "other-city"])
    assert plain(texts[told]["text"]).str.contains("[区市县]").all()
    assert plain(texts[texts["kind"] == "other-town"]["text"]).str.contains("镇").all()


def test_a_number_or_a_lane_that_is_not_there_stands_on_a_road_that_is(
    texts: pd.DataFrame, district: District
) -> None:
    names = set(district.addresses["road"].dropna()) | set(district.addresses["estate"].dropna())
    names = {unicodedata.normalize("NFKC", name) for name in names}
    changed = plain(texts[texts["kind"].isin(["no-such-number", "no-such-lane"])]["text"])
    assert all(any(name in text for name in names) for text in changed)
    turned = plain(texts[texts["kind"] == "no-such-direction"]["text"])
    without = turned.str.replace("[东南西北中](?=[路街])", "", n=1, regex=True)
    assert not any(any(name in text for name in names) for text in turned)
    assert all(any(name in text for name in names) for text in without)
    invented = plain(texts[texts["kind"] == "no-such-road"]["text"])
    assert not any(any(name in text for name in names) for text in invented)


def test_two_numbers_are_two_and_another_kind_of_road_is_none(
    texts: pd.DataFrame, district: District
) -> None:
    two = plain(texts[texts["kind"] == "two-numbers"]["text"])
    assert (two.str.count("号") >= 2).all()
    names = set(district.addresses["road"].dropna()) | set(district.addresses["estate"].dropna())
    other = texts[texts["kind"] == "no-such-kind"]["text"]
    here = plain(other).str.extract(r"([一-鿿]+(?:路|街|巷))", expand=False).dropna()
    assert not set(here) & names


def test_a_name_alone_has_no_number_and_a_number_alone_no_name(
    texts: pd.DataFrame, district: District
) -> None:
    assert not texts[texts["kind"] == "name-only"]["text"].str.contains(r"\d").any()
    names = set(district.addresses["road"].dropna())
    numbers = plain(texts[texts["kind"] == "numbers-only"]["text"])
    assert numbers.str.contains("号").all()
    assert not any(any(name in text for name in names) for text in numbers)
