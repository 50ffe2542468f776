from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from gisgrid.access import Actor, Sight
from gisgrid.store.cases import Case, NewCase, act, call, report
from gisgrid.store.engine import make_engine
from gisgrid.store.scope import look_as
from tests.towns import SIDE, SOUTH, WEST

MEMBER = Actor("account:1")
CHIEF = Actor("account:2")
CHENGGUAN = Actor("account:3", "chengguan")
MARKET = Actor("account:4", "market")
RESIDENT = Actor("resident")
ALL = Sight(whole=True).disclosed()


def place(x: float, y: float) -> dict[str, float]:
    """A place counted in squares of the town."""
    return {"lon": WEST + x * SIDE, "lat": SOUTH + y * SIDE}


def told(connection: Connection, x: float = 0.5, y: float = 0.5, **more: Any) -> Case:
    """A stall that a resident tells of, in the middle of a square of the town."""
    values = {"category": "unlicensed-stall", "source": "resident", **place(x, y), **more}
    return report(connection, NewCase(**values), MEMBER)


def dispatched(connection: Connection, *departments: str, **more: Any) -> Case:
    """A case to which departments were called; the first one leads."""
    case = told(connection, **more)
    act(connection, case.number, "accept", actor=MEMBER)
    now = call(connection, case.number, departments or ("chengguan",), actor=CHIEF)
    return replace(now, code=case.code)


def closed(connection: Connection, **more: Any) -> Case:
    """A case that was closed on the spot."""
    case = told(connection, **more)
    return act(connection, case.number, "close-on-spot", actor=MEMBER, reason="当场清理")


@pytest.fixture(scope="module")
def town_engine(clone: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    """An engine on a town that the tests of a module share."""
    made = make_engine(clone(town_template))
    yield made
    made.dispose()


@pytest.fixture
def connection(town_engine: Engine) -> Iterator[Connection]:
    """A transaction on the town that is rolled back; it sees everything."""
    with town_engine.connect() as made, made.begin() as transaction:
        yield look_as(made, ALL)
        transaction.rollback()
