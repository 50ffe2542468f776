"""Hazards told by bins: what a page makes of them is what was put in."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from gisgrid.maps.bundle import asset
from gisgrid.maps.gaps import pack_gaps
from gisgrid.maps.hazard_bins import packed_bins

FIRST_DAY = 19_000
CATEGORIES, STATES = ["fire", "city"], ["open", "fixed"]
CODES = {"area": ["A", "B"], "micro": [f"M{k}" for k in range(40)]}


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Page:
    """A page with the scripts that take packed numbers apart."""
    opened = chromium.new_page()
    opened.set_content("<div id=panel></div>")
    opened.add_script_tag(content=asset("page.js") + asset("hazards/bins.js"))
    opened.add_script_tag(content="window.gisgrid = gisgrid")
    return opened


def hazards(count: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    found_at = pd.Timestamp("2022-01-08", tz="UTC") + pd.to_timedelta(
        rng.integers(0, 700 * 86_400, count), "s"
    )
    micro = rng.integers(-1, 40, count)
    return pd.DataFrame(
        {
            "lon": rng.normal(121.23, 0.02, count),
            "lat": rng.normal(31.36, 0.02, count),
            "category": rng.choice(CATEGORIES, count),
            "subject": rng.choice(["楼道堆物", "<b>", ""], count),
            "severity": pd.array(rng.choice([1, 2, 3, None], count), dtype="Int64"),
            "state": rng.choice(STATES, count),
            "discovered": rng.random(count) < 0.5,
            "found_at": pd.Series(found_at).where(rng.random(count) > 0.1),
            "area": np.array(["A", "B", None], dtype=object)[np.where(micro < 0, 2, micro // 20)],
            "micro": np.array([*CODES["micro"], None], dtype=object)[micro],
        }
    )


@given(st.lists(st.integers(0, 10**9), max_size=200), st.integers(1, 10**4))
def test_gaps_take_few_characters(values: list[int], spread: int) -> None:
    ordered = np.sort(np.array(values, np.int64)) // spread
    packed = pack_gaps(ordered)
    assert packed["n"] == len(values)
    if len(values):
        mean = max(ordered[-1] / len(ordered), 1)
        assert 6 * len(packed["bits"]) <= len(ordered) * (np.log2(mean) + 3) + 6


@pytest.mark.parametrize("most", [1, 3, 100, 10**6, 10**12])
def test_gaps_are_read_as_they_were_written(page: Page, most: int) -> None:
    rng = np.random.default_rng(most)
    values = np.sort(rng.integers(0, most, 500))
    read = page.evaluate("packed => Array.from(gisgrid.unpackGaps(packed))", pack_gaps(values))
    assert read == values.tolist()
    assert page.evaluate("packed => gisgrid.unpackGaps(packed).length", pack_gaps(values[:0])) == 0


@pytest.mark.parametrize(("count", "room"), [(3_000, 10**6), (3_000, 2_500), (0, 10)])
def test_a_page_counts_what_the_frame_holds(
    page: Page, monkeypatch: pytest.MonkeyPatch, count: int, room: int
) -> None:
    monkeypatch.setattr("gisgrid.maps.hazard_bins._ROOM", room)
    frame = hazards(count)
    packed = json.loads(json.dumps(packed_bins(frame, FIRST_DAY, CATEGORIES, STATES, CODES)))
    read = page.evaluate(
        """raw => {
          const rows = gisgrid.unbin(raw), list = (values) => Array.from(values);
          return {
            kinds: list(gisgrid.unpackDeltas(raw.kinds, 5)), n: list(rows.n), xs: list(rows.xs),
            kind: list(rows.kind), day: list(rows.day),
            micro: list(rows.owners.micro), area: list(rows.owners.area),
          };
        }""",
        packed,
    )
    n = np.array(read["n"], np.int64)
    assert n.sum() == count
    if not count:
        return
    kinds = np.array(read["kinds"]).reshape(-1, 5)[read["kind"]]
    for code in range(2):
        assert n[kinds[:, 0] == code].sum() == (frame["category"] == CATEGORIES[code]).sum()
    for level, codes in CODES.items():
        positions = np.array(read[level])
        for at, code in enumerate(codes):
            assert n[positions == at].sum() == (frame[level] == code).sum()
    assert n[np.array(read["day"]) == -1].sum() == frame["found_at"].isna().sum()
    assert ("severity" in packed["told"]) == (room == 10**6)
    if "severity" in packed["told"]:
        assert n[kinds[:, 2] == 3].sum() == (frame["severity"] == 3).sum()
    else:
        assert (kinds[:, 2] == -1).all()
    xs = np.array(read["xs"])
    middle = (frame["lon"].mean() + 180) / 360 * 256
    assert np.average(xs, weights=n) == pytest.approx(middle, abs=0.02)
