"""Boundaries from files: parents, repairs, rejects, drafts, and running an import again."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import Engine, select

from gisgrid.errors import InputError, RejectedError
from gisgrid.geometry.crs import Crs, geometries_from_wgs84
from gisgrid.imports import BoundaryFile, import_boundaries
from gisgrid.settings import Settings
from gisgrid.store import grids, plans, revisions
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.publish import publish
from gisgrid.store.tables import import_run, reject
from tests.towns import frame, square, town_rows

BOWTIE = shapely.Polygon([(121.5, 31.5), (121.52, 31.52), (121.52, 31.5), (121.5, 31.52)])


def write(path: Path, rows, *, layer: str | None = None, **columns) -> Path:
    written = frame(rows).assign(**columns)
    written.to_file(path, **({"layer": layer} if layer else {}))
    return path


def request(path: Path, level: str, **options) -> BoundaryFile:
    columns = {"code": "code", "name": "name"} | options.pop("columns", {})
    return BoundaryFile(path=path, level=level, columns=columns, **options)


def present(engine: Engine, level: str) -> gpd.GeoDataFrame:
    with engine.connect() as connection:
        return coverage_frame(connection, level, datetime.now(UTC)).set_index("code")


def rejected(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_three_levels_with_parents_found_by_where_they_lie(
    engine: Engine, tmp_path: Path, settings: Settings
) -> None:
    for level, rows in town_rows().items():
        path = write(tmp_path / f"{level}.gpkg", rows)
        report = import_boundaries(engine, request(path, level, publish=True), settings)
        assert (report.rows_taken, report.rows_rejected, report.notices) == (len(rows), 0, ())
    for level in ("area", "unit", "micro"):
        stated = {code: parent for code, parent, _ in town_rows()[level]}
        assert present(engine, level)["parent"].to_dict() == stated
    assert report.published is not None
    assert report.published.revision == 4


def test_parents_by_column_win_over_where_they_lie(
    town: Engine, tmp_path: Path, settings: Settings
) -> None:
    path = write(tmp_path / "m.geojson", [("A1U1M1", "A2U2", square(0, 0))])
    columns = {"parent": "parent", "households": "households"}
    import_boundaries(town, request(path, "micro", columns=columns, publish=True), settings)
    micro = present(town, "micro").loc["A1U1M1"]
    assert (micro["parent"], micro["households"]) == ("A2U2", 400)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "fgb", "parquet"])
def test_every_kind_of_file_gives_the_same_grids(
    engine: Engine, tmp_path: Path, settings: Settings, suffix: str
) -> None:
    path = tmp_path / f"areas.{suffix}"
    written = frame(town_rows()["area"])
    if suffix == "parquet":
        written.to_parquet(path)
    else:
        written.drop(columns="special").to_file(path, encoding="UTF-8")
    import_boundaries(engine, request(path, "area", publish=True), settings)
    found = present(engine, "area")
    assert found["name"].to_dict() == {"A1": "网格A1", "A2": "网格A2"}
    for code, _, shape in town_rows()["area"]:
        # GeoJSON keeps seven decimals of a degree.
        assert shapely.hausdorff_distance(found.geometry[code], shape) < 1e-7


def test_other_coordinate_systems_are_converted_and_kept_on_record(
    engine: Engine, tmp_path: Path, settings: Settings
) -> None:
    code, _, shape = town_rows()["area"][0]
    for crs in ("gcj02", "bd09", "EPSG:4549"):
        shifted = geometries_from_wgs84([shape], Crs.parse(crs))[0]
        path = tmp_path / f"{crs.replace(':', '')}.parquet"
        gpd.GeoDataFrame({"code": [code], "name": ["x"]}, geometry=[shifted]).to_parquet(path)
        asked = request(path, "area", crs=crs, publish=True, map_approval="沪S(2024)001号")
        import_boundaries(engine, asked, settings)
        stored = present(engine, "area").geometry[code]
        assert shapely.hausdorff_distance(stored, shape) < 1e-8
    with engine.connect() as connection:
        kept = connection.execute(select(import_run.c.crs, import_run.c.map_approval)).all()
    assert [tuple(row) for row in kept] == [
        (crs, "沪S(2024)001号") for crs in ("gcj02", "bd09", "EPSG:4549")
    ]


def test_names_in_gbk_are_read_when_stated(
    engine: Engine, tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "areas.shp"
    frame(town_rows()["area"]).drop(columns="special").to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    import_boundaries(engine, request(path, "area", encoding="GBK", publish=True), settings)
    assert present(engine, "area")["name"]["A1"] == "网格A1"


def test_an_import_is_a_draft_until_it_is_published(
    engine: Engine, tmp_path: Path, settings: Settings
) -> None:
    path = write(tmp_path / "a.gpkg", town_rows()["area"])
    report = import_boundaries(engine, request(path, "area"), settings)
    assert report.published is None
    with engine.connect() as connection:
        assert plans.by_id(connection, report.plan_id).grid_count == 2
        assert grids.listing(connection, datetime.now(UTC)) == []


def test_the_same_import_again_changes_nothing(
    town: Engine, tmp_path: Path, settings: Settings
) -> None:
    path = write(tmp_path / "m.gpkg", town_rows()["micro"])
    asked = request(path, "micro", columns={"households": "households"}, publish=True)
    report = import_boundaries(town, asked, settings)
    assert report.published is not None
    assert not report.published.changes
    with town.connect() as connection:
        assert revisions.current(connection) == 4


def test_from_dates_the_boundaries(engine: Engine, tmp_path: Path, settings: Settings) -> None:
    since = datetime(2024, 3, 1, tzinfo=settings.zone)
    path = write(tmp_path / "a.gpkg", town_rows()["area"])
    import_boundaries(engine, request(path, "area", effective_at=since, publish=True), settings)
    assert set(present(engine, "area")["valid_from"]) == {since}


def test_bad_rows_go_to_the_rejects_file_and_the_good_ones_are_taken(
    town: Engine, tmp_path: Path, settings: Settings
) -> None:
    rows = [
        ("A3", None, square(0, 4)),
        ("", None, square(1, 4)),
        ("A3", None, square(2, 4)),
        ("A\t4", None, square(3, 4)),
        ("A1U1", None, square(4, 4)),
        ("A5", None, BOWTIE),
        ("A6", None, shapely.Point(121, 31)),
        ("A7", None, square(5, 4)),
        ("A/8", None, square(6, 4)),
        ("..", None, square(7, 4)),
    ]
    households = ["1", "1", "1", "1", "1", "1", "1", "many", "1", "1"]
    path = tmp_path / "areas.parquet"
    frame(rows).assign(households=households).to_parquet(path)
    asked = request(path, "area", columns={"households": "households"}, publish=True)
    report = import_boundaries(town, asked, settings)
    assert (report.rows_read, report.rows_taken, report.rows_rejected) == (10, 1, 9)
    assert report.rejects_file is not None
    found = {row["row"]: (row["field"], row["reason"]) for row in rejected(report.rejects_file)}
    assert found["2"] == ("code", "is missing")
    assert found["3"] == ("code", "stands in row 1 too")
    assert found["4"] == ("code", "holds a control character")
    assert found["5"] == ("code", "is the code of a grid of the level unit")
    assert found["6"][0] == "geometry"
    assert "Self-intersection at (121.51, 31.51)" in found["6"][1]
    assert found["7"] == ("geometry", "is not a polygon")
    assert found["8"] == ("households", "is not a whole number of 0 or more")
    assert found["9"] == found["10"] == ("code", "holds a / or is made of dots")
    with town.connect() as connection:
        assert len(connection.execute(select(reject)).all()) == 9


def test_a_parent_that_is_none_is_rejected(
    town: Engine, tmp_path: Path, settings: Settings
) -> None:
    rows = [("M1", "A1", square(0, 4)), ("M2", "A1U1", square(1, 4)), ("M3", "X", square(2, 4))]
    path = write(tmp_path / "m.gpkg", rows)
    report = import_boundaries(town, request(path, "micro", columns={"parent": "parent"}), settings)
    assert report.rejects_file is not None
    reasons = {row["row"]: row["reason"] for row in rejected(report.rejects_file)}
    assert set(reasons) == {"1", "3"}
    assert reasons["3"] == "is the code of no valid grid of the level unit"


def test_repair_mends_and_lists_what_it_changed(
    engine: Engine, tmp_path: Path, settings: Settings
) -> None:
    path = write(tmp_path / "a.gpkg", [("A1", None, BOWTIE), ("A2", None, square(0, 0))])
    report = import_boundaries(engine, request(path, "area", repair=True, publish=True), settings)
    assert report.rows_rejected == 0
    [(code, repair)] = report.repairs
    assert code == "A1"
    assert repair.after_m2 > 0
    assert present(engine, "area").geometry["A1"].is_valid


def test_strict_takes_all_or_none(
    engine: Engine, tmp_path: Path, settings: Settings, counted
) -> None:
    path = write(tmp_path / "a.gpkg", [("A1", None, BOWTIE), ("A2", None, square(0, 0))])
    before = counted(engine)
    with pytest.raises(RejectedError, match="1 row"):
        import_boundaries(engine, request(path, "area", strict=True, publish=True), settings)
    assert counted(engine) == before
    assert len(rejected(tmp_path / "a.rejects.csv")) == 1


def test_what_does_not_nest_or_has_no_parent_is_noticed(
    town: Engine, tmp_path: Path, settings: Settings
) -> None:
    rows = [("M1", None, square(1.5, 5)), ("M2", None, square(1.5, 1.9))]
    path = write(tmp_path / "m.gpkg", rows, households=[200, 400])
    asked = request(path, "micro", columns={"households": "households"})
    report = import_boundaries(town, asked, settings)
    assert {notice.kind: notice.count for notice in report.notices} == {
        "outside-parent": 1,
        "no-parent": 1,
        "households": 1,
    }


def test_nothing_usable_is_an_error(
    engine: Engine, tmp_path: Path, settings: Settings, counted
) -> None:
    path = write(tmp_path / "a.gpkg", [("A1", None, BOWTIE)])
    before = counted(engine)
    with pytest.raises(InputError, match="none of the 1 rows"):
        import_boundaries(engine, request(path, "area"), settings)
    assert counted(engine) == before


def test_a_file_that_cannot_be_used_leaves_no_trace(
    engine: Engine, tmp_path: Path, settings: Settings, counted
) -> None:
    (tmp_path / "zero.geojson").touch()
    (tmp_path / "empty.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    bare = frame(town_rows()["area"]).drop(columns="special")
    bare.to_file(tmp_path / "half.shp")
    (tmp_path / "half.dbf").unlink()
    bare.to_file(tmp_path / "nocrs.shp")
    (tmp_path / "nocrs.prj").unlink()
    bare.to_file(tmp_path / "ok.gpkg")
    before = counted(engine)
    for name, words in {
        "zero.geojson": "0 bytes",
        "empty.geojson": "no ",
        "half.shp": ".dbf",
        "nocrs.shp": "--crs",
        "gone.gpkg": "gone.gpkg",
    }.items():
        with pytest.raises(InputError, match=words) as caught:
            import_boundaries(engine, request(tmp_path / name, "area"), settings)
        assert "\n" not in str(caught.value)
    asked = request(tmp_path / "ok.gpkg", "area")
    with pytest.raises(InputError, match="nmae"):
        import_boundaries(engine, replace(asked, columns={"code": "nmae"}), settings)
    assert counted(engine) == before
    assert list(tmp_path.glob("*.rejects.csv")) == []


def test_replacing_a_level_needs_every_row(
    town: Engine, tmp_path: Path, settings: Settings, counted
) -> None:
    """A grid whose row is rejected must not end because the file seems to lack it."""
    rows = town_rows()["micro"]
    broken = [(rows[0][0], rows[0][1], BOWTIE), *rows[1:]]
    path = write(tmp_path / "m.gpkg", broken)
    before = counted(town)
    for replaces in ("level", "A1"):
        with pytest.raises(RejectedError, match="--replace"):
            asked = request(path, "micro", replaces=replaces, publish=True)
            import_boundaries(town, asked, settings)
    assert counted(town) == before


def test_what_the_file_does_not_bring_stays(
    town: Engine, tmp_path: Path, settings: Settings
) -> None:
    path = write(tmp_path / "m.gpkg", town_rows()["micro"])
    asked = BoundaryFile(path=path, level="micro", columns={"code": "code"}, publish=True)
    report = import_boundaries(town, asked, settings)
    assert report.published is not None
    assert not report.published.changes
    assert present(town, "micro").loc["A1U1M1", ["name", "households"]].tolist() == [
        "网格A1U1M1",
        400,
    ]


def test_a_good_row_is_not_lost_to_a_bad_one_with_its_code(
    engine: Engine, tmp_path: Path, settings: Settings
) -> None:
    path = write(tmp_path / "a.gpkg", [("A1", None, BOWTIE), ("A1", None, square(0, 0))])
    report = import_boundaries(engine, request(path, "area", publish=True), settings)
    assert (report.rows_taken, report.rows_rejected) == (1, 1)
    assert shapely.equals(present(engine, "area").geometry["A1"], square(0, 0))


def test_parents_where_there_are_none_and_codes_beyond_measure(
    engine: Engine, tmp_path: Path, settings: Settings
) -> None:
    rows = [
        ("A1", "NOPE", square(0, 0)),
        ("x" * 5000, None, square(2, 0)),
        ("A2", None, square(4, 0)),
    ]
    path = write(tmp_path / "a.gpkg", rows)
    report = import_boundaries(
        engine, request(path, "area", columns={"parent": "parent"}), settings
    )
    assert report.rejects_file is not None
    reasons = {row["row"]: row["reason"] for row in rejected(report.rejects_file)}
    assert reasons["1"] == "grids of this level have no parents"
    assert "longer than" in reasons["2"]
    assert report.rows_taken == 1


def test_a_grid_split_at_the_180th_meridian_is_taken_and_a_wide_one_is_not(
    engine: Engine, tmp_path: Path, settings: Settings
) -> None:
    split = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)])
    path = write(
        tmp_path / "a.gpkg", [("A1", None, split), ("A2", None, shapely.box(-179, 5, 179, 6))]
    )
    report = import_boundaries(engine, request(path, "area", publish=True), settings)
    assert (report.rows_taken, report.rows_rejected) == (1, 1)
    assert shapely.equals(present(engine, "area").geometry["A1"], split)


def test_a_draft_is_made_from_one_revision(
    town: Engine, tmp_path: Path, settings: Settings
) -> None:
    """What it keeps of the present grids is of the revision that it notes as its base."""
    path = write(tmp_path / "m.gpkg", [("A1U1M1", "A1U1", square(0, 0))])
    unnamed = replace(request(path, "micro"), columns={"code": "code"})
    with ThreadPoolExecutor(1) as pool:
        with town.begin() as connection:
            renamed = frame([("A1U1M1", "A1U1", square(0, 0))]).assign(name="新名")
            plan_id = plans.add(connection, name="x", level="micro", frame=renamed)
            assert publish(connection, plan_id, overlap_tolerance_m2=1.0).revision == 5
            importing = pool.submit(import_boundaries, town, unnamed, settings)
            wait([importing], timeout=0.5)
            assert not importing.done()
        draft = importing.result(timeout=60).plan_id
    with town.connect() as connection:
        assert plans.by_id(connection, draft).base_revision == 5
        assert plans.grids(connection, draft)["name"].tolist() == ["新名"]
