"""The bench of maps: tiles that hold hazards, none twice, and a plain way that draws the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gisgrid.bench import BenchOptions
from gisgrid.bench.hazard_scene import (
    BEGIN,
    Hazards,
    hazard_frame,
    levels_of,
    make_hazards,
    street_coverage,
)
from gisgrid.bench.honeycomb import Coverage
from gisgrid.bench.maps import asked_tiles, run
from gisgrid.bench.peers.plain_maps import PlainTiles, folium_page
from gisgrid.errors import InputError
from gisgrid.geometry.tiling import Tile, to_world
from gisgrid.hotspots.density.events import Events, Selection
from gisgrid.hotspots.density.surface import tile_density


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return street_coverage(40, 1)


@pytest.fixture(scope="module")
def hazards(coverage: Coverage) -> Hazards:
    return make_hazards(coverage, 5_000, 1)


def test_no_tile_is_asked_for_twice_and_each_holds_a_hazard(hazards: Hazards) -> None:
    asked = asked_tiles(hazards, 60, 1)
    assert len(set(asked)) == 60
    assert {tile.zoom for tile, _, _ in asked} == set(range(8, 18))
    events = Events.of(hazards.lon, hazards.lat, hazards.category, hazards.second)
    assert all(tile_density(events, Selection(), tile, 300.0).any() for tile, _, _ in asked)


@pytest.mark.parametrize("zoom", [11, 13])
def test_the_plain_way_draws_the_same(hazards: Hazards, coverage: Coverage, zoom: int) -> None:
    middle = np.array([[np.median(hazards.lon), np.median(hazards.lat)]])
    column, row = (to_world(middle)[0] * 2**zoom).astype(int).tolist()
    tile = Tile(zoom, column, row)
    since = BEGIN + pd.Timedelta(days=200)
    plain = PlainTiles(hazards).draw(tile, "fire", since, 300.0)
    seconds = BEGIN.timestamp() + hazards.second
    events = Events.of(hazards.lon, hazards.lat, hazards.category, seconds)
    wanted = Selection(np.array([True, False, False]), since.timestamp())
    ours = tile_density(events, wanted, tile, 300.0)
    lat = coverage.bounds[1]
    pixel_m = 40_075_016.7 * np.cos(np.radians(lat)) / 2**zoom / 256
    assert np.corrcoef(plain.ravel(), ours.ravel())[0, 1] > 0.99
    assert plain.sum() == pytest.approx((ours * pixel_m**2 / 1e4).sum(), rel=0.02)


def test_a_frame_has_the_grids_that_own_its_hazards(hazards: Hazards, coverage: Coverage) -> None:
    levels = levels_of(coverage)
    frame = hazard_frame(hazards, coverage, levels)
    owned = frame.dropna(subset=["micro"])
    assert len(owned) > 4_000
    parents = levels["micro"].set_index("code")["parent"]
    assert (owned["micro"].map(parents) == owned["unit"]).all()
    assert len(folium_page(frame.iloc[:100])) > 3_000


def test_a_case_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="tiles-10m"):
        run(BenchOptions(cases=("file-2",)))
