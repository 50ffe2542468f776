"""Keeping the bad rows of an import, in a file and on record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gisgrid.errors import InputError, RejectedError
from gisgrid.files import Reject, RejectsFile
from gisgrid.store import imports

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

__all__ = ["RejectLog"]


class RejectLog:
    """Keeps rejects in a CSV in the current folder and in the database, as they come.

    Parameters
    ----------
    source : Path
        The file that is imported; it names the rejects file.
    layer : str, optional
        Its layer, which is then in the rejects file's name too.
    path : Path, optional
        Where to write the rejects file instead.
    """

    def __init__(
        self,
        connection: Connection,
        import_id: int,
        source: Path,
        layer: str | None = None,
        path: Path | None = None,
    ) -> None:
        self._connection = connection
        self._import_id = import_id
        self._source = source
        self._reasons: Counter[str] = Counter()
        if path is None and layer:
            path = Path.cwd() / f"{source.stem}.{layer}.rejects.csv"
        self._file = RejectsFile(source, path=path)

    @property
    def count(self) -> int:
        """Rejects so far."""
        return self._file.count

    @property
    def path(self) -> Path | None:
        """The rejects file, if anything was rejected."""
        return self._file.path if self.count else None

    def add(self, rejects: Iterable[Reject]) -> None:
        """Keep rejects."""
        kept = sorted(rejects, key=lambda reject: reject.row)
        rows = [(reject.row, reject.field, reject.reason, reject.value) for reject in kept]
        imports.add_rejects(self._connection, self._import_id, self.count, rows)
        self._file.add(kept)
        self._reasons.update(f"{reject.field} {reject.reason}".strip() for reject in kept)

    def nothing_left(self, read: int) -> InputError:
        """The error of an import of which no row can be used, with the commonest reason."""
        reason, count = self._reasons.most_common(1)[0]
        return InputError(
            f"none of the {read:,} rows can be used; {count:,} of them: {reason}",
            where=str(self._source),
            fix=f"see {self.path}",
        )

    def require_none(self) -> None:
        """Raise `RejectedError` when anything was rejected: the caller asked for all or none."""
        if self.count:
            raise RejectedError(
                f"{self.count:,} rows were rejected and nothing was imported (--strict)",
                where=str(self._file.path),
                fix="mend those rows, or import without --strict",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
