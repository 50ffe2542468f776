"""Reading addresses: examples by kind, names with numerals, whatever people type."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gisgrid.address.components import Numbers, Reading
from gisgrid.address.reading import LONGEST, readings
from gisgrid.errors import InputError

PLAIN = [
    ("上海市嘉定区马陆镇沐峰路6弄27号", "上海市嘉定区马陆镇沐峰路", {"lane": "6", "number": "27"}),
    ("安亭镇德达路153号2幢", "安亭镇德达路", {"number": "153", "building": "2"}),
    ("安亭镇塘庄村151号", "安亭镇塘庄村", {"number": "151"}),
    ("马陆镇惠民家园12号", "马陆镇惠民家园", {"number": "12"}),
    ("南翔镇和苑巷250号", "南翔镇和苑巷", {"number": "250"}),
    (
        "白银路288弄12号3单元5层501室",
        "白银路",
        {"lane": "288", "number": "12", "unit": "3", "floor": "5", "room": "501"},
    ),
    ("白银路288弄3支弄12号", "白银路", {"lane": "288", "branch": "3", "number": "12"}),
    ("白银路0288弄012号", "白银路", {"lane": "288", "number": "12"}),
    ("白银路288弄", "白银路", {"lane": "288"}),
    ("白银路", "白银路", {}),
]
NUMERALS = [
    ("白银路二百八十八弄十二号", {"lane": "288", "number": "12"}),
    ("白银路二八八弄一二号", {"lane": "288", "number": "12"}),
    ("白银路两百号", {"number": "200"}),
    ("白银路廿八弄卅号", {"lane": "28", "number": "30"}),
    ("白银路贰佰捌拾捌弄拾贰号叁零壹室", {"lane": "288", "number": "12", "room": "301"}),
    ("白银路288弄十二号三〇一室", {"lane": "288", "number": "12", "room": "301"}),
    ("白银路２８８弄１２号", {"lane": "288", "number": "12"}),
    ("白银路⑫号", {"number": "12"}),
    ("白银路二百八十八弄十二号三〇一", {"lane": "288", "number": "12", "room": "301"}),
]
WORDS = [
    ("白银路288弄堂12号", {"lane": "288", "number": "12"}),
    ("白银路288衖12號", {"lane": "288", "number": "12"}),
    ("白银路288弄3弄12号", {"lane": "288", "branch": "3", "number": "12"}),
    ("白银路12号甲", {"number": "12甲"}),
    ("白银路12甲号", {"number": "12甲"}),
    ("白银路甲12号", {"number": "12甲"}),
    ("白银路临12号", {"number": "临12"}),
    ("白银路第288弄12号", {"lane": "288", "number": "12"}),
    ("白银路12号付3号", {"number": "12附3"}),
    ("白银路12号附3号", {"number": "12附3"}),
    ("白银路12附3号", {"number": "12附3"}),
    ("白银路12号之3", {"number": "12-3"}),
    ("白银路12之三号", {"number": "12-3"}),
    ("白银路12A号", {"number": "12A"}),
    ("白银路12-18号", {"number": "12-18"}),
    ("白银路12号-18号", {"number": "12-18"}),
    ("白银路12～18号", {"number": "12-18"}),
    ("白银路12至18号", {"number": "12-18"}),
    ("白银路288弄12-18号", {"lane": "288", "number": "12-18"}),
    ("白银路No.12", {"number": "12"}),
    ("白银路12、14号", {"number": "12、14"}),
    ("白银路12号、14号", {"number": "12、14"}),
    ("白银路288弄内12号", {"lane": "288", "number": "12"}),
    ("白银路(288弄)12号", {"lane": "288", "number": "12"}),
    ("白银路288弄(12号)", {"lane": "288", "number": "12"}),
    ("白银路六", {"number": "6"}),
    ("白银路288弄12#", {"lane": "288", "number": "12"}),
    ("白银路288弄12#301", {"lane": "288", "number": "12", "room": "301"}),
    ("白银路153号2栋301", {"number": "153", "building": "2", "room": "301"}),
    ("白银路153号2号楼301室", {"number": "153", "building": "2", "room": "301"}),
    ("白银路153号2座", {"number": "153", "building": "2"}),
    ("白银路153号A座12楼", {"number": "153", "building": "A", "floor": "12"}),
    ("白银路153号 A 座", {"number": "153", "building": "A"}),
    ("白银路153号甲幢", {"number": "153", "building": "甲"}),
    ("白银路153号院2号楼", {"number": "153", "building": "2"}),
    ("白银路153号3F", {"number": "153", "floor": "3"}),
    ("白银路153号地下1层", {"number": "153", "floor": "B1"}),
    ("白银路153号负一楼", {"number": "153", "floor": "B1"}),
    ("白银路153号B1层", {"number": "153", "floor": "B1"}),
    ("白银路28弄12号301", {"lane": "28", "number": "12", "room": "301"}),
    ("白银路28弄12号301房", {"lane": "28", "number": "12", "room": "301"}),
    ("白银路28弄12号-301", {"lane": "28", "number": "12", "room": "301"}),
    ("白银路28弄12号2-301", {"lane": "28", "number": "12", "unit": "2", "room": "301"}),
    ("白银路28弄12号2单元301", {"lane": "28", "number": "12", "unit": "2", "room": "301"}),
    ("白银路28弄12号3门301室", {"lane": "28", "number": "12", "unit": "3", "room": "301"}),
    ("白银路28弄12号301A室", {"lane": "28", "number": "12", "room": "301A"}),
]
# Without their words numbers may count one thing or another; each as (numbers, doubts).
LANE, NUMBER = "missing-lane-word", "missing-number-word"
BARE = [
    ("白银路288-12号", [({"lane": "288", "number": "12"}, [LANE]), ({"number": "288-12"}, [])]),
    ("白银路288一12号", [({"lane": "288", "number": "12"}, [LANE]), ({"number": "288-12"}, [])]),
    ("白银路12-18号", [({"number": "12-18"}, []), ({"lane": "12", "number": "18"}, [LANE])]),
    ("白银路288 12号", [({"lane": "288", "number": "12"}, [LANE])]),
    ("白银路二百八十八 十二号", [({"lane": "288", "number": "12"}, [LANE])]),
    ("白银路288/12号", [({"lane": "288", "number": "12"}, [LANE]), ({"number": "288-12"}, [])]),
    (
        "白银路288弄12-301",
        [
            ({"lane": "288", "number": "12", "room": "301"}, [NUMBER]),
            ({"lane": "288", "number": "12-301"}, [NUMBER]),
        ],
    ),
    ("白银路288弄12", [({"lane": "288", "number": "12"}, [NUMBER])]),
    ("白银路288", [({"number": "288"}, [NUMBER])]),
    (
        "白银路12-301",
        [
            ({"number": "12", "room": "301"}, [NUMBER]),
            ({"lane": "12", "number": "301"}, [LANE, NUMBER]),
            ({"number": "12-301"}, [NUMBER]),
        ],
    ),
    (
        "白银路153-2",
        [
            ({"lane": "153", "number": "2"}, [LANE, NUMBER]),
            ({"number": "153", "room": "2"}, [NUMBER, "number-as-room"]),
            ({"number": "153", "building": "2"}, [NUMBER, "number-as-building"]),
            ({"number": "153-2"}, [NUMBER]),
        ],
    ),
    (
        "白银路153号-2",
        [
            ({"number": "153-2"}, []),
            ({"number": "153", "room": "2"}, ["number-as-room"]),
            ({"number": "153", "building": "2"}, ["number-as-building"]),
        ],
    ),
    (
        "白银路153号2",
        [
            ({"number": "153", "room": "2"}, []),
            ({"number": "153", "building": "2"}, ["number-as-building"]),
        ],
    ),
    ("白银路153号-201", [({"number": "153", "room": "201"}, []), ({"number": "153-201"}, [])]),
    (
        "白银路288-12-301",
        [
            ({"lane": "288", "number": "12", "room": "301"}, [LANE, NUMBER]),
            ({"number": "288", "unit": "12", "room": "301"}, [NUMBER]),
        ],
    ),
    (
        "白银路6号27号",
        [
            ({"lane": "6", "number": "27"}, [LANE]),
            ({"number": "6", "building": "27"}, ["number-as-building"]),
        ],
    ),
    (
        "惠民家园12幢301",
        [
            ({"building": "12", "room": "301"}, []),
            ({"number": "12", "room": "301"}, ["building-as-number"]),
        ],
    ),
    (
        "301室 288 12号 白银路",
        [({"lane": "288", "number": "12", "room": "301"}, [LANE, "swapped"])],
    ),
    ("白银路12-18号288弄", [({"lane": "288", "number": "12-18"}, ["swapped"])]),
    (
        "白银路18号-12号",
        [
            ({"lane": "18", "number": "12"}, [LANE]),
            ({"number": "18", "building": "12"}, ["number-as-building"]),
        ],
    ),
    ("白银路153-2幢", [({"number": "153", "building": "2"}, [NUMBER])]),
    (
        "白银路q11弄5号",
        [
            ({"lane": "Q11", "number": "5"}, []),
            ({"lane": "11", "number": "5"}, ["stray-letter"]),
        ],
    ),
]
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
NAMES = "嘉定区 马陆镇 马陆 白银路 白银一坊 三里桥路 一号路 绿一 丰二 五四村 旁园路 水产村(方泰)"
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


class Names:
    """Names as an address book knows them."""

    def __init__(self, names: list[str]) -> None:
        self._names = set(names)

    def longest(self, text: str, start: int) -> int:
        lengths = range(min(len(text) - start, 12), 0, -1)
        return next((n for n in lengths if text[start : start + n] in self._names), 0)


def said(reading: Reading) -> dict[str, str]:
    """The numbers that a reading has."""
    return {field: value for field, value in asdict(reading.numbers).items() if value}


@pytest.mark.parametrize(("text", "name", "numbers"), PLAIN)
def test_a_standard_address_reads_in_one_way(text: str, name: str, numbers: dict[str, str]) -> None:
    assert readings(text) == (Reading((name,), Numbers(**numbers)),)


@pytest.mark.parametrize(("text", "numbers"), NUMERALS + WORDS)
def test_numbers_read_however_they_are_written(text: str, numbers: dict[str, str]) -> None:
    first = readings(text)[0]
    assert (first.names, said(first)) == (("白银路",), numbers)


@pytest.mark.parametrize(("text", "ways"), BARE)
def test_bare_numbers_read_in_every_sensible_way(
    text: str, ways: list[tuple[dict[str, str], list[str]]]
) -> None:
    assert [(said(r), list(r.doubts)) for r in readings(text)] == ways


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


def test_there_are_never_more_than_four_ways() -> None:
    assert len(readings("白银路A5-3")) == 4


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


@pytest.mark.parametrize(
    "text",
    [
        "嘉定区 马陆镇 白银路 288弄 12号",
        "嘉定区马陆镇 白 银 路 288 弄 12 号",
        "嘉定區馬陸鎮白銀路２８８弄１２號",
        "嘉定区　马陆镇白银路288弄12号\n",
    ],
)
def test_spelling_does_not_matter(text: str) -> None:
    (only,) = readings(text)
    assert only == Reading(("嘉定区马陆镇白银路",), Numbers("288", "", "12"))


@pytest.mark.parametrize("text", ["AB10 1AB", "ab101ab", " Ab10 1aB"])
def test_a_text_without_chinese_stays_whole(text: str) -> None:
    assert readings(text) == (Reading(("AB101AB",), Numbers(), doubts=("not-chinese",)),)


@pytest.mark.parametrize("text", ["", "  ", "\x00\x1b", "🙂"])
def test_nothing_reads_as_nothing(text: str) -> None:
    assert readings(text) == (Reading((), Numbers(), doubts=("not-chinese",)),)


@pytest.mark.parametrize("text", ["路" * (LONGEST + 1), "a" * 10_000, "\ud800" * 10_000])
def test_what_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="too long for an address") as refused:
        readings(text)
    str(refused.value).encode()


PIECES = (
    "嘉定区 马陆镇 白银路 一号路 288 十二 一 甲 附 弄 号 幢 室 - ~ / , ( ) 旁 对面 与 路口 请放 A"
)


@given(
    st.one_of(
        st.text(max_size=250), st.lists(st.sampled_from(PIECES.split()), max_size=40).map("".join)
    )
)
@example("1-" * 100)
@example("甲" * 200)
@example("近" * 199 + "路")
@example("(" * 100 + ")" * 100)
def test_any_text_reads_in_one_to_four_ways_or_is_too_long(text: str) -> None:
    try:
        ways = readings(text, Names(NAMES.split()))
    except InputError:
        return
    assert 1 <= len(ways) <= 4
    assert len({reading.numbers for reading in ways}) == len(ways)
    for reading in ways:
        assert all(reading.names)
        assert not any("\ue000" <= c <= "\uf8ff" for name in reading.names for c in name)
