"""Ground painted from several grids to one: nothing is lost, nothing else moves."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.planning.edits import paint
from tests.planning.edits.squares import done, town
from tests.planning.edits.states import outline
from tests.towns import square

# The unit 10 of the town: two by two squares, cut into cells of a fifth.
SIBLINGS = (100, 101, 110, 111)
CELLS = [(x, y) for x in range(10) for y in range(10)]


def cell(x: int, y: int) -> Any:
    return square(x / 5, y / 5, 1 / 5, 1 / 5)


def owners(stack: Any) -> dict[tuple[int, int], int]:
    """The sibling that each cell of the unit lies in."""
    grids = {key: stack.shapes["micro"][key] for key in SIBLINGS}
    return {
        place: next(key for key, one in grids.items() if one.contains(cell(*place).centroid))
        for place in CELLS
    }


@given(
    strokes=st.lists(
        st.tuples(
            st.sampled_from(SIBLINGS),
            st.sets(st.sampled_from(CELLS), min_size=1, max_size=12),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_cells_go_to_the_grid_that_is_painted(strokes: list[tuple[int, set[Any]]]) -> None:
    stack = town()
    wanted = owners(stack)
    for target, cells in strokes:
        after = wanted | dict.fromkeys(cells, target)
        shapes = [cell(*place) for place in sorted(cells)]
        if after == wanted:
            with pytest.raises(InputError, match="already"):
                paint(stack, target, shapes)
        elif {*after.values()} != {*SIBLINGS}:
            with pytest.raises(InputError, match="no ground left"):
                paint(stack, target, shapes)
        else:
            stack, wanted = done(stack, paint(stack, target, shapes)), after
            assert owners(stack) == wanted


def test_other_grids_stay_to_the_bit() -> None:
    stack = town()
    drawn = paint(stack, 110, [cell(1, 1), cell(2, 1)])
    assert drawn.changed.keys() == {100, 110}
    assert not drawn.added
    assert not drawn.removed
    after = done(stack, drawn)
    assert len(shapely.get_parts(after.shapes["micro"][110])) == 2
    assert shapely.equals_identical(outline(after, "area"), outline(stack, "area"))


def test_a_cell_on_the_border_of_the_unit_puts_its_vertices_into_all_levels() -> None:
    stack = town()
    drawn = paint(stack, 100, [square(1.2, 0, 0.2, 0.3)])
    # A street that ends on the outer border of area, unit and micro-grid.
    assert {1, 10, 100, 110} == drawn.changed.keys()
    done(stack, drawn)


REFUSED = {
    "another unit's": (InputError, "not all", 100, [square(1.9, 0.1, 0.3, 0.2)]),
    "nobody's": (InputError, "not all", 100, [square(0.2, -0.2, 0.2, 0.4)]),
    "its own": (InputError, "already", 100, [square(0.2, 0.2, 0.2, 0.2)]),
    "all of a sibling": (InputError, "no ground left", 100, [square(0, 1)]),
    "a sliver": (InputError, "wide", 100, [square(1, 0, 0.0005, 1)]),
    "a bow": (
        InputError,
        "not valid",
        100,
        [shapely.Polygon([(121.2, 31.3), (121.21, 31.31), (121.21, 31.3), (121.2, 31.31)])],
    ),
    "no grid": (NotFound, "no grid", 999, [square(0.2, 0.2, 0.2, 0.2)]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_painted_is_refused(case: str) -> None:
    kind, words, target, cells = REFUSED[case]
    with pytest.raises(kind, match=words) as refused:
        paint(town(), target, cells)
    assert "\n" not in str(refused.value)


def test_a_unit_is_painted_only_along_its_micro_grids() -> None:
    stack = town()
    with pytest.raises(Conflict, match="cuts micro"):
        paint(stack, 10, [square(2, 0, 0.5, 0.5)])
    after = done(stack, paint(stack, 10, [square(2, 0)]))
    assert after.parents[120] == 10
