"""Working days and hours, by a calendar of holidays and of the days made up for them (调休)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from gisgrid.errors import FileError, InputError
from gisgrid.settings import WORK_HOURS, Settings

__all__ = ["WorkCalendar", "calendar_of", "packaged_calendar", "read_calendar", "read_hours"]

Span = tuple[time, time]

_KINDS: Final = {"holiday": False, "workday": True}
_DAY: Final = timedelta(days=1)
_NOTHING: Final = timedelta(0)
_SATURDAY: Final = 5
# Month and day of the statutory holidays that no moon moves: New Year, Labour Day, National Day.
_FIXED_HOLIDAYS: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


@dataclass(frozen=True)
class WorkCalendar:
    """When people work.

    Attributes
    ----------
    days : mapping of date to bool
        The days that are not as their day of the week says: True where people work.
    spans : tuple of (time, time)
        Hours of a working day, in order, on the clock of the zone.
    zone : tzinfo
    """

    days: Mapping[date, bool] = field(repr=False)
    spans: tuple[Span, ...]
    zone: tzinfo

    def works(self, day: date) -> bool:
        """Whether people work on a day; in years without holidays on record the law is asked.

        It fixes New Year's Day, Labour Day and National Day. The other holidays go by the moon,
        and which days are made up for them is announced year by year.
        """
        if day in self.days:
            return self.days[day]
        if day.year not in self.years and (day.month, day.day) in _FIXED_HOLIDAYS:
            return False
        return day.weekday() < _SATURDAY

    @cached_property
    def years(self) -> frozenset[int]:
        """The years of which the holidays are known."""
        return frozenset(day.year for day in self.days)

    def ends_within(self, day: date, count: int) -> bool:
        """Whether so many days after a day lie in a year of which the holidays are not known."""
        return (day + count * _DAY).year not in self.years

    def is_working(self, moment: datetime) -> bool:
        """Whether people are at work at a moment."""
        return any(first <= moment < last for first, last in self._hours(self.day_of(moment)))

    def day_of(self, moment: datetime) -> date:
        """The day of a moment, on the clock of the zone."""
        return moment.astimezone(self.zone).date()

    def knows(self, first: datetime, last: datetime) -> bool:
        """Whether the holidays of all years of a period are known; else `works` estimates."""
        span = range(self.day_of(first).year, self.day_of(last).year + 1)
        return self.years.issuperset(span)

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """The moment at which people have worked so long since a start.

        Parameters
        ----------
        start : datetime
            Aware.
        amount : timedelta
            Not negative; nothing leads to the start itself.
        """
        left = amount
        if left <= _NOTHING:
            return start
        for first, last in self._hours_from(start):
            begun = max(first, start)
            if last - begun >= left:
                return (begun + left).astimezone(start.tzinfo)
            left -= max(last - begun, _NOTHING)
        raise AssertionError("the calendar has no end")

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """How long people worked from a start to an end; nothing where the end comes first."""
        worked = _NOTHING
        if end <= start:
            return worked
        for first, last in self._hours_from(start):
            if first >= end:
                break
            worked += max(min(last, end) - max(first, start), _NOTHING)
        return worked

    def add_working_days(self, start: datetime, count: int) -> datetime:
        """When work ends on the last of so many working days after the day of a start.

        The day of the start does not count, as in the deadlines of authorities.

        Parameters
        ----------
        start : datetime
            Aware.
        count : int
            At least 1.
        """
        day = self.day_of(start)
        for _ in range(max(count, 1)):
            day += _DAY
            while not self.works(day):
                day += _DAY
        return self._hours(day)[-1][1].astimezone(start.tzinfo)

    def working_days(self, start: datetime, end: datetime) -> int:
        """The working days after the day of a start, up to the day of an end."""
        day, last = self.day_of(start), self.day_of(end)
        return sum(self.works(day + n * _DAY) for n in range(1, (last - day).days + 1))

    def before_working_days(self, moment: datetime, count: int) -> datetime:
        """The midnight before which anything is more than so many working days ago.

        What `add_working_days` says of a start before it lies before ``moment``.
        """
        day = self.day_of(moment)
        while self.add_working_days(datetime.combine(day, time(), self.zone), count) >= moment:
            day -= _DAY
        return datetime.combine(day + _DAY, time(), self.zone)

    def _hours(self, day: date) -> list[tuple[datetime, datetime]]:
        if not self.works(day):
            return []
        # In UTC, for a difference of moments of one zone is that of its clocks.
        return [
            (
                datetime.combine(day, first, self.zone).astimezone(UTC),
                datetime.combine(day, last, self.zone).astimezone(UTC),
            )
            for first, last in self.spans
        ]

    def _hours_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = self.day_of(start)
        while True:
            yield from self._hours(day)
            day += _DAY


def read_hours(text: str) -> tuple[Span, ...]:
    """Read the hours of a working day, such as ``9:00-11:30 13:00-17:30``.

    Raises
    ------
    InputError
        They are no hours, or overlap.
    """
    found = re.fullmatch(r"\s*(\d{1,2}:\d\d-\d{1,2}:\d\d[\s,]*)+", text)
    numbers = [int(one) for one in re.findall(r"\d+", text)] if found else [99]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
    if found and all(hour < 24 and minute < 60 for hour, minute in pairs):
        times = [time(hour, minute) for hour, minute in pairs]
        if times == sorted(set(times)):
            return tuple(zip(times[::2], times[1::2], strict=True))
    raise InputError("are no working hours", where=repr(text), fix=f"write {WORK_HOURS}")


def read_calendar(path: Path, hours: str, zone: tzinfo) -> WorkCalendar:
    """Read a calendar: a CSV file of day, kind (``holiday`` or ``workday``) and name.

    Raises
    ------
    FileError
        It cannot be read, or a row is wrong.
    InputError
        The hours are none.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"the calendar cannot be read: {error}", where=str(path)) from None
    return WorkCalendar(_days(text, str(path)), read_hours(hours), zone)


def _days(text: str, where: str) -> Mapping[date, bool]:
    days: dict[date, bool] = {}
    for number, row in enumerate(csv.DictReader(text.splitlines()), 2):
        try:
            days[date.fromisoformat(row["day"])] = _KINDS[row["kind"]]
        except (KeyError, TypeError, ValueError):
            raise FileError(
                "is no day of a calendar",
                where=f"{where}, row {number}",
                fix="write 2026-10-01,holiday,国庆节 under day,kind,name",
            ) from None
    return MappingProxyType(days)


def calendar_of(settings: Settings) -> WorkCalendar:
    """The calendar that the settings name, or the packaged days with their hours and zone.

    Raises
    ------
    FileError, InputError
        As for `read_calendar`.
    """
    if settings.calendar is not None:
        return read_calendar(settings.calendar, settings.work_hours, settings.zone)
    return WorkCalendar(packaged_calendar().days, read_hours(settings.work_hours), settings.zone)


@cache
def packaged_calendar() -> WorkCalendar:
    """The holidays of 2024 to 2026 as the State Council set them, in Shanghai's zone."""
    text = resources.files("gisgrid.cases").joinpath("calendar.csv").read_text(encoding="utf-8")
    return WorkCalendar(
        _days(text, "calendar.csv"), read_hours(WORK_HOURS), ZoneInfo("Asia/Shanghai")
    )
