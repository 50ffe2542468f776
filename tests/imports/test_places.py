"""Places from files: each row assigned on its way in, and the bad ones kept."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine, delete, func, insert, select

from gisgrid.errors import ColumnError, InputError, RejectedError
from gisgrid.geometry.crs import Crs, from_wgs84
from gisgrid.imports import PlaceFile, import_places
from gisgrid.imports.places import PLACE_COLUMNS
from gisgrid.store.places import TABLES
from gisgrid.store.tables import LEVELS, address, hazard
from tests.towns import SIDE, SOUTH, WEST

ZONE = ZoneInfo("Asia/Shanghai")


def write(path: Path, rows: list[tuple[object, ...]], header: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return path


def request(path: Path, kind: str = "address", **options) -> PlaceFile:
    given = {"id": "id", "lon": "lon", "lat": "lat", "crs": "wgs84"} | options
    return PlaceFile(path=path, kind=kind, **given)


def rejected(path: Path | None) -> dict[int, tuple[str, str]]:
    assert path is not None
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {int(row["row"]): (row["field"], row["reason"]) for row in csv.DictReader(file)}


def at(x: float, y: float) -> tuple[float, float]:
    return WEST + x * SIDE, SOUTH + y * SIDE


def scattered(count: int, seed: int = 3) -> list[tuple[object, ...]]:
    rng = np.random.default_rng(seed)
    inside = [at(*point) for point in rng.uniform((-0.5, -0.5), (8.5, 2.5), (count, 2)).tolist()]
    corners = [at(x, y) for x in range(9) for y in range(3)]
    return [(f"n{number}", *point) for number, point in enumerate([*inside, *corners])]


def owners(engine: Engine) -> list[tuple[object, ...]]:
    columns = [
        address.c.source_id,
        *(address.c[f"{level}_id"] for level in LEVELS),
        address.c.on_border,
    ]
    with engine.connect() as connection:
        return [
            tuple(row) for row in connection.execute(select(*columns).order_by(address.c.source_id))
        ]


def test_the_bulk_path_and_the_trigger_agree(town: Engine, tmp_path: Path) -> None:
    rows = scattered(200)
    report = import_places(town, request(write(tmp_path / "p.csv", rows, "id,lon,lat")), zone=ZONE)
    assert (report.rows_taken, report.inserted) == (227, 227)
    bulk = owners(town)
    with town.begin() as connection:
        connection.execute(delete(address))
        points = [
            {"source_id": name, "point": f"SRID=4326;POINT({x!r} {y!r})"} for name, x, y in rows
        ]
        connection.execute(insert(address), points)
    assert owners(town) == bulk


def test_the_same_import_again_changes_nothing_and_a_moved_row_moves(
    town: Engine, tmp_path: Path
) -> None:
    rows = [("a", *at(0.5, 0.5), 10), ("b", *at(1.5, 0.5), 20)]
    path = write(tmp_path / "p.csv", rows, "id,lon,lat,hh")
    asked = request(path, columns={"households": "hh"})
    first = import_places(town, asked, zone=ZONE)
    again = import_places(town, asked, zone=ZONE)
    assert (first.inserted, first.updated, first.unchanged) == (2, 0, 0)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 2)
    before = owners(town)
    write(path, [("a", *at(5.5, 0.5), 10), ("b", *at(1.5, 0.5), 20)], "id,lon,lat,hh")
    moved = import_places(town, asked, zone=ZONE)
    assert (moved.inserted, moved.updated, moved.unchanged) == (0, 1, 1)
    assert owners(town)[0] != before[0]
    # A column that the file does not bring keeps its values.
    import_places(town, request(path), zone=ZONE)
    with town.connect() as connection:
        kept = select(address.c.households).order_by(address.c.source_id)
        assert connection.scalars(kept).all() == [10, 20]


def test_without_an_id_a_row_is_known_by_its_number(town: Engine, tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", [at(0.5, 0.5), at(1.5, 0.5)], "lon,lat")
    for inserted in (2, 0):
        assert import_places(town, request(path, id=None), zone=ZONE).inserted == inserted


def test_bad_rows_go_to_the_rejects_file_and_the_good_ones_are_taken(
    town: Engine, tmp_path: Path
) -> None:
    lon, lat = at(0.5, 0.5)
    rows = [
        ("a", lon, lat, 1),
        ("b", "here", lat, 1),
        ("c", lon, "", 1),
        ("d", lat, lon, 1),
        ("e", 200, lat, 1),
        ("", lon, lat, 1),
        ("a", lon, lat, 1),
        ("g", lon, lat, -1),
        ("h", lon, lat, "1.5"),
        ("i", "nan", lat, 1),
        ("j", "inf", lat, 1),
        ("k", lon, lat, ""),
    ]
    path = write(tmp_path / "p.csv", rows, "id,lon,lat,hh")
    report = import_places(town, request(path, columns={"households": "hh"}), zone=ZONE)
    assert (report.rows_read, report.rows_taken, report.rows_rejected) == (12, 2, 10)
    found = rejected(report.rejects_file)
    assert found[2] == ("lon", "is not a number")
    assert found[3] == ("lat", "is missing")
    assert found[4] == ("lat", "latitude lies outside ±90; are longitude and latitude swapped?")
    assert found[5] == ("lon", "longitude lies outside ±180")
    assert found[6] == ("id", "is missing")
    assert found[7] == ("id", "stands in row 1 too")
    assert found[8] == found[9] == ("hh", "is not a whole number of 0 or more")
    assert found[10][0] == found[11][0] == "lon"
    assert set(found) == set(range(2, 12))


def test_strict_takes_all_or_none(town: Engine, tmp_path: Path, counted) -> None:
    path = write(tmp_path / "p.csv", [("a", *at(0.5, 0.5)), ("b", "x", 31)], "id,lon,lat")
    before = counted(town)
    with pytest.raises(RejectedError):
        import_places(town, request(path, strict=True), zone=ZONE)
    assert counted(town) == before


def test_points_mostly_outside_are_noticed(town: Engine, tmp_path: Path) -> None:
    rows = [("a", *at(0.5, 0.5)), ("b", *at(20, 20)), ("c", *at(21, 20))]
    report = import_places(town, request(write(tmp_path / "p.csv", rows, "id,lon,lat")), zone=ZONE)
    [notice] = report.notices
    assert (notice.kind, notice.count) == ("outside", 2)
    fewer = write(tmp_path / "q.csv", rows[:2], "id,lon,lat")
    assert import_places(town, request(fewer), zone=ZONE).notices == ()


def test_without_boundaries_it_says_so(engine: Engine, tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", [("a", *at(0.5, 0.5))], "id,lon,lat")
    [notice] = import_places(engine, request(path), zone=ZONE).notices
    assert notice.kind == "no-boundaries"


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "cgcs2000", "EPSG:4549", "EPSG:3857"])
def test_stated_coordinate_systems_land_in_the_same_grid(
    town: Engine, tmp_path: Path, crs: str
) -> None:
    lon, lat = at(2.5, 0.5)
    x, y = from_wgs84(lon, lat, Crs.parse(crs))
    path = write(tmp_path / "p.csv", [("a", float(x), float(y))], "id,lon,lat")
    import_places(town, request(path, crs=crs), zone=ZONE)
    with town.connect() as connection:
        stored = connection.scalar(select(func.ST_AsBinary(address.c.point)))
    point = shapely.from_wkb(bytes(stored))
    assert shapely.distance(point, shapely.Point(lon, lat)) < 1e-8


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet", "fgb", "shp"])
def test_rows_that_bring_their_own_points(town: Engine, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"p.{suffix}"
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "text": ["马陆镇白银路288弄12号", "=1+1"]},
        geometry=[shapely.Point(at(0.5, 0.5)), shapely.Point(at(1.5, 0.5))],
        crs="EPSG:4326",
    )
    if suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    asked = request(path, lon=None, lat=None, crs=None, columns={"text": "text"})
    assert import_places(town, asked, zone=ZONE).inserted == 2
    with town.connect() as connection:
        texts = connection.scalars(select(address.c.text).order_by(address.c.source_id)).all()
    assert texts == ["马陆镇白银路288弄12号", "=1+1"]


def test_times_without_offset_are_of_the_time_zone(town: Engine, tmp_path: Path) -> None:
    point = at(0.5, 0.5)
    times = ["2024-07-01", "2024/07/01 08:30", "2024-07-01T00:30:00Z", "2024-07-01 08:30+08:00", ""]
    rows = [(str(number), *point, time) for number, time in enumerate([*times, "yesterday"])]
    path = write(tmp_path / "h.csv", rows, "id,lon,lat,when")
    report = import_places(town, request(path, "hazard", columns={"found_at": "when"}), zone=ZONE)
    assert rejected(report.rejects_file) == {6: ("when", "is not a date or time")}
    with town.connect() as connection:
        found = connection.scalars(select(hazard.c.found_at).order_by(hazard.c.source_id)).all()
    half_past = datetime(2024, 7, 1, 0, 30, tzinfo=UTC)
    midnight = datetime(2024, 6, 30, 16, tzinfo=UTC)
    assert found == [midnight, half_past, half_past, half_past, None]


def test_hostile_text_is_stored_as_it_is(town: Engine, tmp_path: Path) -> None:
    words = [
        '"; DROP TABLE x; --',
        "a,b\nc",
        "\\.",
        "<script>${1}</script>",
        "'\"\\",
        "NULL",
    ]
    rows = [(str(number), *at(0.5, 0.5), word) for number, word in enumerate(words)]
    path = write(tmp_path / "h.csv", rows, "id,lon,lat,what")
    import_places(town, request(path, "hazard", columns={"subject": "what"}), zone=ZONE)
    with town.connect() as connection:
        kept = connection.scalars(select(hazard.c.subject).order_by(hazard.c.source_id)).all()
    assert kept == words


def test_what_cannot_be_used_leaves_no_trace(town: Engine, tmp_path: Path, counted) -> None:
    path = write(tmp_path / "p.csv", [("a", *at(0.5, 0.5))], "id,lon,lat")
    (tmp_path / "zero.csv").touch()
    (tmp_path / "header.csv").write_text("id,lon,lat\n")
    before = counted(town)
    for asked, error, words in [
        (request(path, crs=None), InputError, "--crs"),
        (request(path, lon="Lon", lat="lat"), ColumnError, "did you mean 'lon'"),
        (request(path, lon=None, lat=None), InputError, "--lon"),
        (request(path, columns={"households": "hh"}), ColumnError, "hh"),
        (request(path, columns={"found_at": "id"}), InputError, "found_at"),
        (request(tmp_path / "zero.csv"), InputError, "0 bytes"),
        (request(tmp_path / "header.csv"), InputError, "row"),
    ]:
        with pytest.raises(error, match=words) as caught:
            import_places(town, asked, zone=ZONE)
        assert "\n" not in str(caught.value)
    assert counted(town) == before


def test_a_large_file_goes_in_by_portions(town: Engine, tmp_path: Path) -> None:
    """More rows than one portion holds, with an id that comes again in a later one."""
    count = 60_000
    points = np.random.default_rng(1).uniform(at(0, 0), at(8, 2), (count, 2))
    ids = [str(number) for number in range(count - 1)] + ["7"]
    frame = pd.DataFrame({"id": ids, "lon": points[:, 0], "lat": points[:, 1]})
    frame.to_csv(tmp_path / "p.csv", index=False)
    seen: list[int] = []
    report = import_places(
        town,
        request(tmp_path / "p.csv"),
        zone=ZONE,
        progress=lambda done, total: seen.append(done),
    )
    assert (report.inserted, report.rows_rejected) == (count - 1, 1)
    assert rejected(report.rejects_file) == {count: ("id", "stands in row 8 too")}
    assert seen == sorted(seen)
    assert len(seen) > 1


def test_the_columns_that_may_be_brought_are_there() -> None:
    for kind, names in PLACE_COLUMNS.items():
        assert set(names) <= set(TABLES[kind].c.keys())


def test_layers_and_kinds_of_file_are_told_apart_without_an_id(
    town: Engine, tmp_path: Path
) -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(at(0.5, 0.5))] * 3, crs="EPSG:4326")
    for layer in ("north", "south"):
        frame.to_file(tmp_path / "p.gpkg", layer=layer)
        asked = PlaceFile(path=tmp_path / "p.gpkg", kind="patrol", layer=layer)
        assert import_places(town, asked, zone=ZONE).inserted == 3
    frame.to_file(tmp_path / "p.geojson")
    asked = PlaceFile(path=tmp_path / "p.geojson", kind="patrol")
    assert import_places(town, asked, zone=ZONE).inserted == 3


def test_values_that_no_column_can_hold_are_rejected(town: Engine, tmp_path: Path) -> None:
    rows = [("a", *at(0.5, 0.5), 40_000), ("b" * 9_000, *at(0.5, 0.5), 1), ("c", *at(0.5, 0.5), 2)]
    path = write(tmp_path / "h.csv", rows, "id,lon,lat,severity")
    asked = request(path, "hazard", columns={"severity": "severity"})
    report = import_places(town, asked, zone=ZONE)
    assert set(rejected(report.rejects_file)) == {1, 2}


def test_the_input_is_never_taken_for_its_rejects(town: Engine, tmp_path: Path) -> None:
    path = write(tmp_path / "h.rejects.csv", [("a", *at(0.5, 0.5))], "id,lon,lat")
    with pytest.raises(InputError, match="--rejects"):
        import_places(town, request(path), zone=ZONE)
    assert path.exists()
    assert import_places(town, request(path, rejects=tmp_path / "r.csv"), zone=ZONE).inserted == 1
