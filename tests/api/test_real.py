"""Aberdeen's postcodes over HTTP: each lies where its publisher says."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.batch.kinds import ARROW, CSV, JSON
from gisgrid.imports import BoundaryFile, import_boundaries
from gisgrid.settings import Settings

pytestmark = pytest.mark.real

LEVELS = (("iz2001", "area", "IZ_CODE"), ("dz2001", "unit", "DZ_CODE"), ("oa2011", "micro", "code"))


@pytest.fixture
def aberdeen(engine: Engine, real_data: Path, settings: Settings) -> Iterator[TestClient]:
    """A client of the API over Aberdeen's three levels, repaired."""
    for layer, kind, code in LEVELS:
        file = BoundaryFile(
            path=real_data / "aberdeen" / "aberdeen_units.gpkg",
            layer=layer,
            level=kind,
            columns={"code": code},
            repair=True,
            publish=True,
        )
        import_boundaries(engine, file, settings)
    with TestClient(create_app(settings, engine=engine, demo=True)) as client:
        yield client


def postcodes(real_data: Path) -> list[dict[str, str]]:
    path = real_data / "aberdeen" / "aberdeen_postcodes.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_postcode_lies_where_its_publisher_says(
    aberdeen: TestClient, real_data: Path
) -> None:
    rows = postcodes(real_data)
    assert len(rows) == 7_585

    def different(found: list[Any], level: str, column: str) -> list[str]:
        return [
            row["pcds"] for row, one in zip(rows, found, strict=True) if one[level] != row[column]
        ]

    def post(body: bytes, kind: str, crs: str) -> Any:
        answer = aberdeen.post(
            f"/v1/resolve/batch?crs={crs}", content=body, headers={"Content-Type": kind}
        )
        assert answer.status_code == 200, answer.text
        return answer

    table = pa.table({"lon": [row["long"] for row in rows], "lat": [row["lat"] for row in rows]})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    by_degrees = pa.ipc.open_stream(post(sink.getvalue(), ARROW, "wgs84").content).read_all()
    found = by_degrees.to_pylist()
    assert different(found, "micro", "oa11") == ["AB11 9DT"]
    assert different(found, "unit", "lsoa01") == ["AB11 5HB"]
    assert different(found, "area", "msoa01") == ["AB11 5HB"]

    lines = ["id,lon,lat", *(f"{r['pcds']},{r['oseast1m']},{r['osnrth1m']}" for r in rows)]
    answer = post("\n".join(lines).encode(), CSV, "EPSG:27700")
    by_metres = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["id"] for row in by_metres] == [row["pcds"] for row in rows]
    moved = {
        row["pcds"]
        for row, one, other in zip(rows, found, by_metres, strict=True)
        if one["micro"] != (other["micro"] or None)
    }
    assert moved == {"AB10 7GN", "AB11 5BA", "AB11 9DT"}

    one = rows[0]
    single = aberdeen.get(f"/v1/resolve?lon={one['long']}&lat={one['lat']}").json()
    assert single["grids"][-1]["code"] == one["oa11"]
    points = [[float(row["long"]), float(row["lat"])] for row in rows]
    by_json = aberdeen.post("/v1/resolve/batch", json={"points": points})
    assert by_json.headers["content-type"] == JSON
    assert by_json.json()["rows"] == found
