from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine, serve_from
from gisgrid.store.people import Department, put_departments


@pytest.fixture(scope="module")
def ground(clone: Callable[[str], str], district_template: str) -> Iterator[Engine]:
    """The small district with four departments, which the tests of a module share."""
    engine = make_engine(clone(district_template))
    names = {"cg": "城管", "sc": "市场", "sf": "司法", "fb": "房办"}
    with engine.begin() as connection:
        rows = [Department(code, "line", name, code) for code, name in names.items()]
        put_departments(connection, rows)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(ground: Engine) -> Iterator[Engine]:
    """The same district as the web service reaches it: by a role that owns nothing."""
    engine = serve_from(ground, pool_size=10)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def log() -> io.StringIO:
    """What the application writes to its log."""
    return io.StringIO()


@pytest.fixture(scope="module")
def client(
    served: Engine, log: io.StringIO, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A client of the open demo over the small district."""
    app = create_app(Settings(home=tmp_path_factory.mktemp("home")), engine=served, demo=True)
    app.state.service.log._stream = log
    with TestClient(app, client=("127.0.0.1", 50_000), base_url="http://127.0.0.1") as made:
        yield made


@pytest.fixture(scope="module")
def guarded(served: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of the same district where nobody gets in without a key."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), reports_per_day=3)
    with TestClient(create_app(settings, engine=served), client=("203.0.113.7", 50_000)) as made:
        yield made
