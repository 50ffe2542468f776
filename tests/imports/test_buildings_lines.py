"""Buildings and dividing lines from files."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import Engine, func, select

from gisgrid.errors import ColumnError
from gisgrid.imports import BuildingFile, LineFile, import_buildings, import_lines
from gisgrid.store import grids
from gisgrid.store.tables import building, dividing_line
from tests.towns import square


def test_a_building_is_owned_by_the_grid_that_covers_its_inner_point(
    town: Engine, tmp_path: Path
) -> None:
    # An L whose centroid lies outside it, in another micro-grid than its body.
    ell = shapely.union(square(1.05, 0.05, 0.1, 0.9), square(0.2, 0.05, 0.9, 0.1))
    bowtie = shapely.Polygon([(121.2, 31.3), (121.21, 31.31), (121.21, 31.3), (121.2, 31.31)])
    frame = gpd.GeoDataFrame(
        {"id": ["1", "2"], "floors": [3, 2]}, geometry=[ell, bowtie], crs="EPSG:4326"
    )
    frame.to_file(tmp_path / "b.gpkg")
    asked = BuildingFile(path=tmp_path / "b.gpkg", id="id", columns={"floors": "floors"})
    report = import_buildings(town, asked)
    assert (report.rows_taken, report.rows_rejected) == (1, 1)
    with town.connect() as connection:
        row = connection.execute(select(building, func.ST_AsBinary(building.c.point))).one()
        inner = shapely.from_wkb(bytes(row[-1]))
        assert shapely.contains(ell, inner)
        names = grids.ids_by_code(connection, ["A1U1M1", "A1U1M2"])
        assert row.micro_id in names.values()
    assert import_buildings(town, asked).unchanged == 1


def test_lines_keep_their_class_and_are_known_again(town: Engine, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"id": ["1", "2", "3"], "kind": ["river", "main", ""], "name": ["练祁河", None, "x"]},
        geometry=[shapely.LineString([(121.2, 31.3), (121.3, 31.3)])] * 3,
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "l.geojson")
    columns = {"class": "kind", "name": "name"}
    asked = LineFile(path=tmp_path / "l.geojson", id="id", columns=columns)
    report = import_lines(town, asked)
    assert (report.inserted, report.rows_rejected) == (2, 1)
    assert import_lines(town, asked).unchanged == 2
    with town.connect() as connection:
        rows = connection.execute(
            select(dividing_line.c["class"], dividing_line.c.name).order_by(
                dividing_line.c.source_id
            )
        ).all()
    assert [tuple(row) for row in rows] == [("river", "练祁河"), ("main", "")]
    with pytest.raises(ColumnError):
        import_lines(town, LineFile(path=tmp_path / "l.geojson", columns={"class": "klass"}))
