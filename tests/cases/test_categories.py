"""The categories: all that the account of the pilot names, each with what cases need."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisgrid.cases.categories import GROUPS, categories, category_of
from gisgrid.errors import NotFound

NAMED = (
    *("矛盾纠纷", "无证设摊", "占绿毁绿", "绿化带停车", "跨门经营", "乱扔垃圾", "地下游戏室"),
    *("堵塞消防通道", "私拉电线", "僵尸车", "楼道堆物", "防盗窗", "无证废品回收点"),
    *("绿化带晾晒", "照明缺失", "治安线索", "设施维修"),
)


def test_every_category_of_the_field_is_there() -> None:
    assert set(NAMED) <= {one.name_zh for one in categories().values()}


def test_categories_are_whole() -> None:
    names = [one.name_zh for one in categories().values()]
    assert len(set(names)) == len(names)
    assert {one.group for one in categories().values()} == set(GROUPS)
    for one in categories().values():
        assert one.name_en
        assert one.severity in (1, 2, 3)
        assert one.watch_days > 0
        assert one.hazard == (one.group in {"fire", "security", "city", "tip"})


def test_an_unknown_category() -> None:
    with pytest.raises(NotFound, match="'ufo'"):
        category_of("ufo")


def table() -> str:
    """The categories as the docs list them."""
    lines = [
        "| category | 中文 | group | report in within | close within | watched |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in categories().values():
        cells = (f"`{one.code}`", one.name_zh, one.group, str(one.report_in), str(one.close))
        lines.append(f"| {' | '.join(cells)} | {one.watch_days} d |")
    return "\n".join(lines)


def test_the_docs_have_the_categories() -> None:
    docs = Path(__file__).parents[2] / "docs" / "cases.md"
    assert table() in docs.read_text(encoding="utf-8"), f"docs/cases.md lacks:\n{table()}"
