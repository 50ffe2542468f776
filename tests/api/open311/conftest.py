from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine


@pytest.fixture(scope="module")
def client(
    clone: Callable[[str], str], district_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A client of the API over the small district, which the tests of a module share."""
    engine = make_engine(clone(district_template))
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with TestClient(
        create_app(settings, engine=engine, demo=True),
        client=("127.0.0.1", 50_000),
        base_url="http://127.0.0.1",
    ) as made:
        yield made
    engine.dispose()
