"""Importing other names of roads and lanes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gisgrid.files import Batch, Reject, require_columns
from gisgrid.imports.report import ImportReport, Notice
from gisgrid.imports.running import TEXT, RowFile, open_rows, run_import, typed
from gisgrid.points.progress import Progress, quiet
from gisgrid.points.sieve import Sieve
from gisgrid.store.addresses.aliases import NewAlias, add_aliases, fault_of
from gisgrid.store.addresses.words import StandardWords
from gisgrid.store.places import Merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

__all__ = ["AliasFile", "AliasLoader", "import_aliases"]

_FIELDS = ("name", "means", "kind")


@dataclass(frozen=True, kw_only=True)
class AliasFile(RowFile):
    """A file of aliases; its columns are ``name`` and ``means``, which it must bring, and ``kind``.

    Without a kind an alias is ``other``.
    """


class AliasLoader:
    """Takes aliases, tells those that cannot be, and keeps the others.

    Parameters
    ----------
    connection : Connection
    author : str
        Who brings them.
    """

    outside = None

    def __init__(self, connection: Connection, author: str) -> None:
        self._connection = connection
        self._author = author
        self._rows: dict[NewAlias, int] = {}
        self._repeats: list[tuple[int, int, str]] = []

    def faults(self, made: Sequence[NewAlias]) -> list[str]:
        """Why each cannot be; empty where it can."""
        return [fault_of(one, self._words) for one in made]

    @cached_property
    def _words(self) -> StandardWords:
        return StandardWords.read(self._connection)

    def add(self, row: int, made: NewAlias) -> None:
        """Take one in which there is no fault."""
        first = self._rows.setdefault(made, row)
        if first != row:
            self._repeats.append((row, first, made.name))

    def repeated(self, field: str) -> Iterator[list[Reject]]:
        """The rows that stood in the file before."""
        yield [Reject(row, "name", f"stands in row {first} too", name)
               for row, first, name in self._repeats]  # fmt: skip

    def merge(self, import_id: int) -> Merged:
        """Keep the aliases."""
        new = add_aliases(
            self._connection, list(self._rows), source=f"import {import_id}", author=self._author
        )
        return Merged(new, 0, len(self._rows) - new)

    def notices(self) -> tuple[Notice, ...]:
        """Nothing to say."""
        return ()


def import_aliases(
    engine: Engine, file: AliasFile, *, author: str = "", progress: Progress = quiet
) -> ImportReport:
    """Import aliases in one transaction; those that hold already stay as they are.

    Raises
    ------
    InputError
        The file or a column cannot be used; nothing is left behind.
    RejectedError
        ``strict`` and a row was rejected.
    """
    with open_rows(file) as source, engine.begin() as connection:
        wanted = list(file.columns.values())
        require_columns(source, wanted)
        loader = AliasLoader(connection, author)

        def take(batch: Batch, sieve: Sieve) -> None:
            columns = typed(batch, sieve, file.columns, dict.fromkeys(_FIELDS, TEXT))
            values = [columns[name] for name in _FIELDS if name in columns]
            made = [NewAlias.said(*row) for row in zip(*values, strict=True)]
            faults = loader.faults(made)
            bad = np.array([bool(fault) for fault in faults])
            sieve.drop(bad, file.columns["name"], faults, columns["name"])
            for place in np.flatnonzero(sieve.good):
                loader.add(batch.first_row + int(place), made[place])

        return run_import(
            connection,
            source,
            file,
            noun="alias",
            crs="",
            wanted=wanted,
            loader=loader,
            take=take,
            progress=progress,
        )
