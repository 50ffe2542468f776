"""A town served to a chief, a member and somebody elsewhere; all tests here share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine
from tests.api.signing import signed_in
from tests.towns import SIDE, SOUTH, WEST

Headers = dict[str, str]


@pytest.fixture(scope="package")
def works_engine(clone: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    made = make_engine(clone(town_template))
    yield made
    made.dispose()


@pytest.fixture(scope="package")
def served(works_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(home=tmp_path_factory.mktemp("home"), picture_limit_bytes=300_000)
    with TestClient(create_app(settings, engine=works_engine, demo=False)) as client:
        yield client


@pytest.fixture(scope="package")
def chief(works_engine: Engine) -> Headers:
    """Of the unit A1U1."""
    return signed_in(None, works_engine, "chief", grids=["A1U1"])


@pytest.fixture(scope="package")
def member(works_engine: Engine) -> Headers:
    """Of the micro-grid A1U1M1."""
    return signed_in(None, works_engine, "member", grids=["A1U1M1"])


@pytest.fixture(scope="package")
def stranger(works_engine: Engine) -> Headers:
    """A chief of another unit."""
    return signed_in(None, works_engine, "chief", grids=["A1U2"])


@pytest.fixture
def number(served: TestClient, member: Headers) -> str:
    """Of a new case in A1U1M1."""
    place = {"lon": WEST + 0.5 * SIDE, "lat": SOUTH + 0.5 * SIDE}
    answer = served.post("/v1/cases", json={"category": "dispute", **place}, headers=member)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["number"]
    return found
