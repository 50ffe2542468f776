"""Places with the codes of the grids that owned them at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from sqlalchemy import Engine, insert

from gisgrid.exports.places import export_places
from gisgrid.store import clock
from gisgrid.store.tables import address, hazard
from tests.towns import SIDE, SOUTH, WEST, publish_rows, publish_town, square

CHANGE = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def changed(engine: Engine) -> Engine:
    """A town in which a place changed its grid at the beginning of 2024."""
    publish_town(engine, effective_at=datetime(2023, 1, 1, tzinfo=UTC))
    point = f"SRID=4326;POINT({WEST + 1.2 * SIDE!r} {SOUTH + 0.5 * SIDE!r})"
    with engine.begin() as connection:
        rows = [{"source_id": "1", "households": 7}, {"source_id": "2", "households": None}]
        connection.execute(insert(address), [row | {"point": point} for row in rows])
        secret = {"source_id": "t", "point": point, "category": "tip", "confidential": True}
        plain = {"source_id": "h", "point": point, "category": "fire", "confidential": False}
        connection.execute(insert(hazard), [secret, plain])
        wider = [
            ("A1U1M1", "A1U1", square(0, 0, 1.5, 1)),
            ("A1U1M2", "A1U1", square(1.5, 0, 0.5, 1)),
        ]
        publish_rows(connection, "micro", wider, effective_at=CHANGE)
    return engine


def exported(engine: Engine, path: Path, **options) -> pd.DataFrame:
    with engine.connect() as connection:
        moment = options.pop("at", None)
        at = moment or clock.now(connection, UTC)
        export_places(connection, path, at=at, past=moment is not None, **options)
    return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def test_the_owners_are_those_of_the_time_asked_for(changed: Engine, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    assert set(exported(changed, path, kind="address")["micro"]) == {"A1U1M1"}
    before = exported(changed, path, kind="address", at=datetime(2023, 6, 1, tzinfo=UTC))
    assert set(before["micro"]) == {"A1U1M2"}
    early = exported(changed, path, kind="address", at=datetime(2022, 6, 1, tzinfo=UTC))
    assert set(early["micro"]) == {""}


def test_whole_numbers_stay_whole_beside_missing_ones(changed: Engine, tmp_path: Path) -> None:
    frame = exported(changed, tmp_path / "p.csv", kind="address")
    assert frame["households"].tolist() == ["7", ""]


def test_what_is_confidential_is_left_out(changed: Engine, tmp_path: Path) -> None:
    assert exported(changed, tmp_path / "h.csv", kind="hazard")["id"].tolist() == ["h"]


@pytest.mark.parametrize("suffix", ["csv", "gpkg", "parquet", "geojson"])
def test_without_a_kind_all_places_are_told_apart(
    changed: Engine, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"p.{suffix}"
    with changed.connect() as connection:
        export_places(connection, path, kind=None, at=clock.now(connection, UTC))
    readers = {"csv": pd.read_csv, "parquet": gpd.read_parquet}
    frame = readers.get(suffix, gpd.read_file)(path)
    assert sorted(frame["kind"]) == ["address", "address", "hazard"]
    assert set(frame["micro"]) == {"A1U1M1"}
