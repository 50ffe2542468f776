"""The bench of edits runs as a whole on few edits, and what it draws is mostly done."""

from __future__ import annotations

import pytest

from gisgrid.bench import BenchOptions
from gisgrid.bench.drawn_edits import KINDS, nested_stack
from gisgrid.bench.edits import run
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.errors import InputError
from tests.planning.edits.states import require_whole


def test_every_kind_of_edit_is_timed_and_fits() -> None:
    rows = run(BenchOptions(quick=True, cases=("drawn",))).rows
    assert [row.case for row in rows] == ["drawn, all kinds", *(f"drawn, {k}" for k in KINDS)]
    assert all(row.equal for row in rows)
    assert all(0 < row.measures["median_ms"] <= row.measures["p95_ms"] for row in rows)
    assert all(row.detail["refused"] < row.detail["edits"] for row in rows)


def test_a_stack_made_of_a_coverage_nests() -> None:
    stack = nested_stack(make_coverage(24, 1), 6, 12)
    assert [len(grids) for grids in stack.shapes.values()] == [2, 4, 24]
    require_whole(stack)


def test_an_unknown_case_is_refused() -> None:
    with pytest.raises(InputError, match="drawn"):
        run(BenchOptions(cases=("speed",)))
