"""The commands as a user types them, against a database of the test."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import Engine, func, select, text

from gisgrid import errors
from gisgrid.cli.errors import EXIT_CODES, TITLES, exit_code, message
from gisgrid.store.tables import address, import_run
from tests.commands import Run
from tests.towns import SIDE, SOUTH, WEST, frame, square, town_rows


@pytest.fixture
def at_town(town: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The town's database, named in the environment."""
    url = town.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GISGRID_DATABASE_URL", url)
    return town


def points_csv(path: Path, rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "lon", "lat", "name"), *rows])
    return path


def at(x: float, y: float) -> tuple[float, float]:
    return WEST + x * SIDE, SOUTH + y * SIDE


def test_from_a_boundary_file_to_an_answer(
    gisgrid: Run, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", database_url)
    for level, rows in town_rows().items():
        frame(rows).to_file(tmp_path / f"{level}.gpkg")
        options = ["--level", level, "--code", "code", "--name", "name", "--publish", "--json"]
        code, out, _ = gisgrid("import", "boundaries", tmp_path / f"{level}.gpkg", *options)
        assert code == 0
        assert json.loads(out)["rows_taken"] == len(rows)
    path = points_csv(tmp_path / "p.csv", [("1", *at(2.5, 0.5), "马陆"), ("2", "x", 31, "?")])
    options = ["--kind", "address", "--id", "id", "--lon", "lon", "--lat", "lat", "--text", "name"]
    code, out, _ = gisgrid("import", "places", path, *options, "--crs", "wgs84")
    assert code == 0
    assert "p.rejects.csv" in out
    lon, lat = at(2.5, 0.5)
    code, out, _ = gisgrid("resolve", "--lon", lon, "--lat", lat, "--json")
    answer = json.loads(out)
    assert (answer["status"], answer["revision"], answer["nested"]) == ("inside", 4, True)
    assert [grid["code"] for grid in answer["grids"]] == ["A1", "A1U2", "A1U2M1"]
    assert answer["police"]["code"] == "P1"


def test_resolve_says_what_covers_a_point(gisgrid: Run, at_town: Engine) -> None:
    lon, lat = at(0.5, 0.5)
    code, out, _ = gisgrid("resolve", "--lon", lon, "--lat", lat)
    assert code == 0
    assert "A1U1M1" in out
    assert "界外" in gisgrid("resolve", "--lon", 0, "--lat", 0)[1]
    assert "边界" in gisgrid("resolve", "--lon", WEST, "--lat", SOUTH)[1]
    assert gisgrid("resolve", "--lon", 31, "--lat", 121)[0] == 2
    assert gisgrid("resolve")[0] == 2
    early = gisgrid("resolve", "--lon", lon, "--lat", lat, "--at", "2001-01-01")[1]
    assert "界外" in early
    code, _, err = gisgrid("resolve", "--lon", lon, "--lat", lat, "--at", "yesterday")
    assert (code, err.count("\n")) == (2, 1)


def test_resolve_takes_other_coordinate_systems(gisgrid: Run, at_town: Engine) -> None:
    # A point given in GCJ-02 lies some 500 m off, which is half a square.
    lon, lat = at(0.95, 0.5)
    plain = json.loads(gisgrid("resolve", "--lon", lon, "--lat", lat, "--json")[1])
    shifted = json.loads(
        gisgrid("resolve", "--lon", lon, "--lat", lat, "--crs", "gcj02", "--json")[1]
    )
    assert (plain["crs"], shifted["crs"]) == ("wgs84", "gcj02")
    assert plain["grids"] == shifted["grids"]
    lon = at(0.05, 0)[0]
    moved = json.loads(
        gisgrid("resolve", "--lon", lon, "--lat", lat, "--crs", "gcj02", "--json")[1]
    )
    assert moved["status"] == "outside"


def test_resolve_a_file_keeps_its_rows_and_their_order(
    gisgrid: Run, at_town: Engine, tmp_path: Path
) -> None:
    rows = [
        ("a", *at(0.5, 0.5), "x"),
        ("b", "?", 31, "y"),
        ("c", 0, 0, "z"),
        ("d", WEST, SOUTH, "w"),
    ]
    path = points_csv(tmp_path / "p.csv", rows)
    code, _, _ = gisgrid("resolve", "--file", path, "-o", tmp_path / "o.csv", "--crs", "wgs84")
    assert code == 0
    with (tmp_path / "o.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["id"] for row in found] == ["a", "b", "c", "d"]
    assert [row["status"] for row in found] == ["inside", "error", "outside", "border"]
    assert [row["micro"] for row in found] == ["A1U1M1", "", "", "A1U1M1"]
    assert found[1]["error"] == "lon: is not a number"
    assert list(found[0])[-5:] == ["status", "area", "unit", "micro", "error"]
    code, _, err = gisgrid("resolve", "--file", tmp_path / "o.csv", "-o", path, "--crs", "wgs84")
    assert (code, "'status' already" in err) == (2, True)
    code, _, err = gisgrid("resolve", "--file", path, "-o", tmp_path / "o.csv")
    assert code == 2
    assert "--crs" in err


def test_a_draft_is_listed_published_or_discarded(
    gisgrid: Run, at_town: Engine, tmp_path: Path
) -> None:
    frame([("A3", None, square(9, 0))]).to_file(tmp_path / "a.gpkg")
    asked = ["import", "boundaries", tmp_path / "a.gpkg", "--level", "area", "--code", "code"]
    for _ in range(2):
        assert "plan publish" in gisgrid(*asked)[1]
    drafts = [
        plan
        for plan in json.loads(gisgrid("plan", "list", "--json")[1])
        if plan["state"] == "draft"
    ]
    second, first = (plan["id"] for plan in drafts)
    assert "revision 5" in gisgrid("plan", "publish", first)[1]
    assert gisgrid("plan", "discard", second)[0] == 0
    assert gisgrid("plan", "publish", second)[0] == 4
    assert gisgrid("plan", "publish", 999)[0] == 3
    assert "A3" not in gisgrid("plan", "list")[1]


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "csv", "parquet"])
def test_exports_can_be_read_again(
    gisgrid: Run, at_town: Engine, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"out.{suffix}"
    code, out, _ = gisgrid("export", "grids", path, "--level", "micro")
    assert code == 0
    assert "16" in out
    if suffix not in ("csv", "parquet"):
        read = gpd.read_file(path)
        assert len(read) == 16
        assert shapely.coverage_is_valid(read.geometry.to_numpy())
    points = points_csv(tmp_path / "p.csv", [("1", *at(2.5, 0.5), "=cmd"), ("2", *at(5, 1), "b")])
    options = ["--kind", "address", "--id", "id", "--lon", "lon", "--lat", "lat", "--text", "name"]
    gisgrid("import", "places", points, *options, "--crs", "wgs84")
    places = tmp_path / f"places.{suffix}"
    assert gisgrid("export", "places", places, "--kind", "address")[0] == 0
    if suffix == "csv":
        with places.open(encoding="utf-8-sig", newline="") as file:
            first, _ = csv.DictReader(file)
        assert (first["id"], first["micro"], first["text"]) == ("1", "A1U2M1", "'=cmd")


def test_maps_are_written(gisgrid: Run, sample: Engine, tmp_path: Path) -> None:
    url = sample.url.render_as_string(hide_password=False)
    limits = {"grids": 2_500_000, "hazards": 1_200_000, "campaign": 400_000}
    for name, limit in limits.items():
        path = tmp_path / f"{name}.html"
        assert gisgrid("map", name, "-o", path, "--database", url)[0] == 0
        assert path.stat().st_size <= limit
        assert "示例数据" in path.read_text(encoding="utf-8")
    assert gisgrid("map", "campaign", "--code", "none", "-o", path, "--database", url)[0] == 3


def test_errors_are_one_line_and_a_code(gisgrid: Run, at_town: Engine, tmp_path: Path) -> None:
    (tmp_path / "zero.csv").touch()
    boundaries = ["import", "boundaries", "--level", "area", "--code", "code"]
    for args, code in [
        ([*boundaries, tmp_path / "gone.gpkg"], 2),
        ([*boundaries, tmp_path / "zero.csv"], 2),
        (["export", "grids", tmp_path / "x.xyz"], 2),
        (["export", "grids", tmp_path / "x.gpkg", "--at", "1990-01-01"], 3),
        (["history", os.fsdecode(b"a\xff")], 2),
        (["resolve", "--lon", 1, "--lat", 1, "--database", "mysql://secret@h/x"], 2),
        (
            [
                "resolve",
                "--lon",
                1,
                "--lat",
                1,
                "--database",
                "postgresql://u:secret@127.0.0.1:9/x",
            ],
            5,
        ),
    ]:
        found, out, err = gisgrid(*args)
        assert (found, out, err.count("\n")) == (code, "", 1), args
        assert "secret" not in err
        assert "error: " in err


def test_every_error_has_a_title_and_a_code() -> None:
    for name in errors.__all__:
        kind = getattr(errors, name)
        assert exit_code(kind("what")) >= 2
        assert kind in [title[0] for title in TITLES]
    assert message(errors.FileError("w", where="f", fix="x")).startswith("文件有误 error: f: w (x)")
    for table in (EXIT_CODES, TITLES):
        kinds = [kind for kind, _ in table]
        for position, kind in enumerate(kinds):
            assert not any(issubclass(later, kind) for later in kinds[position + 1 :])


@pytest.mark.parametrize(
    "args",
    [
        ["import", "places", "x.csv", "--kind", "adress"],
        ["resolve", "--lon", "abc", "--lat", "1"],
        ["import", "places", "x.csv"],
        ["resolve", "--nothing"],
        ["nothing"],
    ],
)
def test_a_wrong_use_is_one_line_too(gisgrid: Run, args: list[str]) -> None:
    code, out, err = gisgrid(*args)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("用法有误 usage error: ")


def test_without_a_command_the_help_is_shown(gisgrid: Run) -> None:
    code, out, err = gisgrid()
    assert code == 2
    assert "resolve" in out + err
    assert "Traceback" not in out + err


def test_a_port_in_use_is_said_before_anything_is_done(gisgrid: Run, at_town: Engine) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for command in ("serve", "demo"):
            code, out, err = gisgrid(command, "--port", taken.getsockname()[1])
            assert (code, out, err.count("\n")) == (4, "", 1)
            assert "--port" in err


def test_an_import_that_is_interrupted_leaves_nothing(town: Engine, tmp_path: Path) -> None:
    rows = "".join(f"{number},121.2{number % 1000:03},31.31\n" for number in range(400_000))
    (tmp_path / "p.csv").write_text("id,lon,lat\n" + rows, encoding="utf-8")
    url = town.url.render_as_string(hide_password=False)
    options = ["--kind", "address", "--id", "id", "--lon", "lon", "--lat", "lat", "--crs", "wgs84"]
    program = [sys.executable, "-c", "from gisgrid.cli import main; main()"]
    command = [*program, "import", "places", "p.csv", *options, "--database", url]
    # Whoever runs the tests in the background may have taught them to ignore Ctrl-C.
    running = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    busy = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND pid <> :own")
    own = text("SELECT pg_backend_pid()")
    for _ in range(600):
        with town.connect() as connection:
            if connection.scalar(busy, {"own": connection.scalar(own)}):
                break
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "nothing was changed" in said
    with town.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(address)) == 0
        assert connection.scalar(select(func.count()).select_from(import_run)) == 0
