"""Each of the 23 points of the field has a test that shows it, and docs/field.md says which."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs" / "field.md").read_text(encoding="utf-8")
POINTS = range(1, 24)


def shown_by(point: int) -> list[str]:
    """The tests that the table names for a point, as ``path::function``."""
    row = re.search(rf"^\| {point} \|(.*)$", TABLE, re.MULTILINE)
    return re.findall(r"`(tests/\S+\.py::\w+)`", row[1]) if row else []


@cache
def functions_of(path: str) -> set[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("point", POINTS)
def test_the_point_has_tests_that_exist(point: int) -> None:
    named = shown_by(point)
    assert named, f"docs/field.md names no test for point {point}"
    missing = [one for one in named if one.split("::")[1] not in functions_of(one.split("::")[0])]
    assert missing == []


def test_the_table_has_these_points_and_no_other() -> None:
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", TABLE, re.MULTILINE)] == [*POINTS]
