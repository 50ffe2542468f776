"""The bench of patrol covers, on one town."""

from __future__ import annotations

import pytest

from gisgrid.bench.patrol import run
from gisgrid.bench.results import GISGRID, BenchOptions
from gisgrid.errors import InputError


def test_the_three_ways_stand_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gisgrid.bench.patrol._QUICK_TOWNS", 1)
    result = run(BenchOptions(quick=True, cases=("150m-40",)))
    rows = {row.system: row.measures for row in result.rows}
    assert next(iter(rows)) == GISGRID
    assert rows["highs"]["worst_share"] == pytest.approx(1.0, abs=1e-5)
    assert rows["greedy"]["worst_share"] <= rows[GISGRID]["worst_share"] <= 1.0 + 1e-6
    assert rows[GISGRID]["worst_share"] > 0.97
    assert all(row["milliseconds"] > 0 for row in rows.values())


def test_an_unknown_case_is_refused() -> None:
    with pytest.raises(InputError, match="300m-25"):
        run(BenchOptions(cases=("fast",)))
