"""Places that come with an address: their points, and what becomes of those without an answer."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine, func, select

from gisgrid.errors import ColumnError, CrsError, InputError, RejectedError
from gisgrid.imports import ImportReport, PlaceFile, import_places
from gisgrid.store import addresses
from gisgrid.store.places import TABLES
from gisgrid.store.tables import import_run
from tests.payloads import PAYLOADS
from tests.streets import lonlat, standard_rows

ZONE = ZoneInfo("Asia/Shanghai")
LANE = "上海市嘉定区马陆镇白银路288弄"


def write(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "places.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def bring(engine: Engine, path: Path, kind: str = "hazard", **options: Any) -> ImportReport:
    given = {"id": "id", "address": "addr"} | options
    return import_places(engine, PlaceFile(path=path, kind=kind, **given), zone=ZONE)


def points(engine: Engine, kind: str = "hazard") -> dict[str, tuple[float, float]]:
    table = TABLES[kind]
    query = select(table.c.source_id, func.ST_X(table.c.point), func.ST_Y(table.c.point))
    with engine.connect() as connection:
        return {name: (x, y) for name, x, y in connection.execute(query.order_by(table.c.id))}


def rejected(path: Path | None) -> dict[int, dict[str, str]]:
    assert path is not None
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {int(row["row"]): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("kind", ["hazard", "patrol"])
def test_every_standard_address_is_a_point(streets: Engine, tmp_path: Path, kind: str) -> None:
    rows = standard_rows()
    asked = [{"id": f"n{number}", "addr": text} for number, (text, _, _) in enumerate(rows)]
    report = bring(streets, write(tmp_path, asked), kind)
    assert (report.rows_taken, report.by_address, report.queued) == (len(rows), len(rows), 0)
    assert report.outside == 0
    expected = {f"n{number}": (lon, lat) for number, (_, lon, lat) in enumerate(rows)}
    assert points(streets, kind) == expected
    with streets.connect() as connection:
        run = connection.execute(
            select(import_run.c.crs, import_run.c.options).where(
                import_run.c.id == report.import_id
            )
        ).one()
    assert (run.crs, run.options["address"]) == ("wgs84", "addr")


def test_what_is_not_certain_is_rejected_and_waits(streets: Engine, tmp_path: Path) -> None:
    texts = [
        LANE + "7号",
        "白银一坊12号",
        "白银路288弄99号",
        "甘肃省白银市白银区人民路1号",
        "",
        "路" * 300,
        "白银路288弄99号",
    ]
    path = write(tmp_path, [{"id": f"n{k}", "addr": text} for k, text in enumerate(texts)])
    report = bring(streets, path)
    assert (report.rows_taken, report.rows_rejected, report.by_address) == (1, 6, 1)
    assert report.queued == 3
    found = rejected(report.rejects_file)
    assert {row["field"] for row in found.values()} == {"addr"}
    assert "several" in found[2]["reason"]
    for address in (LANE + "12号", "上海市嘉定区马陆镇白银路12号"):
        assert address in found[2]["reason"]
    assert "number" in found[3]["reason"]
    assert "another district" in found[4]["reason"]
    assert found[5]["reason"] == "is missing"
    assert "too long" in found[6]["reason"]
    assert found[3]["value"] == texts[2]
    with streets.connect() as connection:
        waiting = {one.text: one for one in addresses.list_reviews(connection)}
    assert set(waiting) == set(texts[1:4])
    assert waiting[texts[2]].seen == 2
    assert waiting[texts[1]].status == "ambiguous"
    assert {one.source for one in waiting.values()} == {f"import {report.import_id}"}


def test_what_was_put_aside_does_not_wait_again(streets: Engine, tmp_path: Path) -> None:
    texts = ["老虎灶12号", "白银路288弄99号", LANE + "7号"]
    path = write(tmp_path, [{"id": str(k), "addr": text} for k, text in enumerate(texts)])
    assert bring(streets, path).queued == 2
    with streets.begin() as connection:
        first = addresses.list_reviews(connection)[0]
        addresses.dismiss(connection, first.id)
    again = bring(streets, path)
    assert (again.rows_rejected, again.queued) == (2, 1)
    with streets.connect() as connection:
        assert len(addresses.list_reviews(connection)) == 1


def test_an_import_comes_again_with_the_same_result(streets: Engine, tmp_path: Path) -> None:
    rows = [{"id": "a", "addr": LANE + "7号"}, {"id": "b", "addr": "老虎灶12号"}]
    path = write(tmp_path, rows)
    first = bring(streets, path)
    before = points(streets)
    again = bring(streets, path)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 1)
    assert (again.rows_rejected, again.queued) == (first.rows_rejected, first.queued) == (1, 1)
    assert points(streets) == before
    with streets.begin() as connection:
        (one,) = addresses.list_reviews(connection)
        assert one.seen == 2
        chosen = addresses.address_called(connection, LANE + "12号")
        addresses.decide(connection, one.id, chosen)
    decided = bring(streets, path)
    assert (decided.inserted, decided.rows_rejected, decided.queued) == (1, 0, 0)
    assert len(points(streets)) == 2


def test_rows_with_points_keep_them(streets: Engine, tmp_path: Path) -> None:
    lon, lat = lonlat(3.3, 1.3)
    rows = [
        {"id": "own", "addr": LANE + "7号", "lon": lon, "lat": lat},
        {"id": "said", "addr": LANE + "7号", "lon": None, "lat": None},
        {"id": "half", "addr": LANE + "7号", "lon": lon, "lat": None},
        {"id": "off", "addr": LANE + "7号", "lon": 500, "lat": lat},
        {"id": "none", "addr": None, "lon": None, "lat": None},
    ]
    path = write(tmp_path, rows)
    with pytest.raises(CrsError):
        bring(streets, path, lon="lon", lat="lat")
    report = bring(streets, path, lon="lon", lat="lat", crs="wgs84")
    assert (report.rows_taken, report.by_address, report.queued) == (2, 1, 0)
    expected = {text: place for text, *place in standard_rows()}
    assert points(streets) == {"own": (lon, lat), "said": tuple(expected[LANE + "7号"])}
    found = rejected(report.rejects_file)
    assert [(row, one["field"]) for row, one in sorted(found.items())] == [
        (3, "lat"),
        (4, "lon"),
        (5, "addr"),
    ]


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet"])
def test_rows_of_a_layer_without_a_shape(streets: Engine, tmp_path: Path, suffix: str) -> None:
    place = shapely.Point(*lonlat(3.3, 1.3))
    frame = gpd.GeoDataFrame(
        {"id": ["own", "said", "area", "empty"], "addr": [LANE + "7号"] * 4},
        geometry=[place, None, place.buffer(0.001), shapely.Point()],
        crs="EPSG:4326",
    )
    path = tmp_path / f"places.{suffix}"
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    report = bring(streets, path)
    assert (report.rows_taken, report.by_address) == (3, 2)
    assert set(points(streets)) == {"own", "said", "empty"}
    assert points(streets)["own"] == pytest.approx((place.x, place.y))
    assert rejected(report.rejects_file)[3]["reason"] == "is not a point"


def test_a_row_that_is_bad_anyway_is_not_queued(streets: Engine, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "addr": LANE + "7号", "when": "2024-05-01"},
        {"id": "b", "addr": "老虎灶12号", "when": "no day"},
        {"id": "", "addr": "老虎灶13号", "when": "2024-05-01"},
    ]
    report = bring(streets, write(tmp_path, rows), columns={"found_at": "when"})
    assert (report.rows_rejected, report.queued) == (2, 0)


def test_all_or_none_leaves_nothing(streets: Engine, tmp_path: Path, counted: Any) -> None:
    before = counted(streets)
    path = write(tmp_path, [{"id": "a", "addr": LANE + "7号"}, {"id": "b", "addr": "老虎灶1号"}])
    with pytest.raises(RejectedError):
        bring(streets, path, strict=True)
    with pytest.raises(InputError, match="none of the 1 rows"):
        bring(streets, write(tmp_path, [{"id": "b", "addr": "老虎灶1号"}]))
    assert counted(streets) == before


def test_options_that_cannot_be(streets: Engine, tmp_path: Path) -> None:
    path = write(tmp_path, [{"id": "a", "addr": LANE + "7号"}])
    with pytest.raises(InputError, match="bring points of their own"):
        bring(streets, path, "address")
    with pytest.raises(ColumnError, match="'addr'"):
        bring(streets, path, address="adr")
    with pytest.raises(InputError, match="longitude and latitude"):
        bring(streets, path, lon="lon")


def test_hostile_texts_end_in_the_rejects(streets: Engine, tmp_path: Path) -> None:
    rows = [{"id": f"n{k}", "addr": text} for k, text in enumerate([*PAYLOADS, LANE + "7号"])]
    report = bring(streets, write(tmp_path, rows))
    assert (report.rows_taken, report.rows_rejected) == (1, len(PAYLOADS))
    for row in rejected(report.rejects_file).values():
        assert not row["value"].lstrip().startswith(("=", "+", "-", "@", "＝"))
    with streets.connect() as connection:
        assert len(addresses.list_reviews(connection)) == report.queued


def test_many_rows_of_one_text_are_one_review(
    streets: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gisgrid.imports.addressed._MOST_QUEUED", 3)
    texts = [f"老虎灶{k % 5}号" for k in range(50)]
    rows = [{"id": f"n{k}", "addr": text} for k, text in enumerate([*texts, LANE + "7号"])]
    report = bring(streets, write(tmp_path, rows))
    assert (report.rows_rejected, report.queued) == (50, 3)
    with streets.connect() as connection:
        assert [one.seen for one in addresses.list_reviews(connection)] == [10, 10, 10]
