"""Forecasts as lines for a person to read."""

from __future__ import annotations

from typing import Any, Final

import typer

__all__ = ["print_evaluation", "print_forecast"]

_SHOWN: Final = 20
_SYSTEMS: Final = {
    "model": "模型",
    "count 52 weeks": "52周计数",
    "kde scott": "核密度",
    "kde fitted": "核密度",
    "random": "随机",
}
_REASONS: Final = {
    "record fading": "历来",
    "record since a change": "变化以来",
    "record around": "周围",
    "record far around": "更远周围",
    "record at these hours": "同时段",
    "record in this season": "同季节",
    "recent 3 days": "近3天",
    "recent 10 days": "近10天",
    "recent 30 days": "近30天",
    "recent around 3 days": "周围近3天",
    "recent around 10 days": "周围近10天",
    "recent around 30 days": "周围近30天",
    "everywhere": "各处平均",
}
_LEAST_SHARE: Final = 0.05


def print_forecast(document: dict[str, Any]) -> None:
    """Print the places with most to be expected."""
    if "notice" in document:
        typer.echo(document["notice"])
    last = "—" if document["last"] is None else document["last"][:10]
    begins, ends = (document[name][:16].replace("T", " ") for name in ("from", "to"))
    typer.echo(
        f"{begins} – {ends}   预计 expected "
        f"{document['expected']:.1f} 起   据 from {document['events']:,} 起 hazards   "
        f"数据截至 data until {last}"
    )
    for one in document["places"][:_SHOWN]:
        called = f"{one['code']} {one['name']}".strip()
        typer.echo(
            f"{one['rank']:>4}  {called}  预计 expected {one['expected']:.2f}  "
            f"每公顷 per hectare {one['per_hectare']:.3f}  {one['lon']:.5f}, {one['lat']:.5f}"
        )
    more = len(document["places"]) - _SHOWN
    if more > 0:
        typer.echo(f"  … 另有 {more:,} 处 more (--json, -o FILE)")
    _print_made_of(document)


def print_evaluation(document: dict[str, Any]) -> None:
    """Print the scores, and the verdict in words."""
    if "notice" in document:
        typer.echo(document["notice"])
    typer.echo(
        f"{document['from'][:10]} – {document['to'][:10]}   {document['periods']} 期 periods   "
        f"{document['events']:,} 起 events (预计 expected {document['expected']:,.0f})   "
        f"{document['cells']:,} × {document['cell_m']:g} m"
    )
    if document["left_out"]:
        typer.echo(f"未计入 left out  {document['left_out']:,}")
    typer.echo(
        "面积 area  方法 system                命中率 hit rate        PAI (95 %)             PEI"
    )
    for one in document["scores"]:
        name = f"{_SYSTEMS.get(one['system'], '')} {one['system']}".strip()
        rate, pai, pei = (one[name] for name in ("hit_rate", "pai", "pei"))
        typer.echo(
            f"{one['part']:>8.0%}  {name:<24} {rate['value']:>8.1%}   {pai['value']:>8.2f} "
            f"({pai['low']:.2f} – {pai['high']:.2f})   {pei['value']:>8.2f}"
        )
    for zh, en in zip(document["verdict_zh"], document["verdict"], strict=True):
        typer.echo(f"{zh}\n  {en}")
    _print_made_of(document)


def _print_made_of(document: dict[str, Any]) -> None:
    shares = sorted(document["made_of"].items(), key=lambda one: -one[1])
    told = [
        f"{_REASONS.get(name, '')} {name} {share:.0%}".strip()
        for name, share in shares
        if share >= _LEAST_SHARE
    ]
    typer.echo(f"依据 made of  {'、'.join(told) or '—'}")
