"""Making, finding, opening and closing the private server."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from gisgrid.errors import InputError, ServerError
from gisgrid.store.server import PrivateServer
from tests.folders import free_port


def ask(server: PrivateServer, query: str, database: str = "postgres") -> object:
    engine = create_engine(server.url(database))
    try:
        with engine.connect() as connection:
            return connection.scalar(text(query))
    finally:
        engine.dispose()


def test_up_twice_leaves_one_server(server: PrivateServer) -> None:
    before = server.status()
    server.up()
    assert before.running
    assert server.status() == before
    assert ask(server, "SELECT pg_postmaster_start_time() IS NOT NULL") is True


def test_status_tells_what_the_server_tells(shared: PrivateServer) -> None:
    found = shared.status()
    assert str(ask(shared, "SHOW unix_socket_directories")) == str(found.socket)
    assert str(ask(shared, "SHOW data_directory")) == str(found.home / "data")
    assert str(ask(shared, "SHOW server_version")).split(".")[0] == found.version
    assert found.listen is None


def test_up_when_down_starts_with_the_same_data(server: PrivateServer) -> None:
    server.ensure_database("kept")
    server.down()
    assert not server.status().running
    server.up()
    assert ask(server, "SELECT current_database()", "kept") == "kept"


def test_down_is_idempotent_and_makes_nothing(ground: Path, server: PrivateServer) -> None:
    server.down()
    server.down()
    never = PrivateServer(ground / "never")
    never.down()
    assert not never.status().running
    assert never.status().version is None
    assert not (ground / "never").exists()


def test_databases_are_utf8_and_sorted_by_code_point(shared: PrivateServer) -> None:
    shared.ensure_database("嘉定")
    shared.ensure_database("嘉定")
    query = (
        "SELECT concat_ws(' ', pg_encoding_to_char(encoding), datcollate, "
        "pg_get_userbyid(datdba)) FROM pg_database WHERE datname = '嘉定'"
    )
    assert ask(shared, query, "嘉定") == "UTF8 C gisgrid"


def test_extensions_can_be_made_and_trigrams_know_chinese(shared: PrivateServer) -> None:
    shared.ensure_database("extended")
    engine = create_engine(shared.url("extended"))
    with engine.begin() as connection:
        for name in ("postgis", "btree_gist", "pg_trgm"):
            connection.execute(text(f"CREATE EXTENSION {name}"))
        assert (
            connection.scalar(text("SELECT ST_Area('POLYGON((0 0,2 0,2 2,0 0))'::geometry)")) == 2
        )
        assert connection.scalar(text("SELECT similarity('嘉定镇街道', '嘉定镇')")) > 0.3
    engine.dispose()


@pytest.mark.parametrize("name", ["", "x" * 64, "a\0b", "嘉" * 22])
def test_a_name_that_postgresql_would_cut_is_refused(shared: PrivateServer, name: str) -> None:
    with pytest.raises(InputError, match="cannot name a database"):
        shared.ensure_database(name)


def test_a_database_name_is_never_sql(shared: PrivateServer) -> None:
    name = 'x"; DROP DATABASE postgres; --'
    shared.ensure_database(name)
    assert ask(shared, "SELECT current_database()", name) == name
    assert ask(shared, "SELECT 1") == 1


def test_url_holds_no_password_and_its_file_is_private(shared: PrivateServer) -> None:
    url = make_url(shared.url("gisgrid"))
    file = Path(str(url.query["passfile"]))
    assert url.password is None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_uid == os.geteuid()
    secret = file.read_text().strip().rsplit(":", 1)[1]
    assert len(secret) >= 32
    assert secret not in shared.url()


@pytest.mark.parametrize("password", [None, "wrong"])
def test_nobody_enters_without_the_password(
    shared: PrivateServer, password: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSFILE", os.devnull)
    found = shared.status()
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(
            host=str(found.socket),
            port=found.port,
            user="gisgrid",
            dbname="postgres",
            password=password,
        )


def test_passwords_are_kept_as_scram_and_no_line_trusts(shared: PrivateServer) -> None:
    query = "SELECT rolpassword FROM pg_authid WHERE rolname = 'gisgrid'"
    assert str(ask(shared, query)).startswith("SCRAM-SHA-256$")
    methods = "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"
    assert ask(shared, methods) == "scram-sha-256"
    assert ask(shared, "SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL") == 0


def test_the_server_is_an_unprivileged_account_s(shared: PrivateServer) -> None:
    pid = shared.status().pid
    owner = Path(f"/proc/{pid}").stat().st_uid
    assert owner != 0
    assert owner == (shared.home / "data").stat().st_uid
    if os.geteuid() != 0:
        assert owner == os.geteuid()


def test_nothing_listens_unless_asked(server: PrivateServer) -> None:
    assert ask(server, "SHOW listen_addresses") == ""
    port = free_port()
    before = server.status().pid
    server.up(listen=f"127.0.0.1:{port}")
    assert server.status().listen == f"127.0.0.1:{port}"
    assert server.status().pid != before
    secret = (server.home / "passfile").read_text().strip().rsplit(":", 1)[1]
    psycopg2.connect(
        host="127.0.0.1", port=port, user="gisgrid", dbname="postgres", password=secret
    ).close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(
            host="127.0.0.1", port=port, user="gisgrid", dbname="postgres", password="wrong"
        )
    server.up()  # leaves a running server as it is
    assert server.status().listen == f"127.0.0.1:{port}"
    assert ask(server, "SELECT 1") == 1
    server.down()
    server.up()
    assert server.status().listen is None


@pytest.mark.parametrize("listen", ["5433", "host:", "host:0", "host:70000", "a b:1", "x,y:1"])
def test_a_wrong_address_is_refused_before_anything_is_made(ground: Path, listen: str) -> None:
    with pytest.raises(InputError, match="HOST:PORT"):
        PrivateServer(ground / "home").up(listen=listen)
    assert not (ground / "home").exists()


def test_a_taken_port_is_told(server: PrivateServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ServerError, match=r"server\.log: .*could not"):
            server.up(listen=address)
    server.up()
    assert server.status().running


def test_a_home_too_long_for_a_socket_gets_a_short_one(ground: Path) -> None:
    server = PrivateServer(ground / ("深" * 20) / ("x" * 100) / "home")
    server.up(throwaway=True)
    found = server.status()
    assert len(os.fsencode(found.socket)) < 60
    assert stat.S_IMODE(found.socket.stat().st_mode) == 0o700
    assert ask(server, "SELECT 1") == 1
    server.down()
    found.socket.rmdir()


def test_a_home_with_commas_spaces_and_quotes_works(ground: Path) -> None:
    server = PrivateServer(ground / "家, it's here; 100%")
    server.up(throwaway=True)
    assert ask(server, "SELECT 1") == 1
    server.down()
    server.status().socket.rmdir()


@pytest.mark.parametrize("name", ['a"b', "a$b", "a`b", "a\\b"])
def test_a_home_that_a_shell_would_misread_is_refused(ground: Path, name: str) -> None:
    with pytest.raises(ServerError, match="GISGRID_HOME"):
        PrivateServer(ground / name).up(throwaway=True)


def test_a_home_that_cannot_be_entered_is_told(ground: Path) -> None:
    closed = ground / "closed"
    closed.mkdir(mode=0o700 if os.geteuid() == 0 else 0o500)
    with pytest.raises(ServerError, match="GISGRID_HOME"):
        PrivateServer(closed / "home").up(throwaway=True)


def test_real_data_is_never_run_as_throwaway(ground: Path) -> None:
    server = PrivateServer(ground / "home")
    server.up()
    assert ask(server, "SHOW fsync") == "on"
    assert ask(server, "SHOW data_checksums") == "on"
    server.down()
    with pytest.raises(ServerError, match="thrown away"):
        server.up(throwaway=True)
    assert not server.status().running


def test_the_caller_s_settings_for_another_cluster_are_ignored(
    ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PGDATA": str(ground / "other"),
        "PGHOST": str(ground / "other"),
        "PGPORT": "1",
        "PGUSER": "somebody",
        "PGOPTIONS": "-c nonsense=1",
    }.items():
        monkeypatch.setenv(name, value)
    server = PrivateServer(ground / "home")
    server.up(throwaway=True)
    assert server.status().running
    assert not (ground / "other").exists()


def test_a_half_made_data_folder_is_made_again(ground: Path) -> None:
    home = ground / "home"
    (home / "data.new" / "base").mkdir(parents=True)
    (home / "data.new" / "PG_VERSION").write_text("15")
    server = PrivateServer(home)
    server.up(throwaway=True)
    assert ask(server, "SELECT 1") == 1


def test_a_lost_password_file_is_told(server: PrivateServer) -> None:
    server.down()
    (server.home / "passfile").unlink()
    with pytest.raises(ServerError, match="password file is missing"):
        server.up()
    with pytest.raises(ServerError, match="never started"):
        server.url()


def test_a_server_that_is_down_says_how_to_start_it(server: PrivateServer) -> None:
    server.down()
    with pytest.raises(ServerError, match="gisgrid db up"):
        server.ensure_database("gisgrid")
