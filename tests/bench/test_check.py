"""The bench of checking and repairing."""

from __future__ import annotations

import pytest

from gisgrid.bench import BenchOptions, find_bench
from gisgrid.errors import InputError


def test_sound_and_shifted_grids_are_checked_and_mended() -> None:
    run = find_bench("check")
    sound, faulty = run(BenchOptions(quick=True, cases=("30", "30-shifted"))).rows
    assert (sound.equal, faulty.equal) == (True, True)
    assert sound.detail["findings"] == 0
    assert int(faulty.detail["findings"]) > 30
    assert {"check_seconds", "repair_seconds"} == sound.measures.keys()
    with pytest.raises(InputError, match="415-shifted"):
        run(BenchOptions(cases=("shifted",)))
