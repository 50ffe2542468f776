"""Texts that are nearly an address of the district, and mean something else."""

from __future__ import annotations

import pytest

from gisgrid.address import AddressBook
from gisgrid.address.elsewhere import foreign_names
from gisgrid.address.mistakes import mistake
from gisgrid.address.scoring import SET_BY_HAND, THRESHOLD, WEIGHTS
from tests.address.small import PREFIX


@pytest.mark.parametrize(
    "text",
    [
        "浦东白银路288弄12号",
        "上海浦东白银路288弄12号",
        "武汉白银路288弄12号",
        "深圳市白银路288弄12号",
        "白银路288弄12号 深圳",
        "白银路288弄12号,嘉兴",
        "花桥白银路288弄12号",
        "顾村镇白银路288弄12号",
        "嘉定区九亭镇白银路288弄12号",
        "徐家汇白银路288弄12号",
        "顾村镇白银路沐峰路口",
    ],
)
def test_known_places_elsewhere_are_outside(small: AddressBook, text: str) -> None:
    match = small.resolve(text)
    assert (match.status, match.reason, match.candidates) == ("outside", "other-district", ())


@pytest.mark.parametrize(
    "text",
    [
        # a town or a city that the book does not have
        "黄渡镇白银路288弄12号",
        "南翔镇白银路288弄12号",
        "白银路288弄12号 南翔镇",
        "新泽乡白银路288弄12号",
        "云台街道白银路288弄12号",
        "马陆镇浦东白银路288弄12号",
        # another road
        "新白银路288弄12号",
        "马陆镇老白银路288弄12号",
        "东白银路288弄12号",
        "前塘庄村151号",
        "白银支路288弄12号",
        "白银公路288弄12号",
        "白银横路288弄12号",
        "白银街288弄12号",
        "塘庄巷151号",
        "昌吉路白银路288弄12号",
        "嘉定北路白银路288弄12号",
        "马陆镇白银路288弄12号昌吉路",
        # two numbers
        "白银路288弄12号13号",
        "白银路288弄12号，13号",
        "白银路288弄12号或13号",
        "白银路288弄12号原13号",
        "白银路288弄12号不是13号",
        # a part of an estate
        "惠民家园北区12号",
        "惠民家园二区12号",
        # a crossing in a town that does not have the roads
        "安亭镇白银路沐峰路口",
        "黄渡镇白银路沐峰路口",
    ],
)
def test_nobody_is_sure_of_a_stranger(small: AddressBook, text: str) -> None:
    match = small.resolve(text)
    assert match.status in ("unknown", "ambiguous")
    assert all(candidate.score < THRESHOLD for candidate in match.candidates)


@pytest.mark.parametrize(
    "near", ["左右", "一带", "以西", "以东", "以外", "之南", "上下", "附近", "北面", "往东50米"]
)
def test_about_an_address_is_not_the_address(small: AddressBook, near: str) -> None:
    match = small.resolve(f"安亭镇塘庄村151号{near}")
    assert (match.status, match.reason) == ("ambiguous", "near")
    assert match.candidates[0].text == f"{PREFIX}安亭镇塘庄村151号"


def test_a_rounded_number_is_near(small: AddressBook) -> None:
    match = small.resolve("塘庄村151多号")
    assert (match.status, match.reason) == ("ambiguous", "near")


@pytest.mark.parametrize(
    "text",
    [
        "我家在马陆镇白银路288弄12号",
        "配送至白银路288弄12号",
        "客户地址白银路288弄12号",
        "幸福小区白银路288弄12号",
        "兰州拉面白银路288弄12号",
        "北京银行，白银路288弄12号",
        "马路镇白银路288弄12号",
        "马陆镇白银路路288弄12号",
        "马陆镇白白银路288弄12号",
        "马陆镇百银路288弄12号",
        "马陆镇白银288弄12号",
        "白银路288弄12号(近昌吉路)",
    ],
)
def test_remarks_and_slips_stay_found(small: AddressBook, text: str) -> None:
    match = small.resolve(text)
    assert match.status == "found"
    assert match.candidates[0].text == f"{PREFIX}马陆镇白银路288弄12号"


@pytest.mark.parametrize(
    ("said", "name", "kind"),
    [
        ("白银街", "白银路", "other-kind"),
        ("仓场路", "仓场村", "other-kind"),
        ("白银支路", "白银路", "telling"),
        ("白银公路", "白银路", "telling"),
        ("新村", "新成村", None),
    ],
)
def test_another_name_is_no_slip(said: str, name: str, kind: str | None) -> None:
    assert mistake(said, name) == kind


def test_a_city_that_own_names_begin_with_has_no_short_form() -> None:
    names = list(foreign_names(["上海市", "上海"], ["白银路", "马陆镇", "长安镇"]))
    assert "白银市" in names
    assert "白银" not in names
    assert {"甘肃", "浦东", "武汉", "昆山"} <= set(names)
    assert "上海市" not in names
    assert len(names) == len(set(names))


def test_a_town_of_the_district_is_never_elsewhere() -> None:
    assert "江桥镇" not in list(foreign_names([], ["江桥镇"]))
    assert "长征镇" not in list(foreign_names([], ["长征镇"]))


def test_two_roads_that_meet_twice_are_both_given(small: AddressBook) -> None:
    match = small.resolve("沐峰路新建路口")
    assert (match.status, match.reason) == ("ambiguous", "many")
    assert [(c.lon, c.score) for c in match.candidates] == [(121.4, 0.5), (121.5, 0.5)]


def test_a_warm_book_makes_nothing_more(small: AddressBook) -> None:
    small.warm()
    assert "_suggester" in vars(small)
    assert "_wide" in vars(small.gazetteer.names)


def test_what_is_set_by_hand_has_a_weight() -> None:
    assert set(WEIGHTS) >= SET_BY_HAND
