"""A made-up district of three towns, small enough to know every answer by heart."""

from __future__ import annotations

import numpy as np

from gisgrid.address import AddressBook, Alias, Crossing, Division

PREFIX = "上海市嘉定区"
TEXTS = [
    *(f"{PREFIX}马陆镇白银路288弄{n}号" for n in range(1, 15)),
    *(f"{PREFIX}马陆镇白银路300弄{n}号" for n in range(1, 15)),
    f"{PREFIX}马陆镇白银路28号",
    f"{PREFIX}马陆镇惠民家园12号",
    f"{PREFIX}马陆镇沐峰路6弄27号",
    f"{PREFIX}安亭镇德达路153号1幢",
    f"{PREFIX}安亭镇德达路153号2幢",
    f"{PREFIX}安亭镇塘庄村151号",
    f"{PREFIX}安亭镇沐峰路8号",
    f"{PREFIX}嘉定镇街道和苑巷250号",
    f"{PREFIX}嘉定镇街道一号路12号",
    f"{PREFIX}嘉定镇街道塘庄路9号甲",
    "AB10 1AB",
    "AB10 1AD",
    "ZE3 9JZ",
]
DIVISIONS = [
    Division("T1", "马陆镇", "area"),
    Division("T2", "安亭镇", "area"),
    Division("T3", "嘉定镇街道", "area"),
    Division("U1", "白银一坊社区居委会", "unit", "T1"),
    Division("U2", "塘庄村村委会", "unit", "T2"),
    Division("U3", "白银二坊社区居委会", "unit", "T1"),
]
ALIASES = [
    Alias("槐穗新村", f"{PREFIX}马陆镇沐峰路6弄", "estate"),
    Alias("银杏小区", f"{PREFIX}马陆镇白银路288弄", "estate"),
    Alias("东市路", "德达路", "old-name"),
    Alias("无处路", "没有路", "old-name"),
]
CROSSINGS = [
    Crossing("白银路", "沐峰路", 121.3, 31.4),
    Crossing("新建路", "沐峰路", 121.4, 31.4),
    Crossing("新建路", "沐峰路", 121.5, 31.4),
]
ROADS = ["白银路", "沐峰路", "新建路"]


def row_of(text: str) -> int:
    """The position of a standard text."""
    return TEXTS.index(PREFIX + text)


def small_book(decided: dict[str, int] | None = None) -> AddressBook:
    """The book of them all; address 5's id is 105, and so on."""
    count = len(TEXTS)
    units = ["U1"] * 29 + ["U3"] * 2 + ["U2"] * 4 + [""] * (count - 35)
    return AddressBook.build(
        np.arange(count) + 100,
        TEXTS,
        121 + np.arange(count) / 1000,
        31 + np.arange(count) / 1000,
        divisions=DIVISIONS,
        units=units,
        aliases=ALIASES,
        roads=ROADS,
        crossings=CROSSINGS,
        decided=decided,
    )
