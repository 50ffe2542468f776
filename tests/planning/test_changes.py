"""What a plan would change, and where points change hands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.planning import changed_area, compare_grids
from tests.towns import frame, square


def test_each_grid_is_new_reshaped_relabelled_ended_or_unchanged() -> None:
    present = frame([(code, None, square(x, 0)) for x, code in enumerate("abcd")])
    listed = frame(
        [("a", None, square(0, 0)), ("b", None, square(1, 1)), ("c", "p", square(2, 0)),
         ("e", None, square(4, 0))]
    )  # fmt: skip
    changes = compare_grids(listed, present, ends=["d"])
    assert changes.unchanged == ("a",)
    assert changes.reshaped == ("b",)
    assert changes.relabelled == ("c",)
    assert changes.new == ("e",)
    assert changes.ended == ("d",)


def test_missing_values_are_alike_however_they_are_missing() -> None:
    one = frame([("a", None, square(0, 0))]).assign(households=pd.array([None], dtype="Int64"))
    other = frame([("a", None, square(0, 0))]).assign(households=[float("nan")], parent=[np.nan])
    assert not compare_grids(one, other)


@given(st.data())
def test_every_point_whose_owner_changed_lies_in_the_changed_area(data: st.DataObject) -> None:
    cut = data.draw(st.lists(st.floats(0.1, 2.9), min_size=2, max_size=2))
    before, after = ({1: ("1", square(0, 0, x, 1)), 2: ("2", square(x, 0, 3 - x, 1))} for x in cut)
    pieces = changed_area(before, after)
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    west, south, east, north = square(0, 0, 3, 1).bounds
    for point in shapely.points(rng.uniform((west, south), (east, north), (50, 2))):
        owners = [
            min(key for key, (_, shape) in state.items() if shapely.covers(shape, point))
            for state in (before, after)
        ]
        if owners[0] != owners[1]:
            assert any(shapely.intersects(piece, point) for piece in pieces)


def test_a_new_path_counts_as_changed_although_the_shape_is_the_same() -> None:
    shape = square(0, 0)
    assert len(changed_area({1: ("a", shape)}, {1: ("b", shape)})) > 0
    assert len(changed_area({1: ("a", shape)}, {1: ("a", shape)})) == 0
