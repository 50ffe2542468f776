"""A district of few characters, in which one slip soon makes another name."""

from __future__ import annotations

from itertools import product

import pandas as pd

PREFIX = "上海市嘉定区"
TOWNS = ("马陆镇", "南翔镇", "安亭镇", "新成路街道")
_COLUMNS = ["address", "road", "lane", "number", "building", "estate"]


def dense() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Addresses and aliases as the sample's: roads with lanes, numbers, buildings; villages."""
    rows: list[tuple[str, str | None, str | None, str, str | None, str | None]] = []
    aliases = []
    for k, (first, second) in enumerate(product("湖清晴胡青", "桥乔湖河和")):
        town, road = PREFIX + TOWNS[k % 4], f"{first}{second}路"
        for lane, n in product((1 + k % 3, 9), range(1, 5)):
            place = f"{town}{road}{lane}弄"
            rows.append((f"{place}{n}号", road, f"{lane}弄", f"{n}号", None, f"{lane}里"))
        aliases.append((f"{second}{first}新村", f"{town}{road}9弄", "estate"))
        rows += [(f"{town}{road}{n}号", road, None, f"{n}号", None, None) for n in (5, 6)]
        rows.append((f"{town}{road}9号2幢", road, None, "9号", "2幢", None))
        if k % 5 == 0:
            aliases.append((f"东{second}路", road, "old-name"))
        village = f"{first}家{second}村"
        numbers = [f"{n}号" for n in (1, 5, 6)]
        rows += [(town + village + no, None, None, no, None, village) for no in numbers]
    return (
        pd.DataFrame(rows, columns=_COLUMNS),
        pd.DataFrame(aliases, columns=["name", "means", "kind"]),
    )
