"""Reading addresses: numbers by kind, spelling, whatever people type."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gisgrid.address.components import Numbers, Reading
from gisgrid.address.reading import LONGEST, readings
from gisgrid.errors import InputError
from tests.address.names import NAMES, Names, said

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


def test_there_are_never_more_than_four_ways() -> None:
    assert len(readings("白银路A5-3")) == 4


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
