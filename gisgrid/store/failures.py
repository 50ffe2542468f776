"""What a failure of the database means to a user, without its own many lines."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gisgrid.errors import Busy, DatabaseError, GisgridError

__all__ = ["busy", "explained", "is_passing"]

# SQLSTATE classes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_RIVALS: Final = "somebody else is changing the same at this moment"
_BUSY: Final = {
    "40001": _RIVALS,
    "40P01": _RIVALS,
    "55P03": _RIVALS,
    "57014": "it took too long and was given up",
}
_NOT_ALLOWED: Final = "42501"
# A lost connection, a read-only or failed transaction, a rival, no room, an operator, the system.
_PASSING: Final = ("08", "25", "40", "53", "55", "57", "58")


def explained(error: SQLAlchemyError, where: str = "") -> GisgridError:
    """An error of ours for one of SQLAlchemy's: its first line, which names no row's values."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    lines = str(cause).strip().splitlines()
    said = lines[0] if lines else type(error).__name__
    code = getattr(cause, "pgcode", None)
    if code in _BUSY:
        return Busy(_BUSY[code], where=where, fix="nothing was changed; try again")
    if code == _NOT_ALLOWED:
        fix = "let a superuser grant CREATE on the database, and make the extension if it is named"
        return DatabaseError(f"the role may not do this: {said}", where=where, fix=fix)
    if code is None:
        fix = "check the URL and that the server runs"
        return DatabaseError(f"the database cannot be reached: {said}", where=where, fix=fix)
    return DatabaseError(f"the database refused: {said}", where=where)


def busy(error: SQLAlchemyError) -> Busy | None:
    """What a failure is where another change stood in the way, or time ran out."""
    found = explained(error)
    return found if isinstance(found, Busy) else None


def is_passing(error: SQLAlchemyError) -> bool:
    """Whether a failure says nothing of what was written: it may succeed later, or by another."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    code = getattr(getattr(error, "orig", None), "pgcode", None)
    return code == _NOT_ALLOWED or (code is not None and code[:2] in _PASSING)
