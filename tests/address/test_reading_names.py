"""Reading names: with numerals in them, at a crossing, near a place, among other words."""

from __future__ import annotations

import pytest

from gisgrid.address.components import Numbers, Reading
from gisgrid.address.reading import readings
from tests.address.names import NAMES, Names, said

SWAPPED = [
    ("12号白银路288弄嘉定区马陆镇", ("白银路", "嘉定区马陆镇")),
    ("12号,288弄,白银路,马陆镇,嘉定区", ("白银路", "马陆镇", "嘉定区")),
    ("12号288弄白银路马陆镇嘉定区上海市", ("白银路马陆镇嘉定区上海市",)),
    ("十二号二百八十八弄白银路", ("白银路",)),
]
BESIDE = [
    ("白银路288弄12号(近地铁站)", ("白银路",), "remark"),
    ("白银路288弄12号【后门】", ("白银路",), "remark"),
    ("白银路288弄12号近沪宜路", ("白银路",), "remark"),
    ("白银路288弄12号沪宜路口", ("白银路",), "remark"),
    ("白银路288弄12号底楼商铺", ("白银路",), "extra-words"),
    ("收件人：张三 13812345678 嘉定区白银路288弄12号", ("嘉定区白银路",), "extra-words"),
    ("地址:嘉定区白银路288弄12号 电话021-59912345", ("嘉定区白银路",), "extra-words"),
    ("201800 嘉定区白银路288弄12号", ("嘉定区白银路",), "extra-words"),
    ("嘉定区白银路288弄12号,请放门口,谢谢", ("嘉定区白银路",), "extra-words"),
    ("嘉定区白银路288弄12号 放2号柜", ("嘉定区白银路",), "extra-words"),
    ("快递请送嘉定区白银路288弄12号 李先生收", ("嘉定区白银路",), "extra-words"),
    ("白银路288弄12号 Tom", ("白银路",), "extra-words"),
    ("我家住在白银路288弄12号门口", ("白银路",), "extra-words"),
]
NEAR = [
    ("白银路288号旁", "旁"),
    ("白银路288号旁边", "旁边"),
    ("白银路288号对面", "对面"),
    ("白银路288号斜对面的小店", "斜对面"),
    ("白银路288号隔壁", "隔壁"),
    ("白银路288号附近", "附近"),
    ("白银路288号往东50米", "往东50米"),
    ("白银路288号东侧", "东侧"),
    ("白银路288号周边", "周边"),
]
CROSSINGS = [
    "马陆镇白银路沪宜路口",
    "马陆镇白银路沪宜路路口",
    "马陆镇白银路沪宜路交叉口",
    "马陆镇白银路与沪宜路交叉口",
    "马陆镇白银路和沪宜路交界处",
    "马陆镇白银路/沪宜路",
    "马陆镇白银路、沪宜路路口",
    "马陆镇白银路近沪宜路",
    "马陆镇白银路靠近沪宜路",
    "马陆镇白银路与沪宜路的十字路口",
]
WITH_NUMERALS = [
    ("白银一坊12号", "白银一坊", {"number": "12"}),
    ("马陆白银一坊十二号", "马陆白银一坊", {"number": "12"}),
    ("三里桥路二弄三号", "三里桥路", {"lane": "2", "number": "3"}),
    ("一号路十二号", "一号路", {"number": "12"}),
    ("绿一二十号", "绿一", {"number": "20"}),
    ("丰二二百弄三〇一号", "丰二", {"lane": "200", "number": "301"}),
    ("马陆镇绿一", "马陆镇绿一", {}),
    ("丰二十八号", "丰二", {"number": "18"}),
    ("晴丰二十八弄5号", "晴丰", {"lane": "28", "number": "5"}),
    ("玛陆镇丰二十八号", "玛陆镇丰二", {"number": "18"}),
    ("马陆丰二十八号", "马陆丰二", {"number": "18"}),
    ("五四村五十四号", "五四村", {"number": "54"}),
    ("马陆陆弄伍号", "马陆", {"lane": "6", "number": "5"}),
    ("水产村（方泰）一百零四号", "水产村(方泰)", {"number": "104"}),
    ("旁园路十二号", "旁园路", {"number": "12"}),
]
GUESSED = [
    ("白银一坊十二号", "白银一坊", {"number": "12"}),
    ("三里桥路十二号", "三里桥路", {"number": "12"}),
    ("312国道88号", "312国道", {"number": "88"}),
    ("新村二村十二号", "新村二村", {"number": "12"}),
    ("一号路十二号", "一号路", {"number": "12"}),
    ("第二村12号", "第二村", {"number": "12"}),
    ("三门路12号", "三门路", {"number": "12"}),
    ("三门12号", "三门", {"number": "12"}),
    ("马陆镇绿一", "马陆镇绿一", {}),
    ("水产村(方泰)104号", "水产村(方泰)", {"number": "104"}),
    ("马陆镇 放鹤路 12号", "马陆镇放鹤路", {"number": "12"}),
    ("马陆镇 老师新村 12号", "马陆镇老师新村", {"number": "12"}),
    ("五号沟路12号", "五号沟路", {"number": "12"}),
    ("马陆镇六弄十二号", "马陆镇", {"lane": "6", "number": "12"}),
    ("塘庄村3组151号", "塘庄村3组", {"number": "151"}),
]


@pytest.mark.parametrize(("text", "names"), SWAPPED)
def test_the_order_does_not_matter(text: str, names: tuple[str, ...]) -> None:
    (only,) = readings(text)
    assert only == Reading(names, Numbers("288", "", "12"), doubts=("swapped",))


@pytest.mark.parametrize(("text", "names", "doubt"), BESIDE)
def test_what_is_no_address_is_left_out(text: str, names: tuple[str, ...], doubt: str) -> None:
    (only,) = readings(text)
    assert only == Reading(names, Numbers("288", "", "12"), doubts=(doubt,))


@pytest.mark.parametrize(("text", "near"), NEAR)
def test_words_of_nearness_are_kept_apart(text: str, near: str) -> None:
    (only,) = readings(text)
    assert only == Reading(("白银路",), Numbers(number="288"), near)


def test_a_landmark_is_left_out_and_its_town_stays() -> None:
    (only,) = readings("马陆镇惠民家园旁白银路288号")
    assert only == Reading(("马陆镇白银路",), Numbers(number="288"), doubts=("landmark",))


def test_a_landmark_without_a_name_is_nothing() -> None:
    assert readings("对面白银路288号") == (Reading(("白银路",), Numbers(number="288")),)


def test_a_name_in_brackets_stays() -> None:
    (only,) = readings("白银路288弄(惠民家园)12号")
    assert only == Reading(("白银路", "惠民家园"), Numbers("288", "", "12"))


@pytest.mark.parametrize("text", CROSSINGS)
def test_a_crossing_names_both_roads(text: str) -> None:
    (only,) = readings(text)
    assert only == Reading(("马陆镇白银路", "沪宜路"), Numbers(), crossing=True)


def test_a_place_off_a_crossing_says_how_it_lies() -> None:
    (only,) = readings("白银路沪宜路路口往东50米")
    assert only == Reading(("白银路", "沪宜路"), Numbers(), "往东50米", crossing=True)


@pytest.mark.parametrize(
    "text",
    ["新成路街道白银路口", "嘉定区口", "白银路沪宜路", "白银路与沪宜路间", "路口", "白银路路口"],
)
def test_one_road_is_no_crossing(text: str) -> None:
    assert not any(reading.crossing for reading in readings(text))


@pytest.mark.parametrize(("text", "name", "numbers"), WITH_NUMERALS)
def test_known_names_keep_their_numerals(text: str, name: str, numbers: dict[str, str]) -> None:
    first = readings(text, Names(NAMES.split()))[0]
    assert (first.names, said(first)) == ((name,), numbers)


@pytest.mark.parametrize(("text", "name", "numbers"), GUESSED)
def test_names_keep_their_numerals_unknown_too(
    text: str, name: str, numbers: dict[str, str]
) -> None:
    first = readings(text)[0]
    assert (first.names, said(first)) == ((name,), numbers)
