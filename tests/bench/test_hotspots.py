"""The bench of hot spots."""

from __future__ import annotations

import pytest

from gisgrid.bench import BenchOptions, find_bench
from gisgrid.errors import InputError


def test_gi_is_that_of_esda() -> None:
    run = find_bench("hotspots")
    ours, theirs = run(BenchOptions(quick=True, cases=("closed",))).rows
    assert (ours.system, theirs.system) == ("gisgrid", "esda")
    assert ours.equal is True
    (alone,) = run(BenchOptions(quick=True, only=("gisgrid",), cases=("permutation",))).rows
    assert alone.detail["orders"] == 99
    with pytest.raises(InputError, match="no case of this bench"):
        run(BenchOptions(cases=("open",)))
