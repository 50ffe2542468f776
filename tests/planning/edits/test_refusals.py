"""What cannot be meant by an edit is refused, in words and with a way out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from gisgrid.errors import Conflict, CoordinateError, InputError, NotFound
from gisgrid.planning.edits import (
    change_parent,
    cut_out,
    merge,
    move_border,
    move_part,
    move_vertex,
    split,
)
from tests.planning.edits.squares import at, line, town
from tests.towns import SIDE, square


def nowhere() -> Any:
    with np.errstate(invalid="ignore"):
        return shapely.from_wkt("LINESTRING (121.2 31.3, nan 31.4)")


CIRCLE = shapely.Point(at(1.5, 0.5)).buffer(0.1 * SIDE)
BOW = shapely.Polygon([at(0, 0), at(1, 1), at(1, 0), at(0, 1)])

REFUSED = {
    "short line": (InputError, "does not cut", lambda t: split(t, 100, line((0.2, 0), (0.2, 0.9)))),
    "line elsewhere": (InputError, "does not cut", lambda t: split(t, 100, line((5, 0), (6, 1)))),
    "line on border": (InputError, "does not cut", lambda t: split(t, 100, line((1, -1), (1, 3)))),
    "loop": (
        InputError,
        "crosses or touches itself",
        lambda t: split(t, 100, line((-1, 0.5), (1, 0.5), (0.5, 1.5), (0.5, -1))),
    ),
    "ring": (InputError, "itself", lambda t: split(t, 100, shapely.boundary(CIRCLE))),
    "polygon for a line": (InputError, "is no line", lambda t: split(t, 100, CIRCLE)),
    "nan": (
        CoordinateError,
        "nan",
        lambda t: split(t, 100, nowhere()),
    ),
    "latitude first": (
        CoordinateError,
        "121",
        lambda t: move_vertex(t, "micro", at(1, 1), (31.3, 121.2)),
    ),
    "sliver": (InputError, "M-100 .* wide", lambda t: split(t, 100, line((-1, 1e-4), (2, 1e-4)))),
    "bow tie": (InputError, "not valid: Self-inter", lambda t: move_part(t, 100, 110, BOW)),
    "empty": (InputError, "not valid", lambda t: move_part(t, 100, 110, shapely.Polygon())),
    "island": (InputError, "no border with micro 111", lambda t: move_part(t, 110, 111, CIRCLE)),
    "corner": (
        InputError,
        "no border with micro 111",
        lambda t: move_part(t, 100, 111, square(0.5, 0.5)),
    ),
    "none of it": (InputError, "no ground", lambda t: move_part(t, 100, 110, square(5, 0))),
    "all of it": (InputError, "all of", lambda t: move_part(t, 100, 110, square(-1, -1, 3, 3))),
    "in two": (
        InputError,
        "pieces",
        lambda t: move_part(t, 110, 111, square(1.4, -1, 0.2, 3)),
    ),
    "in two by a special": (
        InputError,
        "pieces",
        lambda t: cut_out(t, "micro", square(1.4, -1, 0.2, 3)),
    ),
    "special of nothing": (InputError, "no ground", lambda t: cut_out(t, "micro", square(50, 50))),
    "no such level": (InputError, "police", lambda t: cut_out(t, "police", CIRCLE)),
    "levels mixed": (InputError, "one level", lambda t: merge(t, [100, 10])),
    "one alone": (InputError, "one level", lambda t: merge(t, [100])),
    "apart": (InputError, "shares no border", lambda t: merge(t, [100, 110, 131], None, True)),
    "corner only": (InputError, "shares no border", lambda t: merge(t, [100, 111])),
    "unknown": (NotFound, "999", lambda t: merge(t, [100, 999])),
    "not beside": (
        InputError,
        "share no border",
        lambda t: move_border(t, 100, 120, line((1, 0), (1, 1))),
    ),
    "parts nothing": (
        InputError,
        "does not part",
        lambda t: move_border(t, 100, 110, line((0.5, -1), (0.5, 0.5))),
    ),
    "vertex of none": (
        InputError,
        "no border has a vertex",
        lambda t: move_vertex(t, "micro", at(0.5, 0.5), at(0.6, 0.6)),
    ),
    "outer border": (
        Conflict,
        "outer border",
        lambda t: move_vertex(t, "micro", at(1, 0), at(1, 0.2)),
    ),
    "crossing": (
        InputError,
        "cross itself|overlap|pieces",
        lambda t: move_vertex(t, "micro", at(1, 1), at(2.5, 1.2)),
    ),
    "onto another": (
        InputError,
        "millimetre",
        lambda t: move_vertex(t, "micro", at(1, 1), at(1, 2), with_parents=True),
    ),
    "onto a border": (
        InputError,
        "millimetre",
        lambda t: move_vertex(t, "micro", at(1, 1), at(1.5, 2), with_parents=True),
    ),
    "wrong parent": (InputError, "cannot be the parent", lambda t: change_parent(t, 100, 1)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused_in_words(case: str) -> None:
    kind, words, edit = REFUSED[case]
    with pytest.raises(kind, match=words) as caught:
        edit(town())
    assert caught.value.fix
    assert caught.value.where or kind in (CoordinateError, NotFound, InputError)
