"""Which rows may be shown: the one predicate that every query of places passes through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import true

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

__all__ = ["visible"]


def visible(table: Table) -> ColumnElement[Any]:
    """True for the rows of a table that are not confidential."""
    return ~table.c.confidential if "confidential" in table.c else true()
