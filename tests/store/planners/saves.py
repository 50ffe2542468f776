"""Saves of tests, and the log that they leave."""

from __future__ import annotations

from sqlalchemy import Engine

from gisgrid.store import drafts
from tests.store.planners.layers import Client, change
from tests.towns import square

__all__ = ["NARROW", "WIDE", "log_of", "move_border"]

WIDE, NARROW = square(0, 0, 1.5, 1), square(1.5, 0, 0.5, 1)


def log_of(engine: Engine, plan: int) -> list[drafts.LoggedEdit]:
    with engine.connect() as connection:
        return drafts.log(connection, plan)


def move_border(client: Client, plan: int) -> None:
    """Move the border that two squares share, as QGIS saves it: both in one transaction."""
    with client:
        change(client, f"plan_{plan}_micro", "A1U1M1", geom=WIDE)
        change(client, f"plan_{plan}_micro", "A1U1M2", geom=NARROW)
