"""Points of cases that came in a system which the law shifts: turning them back is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gisgrid.store.audit import note

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.access import Actor
    from gisgrid.geometry.crs import Crs
    from gisgrid.store.cases.records import Case

__all__ = ["note_conversion"]

_SHIFTED: Final = frozenset({"gcj02", "bd09"})


def note_conversion(connection: Connection, system: Crs, case: Case, actor: Actor) -> None:
    """Put in the audit log that the point of a case was turned back, where its system is shifted.

    Parameters
    ----------
    connection : Connection
        In the transaction that writes the point.
    system : Crs
        In which it was given.
    case : Case
    actor : Actor
    """
    if system.name in _SHIFTED:
        note(connection, actor, f"crs.{system.name}", f"case:{case.id}")
