"""``gisgrid db``: results on stdout, talk on stderr, and the same database that others use."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from gisgrid.cli.db import app
from gisgrid.errors import Conflict, DatabaseError, FileError
from gisgrid.store.server import PrivateServer


def run(*args: str) -> Result:
    return CliRunner().invoke(app, args, catch_exceptions=False)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gisgrid-", dir="/tmp"))
    folder.chmod(0o755)
    monkeypatch.setenv("GISGRID_HOME", str(folder / "home"))
    monkeypatch.delenv("GISGRID_DATABASE_URL", raising=False)
    yield folder / "home"
    PrivateServer(folder / "home").down()
    shutil.rmtree(folder)


@pytest.fixture
def empty_url(server: PrivateServer, request: pytest.FixtureRequest) -> str:
    name = f"empty_{request.node.name}"[:60]
    server.ensure_database(name)
    return server.url(name)


def test_the_life_of_the_private_server(home: Path) -> None:
    assert "running: False" in run("status").stdout
    started = run("up")
    assert started.stdout == ""
    assert "runs as process" in started.stderr
    found = json.loads(run("status", "--json").stdout)
    assert found["running"] is True
    assert found["home"] == str(home)
    assert found["listen"] is None
    printed = run("url").stdout.strip()
    assert printed.startswith("postgresql://gisgrid@/gisgrid?")
    psycopg2.connect(printed).close()  # any libpq program can use it as it is
    assert "/demo?" in run("url", "--database", "demo").stdout
    assert run("down").exit_code == 0
    assert json.loads(run("status", "--json").stdout)["running"] is False
    assert run("down").exit_code == 0


def test_url_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", "postgresql://me:topsecret@db.example/grid")
    said = run("url")
    assert "topsecret" not in said.output
    assert "db.example/grid" in said.stdout


def test_migrate_sets_up_an_empty_database_once(empty_url: str) -> None:
    first = run("migrate", "--database", empty_url)
    assert first.stdout == ""
    assert "schema none -> " in first.stderr
    second = run("migrate", "--database", empty_url)
    assert "->" not in second.stderr
    assert second.stderr.split()[-1] == first.stderr.split()[-1]


def test_migrate_tells_that_nothing_answers() -> None:
    with pytest.raises(DatabaseError, match="does not answer"):
        run("migrate", "--database", "postgresql://u:topsecret@127.0.0.1:1/x")


def test_a_backup_of_the_whole_schema_comes_back(
    database_url: str, empty_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "all.backup"
    assert "MB" in run("backup", str(file), "--database", database_url).stderr
    run("restore", str(file), "--database", empty_url)
    query = (
        "SELECT string_agg(concat_ws(' ', table_schema, table_name, column_name, data_type), ';'"
        " ORDER BY table_schema, table_name, ordinal_position) FROM information_schema.columns"
        " WHERE table_schema = 'gisgrid'"
    )
    assert scalar(empty_url, query) == scalar(database_url, query)
    assert str(scalar(database_url, query)).count(";") > 20
    with pytest.raises(Conflict, match="--force"):
        run("restore", str(file), "--database", empty_url)
    run("restore", str(file), "--force", "--database", empty_url)
    assert scalar(empty_url, query) == scalar(database_url, query)


def test_restore_of_no_backup_is_told(lend: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "x").write_text("SELECT 1")
    with pytest.raises(FileError, match="no backup"):
        run("restore", str(tmp_path / "x"), "--database", lend("template1"))


def scalar(url: str, query: str) -> object:
    engine = create_engine(url)
    with engine.connect() as connection:
        found: object = connection.scalar(text(query))
    engine.dispose()
    return found
