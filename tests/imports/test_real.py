"""Public data with known answers: Aberdeen and Cleveland, as their publishers say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, text

from gisgrid.imports import (
    BoundaryFile,
    BoundaryReport,
    PlaceFile,
    import_boundaries,
    import_places,
)
from gisgrid.settings import Settings
from gisgrid.store.coverages import level_index
from gisgrid.store.engine import make_engine

pytestmark = pytest.mark.real

LEVELS = (("iz2001", "area", "IZ_CODE"), ("dz2001", "unit", "DZ_CODE"), ("oa2011", "micro", "code"))

# The category column carries the code that the publisher gives.
DIFFERENT = text(
    "SELECT a.source_id FROM gisgrid.address a "
    "LEFT JOIN gisgrid.grids_at(now()) g ON g.grid_id = a.micro_id "
    "WHERE g.code IS DISTINCT FROM a.category ORDER BY 1"
)


@pytest.fixture(scope="module")
def aberdeen(
    clone: Callable[[str], str], template: str, real_data: Path, tmp_path_factory
) -> Iterator[tuple[Engine, dict[str, BoundaryReport]]]:
    """Aberdeen's three levels, repaired and published."""
    engine = make_engine(clone(template))
    path = real_data / "aberdeen" / "aberdeen_units.gpkg"
    reports = {
        level: import_boundaries(
            engine,
            BoundaryFile(
                path=path,
                layer=layer,
                level=level,
                columns={"code": code},
                repair=True,
                publish=True,
                rejects=tmp_path_factory.mktemp("rejects") / "r.csv",
            ),
            Settings(),
        )
        for layer, level, code in LEVELS
    }
    yield engine, reports
    engine.dispose()


def import_postcodes(engine: Engine, folder: Path, **position: str) -> None:
    file = PlaceFile(
        path=folder / "aberdeen" / "aberdeen_postcodes.csv",
        kind="address",
        id="pcds",
        columns={"category": "oa11"},
        **position,
    )
    report = import_places(engine, file, zone=Settings().zone)
    assert (report.rows_taken, report.rows_rejected) == (7_585, 0)


def test_aberdeen_is_repaired_and_the_units_that_do_not_nest_are_counted(aberdeen) -> None:
    _, reports = aberdeen
    assert {level: report.rows_taken for level, report in reports.items()} == {
        "area": 47,
        "unit": 267,
        "micro": 1_992,
    }
    assert {level: len(report.repairs) for level, report in reports.items()} == {
        "area": 1,
        "unit": 1,
        "micro": 0,
    }
    counts = {notice.kind: notice.count for notice in reports["micro"].notices}
    assert counts["outside-parent"] == 805
    assert reports["unit"].notices == ()


def test_every_postcode_but_one_lies_in_the_output_area_that_it_names(
    aberdeen, real_data: Path
) -> None:
    engine, _ = aberdeen
    import_postcodes(engine, real_data, lon="long", lat="lat", crs="wgs84")
    with engine.connect() as connection:
        assert connection.scalars(DIFFERENT).all() == ["AB11 9DT"]
        micro = text("SELECT source_id, micro_id FROM gisgrid.address ORDER BY 1")
        by_degrees = {row[0]: row[1] for row in connection.execute(micro)}
    import_postcodes(engine, real_data, lon="oseast1m", lat="osnrth1m", crs="EPSG:27700")
    with engine.connect() as connection:
        by_metres = {row[0]: row[1] for row in connection.execute(micro)}
    moved = {code for code in by_degrees if by_degrees[code] != by_metres[code]}
    assert moved == {"AB10 7GN", "AB11 5BA", "AB11 9DT"}


def test_the_database_and_the_index_agree_on_every_postcode(aberdeen, real_data: Path) -> None:
    """On levels that do not nest, asked row by row in SQL and all at once by the index."""
    engine, _ = aberdeen
    import_postcodes(engine, real_data, lon="long", lat="lat", crs="wgs84")
    asked = text(
        "SELECT ST_X(a.point), ST_Y(a.point), a.on_border, a.area_id, a.unit_id, a.micro_id, "
        "o.area, o.unit, o.micro, o.border FROM gisgrid.address AS a CROSS JOIN LATERAL ("
        "SELECT max(grid_id) FILTER (WHERE level = 'area') AS area, "
        "max(grid_id) FILTER (WHERE level = 'unit') AS unit, "
        "max(grid_id) FILTER (WHERE level = 'micro') AS micro, "
        "coalesce(bool_or(border), false) AS border FROM gisgrid.owners_at(a.point, now())) AS o"
    )
    with engine.connect() as connection:
        rows = connection.execute(asked).all()
        owners = level_index(connection, datetime.now(UTC)).owners(*np.array(rows)[:, :2].T)
    assert len(rows) == 7_585
    for number, (_, _, border, *stored_and_found) in enumerate(rows):
        stored, (*found, found_border) = stored_and_found[:3], stored_and_found[3:]
        located = [int(owners.ids(level)[number]) or None for level in ("area", "unit", "micro")]
        assert stored == found == located
        assert border == found_border == owners.border[number]


@pytest.mark.parametrize(
    ("layer", "code", "found"), [("iz2001", "IZ_CODE", 7_462), ("dz2001", "DZ_CODE", 7_559)]
)
def test_without_repair_the_invalid_ring_is_left_out(
    engine: Engine, real_data: Path, layer: str, code: str, found: int, settings: Settings
) -> None:
    path = real_data / "aberdeen" / "aberdeen_units.gpkg"
    file = BoundaryFile(path=path, layer=layer, level="area", columns={"code": code}, publish=True)
    report = import_boundaries(engine, file, settings)
    assert report.rows_rejected == 1
    assert report.rejects_file is not None
    assert "elf-intersection" in report.rejects_file.read_text(encoding="utf-8-sig")
    import_postcodes(engine, real_data, lon="long", lat="lat", crs="wgs84")
    with engine.connect() as connection:
        inside = text("SELECT count(*) FROM gisgrid.address WHERE area_id IS NOT NULL")
        assert connection.scalar(inside) == found


def test_cleveland_crimes_lie_in_the_areas_that_they_name(
    engine: Engine, real_data: Path, settings: Settings
) -> None:
    folder = real_data / "cleveland"
    for layer, level in (("msoa11", "unit"), ("lsoa11", "micro")):
        columns = {"code": f"{layer.upper()}CD"}
        import_boundaries(
            engine,
            BoundaryFile(
                path=folder / "cleveland_units.gpkg",
                layer=layer,
                level=level,
                columns=columns,
                repair=True,
                publish=True,
            ),
            settings,
        )
    file = PlaceFile(
        path=folder / "cleveland_street_crime.csv",
        kind="hazard",
        lon="Longitude",
        lat="Latitude",
        crs="wgs84",
        columns={"category": "Crime type", "description": "LSOA code", "found_at": "Month"},
    )
    report = import_places(engine, file, zone=settings.zone)
    assert report.rows_taken == 40_898
    # Seven crimes name an LSOA that lies outside the file; the share is of the others.
    counts = text(
        "SELECT count(*) FILTER (WHERE g.code = h.description), "
        "count(*) FILTER (WHERE h.description IN (SELECT code FROM gisgrid.grid_version)) "
        "FROM gisgrid.hazard h LEFT JOIN gisgrid.grids_at(now()) g ON g.grid_id = h.micro_id"
    )
    with engine.connect() as connection:
        right, known = connection.execute(counts).one()
        assert (right, known) == (39_787, 40_891)
        assert 100 * right / known == pytest.approx(97.30, abs=0.005)
        kinds = connection.scalar(text("SELECT count(DISTINCT category) FROM gisgrid.hazard"))
    assert kinds == 14
