"""Figures as they were published: with the word that the source puts to them."""

from __future__ import annotations

from typing import Final

__all__ = ["told"]

# These stand before a number; 余, 多 and 万 behind it.
_BEFORE: Final = ("近", "约", "超", "逾", "不足", "不到", "至少", "不少于", "最多")


def told(value: float | None, qualifier: str, unit: str) -> str:
    """A figure with its qualifier and unit, such as ``70余 辆`` or ``近100 人``; empty for none."""
    number = "" if value is None else f"{value:,.10g}"
    if number and (qualifier.startswith(_BEFORE) or qualifier[:1].isascii()):
        text = f"{qualifier} {number}" if qualifier.isascii() else f"{qualifier}{number}"
    else:
        text = f"{number}{qualifier}"
    return f"{text.strip()} {unit}".strip() if text.strip() else ""
