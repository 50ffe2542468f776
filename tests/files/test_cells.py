"""Cells made safe for spreadsheets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.files.cells import safe_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "＝1+1",
        "-", "+1.2.3", "=", "-1;=2",
    ],
)  # fmt: skip
def test_formulas_become_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["-3", "+86", "-3.5", "-.5", "1e-7", "-1E+5", "310114", "白银一坊", ""]
)
def test_numbers_and_plain_text_stay(text: str) -> None:
    assert safe_cell(text) == text


def test_other_values() -> None:
    assert safe_cell(-3) == -3
    assert safe_cell(-2.5) == -2.5
    assert safe_cell(None) == ""


@given(st.text())
def test_no_cell_begins_with_a_formula(text: str) -> None:
    cell = str(safe_cell(text))
    start = cell.lstrip(" ")[:1]
    if start and start in "=@\t\r\n":
        raise AssertionError(cell)
    if start and start in "+-":
        float(cell)
    assert cell.removeprefix("'") == text or cell == text
