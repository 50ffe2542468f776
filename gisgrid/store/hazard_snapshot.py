"""All hazards in memory, ten bytes each, for maps of more of them than a page can carry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    Text,
    and_,
    cast,
    column,
    func,
    literal,
    select,
    values,
)

from gisgrid.errors import InputError
from gisgrid.hotspots.density.events import Events, Selection
from gisgrid.store.changes import fingerprint
from gisgrid.store.copying import number_blocks
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import hazard

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.store.hazards import HazardFilter

__all__ = ["HazardKind", "HazardSnapshot", "read_snapshot"]

_MOST_KINDS: Final = 2**16
# Of 50 bytes each, so that some tens of megabytes are in the making at a time.
_ROWS_AT_ONCE: Final = 500_000
_NO_SEVERITY: Final = -1
_NO_TIME: Final = literal("NaN", Text)


class HazardKind(NamedTuple):
    """What filters tell apart; ``severity`` is -1 where nobody said."""

    category: str
    severity: int
    state: str
    discovered: bool


@dataclass(frozen=True)
class HazardSnapshot:
    """The hazards of one state of the record, as far as they may be seen.

    Attributes
    ----------
    events : Events
        ``kind`` of an event is a position in ``kinds``.
    kinds : tuple of HazardKind
    fingerprint : str
        Of the table of hazards, as `gisgrid.store.changes.fingerprint` makes it.
    """

    events: Events
    kinds: tuple[HazardKind, ...]
    fingerprint: str

    def __len__(self) -> int:
        return len(self.events)

    def selection(self, wanted: HazardFilter) -> Selection:
        """The events that a filter means.

        Its ``discoverers`` are those that the snapshot was read with; times are compared by whole
        seconds.
        """
        since, until = (
            None if one is None else one.timestamp() for one in (wanted.since, wanted.until)
        )
        return Selection(self._wanted(wanted), since, until)

    def _wanted(self, wanted: HazardFilter) -> NDArray[np.bool_]:
        listed: tuple[tuple[str, Collection[object]], ...] = (
            ("category", wanted.categories),
            ("state", wanted.states),
            ("severity", wanted.severities),
            ("discovered", _FOUND_BY[wanted.found_by]),
        )
        return np.array(
            [
                all(getattr(kind, name) in found for name, found in listed if found)
                for kind in self.kinds
            ],
            dtype=np.bool_,
        )

    @cached_property
    def period(self) -> tuple[float, float] | None:
        """Epoch seconds of the first and of the last hazard; None where none has a time."""
        last = int(self.events.second.max(initial=0))
        return None if last == 0 else (self.events.first, self.events.first + last - 1)


_FOUND_BY: Final[dict[str, Collection[object]]] = {
    "all": (),
    "reported": (False,),
    "discovered": (True,),
}


def read_snapshot(
    connection: Connection, discoverers: tuple[str, ...], state: str | None = None
) -> HazardSnapshot:
    """Read the hazards that may be shown.

    Parameters
    ----------
    connection : Connection
        In one snapshot (repeatable read), for it is asked several times.
    discoverers : tuple of str
        The origins that count as discovered by patrols.
    state : str, optional
        The fingerprint of the table, where the caller has taken it already.

    Raises
    ------
    InputError
        There are more kinds of hazards than can be told apart.
    """
    kind = _kind_columns(discoverers)
    found = connection.execute(
        select(*kind).where(visible_to(connection, hazard)).distinct().order_by(*kind)
    )
    kinds = tuple(HazardKind(*row) for row in found)
    if len(kinds) > _MOST_KINDS:
        raise InputError(
            f"hazards are of {len(kinds):,} kinds, more than maps can tell apart",
            where="categories, severities and states of the hazards",
            fix=f"use fewer categories: at most {_MOST_KINDS:,} kinds in all",
        )
    events = Events.gather(_rows(connection, kinds, discoverers) if kinds else [])
    return HazardSnapshot(events, kinds, state or fingerprint(connection, hazard))


def _kind_columns(discoverers: tuple[str, ...]) -> list[Any]:
    """The columns of `HazardKind`."""
    columns = hazard.c
    return [
        columns.category,
        cast(func.coalesce(columns.severity, _NO_SEVERITY), BigInteger).label("severity"),
        columns.state,
        columns.origin.in_(discoverers).label("discovered"),
    ]


def _rows(
    connection: Connection, kinds: tuple[HazardKind, ...], discoverers: tuple[str, ...]
) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Places, kinds and times, some at a time."""
    types = (Text, BigInteger, Text, Boolean)
    named: list[Any] = [
        column(name, kind) for name, kind in zip(HazardKind._fields, types, strict=True)
    ]
    number = column("kind", BigInteger)
    numbered = values(*named, number, name="kinds", literal_binds=True).data(
        [(*kind, position) for position, kind in enumerate(kinds)]
    )
    same = [own == numbered.c[own.name] for own in _kind_columns(discoverers)]
    seconds = func.coalesce(func.extract("epoch", hazard.c.found_at), cast(_NO_TIME, Float))
    query = (
        select(
            cast(func.ST_X(hazard.c.point), Float).label("lon"),
            cast(func.ST_Y(hazard.c.point), Float).label("lat"),
            cast(numbered.c.kind, BigInteger).label("kind"),
            cast(seconds, Float).label("seconds"),
        )
        .select_from(hazard.join(numbered, and_(*same)))
        .where(visible_to(connection, hazard))
    )
    for block in number_blocks(connection, query, _ROWS_AT_ONCE):
        yield block["lon"], block["lat"], block["kind"], block["seconds"]
