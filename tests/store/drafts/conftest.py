from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from gisgrid.store.engine import make_engine
from tests.store.drafts.district import publish_district
from tests.store.drafts.states import new_plan


@pytest.fixture(scope="package")
def quiet_town(clone: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    """The town with the plans of many tests; none of them publishes anything."""
    made = make_engine(clone(town_template))
    yield made
    made.dispose()


@pytest.fixture
def plan(quiet_town: Engine) -> int:
    """A plan of this test on the town."""
    return new_plan(quiet_town)


@pytest.fixture(scope="package")
def honeycomb(clone: Callable[[str], str], template: str) -> Iterator[Engine]:
    """A nested honeycomb with addresses and the plans of many tests; nothing is published."""
    made = make_engine(clone(template))
    publish_district(made)
    yield made
    made.dispose()
