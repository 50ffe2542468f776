"""Names as an address book knows them, and what a reading makes of the numbers beside them."""

from __future__ import annotations

from dataclasses import asdict

from gisgrid.address.components import Reading

__all__ = ["NAMES", "Names", "said"]

NAMES = "嘉定区 马陆镇 马陆 白银路 白银一坊 三里桥路 一号路 绿一 丰二 五四村 旁园路 水产村(方泰)"


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
