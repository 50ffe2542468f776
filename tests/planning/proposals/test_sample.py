"""Proposals for the sample district's units and for a Scottish city."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from gisgrid.bench.unit_grounds import sample_unit, sample_units, statistical_units
from gisgrid.planning.proposals import (
    Ground,
    Proposal,
    Range,
    cut_into_cells,
    propose,
    propose_on_cells,
)
from gisgrid.planning.proposals.graph import cell_graph, pieces
from gisgrid.sample import District
from tests.planning.proposals.blocks import kind, require_sound, with_households, with_present

SEED = 20_261


def require_good(proposals: list[Proposal]) -> None:
    """What the proposals of a unit whose total can be divided come to."""
    for name in ("least-change", "best"):
        proposal = kind(proposals, name)
        assert proposal.measures.in_range == 1.0
        assert proposal.measures.contiguous == 1.0
        assert proposal.misses == ()


def changed(place: Ground, proposal: Proposal, rng: np.random.Generator) -> Ground:
    """The ground where a proposal was taken over and 40 % of the buildings changed by 10 %."""
    buildings = len(place.homes.outlines)
    hit = rng.random(buildings) < 0.4
    factor = np.where(hit, rng.choice([0.9, 1.1], buildings), 1.0)[place.homes.buildings]
    households = np.rint(place.homes.households * factor).astype(np.int64)
    return with_households(with_present(place, proposal), households)


def borders(proposals: list[Proposal]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of the border on lines and of the blocks split, of each best proposal."""
    best = [one.measures for one in proposals]
    lines = np.array([one.on_lines for one in best])
    return lines[~np.isnan(lines)], np.array([one.blocks_split for one in best])


def test_some_units(district: District) -> None:
    rng = np.random.default_rng(SEED)
    best: list[Proposal] = []
    for code in rng.choice(sample_units(district), 5, replace=False).tolist():
        place = sample_unit(district, code)
        proposals = propose(place)
        require_good(proposals)
        cells = cut_into_cells(place)
        for proposal in proposals:
            require_sound(place, proposal, cells)
        present = proposals[0]
        assert present.measures.kept == 1.0
        assert [bytes(shape.wkb) for shape in shapely.normalize(present.shapes)] == [
            bytes(shape.wkb)
            for shape in shapely.normalize(place.present.shapes[present.present])  # type: ignore[union-attr]
        ]
        best.append(kind(proposals, "best"))
    on_lines, split = borders(best)
    assert on_lines.mean() >= 0.9
    assert split.mean() <= 0.05


def test_households_stay_when_some_change(district: District) -> None:
    rng = np.random.default_rng(SEED)
    kept = []
    for code in rng.choice(sample_units(district), 3, replace=False).tolist():
        place = sample_unit(district, code)
        again = changed(place, kind(propose(place), "best"), rng)
        least = kind(propose(again), "least-change")
        assert least.measures.in_range == 1.0
        kept.append(least.measures.kept)
    assert min(kept) >= 0.8


@pytest.mark.drill
def test_all_units(district: District) -> None:
    rng = np.random.default_rng(SEED)
    best: list[Proposal] = []
    kept: list[float] = []
    for code in sample_units(district):
        place = sample_unit(district, code)
        proposals = propose(place)
        require_good(proposals)
        cells = cut_into_cells(place)
        for proposal in proposals:
            require_sound(place, proposal, cells)
        best.append(kind(proposals, "best"))
        least = kind(propose(changed(place, best[-1], rng)), "least-change")
        assert least.measures.in_range == 1.0
        kept.append(least.measures.kept)
    on_lines, split = borders(best)
    assert on_lines.mean() >= 0.9
    assert split.mean() <= 0.05
    assert min(kept) >= 0.8


@pytest.mark.real
def test_aberdeen_by_its_output_areas(real_data: Path) -> None:
    wanted = Range()
    units = statistical_units(real_data / "aberdeen" / "aberdeen_units.gpkg")
    assert len(units) == 47
    served = []
    for ground, cells in units:
        connected = pieces(cell_graph(cells, ground.lines))
        totals = np.bincount(connected, weights=cells.households)
        (best,) = [one for one in propose_on_cells(ground, cells) if "best" in one.kinds]
        assert shapely.coverage_is_valid(best.shapes)
        assert shapely.equals(shapely.coverage_union_all(best.shapes), ground.region)
        assert best.households.sum() == cells.households.sum()
        of = connected[np.unique(best.label, return_index=True)[1]]
        inside = wanted.miss(best.households) == 0
        for piece, total in enumerate(totals.tolist()):
            largest = cells.households[connected == piece].max()
            if len(wanted.counts(int(total))) and largest <= wanted.most:
                served.append(inside[of == piece].all())
        assert [miss.grid for miss in best.misses] == np.flatnonzero(~inside).tolist()
        whole = pieces(cell_graph(cells, ground.lines), best.label)
        assert whole.max() + 1 == len(best.shapes)
    assert len(served) >= 47
    assert all(served)
