"""Events gathered into bins: none lost, none moved far, no more room than there is."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gisgrid.hotspots.density.binning import NO_DAY, Bins, binned
from tests.hotspots.density.towns import crowd

EPOCH = date(1970, 1, 1)
METRES = 2 * np.pi * 6_371_008.8 / 360


def gather(
    count: int, seed: int, most_bits: float, *, days: int = 700
) -> tuple[Bins, dict[str, NDArray[np.int64]], NDArray[np.float64]]:
    found = crowd(count, seed)
    rng = np.random.default_rng(seed)
    columns = {
        "fine": rng.integers(0, 12, count),
        "day": rng.integers(19_000, 19_000 + days, count),
        "owner": np.floor(found.lon / 0.01).astype(np.int64) % 7 - 1,
    }
    columns["coarse"] = columns["fine"] % 3
    columns["day"][rng.random(count) < 0.1] = NO_DAY
    kinds = [columns["fine"], columns["coarse"]]
    bins = binned(
        found.lon, found.lat, kinds, columns["day"], columns["owner"], most_bits=most_bits
    )
    return bins, columns, np.column_stack([found.lon, found.lat])


def start_of(day: int, step: str) -> int:
    """The first day of a step, as a calendar says."""
    if day == NO_DAY or step == "day":
        return day
    on = EPOCH + timedelta(days=day)
    if step == "week":
        return day - on.weekday()
    month = {"month": on.month, "quarter": (on.month - 1) // 3 * 3 + 1, "year": 1}[step]
    return (date(on.year, month, 1) - EPOCH).days


@given(st.integers(0, 400), st.integers(0, 5), st.sampled_from([1e9, 2e4, 6e3, 1e3]))
def test_every_event_is_in_one_row_near_it(count: int, seed: int, most_bits: float) -> None:
    bins, columns, places = gather(count, seed, most_bits)
    assert bins.n.sum() == count
    assert (np.diff(bins.keys) > 0).all()
    middles, told = bins.middles, columns[("fine", "coarse")[bins.told]]
    rows: dict[tuple[int, int, int], list[tuple[float, float, int]]] = {}
    for place, kind, time, n in zip(bins.place, bins.kind, bins.time, bins.n, strict=True):
        key = (int(bins.owner[place]), int(kind), int(bins.days[time]))
        rows.setdefault(key, []).append((*middles[place].tolist(), int(n)))
    wanted: dict[tuple[int, int, int], list[NDArray[np.float64]]] = {}
    for at in range(count):
        day = start_of(int(columns["day"][at]), bins.step)
        key = (int(columns["owner"][at]), int(told[at]), day)
        wanted.setdefault(key, []).append(places[at])
    assert set(rows) == set(wanted)
    # Half a bin, and what rounding a place in degrees may add.
    half = np.array(bins.side) / 2 + 1e-12
    for key, listed in rows.items():
        near = sum(
            n
            for x, y, n in listed
            if n == sum((np.abs(one - (x, y)) <= half).all() for one in wanted[key])
        )
        assert near == len(wanted[key])


def test_less_room_makes_coarser_rows() -> None:
    found = [gather(4_000, 1, room)[0] for room in (1e9, 1e5, 5e4, 3e4, 2e4, 1e4)]
    assert (found[0].bin_m, found[0].step, found[0].told) == (5.0, "day", 0)
    sizes = [one.bin_m for one in found]
    told = [one.told for one in found]
    rows = [len(one) for one in found]
    assert rows == sorted(rows, reverse=True)
    assert told == sorted(told)
    assert sizes[-1] > sizes[0]
    # Until less is told of the kinds, bins stay as fine as a heat map needs them.
    assert all(one.bin_m <= 100 for one in found if one.told == 0)


def test_bins_are_as_wide_as_they_say_in_metres() -> None:
    bins, _, places = gather(2_000, 1, 3e4)
    middle = np.radians((places[:, 1].min() + places[:, 1].max()) / 2)
    assert bins.side[1] * METRES == pytest.approx(bins.bin_m)
    assert bins.side[0] * METRES * np.cos(middle) == pytest.approx(bins.bin_m)


def test_neighbours_follow_each_other() -> None:
    bins = gather(4_000, 2, 1e9)[0]
    steps = np.abs(np.diff(bins.middles, axis=0)).sum(axis=1)
    shuffled = np.random.default_rng(0).permutation(bins.middles)
    assert np.median(steps) < 0.1 * np.median(np.abs(np.diff(shuffled, axis=0)).sum(axis=1))


def test_without_owners_a_bin_is_one_place() -> None:
    found = crowd(500)
    kind, day = np.zeros(500, np.int64), np.full(500, 19_000)
    bins = binned(found.lon, found.lat, [kind], day, most_bits=2e3)
    assert (np.diff(bins.cell) > 0).all()
    assert (bins.owner == -1).all()
    assert len(bins) == len(bins.cell)


def test_steps_of_time_begin_where_a_calendar_says() -> None:
    seen = set()
    for room in np.geomspace(3e5, 2e3, 60):
        bins, columns, _ = gather(4_000, 1, float(room))
        days = np.unique(columns["day"]).tolist()
        assert bins.days.tolist() == sorted({start_of(day, bins.step) for day in days})
        seen.add(bins.step)
    assert seen == {"day", "week", "month", "quarter", "year"}
