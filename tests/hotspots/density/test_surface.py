"""The density of events: as a direct sum gives it, without seams, and nothing lost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gisgrid.geometry.tiling import Tile, to_degrees
from gisgrid.hotspots.density.events import Events, Selection
from gisgrid.hotspots.density.surface import SIDE, tile_density
from tests.hotspots.density.towns import BEGIN, CENTRE, KINDS, YEAR, Crowd, crowd, tile_at

EARTH_M = 6_378_137.0
ALL = Selection()


def pixels(tile: Tile) -> NDArray[np.float64]:
    """Longitude and latitude of the middle of each pixel, shape (256, 256, 2)."""
    along = (np.arange(SIDE) + 0.5) / SIDE
    x, y = np.meshgrid(tile.column + along, tile.row + along)
    return to_degrees(np.column_stack([x.ravel(), y.ravel()]) / 2**tile.zoom).reshape(SIDE, SIDE, 2)


def direct(found: Crowd, places: NDArray[np.float64], radius_m: float) -> NDArray[np.float64]:
    """Events per hectare at places, each event summed by itself on a plane about the place."""
    sigma = radius_m / 2
    cut = math.erf(3 / math.sqrt(2)) ** 2
    out = np.empty(len(places))
    for k, (lon, lat) in enumerate(places):
        east = np.radians(found.lon - lon) * EARTH_M * np.cos(np.radians(found.lat))
        north = np.radians(found.lat - lat) * EARTH_M
        near = (np.abs(east) <= 3 * sigma) & (np.abs(north) <= 3 * sigma)
        weights = np.exp(-(east[near] ** 2 + north[near] ** 2) / (2 * sigma**2))
        out[k] = weights.sum() / (2 * np.pi * sigma**2 * cut) * 1e4
    return out


def hectares(tile: Tile) -> NDArray[np.float64]:
    """The ground of each pixel of a tile's rows, shape (256, 1)."""
    lat = np.radians(pixels(tile)[:, :1, 1])
    return np.asarray((2 * np.pi * EARTH_M * np.cos(lat) / 2**tile.zoom / SIDE) ** 2 / 1e4)


@pytest.mark.parametrize(("zoom", "radius_m"), [(12, 300.0), (14, 300.0), (17, 150.0), (13, 900.0)])
def test_a_density_is_what_a_direct_sum_gives(zoom: int, radius_m: float) -> None:
    found = crowd(3_000)
    tile = tile_at(*CENTRE, zoom)
    density = tile_density(found.events, ALL, tile, radius_m)
    rng = np.random.default_rng(zoom)
    rows, columns = rng.integers(0, SIDE, (2, 200))
    expected = direct(found, pixels(tile)[rows, columns], radius_m)
    errors = np.abs(density[rows, columns] - expected)
    assert expected.max() > 0.2
    # A class is twice as dense as the one before: this is a twentieth of one.
    assert (errors <= 0.03 * expected + 0.01 * density.max()).all()


@pytest.mark.parametrize("lat", [-60.0, 0.0, 31.3, 60.0])
@pytest.mark.parametrize("zoom", [6, 11, 13])
def test_all_events_are_somewhere_at_any_latitude_and_zoom(zoom: int, lat: float) -> None:
    events = Events.of([121.2], [lat], [0], [np.nan])
    here = tile_at(121.2, lat, zoom)
    total = 0.0
    for row in range(here.row - 1, here.row + 2):
        for column in range(here.column - 1, here.column + 2):
            tile = Tile(zoom, column, row)
            total += float((tile_density(events, ALL, tile, 300.0) * hectares(tile)).sum())
    assert total == pytest.approx(1.0, rel=0.01)


@settings(max_examples=25)
@given(zoom=st.integers(9, 18), reach=st.integers(8, 200), seed=st.integers(0, 3))
def test_tiles_meet_without_a_seam(zoom: int, reach: int, seed: int) -> None:
    """Over an edge the density goes on as it does beside it; a radius is some pixels wide."""
    found = crowd(400, seed, spread=0.002)
    tile = tile_at(found.lon[0], found.lat[0], zoom)
    radius_m = reach * 2 * np.pi * EARTH_M * np.cos(np.radians(found.lat[0])) / 2**zoom / SIDE
    here, east, south = (
        tile_density(found.events, ALL, Tile(zoom, tile.column + dx, tile.row + dy), radius_m)
        for dx, dy in ((0, 0), (1, 0), (0, 1))
    )
    top = max(here.max(), east.max(), south.max())
    for before, after in ((here.T, east.T), (here, south)):
        across = np.abs(after[0] - before[-1])
        beside = np.abs(
            np.diff(np.vstack([before[-12:], np.full((1, SIDE), np.nan), after[:12]]), axis=0)
        )
        assert (across <= 1.25 * np.nanmax(beside, axis=0) + 1e-3 * top).all()


def test_the_same_ground_has_the_same_density_in_every_tile_and_zoom() -> None:
    """Where pixels are finer than cells, four pixels of a tile are one of the zoom before."""
    events = crowd(2_000).events
    parent = tile_at(*CENTRE, 15)
    whole = tile_density(events, ALL, parent, 300.0)
    quarters = [
        [
            tile_density(events, ALL, Tile(16, 2 * parent.column + i, 2 * parent.row + j), 300.0)
            for i in (0, 1)
        ]
        for j in (0, 1)
    ]
    fine = np.block(quarters)
    coarse = fine.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3))
    assert np.abs(coarse - whole).max() <= 2e-3 * whole.max()


def test_a_selection_is_the_events_it_names() -> None:
    found = crowd(3_000)
    kinds = np.array([True, False, True, False, False])
    since, until = BEGIN + YEAR / 4, BEGIN + YEAR / 2
    tile = tile_at(*CENTRE, 13)
    within = (found.seconds >= since) & (found.seconds < until)
    choices = [
        (Selection(kinds=kinds), kinds[found.kind]),
        (Selection(since=since), found.seconds >= since),
        (Selection(until=until), found.seconds < until),
        (Selection(kinds, since, until), kinds[found.kind] & within),
        (Selection(np.zeros(KINDS, np.bool_)), found.kind < 0),
        (Selection(until=BEGIN - 1), found.kind < 0),
        (Selection(since=BEGIN + 2 * YEAR), found.kind < 0),
        (Selection(since=BEGIN - 1), ~np.isnan(found.seconds)),
    ]
    for selection, chosen in choices:
        some = Events.of(*(part[chosen] for part in vars(found).values()))
        expected = tile_density(some, ALL, tile, 300.0)
        assert (tile_density(found.events, selection, tile, 300.0) == expected).all()


def test_times_are_taken_by_the_second() -> None:
    events = Events.of([121.2] * 3, [31.3] * 3, [0] * 3, [100.0, 200.9, 201.0])
    tile = tile_at(121.2, 31.3, 10)

    def count(since: float, until: float) -> int:
        density = tile_density(events, Selection(None, since, until), tile, 20.0)
        return round(float((density * hectares(tile)).sum()))

    assert count(100, 101) == 1
    assert count(101, 201) == 1
    assert count(201, 202) == 1
    assert count(100, 202) == 3


def test_where_nothing_is_the_density_is_nothing() -> None:
    tile = tile_at(*CENTRE, 12)
    none = Events.of([], [], [], [])
    assert len(none) == 0
    assert not tile_density(none, ALL, tile, 300.0).any()
    assert not tile_density(crowd(100).events, ALL, tile_at(0, 0, 12), 300.0).any()


def test_events_at_the_end_of_the_world_are_kept() -> None:
    lon, lat = [-180.0, 180.0, 0.0, 0.0], [0.0, 0.0, 90.0, -90.0]
    events = Events.of(lon, lat, [0] * 4, [0.0] * 4)
    assert len(events) == 4
    density = tile_density(events, ALL, Tile(0, 0, 0), 300.0)
    assert (density[128, [0, -1]] > 0).all()
    assert (density[[0, -1], 128] > 0).all()


def test_an_event_takes_ten_bytes() -> None:
    events = crowd(50_000).events
    assert events.nbytes < 10.5 * len(events)
