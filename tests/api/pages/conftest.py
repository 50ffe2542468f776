from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store import accounts
from gisgrid.store.engine import make_engine
from tests.api.conftest import serving
from tests.api.signing import ACTOR, account_with

from .people import PASSWORD


@pytest.fixture(scope="session")
def ground(clone: Callable[[str], str], district_template: str) -> Iterator[Engine]:
    """The small district with a grid member, shared."""
    engine = make_engine(clone(district_template))
    with engine.begin() as connection:
        member = account_with(connection, "member", grids_=["101001"], name="wang")
        accounts.set_password(connection, member, PASSWORD, actor=ACTOR)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def open_address(ground: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that is open to everybody on this machine."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with serving(create_app(settings, engine=ground, demo=True)) as found:
        yield found


@pytest.fixture(scope="session")
def guarded_address(ground: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the same district that asks who comes."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with serving(create_app(settings, engine=ground, demo=False)) as found:
        yield found
