"""Planners at their desks: plain connections over TLS, as QGIS makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from gisgrid.store import planners
from gisgrid.store.server import PrivateServer
from tests.store.drafts.states import new_plan
from tests.store.planners.layers import Client, log_in

Login = Callable[..., Client]


@pytest.fixture
def plan(town: Engine) -> int:
    """A plan on the town that wang draws on."""
    made = new_plan(town)
    with town.begin() as connection:
        for name in ("wang", "li"):
            planners.add(connection, name, f"secret of {name}")
        planners.share(connection, made, "wang")
    return made


@pytest.fixture
def login(server: PrivateServer, town: Engine) -> Iterator[Login]:
    """Log a planner in to the town's database."""
    clients: list[Client] = []

    def enter(name: str = "wang", database: str | None = None, **options: str) -> Client:
        clients.append(log_in(server, database or town.url.database, name, **options))
        return clients[-1]

    yield enter
    for client in clients:
        client.close()
