"""What a plan would change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gisgrid.planning import compare_grids
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
