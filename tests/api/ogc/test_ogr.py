"""ogr's own driver of OGC API - Features reads what the database holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyogrio
import pytest
import shapely
from sqlalchemy import Engine

from gisgrid.store.coverages import coverage_frame
from gisgrid.store.features import hazards

LEVELS = {"areas": "area", "units": "unit", "micro-grids": "micro", "police-areas": "police"}


def read(address: str, layer: str, **options: Any) -> pd.DataFrame:
    found = pyogrio.read_dataframe(f"OAPIF:{address}/ogc", layer=layer, **options)
    return found.sort_values("id", ignore_index=True)


def test_it_finds_every_collection(elsewhere: str) -> None:
    assert pyogrio.list_layers(f"OAPIF:{elsewhere}/ogc")[:, 0].tolist() == [*LEVELS, "hazards"]


@pytest.mark.parametrize("page", [1, 4, 1000])
@pytest.mark.parametrize("name", LEVELS)
def test_all_pages_of_a_level(elsewhere: str, read_only: Engine, name: str, page: int) -> None:
    found = read(elsewhere, name, PAGE_SIZE=page)
    with read_only.connect() as connection:
        truth = coverage_frame(connection, LEVELS[name], datetime.now(UTC))
    assert found["id"].tolist() == found["code"].tolist() == truth["code"].tolist()
    for column in ("name", "households", "special"):
        assert found[column].tolist() == truth[column].tolist()
    assert found["parent"].dropna().tolist() == truth["parent"].dropna().tolist()
    assert pd.to_datetime(found["valid_from"], utc=True).tolist() == truth["valid_from"].tolist()
    assert shapely.equals_identical(found.geometry.values, truth.geometry.values).all()


@pytest.mark.parametrize("page", [1, 7, 1000])
def test_all_pages_of_the_hazards_that_may_be_seen(
    elsewhere: str, read_only: Engine, page: int
) -> None:
    found = read(elsewhere, "hazards", PAGE_SIZE=page)
    with read_only.connect() as connection:
        truth = hazards(connection)
    assert found["id"].tolist() == [row.source_id for row in truth]
    assert found["subject"].tolist() == [row.subject for row in truth]
    assert shapely.get_coordinates(found.geometry.values).tolist() == [
        [row.lon, row.lat] for row in truth
    ]
    assert "h2" not in found["id"].tolist()


@pytest.mark.parametrize("epsg", [4490, 3857])
def test_it_reads_the_axes_of_each_system_right(elsewhere: str, epsg: int) -> None:
    crs = f"http://www.opengis.net/def/crs/EPSG/0/{epsg}"
    plain, other = read(elsewhere, "units"), read(elsewhere, "units", CRS=crs)
    assert other.crs.to_epsg() == epsg
    back = other.to_crs(4326)
    assert shapely.equals_exact(plain.geometry.values, back.geometry.values, 1e-9).all()


def test_it_leaves_filters_to_the_server(elsewhere: str) -> None:
    found = read(elsewhere, "hazards", where="category = 'fire' AND severity >= 2")
    assert len(found) > 0
    assert set(found["category"]) == {"fire"}
    assert found["severity"].min() >= 2
    box = tuple(shapely.bounds(shapely.union_all(found.geometry.values)).tolist())
    within = read(elsewhere, "hazards", bbox=box)
    assert set(found["id"]) <= set(within["id"])
