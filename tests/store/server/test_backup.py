"""Backups: complete, private, and restored wholly or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from gisgrid.errors import Conflict, DatabaseError, FileError
from gisgrid.store.server import PrivateServer, backup, restore
from gisgrid.store.server.binaries import find_client

# One of each kind of thing that a restore with --force has to clear away.
THINGS = [
    "CREATE EXTENSION postgis",
    "CREATE SCHEMA gisgrid",
    "CREATE TYPE mood AS ENUM ('calm', 'busy')",
    "CREATE DOMAIN code AS text CHECK (value <> '')",
    "CREATE TABLE gisgrid.grid (id serial PRIMARY KEY, code code, mood mood, n int,"
    " geom geometry(Point, 4326))",
    "CREATE INDEX ON gisgrid.grid USING gist (geom)",
    "CREATE TABLE stray (name text)",
    "CREATE VIEW calm AS SELECT code FROM gisgrid.grid WHERE mood = 'calm'",
    "CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n FROM gisgrid.grid",
    "CREATE SEQUENCE numbers",
    "CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1'",
    "SELECT lo_from_bytea(4711, 'large')",
    "INSERT INTO gisgrid.grid (code, mood, n, geom) SELECT '嘉定\t' || i, 'calm', i,"
    " ST_SetSRID(ST_MakePoint(121 + i / 1e4, 31.2), 4326) FROM generate_series(1, 500) AS i",
]
SUMMARY = (
    "SELECT concat_ws('|', count(*),"
    " md5(string_agg(code || n || ST_AsEWKT(geom), ',' ORDER BY id)),"
    " (SELECT count(*) FROM calm), twice(21)) FROM gisgrid.grid"
)


def run(url: str, *statements: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in statements[:-1]:
                connection.execute(text(statement))
            result = connection.execute(text(statements[-1]))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def loaded(shared: PrivateServer) -> str:
    shared.ensure_database("loaded")
    run(shared.url("loaded"), *THINGS)
    return "loaded"


@pytest.fixture
def source(shared: PrivateServer, loaded: str, request: pytest.FixtureRequest) -> str:
    name = f"source-{request.node.name}"[:60]
    engine = create_engine(shared.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{loaded}"'))
    engine.dispose()
    return shared.url(name)


@pytest.fixture
def target(shared: PrivateServer, request: pytest.FixtureRequest) -> str:
    name = f"target-{request.node.name}"[:60]
    shared.ensure_database(name)
    return shared.url(name)


def test_what_was_backed_up_comes_back(source: str, target: str, tmp_path: Path) -> None:
    file = tmp_path / "备份 1.backup"
    backup(source, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == [file.name]
    restore(target, file)
    assert run(target, SUMMARY) == run(source, SUMMARY)


def test_a_database_that_holds_something_is_left_alone(
    source: str, target: str, tmp_path: Path
) -> None:
    file = tmp_path / "b"
    backup(source, file)
    run(target, "CREATE TABLE mine (x int)")
    with pytest.raises(Conflict, match="--force"):
        restore(target, file)
    assert run(target, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 1


def test_force_replaces_all_of_it(source: str, tmp_path: Path) -> None:
    file = tmp_path / "b"
    backup(source, file)
    before = run(source, SUMMARY)
    run(source, "DELETE FROM gisgrid.grid WHERE n > 3", "CREATE TABLE later (x int)")
    restore(source, file, force=True)
    assert run(source, SUMMARY) == before
    assert run(source, "SELECT to_regclass('later') IS NULL") is True


def test_an_extension_that_is_there_is_kept(source: str, target: str, tmp_path: Path) -> None:
    file = tmp_path / "b"
    backup(source, file)
    made = "SELECT oid::text FROM pg_extension WHERE extname = 'postgis'"
    run(target, "CREATE EXTENSION postgis")
    before = run(target, made)
    restore(target, file)
    assert run(target, made) == before
    assert run(target, SUMMARY) == run(source, SUMMARY)


@pytest.mark.parametrize("lost", [200, 3000])
def test_a_damaged_backup_changes_nothing(source: str, tmp_path: Path, lost: int) -> None:
    file = tmp_path / "b"
    backup(source, file)
    whole = file.read_bytes()
    file.write_bytes(whole[:-lost])
    before = run(source, SUMMARY)
    with pytest.raises(DatabaseError, match="the database is as it was"):
        restore(source, file, force=True)
    assert run(source, SUMMARY) == before


def test_a_refused_restore_changes_nothing(
    shared: PrivateServer, source: str, target: str, tmp_path: Path
) -> None:
    # Event triggers come last in a backup, and only a superuser may make one.
    run(
        source,
        "CREATE FUNCTION hear() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE EVENT TRIGGER heard ON ddl_command_end EXECUTE FUNCTION hear()",
    )
    file = tmp_path / "b"
    backup(source, file)
    run(
        target,
        "CREATE EXTENSION postgis",
        "CREATE ROLE guest LOGIN PASSWORD 'guest'",
        "GRANT CREATE ON SCHEMA public TO guest",
        f"GRANT CREATE ON DATABASE {quoted(target)} TO guest",
    )
    status = shared.status()
    address = make_url(target)
    guest = f"postgresql://guest:guest@/{address.database}?host={status.socket}&port={status.port}"
    run(guest.replace("postgresql:", "postgresql+psycopg2:"), "CREATE TABLE mine AS SELECT 7 AS x")
    with pytest.raises(DatabaseError, match="permission denied to create event trigger"):
        restore(guest, file, force=True)
    assert run(target, "SELECT x FROM mine") == 7
    assert run(target, "SELECT count(*) FROM pg_namespace WHERE nspname = 'gisgrid'") == 0


def quoted(url: str) -> str:
    return f'"{make_url(url).database}"'


def test_a_script_that_breaks_off_is_not_committed(
    source: str, target: str, ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ground / "b"
    backup(source, file)
    real = Path(find_client("pg_restore", 14)).parent
    (ground / "psql").symlink_to(real / "psql")
    broken = ground / "pg_restore"
    broken.write_text(
        '#!/bin/sh\ncase "$*" in\n*--file=-*) echo "CREATE TABLE half (x int);"; exit 1 ;;\n'
        f'*) exec {real}/pg_restore "$@" ;;\nesac\n'
    )
    broken.chmod(0o755)
    monkeypatch.setenv("GISGRID_PG_BIN", str(ground))
    with pytest.raises(DatabaseError, match="the database is as it was"):
        restore(target, file)
    assert run(target, "SELECT to_regclass('half') IS NULL") is True


@pytest.mark.parametrize("content", [b"", b"PGD", b"SELECT 1;\n"])
def test_a_file_that_is_no_backup_is_told(target: str, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "b"
    file.write_bytes(content)
    with pytest.raises(FileError, match="no backup"):
        restore(target, file)


def test_files_that_cannot_be_read_or_written_are_told(target: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        restore(target, tmp_path / "missing")
    with pytest.raises(FileError, match="cannot be written"):
        backup(target, tmp_path / "missing" / "b")


def test_a_failed_backup_keeps_the_old_one(shared: PrivateServer, tmp_path: Path) -> None:
    file = tmp_path / "b"
    file.write_bytes(b"old")
    with pytest.raises(DatabaseError, match="nosuch"):
        backup(shared.url("nosuch"), file)
    assert file.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_the_password_is_on_no_command_line(
    shared: PrivateServer, source: str, ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = (shared.home / "passfile").read_text().strip().rsplit(":", 1)[1]
    real = Path(find_client("pg_dump", 14)).parent
    seen = ground / "seen"
    for name in ("pg_dump", "pg_restore", "psql"):
        program = ground / name
        program.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" >>{seen}\nPATH={real}:$PATH\nexec {real}/{name} "$@"\n'
        )
        program.chmod(0o755)
    monkeypatch.setenv("GISGRID_PG_BIN", str(ground))
    monkeypatch.setenv("PGPASSFILE", "/dev/null")
    status = shared.status()
    with_password = source.replace("gisgrid@/", f"gisgrid:{secret}@/").split("?")[0]
    url = f"{with_password}?host={status.socket}&port={status.port}"
    backup(url, ground / "b")
    restore(url, ground / "b", force=True)
    assert "--format=custom" in seen.read_text()
    assert "--file=-" in seen.read_text()
    assert secret not in seen.read_text()


@pytest.mark.parametrize("url", ["nonsense", "postgresql://u:topsecret@127.0.0.1:1/x"])
def test_errors_hold_no_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        backup(url, tmp_path / "b")
    assert "topsecret" not in str(caught.value)
