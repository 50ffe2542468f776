"""The record of imports: where data came from, in which CRS, and what was rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, update

from gisgrid.store.tables import import_run, reject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

__all__ = ["add_rejects", "begin", "finish"]


def begin(
    connection: Connection,
    *,
    noun: str,
    source: str,
    crs: str,
    layer: str | None = None,
    map_approval: str | None = None,
    options: dict[str, Any] | None = None,
) -> int:
    """Record that an import begins; it is gone again when the transaction fails.

    Parameters
    ----------
    noun : str
        What is imported: a level (``micro``) or a kind of place (``hazard``).
    source, layer, crs : str
        The file's name, its layer, and the CRS as stated or read.
    map_approval : str, optional
        The map-approval number (审图号) of the source.
    """
    row = insert(import_run).values(
        noun=noun,
        source=source,
        layer=layer,
        crs=crs,
        map_approval=map_approval,
        options=options or {},
        rows_read=0,
        rows_taken=0,
        rows_rejected=0,
    )
    return int(connection.execute(row.returning(import_run.c.id)).scalar_one())


def add_rejects(
    connection: Connection, import_id: int, first: int, rejects: Sequence[tuple[int, str, str, str]]
) -> None:
    """Keep rejects: (row, field, reason, value), numbered on from ``first``."""
    if rejects:
        rows = [
            {
                "import_id": import_id,
                "position": first + position,
                "row": row,
                "field": field,
                "reason": reason,
                # PostgreSQL's text holds no NUL, which may be the very reason of the reject.
                "value": value.replace("\x00", "\N{SYMBOL FOR NULL}"),
            }
            for position, (row, field, reason, value) in enumerate(rejects)
        ]
        connection.execute(insert(reject), rows)


def finish(
    connection: Connection,
    import_id: int,
    *,
    rows_read: int,
    rows_taken: int,
    rows_rejected: int,
    warnings: Sequence[str],
) -> None:
    """Record what came of an import."""
    connection.execute(
        update(import_run)
        .where(import_run.c.id == import_id)
        .values(
            rows_read=rows_read,
            rows_taken=rows_taken,
            rows_rejected=rows_rejected,
            warnings=list(warnings),
        )
    )
