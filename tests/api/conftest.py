from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.gathering import GatheringProtocol
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine

from .at_planner import Planner, open_page
from .browsing import Opener
from .district import found_district


@pytest.fixture(scope="session")
def district_template(clone: Callable[[str], str], template: str) -> str:
    """The name of a database with the small district."""
    engine = make_engine(clone(template))
    found_district(engine)
    name = str(engine.url.database)
    engine.dispose()
    return name


@pytest.fixture
def squares(lend: Callable[[str], str], district_template: str) -> Iterator[Engine]:
    """An engine on a database of this test that holds the small district."""
    made = make_engine(lend(district_template))
    yield made
    made.dispose()


@pytest.fixture
def client(squares: Engine, settings: Settings) -> Iterator[TestClient]:
    """A client of the API over the small district, on the same machine."""
    with TestClient(
        create_app(settings, engine=squares, demo=True),
        client=("127.0.0.1", 50_000),
        base_url="http://127.0.0.1",
    ) as made:
        yield made


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port, and give its address."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        http=GatheringProtocol,
        access_log=False,
        log_level="warning",
        ws="none",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def address(squares: Engine, settings: Settings) -> Iterator[str]:
    """The address of a real server over the small district."""
    with serving(create_app(settings, engine=squares, demo=True)) as found:
        yield found


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Opener]:
    """Open addresses in Chromium."""
    opener = Opener(chromium)
    yield opener
    opener.close()


@pytest.fixture(scope="module")
def quiet_village(clone: Callable[[str], str], village_template: str) -> Iterator[Engine]:
    """The village with the plans of many tests; none of them publishes anything."""
    made = make_engine(clone(village_template))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def quiet_address(quiet_village: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the quiet village."""
    home = Settings(home=tmp_path_factory.mktemp("home"))
    with serving(create_app(home, engine=quiet_village, demo=True)) as found:
        yield found


@pytest.fixture
def planner(quiet_village: Engine, quiet_address: str, visit: Opener) -> Planner:
    """A planner who publishes nothing."""
    return open_page(quiet_village, quiet_address, visit)


@pytest.fixture
def publisher(village: Engine, settings: Settings, visit: Opener) -> Iterator[Planner]:
    """A planner with a village of their own."""
    with serving(create_app(settings, engine=village, demo=True)) as address:
        yield open_page(village, address, visit)
