"""What must be said beside everything drawn from a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, select

from gisgrid.store.tables import import_run

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["SAMPLE_NOTICE", "SAMPLE_NOUN", "notice"]

SAMPLE_NOTICE: Final = "示例数据 / made-up data"
SAMPLE_NOUN: Final = "sample"


def notice(connection: Connection) -> str:
    """``示例数据 / made-up data`` where the sample district was loaded, else nothing."""
    found = connection.scalar(select(exists().where(import_run.c.noun == SAMPLE_NOUN)))
    return SAMPLE_NOTICE if found else ""
