"""`gisgrid hotspots forecast` and `evaluate`, on a database and on a file alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from gisgrid.exports.forecasts import forecast_document
from gisgrid.settings import Settings
from gisgrid.store import clock
from gisgrid.store.forecasting import expected_hazards
from gisgrid.store.hazards import HazardFilter, present_of
from tests.commands import Run


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Two thirds of 900 events in one place; one row has no time."""
    rng = np.random.default_rng(1)
    many = 900
    spread = np.where(np.arange(many) < 600, 0.0002, 0.01)
    moment = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.uniform(0, 120, many), unit="D")
    frame = pd.DataFrame(
        {
            "x": 121.4 + spread * rng.uniform(-1, 1, many),
            "y": 31.2 + spread * rng.uniform(-1, 1, many),
            "when": pd.Series(moment).dt.strftime("%Y-%m-%dT%H:%M:%S"),
            "kind": np.where(np.arange(many) % 3 == 0, "fire", "theft"),
        }
    )
    frame.loc[5, "when"] = "soon"
    frame.to_csv(tmp_path / "events.csv", index=False)
    return tmp_path / "events.csv"


def test_a_file_alone_is_judged(gisgrid: Run, events: Path) -> None:
    said = ("hotspots", "evaluate", "--file", events, "--lon", "x", "--lat", "y", "--time", "when")
    code, out, err = gisgrid(*said, "--crs", "wgs84", "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["left_out"] == 1
    assert "soon" not in out and "row" in err
    pai = {one["system"]: one["pai"]["value"] for one in document["scores"] if one["part"] == 0.05}
    assert pai["model"] > 5.0
    assert pai["random"] == pytest.approx(1.0)
    assert len(document["verdict"]) == len(document["verdict_zh"]) >= 4
    only = ("--category", "fire", "--category-col", "kind")
    code, out, err = gisgrid(*said, "--crs", "wgs84", *only)
    assert code == 0, err
    assert "52周计数" in out and "the plain 52-week count" in out


def test_what_is_missing_is_said(gisgrid: Run, events: Path) -> None:
    code, _, err = gisgrid("hotspots", "evaluate", "--file", events, "--lon", "x", "--lat", "y")
    assert code != 0 and "--time" in err
    said = ("hotspots", "evaluate", "--file", events, "--lon", "x", "--lat", "y", "--time", "when")
    code, _, err = gisgrid(*said)
    assert code != 0 and "--crs" in err
    code, _, err = gisgrid(*said, "--crs", "wgs84", "--category", "fire")
    assert code != 0 and "--category-col" in err


@pytest.mark.parametrize("level", ["micro", "hexagon", "cell"])
def test_places_are_ranked_by_what_is_to_be_expected(sample: Engine, level: str) -> None:
    settings = Settings()
    with sample.connect() as connection:
        now = clock.now(connection, settings.zone)
        start = present_of(connection, now)
        end = start + pd.Timedelta(days=7).to_pytimedelta()
        found = expected_hazards(
            connection,
            HazardFilter(categories=("fire",)),
            start,
            end,
            now=now,
            zone=settings.zone,
            level=level,
            size_m=400.0,
        )
    document = forecast_document(found, settings.zone, start=start, end=end)
    dense = [one["per_hectare"] for one in document["places"]]
    assert dense == sorted(dense, reverse=True)
    # 23,000 in 549 days, more of them lately.
    assert 200 < document["expected"] < 800
    assert sum(document["made_of"].values()) == pytest.approx(1.0)
    assert document["last"][:10] == "2024-09-14"


def test_a_forecast_is_printed_and_written(gisgrid: Run, sample: Engine, tmp_path: Path) -> None:
    url = sample.url.render_as_string(hide_password=False)
    said = ("hotspots", "forecast", "--database", url, "--category", "fire", "--level", "unit")
    code, out, err = gisgrid(*said, "-o", tmp_path / "places.geojson")
    assert code == 0, err
    assert "数据截至 data until 2024-09-14" in out
    written = json.loads((tmp_path / "places.geojson").read_text(encoding="utf-8"))
    assert written["features"][0]["properties"]["rank"] == 1
