"""What an import says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["ImportReport", "Notice"]


@dataclass(frozen=True)
class Notice:
    """Something the user should know although the import went through.

    Attributes
    ----------
    kind : str
        A stable word for programs, such as ``outside-parent``.
    count : int
        How many rows it concerns.
    zh, en : str
        The message in both languages.
    """

    kind: str
    count: int
    zh: str
    en: str


@dataclass(frozen=True)
class ImportReport:
    """What came of an import.

    Attributes
    ----------
    import_id : int
    rows_read, rows_taken, rows_rejected : int
        ``rows_read`` is the sum of the other two.
    inserted, updated, unchanged : int
        What the rows taken did to the table.
    outside : int or None
        How many of the rows no grid covers; None for rows without an owner.
    rejects_file : Path or None
        Where the rejected rows are written, when there are any.
    notices : tuple of Notice
    by_address : int
        Rows that got their point from their address.
    queued : int
        Texts that wait in the review queue, because nobody could say their address.
    """

    import_id: int
    rows_read: int
    rows_taken: int
    rows_rejected: int
    inserted: int
    updated: int
    unchanged: int
    outside: int | None
    rejects_file: Path | None
    notices: tuple[Notice, ...]
    by_address: int = 0
    queued: int = 0
