"""A town shared by these tests: each works in a transaction that is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from gisgrid.access import Actor
from gisgrid.store.cases.records import Case
from gisgrid.store.cases.reporting import NewCase, report
from gisgrid.store.engine import make_engine
from tests.towns import SIDE, SOUTH, WEST

MEMBER = Actor("account:7")
CHIEF = Actor("account:8")

Reporter = Callable[..., Case]


@pytest.fixture(scope="package")
def town_engine(clone: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    made = make_engine(clone(town_template))
    yield made
    made.dispose()


@pytest.fixture
def connection(town_engine: Engine) -> Iterator[Connection]:
    with town_engine.connect() as one:
        yield one
        one.rollback()


@pytest.fixture
def told(connection: Connection) -> Reporter:
    """Report a case in a square of the town (counted from the south-west)."""

    def tell(category: str = "dispute", x: float = 0.5, y: float = 0.5, **more: Any) -> Case:
        place = {"lon": WEST + x * SIDE, "lat": SOUTH + y * SIDE}
        new = NewCase(category=category, source=more.pop("source", "resident"), **place, **more)
        return report(connection, new, MEMBER)

    return tell
