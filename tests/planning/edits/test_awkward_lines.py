"""Lines and polygons that run along, through and just beside vertices and borders."""

from __future__ import annotations

from functools import partial

import pytest
import shapely
from hypothesis import event, given, settings
from hypothesis import strategies as st

from gisgrid.errors import GisgridError
from gisgrid.planning.edits import cut_out, move_border, move_part, split
from tests.planning.edits.squares import MM, at, donut, town
from tests.planning.edits.states import redraw, require_whole

# Quarters of a square, so that corners and borders are hit, and a little beside: on the very
# spot, floats away, within the millimetre that snaps, at its edge, and beyond.
offsets = st.sampled_from([0.0, 1e-12, -1e-12, 0.3 * MM, -0.3 * MM, MM, -MM, 3 * MM, -3 * MM, 1e-3])
numbers = st.builds(lambda whole, off: whole / 4 + off, st.integers(-2, 14), offsets)
places = st.tuples(numbers, st.builds(lambda w, off: w / 4 + off, st.integers(-2, 10), offsets))
lines = st.lists(places, min_size=2, max_size=5).map(lambda p: [at(x, y) for x, y in p])
stacks = st.sampled_from([town(), donut()])


@given(stacks, lines, st.sampled_from(["split", "border", "part", "special"]))
@settings(max_examples=250)
def test_an_awkward_edit_is_exact_or_refused(stack, points, kind) -> None:  # type: ignore[no-untyped-def]
    line = shapely.LineString(points)
    ring = shapely.Polygon(points) if len(points) > 2 else shapely.buffer(line, 0.003, quad_segs=1)
    edit = {
        "split": partial(split, stack, 110, line),
        "border": partial(move_border, stack, 110, 111, line),
        "part": partial(move_part, stack, 110, 120, ring, with_parents=True),
        "special": partial(cut_out, stack, "micro", ring, with_parents=True),
    }[kind]
    try:
        redrawn = edit()
    except GisgridError as error:
        event(f"{kind} refused: {error.what.split('micro')[0][:40]}")
        assert error.fix
        return
    event(f"{kind} done")
    after = redraw(stack, redrawn)
    require_whole(after)
    for level, grids in stack.shapes.items():
        sizes = [shapely.area([*g.values()]).sum() for g in (grids, after.shapes[level])]
        assert sizes[0] == pytest.approx(sizes[1], rel=1e-11)
