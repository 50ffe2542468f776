"""Made-up cases of the sample: requests solved in place, and others on all their ways.

None is of a category that is a hazard: those are in the sample's hazards already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import geopandas as gpd
import numpy as np

from gisgrid.cases.stages import CLOSED, STEPS, Stage
from gisgrid.sample.hazards import FIRST_DAY, LAST_DAY

__all__ = ["SOLVED_IN_PLACE", "CasesSample", "SampleCase", "SampleEvent", "draw_cases"]

SOLVED_IN_PLACE: Final = 1_580

_CALLED: Final = ("report", "accept", "dispatch")
_WORKED: Final = (*_CALLED, "report-in", "begin")
_TO_THE_END: Final = ("feedback", "verify", "close")
# The ways that cases went while the pilot was on: how many, and step by step.
_PAST: Final = {
    "on-spot": (SOLVED_IN_PLACE, ("report", "close-on-spot")),
    "closed": (260, (*_WORKED, *_TO_THE_END)),
    "rated": (90, (*_WORKED, *_TO_THE_END, "rate")),
    "reopened": (24, (*_WORKED, *_TO_THE_END, "reopen", "begin", *_TO_THE_END)),
    "refused": (18, ("report", "refuse")),
    "disowned": (8, ("report", "not-responsible", "reopen", "begin", *_TO_THE_END)),
    "handed-back": (
        12,
        (*_CALLED, "hand-back", "dispatch", "hand-back", "dispatch", "report-in", "begin",
         *_TO_THE_END),
    ),
}  # fmt: skip
# Where those stand that came in the last days.
_PRESENT: Final = {
    "new": (40, ("report",)),
    "accepted": (36, ("report", "accept")),
    "called": (30, _CALLED),
    "working": (44, _WORKED),
    "done": (20, (*_WORKED, "feedback")),
}
_MEAN_HOURS: Final = {
    "close-on-spot": 0.7,
    "accept": 2.0,
    "dispatch": 3.0,
    "report-in": 4.0,
    "begin": 5.0,
    "feedback": 30.0,
    "reopen": 40.0,
}
_OTHER_MEAN_HOURS: Final = 6.0
_LONGEST_AGE_DAYS: Final = 6.0

# Category, description, and the departments that would come.
_KINDS: Final = (
    ("repair", "楼道灯不亮", ("housing",)),
    ("repair", "共享晾晒架松动", ("housing", "chengguan")),
    ("request", "独居老人需要上门查看", ("committee",)),
    ("request", "非机动车停放点请求划线", ("chengguan",)),
    ("consultation", "咨询加装电梯流程", ("housing",)),
    ("dispute", "邻里噪音纠纷", ("police", "justice")),
    ("dispute", "楼下餐饮油烟纠纷", ("market", "chengguan")),
)
_REASONS: Final = {
    "refuse": "同一事项已在办理,不再重复受理",
    "not-responsible": "属供电企业职责,已告知联系方式",
    "hand-back": "不属本部门职责,请重新派遣",
    "reopen": "问题又出现,请再次处理",
}
_SOURCES: Final = (("resident", "patrol", "courier", "hotline"), (0.55, 0.3, 0.05, 0.1))


@dataclass(frozen=True)
class SampleEvent:
    """A step of a case: hours after it was reported, and the words said."""

    action: str
    before: Stage | None
    after: Stage
    hours: float
    reason: str
    reason_ref: UUID | None


@dataclass(frozen=True)
class SampleCase:
    """A case as it was drawn.

    Attributes
    ----------
    category, description, source : str
    departments : tuple of str
        Those that come when they are called; the first one leads.
    lon, lat : float
    reported_at : datetime or None
        None: ``age`` before the sample is loaded.
    age : timedelta
    events : tuple of SampleEvent
    rating : int or None
    """

    category: str
    description: str
    source: str
    departments: tuple[str, ...]
    lon: float
    lat: float
    reported_at: datetime | None
    age: timedelta
    events: tuple[SampleEvent, ...]
    rating: int | None


CasesSample = tuple[SampleCase, ...]


def draw_cases(addresses: gpd.GeoDataFrame, rng: np.random.Generator) -> CasesSample:
    """Draw the cases at addresses of the district, with their steps.

    Parameters
    ----------
    addresses : GeoDataFrame
        Points in EPSG:4326.
    rng : numpy.random.Generator
    """
    courses = [
        (steps, past)
        for ways, past in ((_PAST, True), (_PRESENT, False))
        for count, steps in ways.values()
        for _ in range(count)
    ]
    doors = addresses.geometry.iloc[rng.integers(0, len(addresses), len(courses))]
    return tuple(
        _draw(steps, past, float(door.x), float(door.y), rng)
        for (steps, past), door in zip(courses, doors, strict=True)
    )


def _draw(
    steps: Sequence[str], past: bool, lon: float, lat: float, rng: np.random.Generator
) -> SampleCase:
    category, description, departments = _KINDS[int(rng.integers(len(_KINDS)))]
    age = timedelta(days=float(rng.uniform(0.05, _LONGEST_AGE_DAYS)))
    events = _events(steps, rng, None if past else age)
    reported = _moment(timedelta(hours=events[-1].hours), rng) if past else None
    return SampleCase(
        category=category,
        description=description,
        source=str(rng.choice(_SOURCES[0], p=_SOURCES[1])),
        departments=departments if "dispatch" in steps else (),
        lon=lon,
        lat=lat,
        reported_at=reported,
        age=age,
        events=events,
        rating=int(rng.choice([2, 3, 4, 5], p=[0.05, 0.1, 0.35, 0.5])) if "rate" in steps else None,
    )


def _events(
    steps: Sequence[str], rng: np.random.Generator, age: timedelta | None
) -> tuple[SampleEvent, ...]:
    """The steps one after the other; those of an open case all before the present."""
    gaps = [rng.gamma(1.4, _MEAN_HOURS.get(one, _OTHER_MEAN_HOURS) / 1.4) for one in steps[1:]]
    hours = np.concatenate([[0.0], np.cumsum(gaps)])
    if age is not None:
        hours *= min(1.0, 0.9 * (age / timedelta(hours=1)) / max(hours[-1], 0.1))
    stage: Stage | None = None
    made = []
    for action, moment in zip(steps, hours, strict=True):
        after = Stage.REPORTED if stage is None else STEPS[action].to or stage
        reason = _REASONS.get(action, "")
        ref = UUID(bytes=rng.bytes(16)) if reason else None
        made.append(SampleEvent(action, stage, after, float(moment), reason, ref))
        stage = after
    assert stage is not None
    assert (stage in CLOSED) is (age is None)
    return tuple(made)


def _moment(length: timedelta, rng: np.random.Generator) -> datetime:
    """When a case was reported that ended within the pilot, by day."""
    room = (LAST_DAY - FIRST_DAY - length).days - 1
    day = FIRST_DAY + timedelta(days=int(rng.integers(0, room)))
    return day + timedelta(minutes=int(rng.integers(8 * 60, 18 * 60)))
