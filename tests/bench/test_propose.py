"""The bench of proposals: every system on the same cells, measured the same way."""

from __future__ import annotations

import pytest

from gisgrid.bench.peers.partitioners import PARTITIONERS
from gisgrid.bench.propose import run
from gisgrid.bench.results import BenchOptions
from gisgrid.bench.unit_grounds import street_town
from gisgrid.errors import InputError


def test_systems_are_measured_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GISGRID_REAL_DATA", raising=False)
    told: list[str] = []
    options = BenchOptions(
        quick=True,
        cases=("town", "aberdeen"),
        only=("gisgrid", "metis", "gerrychain"),
        progress=told.append,
    )
    rows = {row.system: row for row in run(options).rows}
    assert any("aberdeen" in line and "GISGRID_REAL_DATA" in line for line in told)
    assert [*rows] == ["gisgrid", "metis", "gerrychain"]
    for row in rows.values():
        assert row.measures["contiguous"] == 1.0
        assert 0.0 <= row.measures["in_range"] <= 1.0
        assert row.detail["cells"] == rows["gisgrid"].detail["cells"]
    ours = rows["gisgrid"].measures
    assert (ours["in_range"], ours["units_served"]) == (1.0, 1.0)
    assert ours["on_lines"] > max(
        rows[name].measures["on_lines"] for name in ("metis", "gerrychain")
    )


def test_a_town_has_as_many_buildings_as_were_asked_for() -> None:
    (unit,) = street_town(800)
    assert len(unit.homes.outlines) == 845
    assert len(street_town(20_000)) == 25


def test_every_system_has_a_name_of_its_own_and_cases_are_known() -> None:
    assert len({one.name for one in PARTITIONERS}) == len(PARTITIONERS)
    with pytest.raises(InputError, match="village"):
        run(BenchOptions(cases=("village",)))
