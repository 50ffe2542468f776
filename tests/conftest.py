"""Fixtures: a throw-away PostGIS for the session, a database cloned from a template per test."""

from __future__ import annotations

import fcntl
import itertools
import os
import pickle
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, make_url, text

from gisgrid.cli import main
from gisgrid.sample import District, build_district
from gisgrid.sample.loading import load_district
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine
from gisgrid.store.schema import ensure_ready
from gisgrid.store.server import PrivateServer
from tests.commands import Run
from tests.folders import free_port, new_folder
from tests.hostile import hostile_town
from tests.streets import pave, sweep
from tests.towns import publish_town
from tests.village import found_village

# A busy machine is no failure: the deadline of one example is off.
hypothesis.settings.register_profile("gisgrid", deadline=None)
hypothesis.settings.load_profile("gisgrid")

_numbers = itertools.count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what needs data that is not here, and the drills unless they are asked for."""
    unwanted = set()
    if not os.environ.get("GISGRID_REAL_DATA"):
        unwanted.add("real")
    if "drill" not in (config.option.markexpr or ""):
        unwanted.add("drill")
    gone = [item for item in items if unwanted & {mark.name for mark in item.iter_markers()}]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in set(gone)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed run: what is not proven must not look as if it were."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public data with known answers."""
    return Path(os.environ["GISGRID_REAL_DATA"])


@pytest.fixture(scope="session")
def server() -> Iterator[PrivateServer]:
    """A throw-away PostGIS of this test session."""
    folder = new_folder()
    private = PrivateServer(folder / "home")
    private.up(throwaway=True, listen=f"127.0.0.1:{free_port()}")
    yield private
    private.down()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def admin(server: PrivateServer) -> Iterator[Engine]:
    """An engine that makes and drops databases."""
    engine = make_engine(server.url("postgres")).execution_options(isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template(server: PrivateServer) -> str:
    """The name of a database with gisgrid's schema and nothing in it."""
    server.ensure_database("template_gisgrid")
    engine = make_engine(server.url("template_gisgrid"))
    ensure_ready(engine)
    engine.dispose()
    return "template_gisgrid"


@pytest.fixture(scope="session")
def clone(server: PrivateServer, admin: Engine) -> Callable[[str], str]:
    """Make a database from a template for the session and give its URL."""

    def make(template: str) -> str:
        name = f"test_{next(_numbers)}"
        with admin.connect() as connection:
            # Files are copied in half the time that it takes to log each of their blocks.
            made = f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'
            connection.execute(text(made))
            # The role is called as the schema is, which would hide a name without its schema.
            connection.execute(text(f'ALTER DATABASE "{name}" SET search_path = public'))
        return server.url(name)

    return make


@pytest.fixture
def lend(clone: Callable[[str], str], admin: Engine) -> Iterator[Callable[[str], str]]:
    """Make a database from a template for this test; a thousand of them would fill the memory."""
    lent: list[str] = []

    def make(template: str) -> str:
        lent.append(clone(template))
        return lent[-1]

    yield make
    with admin.connect() as connection:
        for url in lent:
            name = make_url(url).database
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture
def database_url(lend: Callable[[str], str], template: str) -> str:
    """The URL of an empty database of this test."""
    return lend(template)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database of this test."""
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def town_template(server: PrivateServer, clone: Callable[[str], str], template: str) -> str:
    """The name of a database in which the town of `tests.towns` is published."""
    url = clone(template)
    made = make_engine(url)
    publish_town(made)
    made.dispose()
    return str(made.url.database)


@pytest.fixture
def town(lend: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    """An engine on a database of this test in which the town is published."""
    made = make_engine(lend(town_template))
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def village_template(clone: Callable[[str], str], town_template: str) -> str:
    """The name of a database with the village of `tests.village`."""
    made = make_engine(clone(town_template))
    found_village(made)
    made.dispose()
    return str(made.url.database)


@pytest.fixture
def village(lend: Callable[[str], str], village_template: str) -> Iterator[Engine]:
    """An engine on a database of this test that holds the village."""
    made = make_engine(lend(village_template))
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def street_engine(clone: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    """An engine on the database of `streets`."""
    made = make_engine(clone(town_template))
    pave(made)
    yield made
    made.dispose()


@pytest.fixture
def streets(street_engine: Engine) -> Iterator[Engine]:
    """An engine on a database with the streets of `tests.streets`.

    What a test brings there is swept away after it; grids, addresses and lines are to stay.
    """
    yield street_engine
    sweep(street_engine)


@pytest.fixture(scope="session")
def hostile(
    clone: Callable[[str], str], village_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """An engine on a database whose every text wants to run; see `tests.hostile`."""
    made = make_engine(clone(village_template))
    hostile_town(made, tmp_path_factory.mktemp("hostile"))
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> District:
    """The sample district of the default seed, built once for all workers."""
    if worker_id == "master":
        return build_district()
    kept = tmp_path_factory.getbasetemp().parent / "district.pickle"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(build_district()))
    found: District = pickle.loads(kept.read_bytes())
    return found


@pytest.fixture(scope="session")
def sample_template(clone: Callable[[str], str], template: str, district: District) -> str:
    """The name of a database that holds the sample district."""
    made = make_engine(clone(template))
    load_district(made, district)
    made.dispose()
    return str(made.url.database)


@pytest.fixture(scope="session")
def sample(clone: Callable[[str], str], sample_template: str) -> Iterator[Engine]:
    """An engine on a database that holds the sample district; tests only read it."""
    made = make_engine(clone(sample_template))
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without windows, which the maps and pages are looked at with."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell",
            args=["--no-sandbox", "--disable-gpu"],
        )
        yield browser
        browser.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that know nothing of the machine's own server."""
    return Settings(home=tmp_path / "home")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests leave rejects files and the like in a folder of their own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def gisgrid(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; its exit code, what it printed and what it said."""

    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gisgrid", *map(str, args)])
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        else:
            code = 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
