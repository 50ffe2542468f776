"""What is measured, each measure with its definition: figures are never shown without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

__all__ = ["DIMENSIONS", "MEASURES", "Dimension", "Measure"]

Dimension = Literal["grid", "department", "category"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("grid", "department", "category")


@dataclass(frozen=True)
class Measure:
    """A measure.

    Attributes
    ----------
    code, zh, en : str
    unit : str
        ``count``, ``share`` (0 to 1), ``hours`` on the wall clock, or ``mark`` (1 to 5).
    means_zh, means_en : str
        The definition.
    """

    code: str
    zh: str
    en: str
    unit: Literal["count", "share", "hours", "mark"]
    means_zh: str
    means_en: str


def _listed(*measures: Measure) -> Mapping[str, Measure]:
    return MappingProxyType({one.code: one for one in measures})


MEASURES: Final = _listed(
    Measure(
        "found", "发现", "Found", "count",
        "期内发现的问题:隐患按发现时间计,其他类别的案件按上报时间计;"
        "不予受理、并案、非本单位职责的不计。按部门统计时只计该部门主办的案件。",
        "Problems found in the period: hazards by when they were found, cases of other categories "
        "by when they were reported; not those that were refused, merged or not our "
        "responsibility. By department: the cases that it leads.",
    ),
    Measure(
        "fixed", "整改", "Put right", "count",
        "期内消除的隐患和结案的其他类别案件,不论何时发现。",
        "Hazards put right and other cases closed in the period, whenever they were found.",
    ),
    Measure(
        "solved_in_place", "就地解决", "Solved in place", "count",
        "期内当场办结、此后未再打开的案件。",
        "Cases closed on the spot in the period, and not opened again since.",
    ),
    Measure(
        "found_first", "主动发现", "Found before anyone reported", "count",
        "发现的问题中,由巡查、整治、设施到期等工作发现而非他人上报的。",
        "Of those found, the ones that patrols, campaigns or upkeep found before anyone reported "
        "them.",
    ),
    Measure(
        "share_found_first", "民未呼我先应", "Share found before anyone reported", "share",
        "主动发现 ÷ 发现。",
        "Found before anyone reported ÷ found.",
    ),
    Measure(
        "reported", "上报案件", "Cases reported", "count",
        "期内上报的案件,包括后来不予受理或并案的。",
        "Cases reported in the period, also those refused or merged later.",
    ),
    Measure(
        "closed", "结案", "Cases closed", "count",
        "期内结案且至今仍为结案的案件。",
        "Cases closed in the period, and closed to this day.",
    ),
    Measure(
        "called", "吹哨", "Departments called", "count",
        "期内对部门的吹哨次数;一个案件可呼叫多个部门。",
        "Calls to departments in the period; a case may call several.",
    ),
    Measure(
        "reported_in", "报到", "Reported in", "count",
        "其中已报到的。",
        "Those of the calls that were answered.",
    ),
    Measure(
        "late_report_in", "超时报到", "Late to report in", "count",
        "其中超过报到时限才报到或至今未报到的;时限内案件已结或部门已退群的不计;"
        "按工作时间计的时限已扣除节假日和夜间。",
        "Those of the calls that were answered after their time, or are past it without an answer; "
        "not where the case was over or the department had left before; clocks of working time "
        "leave out nights and holidays.",
    ),
    Measure(
        "report_in_median_h", "报到用时中位数", "Median time to report in", "hours",
        "吹哨至报到的自然小时数的中位数。",
        "Median hours on the wall clock from the call to the report-in.",
    ),
    Measure(
        "report_in_p90_h", "报到用时九成位", "90th percentile of it", "hours",
        "九成的报到不超过的自然小时数。",
        "Hours within which nine of ten report-ins came.",
    ),
    Measure(
        "overdue", "超期", "Overdue", "count",
        "期内上报、超过办理时限才办结或至今未办结的案件。",
        "Cases reported in the period that were closed after their time, or are past it.",
    ),
    Measure(
        "reopened", "重新打开", "Opened again", "count",
        "期内被重新打开过的案件。",
        "Cases that were opened again in the period.",
    ),
    Measure(
        "no_reply", "没有回音", "No reply", "count",
        "期内由他人上报、至今未办结,且上报人连续五个工作日没有得到任何答复的案件。",
        "Cases that others than the staff reported in the period, open to this day, whose reporter "
        "has heard nothing for five working days.",
    ),
    Measure(
        "passed_on", "推诿", "Passed on", "count",
        "期内上报、被部门退回两次及以上,或以“非本单位职责”办结后又被重新打开的案件。",
        "Cases reported in the period that departments handed back twice or more, or that were "
        "opened again after they had been called not our responsibility.",
    ),
    Measure(
        "rating", "评价", "Rating", "mark",
        "期内结案的案件中,上报人评分的平均值(1 至 5)。",
        "Mean mark (1 to 5) that reporters gave to cases closed in the period.",
    ),
)  # fmt: skip
"""All measures by their codes, in the order in which they are shown."""
