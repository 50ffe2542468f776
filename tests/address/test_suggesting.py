"""Autocomplete: names by Chinese and by pinyin, then lanes and numbers."""

from __future__ import annotations

import pytest

from gisgrid.address import AddressBook
from tests.address.small import PREFIX


def _texts(book: AddressBook, typed: str, limit: int = 10) -> list[str]:
    return [s.text for s in book.suggest(typed, limit=limit)]


@pytest.mark.parametrize("typed", ["byl", "BYL", "baiyin", "baiyinl", "bai yin", "bai'yin", "白银"])
def test_a_road_is_found_by_how_it_is_typed(small: AddressBook, typed: str) -> None:
    assert "白银路" in _texts(small, typed)


def test_names_say_their_kind_and_town(small: AddressBook) -> None:
    found = {s.text: (s.kind, s.town) for s in small.suggest("白银")}
    assert found["白银路"] == ("name", "马陆镇")
    assert found["白银一坊"] == ("division", "马陆镇")
    assert {s.text: s.kind for s in small.suggest("东市")} == {"东市路": "alias"}
    assert {s.text: s.town for s in small.suggest("沐峰")}["沐峰路"] == ""


def test_the_shortest_name_comes_first(small: AddressBook) -> None:
    assert _texts(small, "塘庄")[:2] == ["塘庄村", "塘庄路"]


def test_what_stands_before_is_kept(small: AddressBook) -> None:
    assert "马陆镇白银路" in _texts(small, "马陆镇白")
    assert f"{PREFIX}马陆镇白银路" in _texts(small, f"{PREFIX}马陆镇白银")


def test_a_number_begun_is_a_lane_or_a_number(small: AddressBook) -> None:
    found = small.suggest("白银路28")
    assert [(s.text.removeprefix(PREFIX), s.kind) for s in found] == [
        ("白银路288弄", "lane"),
        ("马陆镇白银路28号", "address"),
    ]


def test_numbers_in_a_lane_come_in_their_order(small: AddressBook) -> None:
    found = small.suggest("白银路288弄1")
    assert [s.text.removeprefix(f"{PREFIX}马陆镇白银路288弄") for s in found] == [
        "1号", "10号", "11号", "12号", "13号", "14号",
    ]  # fmt: skip
    assert all(s.kind == "address" and s.row >= 0 for s in found)
    every = [s.text.split("弄")[1] for s in small.suggest("白银路288弄", limit=20)]
    assert every == [f"{n}号" for n in range(1, 15)]
    assert _texts(small, "白银路288弄12号") == [f"{PREFIX}马陆镇白银路288弄12号"]


def test_an_estates_numbers_are_its_lanes(small: AddressBook) -> None:
    assert _texts(small, "槐穗新村2") == [f"{PREFIX}马陆镇沐峰路6弄27号"]


def test_a_whole_name_goes_on_to_its_lanes(small: AddressBook) -> None:
    assert _texts(small, "白银路")[:3] == ["白银路", "白银路288弄", "白银路300弄"]


@pytest.mark.parametrize("typed", ["", " ", "xyz", "没有这条路", "白银路9999", "人民路1", "12号"])
def test_what_leads_nowhere_suggests_nothing(small: AddressBook, typed: str) -> None:
    assert _texts(small, typed) == []


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_no_more_than_asked(small: AddressBook, limit: int) -> None:
    for typed in ("白", "b", "白银路", "白银路288弄1"):
        assert len(_texts(small, typed, limit)) <= limit
