"""Versions that will do, and those that will not, told by programs that only say a version."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisgrid.errors import ServerError, UnsupportedVersion
from gisgrid.store.server import PrivateServer, find_binaries
from gisgrid.store.server.binaries import find_client, parse_version, require_supported


def install(folder: Path, postgres: str, postgis: str | None) -> Path:
    share = folder / "share"
    (share / "extension").mkdir(parents=True)
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    says = {
        "postgres": f"postgres (PostgreSQL) {postgres}",
        "pg_dump": f"pg_dump (PostgreSQL) {postgres}",
        "pg_config": str(share),
    }
    for name, line in says.items():
        program = bin_folder / name
        program.write_text(f"#!/bin/sh\necho '{line}'\n")
        program.chmod(0o755)
    if postgis is not None:
        control = f"comment = 'PostGIS 9.9'\ndefault_version = '{postgis}'\nrelocatable = false\n"
        (share / "extension" / "postgis.control").write_text(control)
    return bin_folder


@pytest.mark.parametrize(
    ("postgres", "postgis", "error", "says"),
    [
        ("13.14 (Debian 13.14-0+deb11u1)", "3.3.2", UnsupportedVersion, r"PostgreSQL 13\.14 .*14"),
        ("9.6.24", "3.2.0", UnsupportedVersion, r"PostgreSQL 9\.6 "),
        ("15.6", "3.1.9", UnsupportedVersion, r"PostGIS 3\.1 .*3\.2"),
        ("16.1", "2.5.5", UnsupportedVersion, r"PostGIS 2\.5 "),
        ("15.6", None, ServerError, r"PostgreSQL 15\.6 has no PostGIS.*postgresql-15-postgis-3"),
    ],
)
def test_old_versions_are_refused_by_name(
    ground: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgres: str,
    postgis: str | None,
    error: type[Exception],
    says: str,
) -> None:
    monkeypatch.setenv("GISGRID_PG_BIN", str(install(ground, postgres, postgis)))
    with pytest.raises(error, match=says):
        PrivateServer(ground / "home").up()
    assert not (ground / "home" / "data").exists()


@pytest.mark.parametrize(
    ("postgres", "postgis"), [("14.0", "3.2.0"), ("16beta1", "3.5.0dev"), ("18", "3.10")]
)
def test_newer_versions_are_taken(
    ground: Path, monkeypatch: pytest.MonkeyPatch, postgres: str, postgis: str
) -> None:
    folder = install(ground, postgres, postgis)
    monkeypatch.setenv("GISGRID_PG_BIN", str(folder))
    assert find_binaries().folder == folder
    assert find_binaries().postgis == parse_version(postgis)


def test_without_postgresql_the_command_that_installs_it_is_told(
    ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISGRID_PG_BIN", str(ground))
    with pytest.raises(ServerError, match="apt-get install postgresql postgresql-postgis"):
        PrivateServer(ground / "home").up()


def test_data_of_another_major_version_is_told(
    ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISGRID_PG_BIN", str(install(ground, "16.2", "3.4.0")))
    with pytest.raises(ServerError, match="made by PostgreSQL 15, which is not installed"):
        find_binaries(15)


def test_a_dump_is_never_made_by_an_older_program(
    ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISGRID_PG_BIN", str(install(ground, "15.6", None)))
    assert Path(find_client("pg_dump", 14)).name == "pg_dump"
    assert Path(find_client("pg_dump", 15)).name == "pg_dump"
    with pytest.raises(ServerError, match="postgresql-client-16"):
        find_client("pg_dump", 16)


def test_the_machine_s_own_will_do() -> None:
    found = find_binaries()
    require_supported(found.postgres, found.postgis, where="here")
    assert Path(found.path("initdb")).is_file()


def test_a_text_without_number_is_no_version() -> None:
    with pytest.raises(UnsupportedVersion, match="names no version"):
        parse_version("unknown")
