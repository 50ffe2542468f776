"""Checking grids before anybody relies on them: what is wrong, where, and how much of it."""

from __future__ import annotations

from gisgrid.geometry.checking.running import check, check_level, check_nesting, joined, worsened
from gisgrid.geometry.checking.summary import summary
from gisgrid.geometry.checking.values import (
    KINDS,
    Below,
    Checked,
    Finding,
    Level,
    Tolerances,
)
from gisgrid.geometry.checking.wording import KIND_NAMES

__all__ = [
    "KINDS",
    "KIND_NAMES",
    "Below",
    "Checked",
    "Finding",
    "Level",
    "Tolerances",
    "check",
    "check_level",
    "check_nesting",
    "joined",
    "summary",
    "worsened",
]
