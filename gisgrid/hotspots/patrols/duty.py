"""When each officer is out: the hours in which most is expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gisgrid.errors import InputError
from gisgrid.hotspots.patrols.reach import FloatArray

__all__ = ["Duty", "Team", "duties", "rounds_of"]

_HOUR: Final = 60.0
# Koper's stops keep a place quiet for some two hours at best; then it is worth another look.
_ROUND_MINUTES: Final = 120.0


@dataclass(frozen=True)
class Team:
    """How much can be spent.

    Attributes
    ----------
    officers : int
    officer_hours : float
        Of all officers together.
    shift_minutes : float
    metres_per_minute : float
        Along the way, straight lines made longer by `detour`.
    detour : float
        How much longer streets are than straight lines.
    """

    officers: int
    officer_hours: float
    shift_minutes: float
    metres_per_minute: float = 200.0
    detour: float = 1.3

    def __post_init__(self) -> None:
        where = f"{self.officers} officers, {self.officer_hours:g} hours"
        if self.officers < 1 or not self.officer_hours > 0:
            raise InputError("nobody is out", where=where, fix="give officers and hours above 0")
        if not (self.metres_per_minute > 0 and self.detour >= 1 and self.shift_minutes > 0):
            raise InputError("no time or no pace", where=where, fix="give a shift and a pace")
        if self.minutes_each > self.shift_minutes + 1e-9:
            shift = self.shift_minutes / _HOUR
            raise InputError(
                f"an officer would be out {self.minutes_each / _HOUR:.3g} hours of a shift of "
                f"{shift:.3g}",
                where=where,
                fix="give more officers, fewer hours or a longer shift",
            )

    @property
    def minutes_each(self) -> float:
        """How long one officer is out."""
        return self.officer_hours * _HOUR / self.officers

    @property
    def straight_metres_per_minute(self) -> float:
        """How far one comes in a minute as the crow flies."""
        return self.metres_per_minute / self.detour


@dataclass(frozen=True)
class Duty:
    """From when to when, in minutes of the shift, an officer is out."""

    begins: float
    ends: float

    def within(self, begins: float, ends: float) -> tuple[float, float] | None:
        """The part of the duty in a stretch of the shift; None where there is none."""
        first, last = max(self.begins, begins), min(self.ends, ends)
        return (first, last) if last > first else None

    def minutes_within(self, begins: float, ends: float) -> float:
        """How many minutes of a stretch of the shift the officer is out."""
        part = self.within(begins, ends)
        return part[1] - part[0] if part else 0.0


def duties(team: Team, by_hour: FloatArray) -> list[Duty]:
    """When each officer is out: full hours in which most is expected for each who is out.

    Parameters
    ----------
    team : Team
    by_hour : float64 array, shape (hours,)
        What is expected in each hour of the shift, the last of which may be short.

    Returns
    -------
    list of Duty
        By their beginning.
    """
    length, shift = team.minutes_each, team.shift_minutes
    starts = np.arange(0.0, shift - length + 1e-9, _HOUR)
    hours = np.arange(len(by_hour)) * _HOUR
    ends = np.minimum(hours + _HOUR, shift)
    span = np.maximum(ends - hours, 1e-9)
    # Equal expectations everywhere must not put everybody into the same hours.
    rate = (by_hour + 1e-6 * (by_hour.mean() if len(by_hour) else 1.0) + 1e-12) / span
    out = np.zeros(len(by_hour))
    found = []
    for _ in range(team.officers):
        shares = [np.clip(np.minimum(ends, s + length) - np.maximum(hours, s), 0.0, None)
                  for s in starts]  # fmt: skip
        worth = [float((share * rate / (1.0 + out / span)).sum()) for share in shares]
        best = int(np.argmax(worth))
        out += shares[best]
        found.append(Duty(float(starts[best]), float(starts[best]) + length))
    return sorted(found, key=lambda duty: duty.begins)


def rounds_of(shift_minutes: float) -> list[tuple[float, float]]:
    """The stretches of a shift in which a place is visited at most once: two hours, or less."""
    count = max(1, int(np.ceil(shift_minutes / _ROUND_MINUTES)))
    edges = np.minimum(np.arange(count + 1) * _ROUND_MINUTES, shift_minutes)
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
