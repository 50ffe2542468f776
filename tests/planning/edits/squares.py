"""A town of squares that edits are tried on, and what must hold after each."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from gisgrid.planning.edits import Redrawn, Stack, cut_out
from tests.planning.edits.states import outline, redraw, require_whole
from tests.towns import SIDE, SOUTH, WEST, square

MM = 1e-3 / 111_320 / SIDE  # a millimetre, in sides of the town's squares


def town() -> Stack:
    """Eight by two squares: micro 100 + 10 x + y, four to each unit (10 to 13), areas 1 and 2."""
    micro = {100 + 10 * x + y: square(x, y) for x in range(8) for y in range(2)}
    parents: dict[int, int | None] = {key: 10 + (key - 100) // 20 for key in micro}
    unit = {u: united(micro, parents, u) for u in range(10, 14)}
    parents |= {u: 1 + (u - 10) // 2 for u in unit}
    area = {a: united(unit, parents, a) for a in (1, 2)}
    parents |= {1: None, 2: None}
    stack = Stack({"area": area, "unit": unit, "micro": micro}, parents, {100: "M-100"})
    require_whole(stack)
    return stack


def united(grids: dict[int, Any], parents: dict[int, int | None], parent: int) -> Any:
    return shapely.coverage_union_all([g for key, g in grids.items() if parents[key] == parent])


def at(x: float, y: float) -> tuple[float, float]:
    return WEST + x * SIDE, SOUTH + y * SIDE


def line(*points: tuple[float, float]) -> Any:
    return shapely.LineString([at(x, y) for x, y in points])


def done(stack: Stack, redrawn: Redrawn) -> Stack:
    after = redraw(stack, redrawn)
    require_whole(after)
    for level in stack.shapes:
        sizes = [shapely.area(outline(state, level)) for state in (stack, after)]
        assert sizes[0] == pytest.approx(sizes[1], rel=1e-12)
    return after


def donut() -> Stack:
    """Micro 110 with a special grid, 171, in its middle."""
    stack = town()
    return done(stack, cut_out(stack, "micro", square(1.3, 0.3, 0.4, 0.4)))
