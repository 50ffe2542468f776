"""What a patrol plan is asked to be."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final, Literal

from gisgrid.errors import InputError
from gisgrid.store.hazards import FoundBy, present_of
from gisgrid.times import parse_shift

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["PACES", "PatrolRequest", "tonight"]

# Metres in a minute: on foot 4.8 km/h, by bicycle or e-bike 12 km/h.
PACES: Final = {"walk": 80.0, "ride": 200.0}
_LONGEST: Final = timedelta(hours=24)
_DAY: Final = timedelta(days=1)
_MOST_OFFICERS: Final = 30
# The search takes seconds for a dozen officer hours and half a minute for these.
_MOST_HOURS: Final = 80.0


@dataclass(frozen=True, kw_only=True)
class PatrolRequest:
    """What a plan is made for.

    Attributes
    ----------
    starts, ends : datetime
        The shift, aware; kept in UTC, where an hour is an hour also when clocks are changed.
    officers : int
    officer_hours : float
        Of all of them together.
    categories : tuple of str
        Of the hazards that are looked at; none: all.
    grids : tuple of str
        Codes of micro-grids that get a stop before all else.
    within : str or None
        Code of a grid of any level, outside which nobody goes.
    found_by : str
        As in `gisgrid.store.hazards.HazardFilter`.
    every : int
        Nights within which each micro-grid has its turn, whatever is expected there.
    by : {"ride", "walk"}
    reach_m : float
        How far a stop reaches.
    seed : int
    """

    starts: datetime
    ends: datetime
    officers: int = 3
    officer_hours: float = 12.0
    categories: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()
    within: str | None = None
    found_by: FoundBy = "reported"
    every: int = 14
    by: Literal["ride", "walk"] = "ride"
    reach_m: float = 150.0
    seed: int = field(default=0)

    def __post_init__(self) -> None:
        if not self.starts < self.ends <= self.starts + _LONGEST:
            raise InputError(
                "a shift lasts up to 24 hours",
                where=f"{self.starts.isoformat()} to {self.ends.isoformat()}",
                fix="give a shorter one, such as 18:00-02:00",
            )
        if not 1 <= self.officers <= _MOST_OFFICERS:
            raise InputError(
                f"a plan is for 1 to {_MOST_OFFICERS} officers",
                where=f"{self.officers} officers",
                fix="make one plan for each team, each within its own grid",
            )
        if not 0 < self.officer_hours <= _MOST_HOURS:
            raise InputError(
                f"a plan spends up to {_MOST_HOURS:g} officer hours",
                where=f"{self.officer_hours:g} officer hours",
                fix="make one plan for each team, each within its own grid",
            )
        for name in ("starts", "ends"):
            object.__setattr__(self, name, getattr(self, name).astimezone(UTC))

    @property
    def document(self) -> dict[str, Any]:
        """What cannot be told from a plan's other columns, as JSON can hold it."""
        kept = ("categories", "grids", "within", "found_by", "every", "by", "reach_m")
        return {name: value for name, value in asdict(self).items() if name in kept}


def tonight(
    connection: Connection, now: datetime, shift: str, day: date | None, zone: tzinfo
) -> tuple[datetime, datetime]:
    """A shift on a day; without a day the one that is on, or the next.

    Parameters
    ----------
    connection : Connection
    now : datetime
    shift : str
        As `gisgrid.times.parse_shift` reads it.
    day : date, optional
        Without it the day of `gisgrid.store.hazards.present_of`.
    zone : tzinfo

    Raises
    ------
    InputError
        The shift is none.
    """
    if day is not None:
        return parse_shift(shift, day, zone)
    now = now.astimezone(zone)
    present = present_of(connection, now)
    today = present.date()
    # Where the record has ended, the first evening after it is meant, not the one it ended in.
    days = (today - _DAY, today) if present == now else (today,)
    shifts = [parse_shift(shift, one, zone) for one in (*days, today + _DAY)]
    return next(one for one in shifts if present < one[1])
