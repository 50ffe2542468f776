"""Forecasts, and what came of earlier ones, as documents for programs."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from gisgrid.hotspots.forecast import BASELINES

if TYPE_CHECKING:
    from datetime import tzinfo

    from gisgrid.hotspots.forecast import Evaluation
    from gisgrid.store.forecasting import ExpectedHazards

__all__ = ["evaluation_document", "forecast_document", "verdict_lines"]

# With fewer periods the bootstrap draws the same few again and again.
_FEW_PERIODS: Final = 10
_ZH: Final = {
    "count 52 weeks": "52周计数",
    "kde scott": "核密度(斯科特带宽)",
    "kde fitted": "核密度(择优带宽)",
    "random": "随机",
}
_EN: Final = {
    "count 52 weeks": "the plain 52-week count",
    "kde scott": "a KDE by Scott's rule",
    "kde fitted": "a KDE of the best width",
    "random": "chance",
}
_VERDICTS: Final = {
    "beats": ("更好", "better"),
    "no better": ("并不更好", "no better"),
    "worse": ("更差", "worse"),
}


def evaluation_document(found: Evaluation, zone: tzinfo) -> dict[str, Any]:
    """A rolling origin with its scores, comparisons and the verdict in words."""
    first, last = found.windows[0][0], found.windows[-1][1]
    verdict = verdict_lines(found)
    return {
        "from": datetime.fromtimestamp(first, zone).isoformat(),
        "to": datetime.fromtimestamp(last, zone).isoformat(),
        "periods": len(found.windows),
        "events": found.events,
        "expected": found.expected,
        "cells": found.cells,
        "cell_m": found.square_m,
        "kde_m": dict(found.kde_m),
        "scores": [_finite(asdict(one)) for one in found.scores],
        "comparisons": [_finite(asdict(one)) for one in found.comparisons],
        "made_of": dict(found.shares),
        "verdict": [en for _, en in verdict],
        "verdict_zh": [zh for zh, _ in verdict],
    }


def verdict_lines(found: Evaluation) -> list[tuple[str, str]]:
    """What the comparisons say, a line for each baseline, in Chinese and English."""
    lines = [_beside(name, found) for name in BASELINES]
    return [*lines, *_warning(found)]


def _beside(name: str, found: Evaluation) -> tuple[str, str]:
    zh, en = [], []
    for verdict, (word_zh, word_en) in _VERDICTS.items():
        same = [one for one in found.comparisons if (one.baseline, one.verdict) == (name, verdict)]
        parts = [f"{one.part:.0%}" for one in same]
        if parts:
            zh.append(f"{'、'.join(parts)} 面积上{word_zh}")
            en.append(f"{word_en} at {', '.join(parts)} of the area")
    return (
        f"模型与{_ZH[name]}相比: {','.join(zh)}",
        f"beside {_EN[name]} the model is {'; '.join(en)}",
    )


def _warning(found: Evaluation) -> list[tuple[str, str]]:
    """Whether the model is worth its while, and whether so few periods can tell."""
    plain = [one for one in found.comparisons if one.baseline == BASELINES[0]]
    said = []
    if not any(one.verdict == "beats" for one in plain):
        zh = "在这份数据上,模型并不优于简单的52周计数:用计数即可"
        said.append((zh, "on this data the model does not beat the plain count: use the count"))
    if len(found.windows) < _FEW_PERIODS:
        many = len(found.windows)
        zh, en = f"只有 {many} 期,区间偏窄", f"{many} periods are few: the intervals are too narrow"
        said.append((zh, en))
    return said


def forecast_document(
    found: ExpectedHazards, zone: tzinfo, *, start: datetime, end: datetime
) -> dict[str, Any]:
    """The places in the order of what is to be expected per area."""
    rows = found.places.drop(columns="geometry")
    inner = found.places.geometry.representative_point()
    rows = rows.assign(lon=inner.x.round(6), lat=inner.y.round(6))
    return {
        "from": start.astimezone(zone).isoformat(),
        "to": end.astimezone(zone).isoformat(),
        "events": found.events,
        "last": None if found.last is None else found.last.astimezone(zone).isoformat(),
        "expected": float(rows["expected"].sum()),
        "made_of": dict(found.shares),
        "places": rows.to_dict("records"),
    }


def _finite(value: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
