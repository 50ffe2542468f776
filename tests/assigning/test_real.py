"""Public data with known answers, from files to files: Aberdeen and Cleveland."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from gisgrid.cli import main

pytestmark = pytest.mark.real


def assigned(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *args: object
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Run ``gisgrid assign``; the rows that it wrote and what it said of them."""
    command = ["gisgrid", "assign", *map(str, args), "-o", "out.csv", "--json"]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as stop:
        main()
    captured = capsys.readouterr()
    assert not stop.value.code, captured.err
    return pd.read_csv("out.csv", dtype=str), json.loads(captured.out)


def test_postcodes_lie_in_the_output_areas_that_they_name(
    real_data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = real_data / "aberdeen"
    files = (folder / "aberdeen_postcodes.csv", folder / "aberdeen_units.gpkg")
    areas = ("--layer", "oa2011", "--code", "code")

    def rows(*position: object) -> pd.DataFrame:
        found, said = assigned(capsys, monkeypatch, *files, *areas, *position)
        assert (said["rows"], said["border"], said["errors"]) == (7_585, 0, 0)
        return found.set_index("pcds")

    degrees = rows("--lon", "long", "--lat", "lat", "--crs", "wgs84")
    assert degrees.index[degrees["grid"] != degrees["oa11"]].tolist() == ["AB11 9DT"]
    metres = rows("--lon", "oseast1m", "--lat", "osnrth1m", "--crs", "EPSG:27700", "--workers", 2)
    moved = metres.index[metres["grid"] != degrees["grid"]]
    assert sorted(moved) == ["AB10 7GN", "AB11 5BA", "AB11 9DT"]


@pytest.mark.parametrize(
    ("layer", "column", "names"), [("iz2001", "IZ_CODE", "msoa01"), ("dz2001", "DZ_CODE", "lsoa01")]
)
def test_an_invalid_ring_is_refused_and_then_repaired(
    real_data: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    layer: str,
    column: str,
    names: str,
) -> None:
    folder = real_data / "aberdeen"
    args: tuple[object, ...] = (
        *(folder / "aberdeen_postcodes.csv", folder / "aberdeen_units.gpkg"),
        *("--layer", layer, "--code", column),
        *("--lon", "long", "--lat", "lat", "--crs", "wgs84"),
    )
    monkeypatch.setattr(sys, "argv", ["gisgrid", "assign", *map(str, args), "-o", "refused.csv"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert "elf-intersection" in capsys.readouterr().err
    assert not Path("refused.csv").exists()
    found, said = assigned(capsys, monkeypatch, *args, "--repair")
    assert len(said["repaired"]) == 1  # type: ignore[arg-type]
    assert (found["grid"] == found[names]).sum() == 7_584
    assert found.loc[found["grid"] != found[names], "pcds"].tolist() == ["AB11 5HB"]


def test_crimes_lie_in_the_areas_that_they_name(
    real_data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = real_data / "cleveland"
    found, said = assigned(
        *(capsys, monkeypatch),
        *(folder / "cleveland_street_crime.csv", folder / "cleveland_units.gpkg"),
        *("--layer", "lsoa11", "--code", "LSOA11CD", "--repair"),
        *("--lon", "Longitude", "--lat", "Latitude", "--crs", "wgs84"),
    )
    assert said["rows"] == 40_898
    # Seven crimes name an LSOA that lies outside the file; the share is of the others.
    known = found["LSOA code"].isin(found["grid"])
    right = found["grid"] == found["LSOA code"]
    assert (int(right.sum()), int(known.sum())) == (39_787, 40_891)
    assert 100 * right.sum() / known.sum() == pytest.approx(97.30, abs=0.005)
