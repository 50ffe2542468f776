"""Kinds of facilities: each brings a category that there is."""

from __future__ import annotations

from gisgrid.cases.categories import categories
from gisgrid.cases.facilities import FACILITY_KINDS


def test_every_kind_brings_a_category_that_there_is() -> None:
    assert {one.category for one in FACILITY_KINDS.values()} <= set(categories())
    assert all(code == one.code and one.zh and one.en for code, one in FACILITY_KINDS.items())
