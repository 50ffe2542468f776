"""Hot spots as lines for a person to read."""

from __future__ import annotations

from typing import Any

import typer

from gisgrid.cli.options import say

__all__ = ["print_emerging", "print_repeats", "print_spots"]

# So many lines are printed; a file or --json has all.
_SHOWN = 20
# The closed form is rough with fewer places, and everything is everyone's neighbour.
_FEW_PLACES = 30
# A band is said to stand out where chance does as well in one of twenty orders.
_ONE_IN = 0.05

_SPOTS = {"hot": "热点", "cold": "冷点"}
_CATEGORIES = {
    "new": "新增",
    "consecutive": "连续",
    "intensifying": "加剧",
    "persistent": "持续",
    "diminishing": "减弱",
    "sporadic": "零星",
    "oscillating": "反复",
    "historical": "历史",
}
_STEPS = {"day": "天 days", "week": "周 weeks", "month": "个月 months"}
_FINDERS = {"reported": "群众上报 reported", "discovered": "巡查发现 discovered", "all": "全部 all"}


def print_spots(document: dict[str, Any]) -> None:
    """Print the hottest places."""
    _print_head(document, _days(document["period"]))
    hot = [one for one in document["spots"] if one["spot"] == "hot"]
    chance = f"{document['false_discovery_rate']:.0%}"
    typer.echo(
        f"热点 hot  {len(hot):,}   冷点 cold  {document['cold']:,}   "
        f"共 of {document['places']:,}   偶然至多约 chance at most about {chance}"
    )
    if not hot:
        typer.echo("没有超出偶然的聚集 nothing gathers with more than chance")
    for one in hot[:_SHOWN]:
        rate = "—" if one["rate"] is None else f"{one['rate']:.1f}"
        why = "" if one["count"] > one["expected"] else "  邻近所致 by its neighbours"
        typer.echo(
            f"  {_called(one)}  {one['count']:>5} 起 (应有 expected {one['expected']:.1f})  "
            f"每百户 per 100 households {rate:>5}  z {one['z']:>5.2f}  q {one['q']:.2g}{why}"
        )
    _print_more(len(hot))


def print_emerging(document: dict[str, Any]) -> None:
    """Print how many places are of which kind, and the hottest of them."""
    edges = document["edges"]
    steps = f"{len(edges) - 1} {_STEPS[document['step']]}"
    _print_head(document, f"{_days([edges[0], edges[-1]])} × {steps}")
    spots = [one for one in document["spots"] if one["spot"]]
    names = sorted({(one["spot"], one["category"]) for one in spots})
    for spot, name in names:
        many = sum((one["spot"], one["category"]) == (spot, name) for one in spots)
        typer.echo(f"{_CATEGORIES[name]}{_SPOTS[spot]} {name} {spot} spots  {many:,}")
    if not spots:
        typer.echo("没有超出偶然的聚集 nothing gathers with more than chance")
    for one in spots[:_SHOWN]:
        counts = " ".join(map(str, one["counts"]))
        what = f"{_CATEGORIES[one['category']]}{_SPOTS[one['spot']]} {one['category']}"
        typer.echo(f"  {_called(one)}  {what}  [{counts}]  趋势 trend τ {one['tau']:+.2f}")
    _print_more(len(spots))


def print_repeats(document: dict[str, Any]) -> None:
    """Print a line for each band of distance and time."""
    _print_head(document, _days(document["period"]))
    typer.echo("相距 apart m    相隔 within days    对数 pairs   应有 expected   倍数 ratio      p")
    for one in document["bands"]:
        metres, days = (
            "–".join(f"{bound:g}" for bound in one[name]) for name in ("metres", "days")
        )
        ratio = "—" if one["ratio"] is None else f"{one['ratio']:.2f}"
        typer.echo(
            f"{metres:>14} {days:>16} {one['pairs']:>14,} {one['expected']:>14,.1f} {ratio:>10} "
            f"{one['p']:>9.3f}"
        )
    _print_verdict(document["bands"][0])


def _print_verdict(nearest: dict[str, Any]) -> None:
    """Say in words whether a hazard is followed by another one at once and close by."""
    metres, days = nearest["metres"][1], nearest["days"][1]
    where = f"{metres:g} 米、{days:g} 天内 within {metres:g} m and {days:g} days"
    if nearest["p"] <= _ONE_IN:
        typer.echo(f"{where}: 再发多于偶然 more come back than by chance")
    else:
        typer.echo(f"{where}: 看不出再发 no more come back than by chance")


def _print_head(document: dict[str, Any], period: str) -> None:
    if "notice" in document:
        typer.echo(document["notice"])
    kinds = ", ".join(document["categories"]) or "各类 all kinds"
    typer.echo(
        f"{kinds}   {_FINDERS[document['found_by']]}   {document['events']:,} 起 hazards   {period}"
    )
    if document.get("edge_m"):
        edge = document["edge_m"]
        typer.echo(f"六边形 hexagons  {document['places']:,} × 边长 edge {edge:.0f} m")
    if document.get("outside"):
        many = f"{document['outside']:,}"
        say(f"{many} 起不在任何一处之内", f"{many} hazards lie in none of the places")
    if document.get("places", _FEW_PLACES) < _FEW_PLACES:
        say("地方太少,难辨偶然", "so few places tell little from chance: take a finer level")


def _print_more(many: int) -> None:
    if many > _SHOWN:
        typer.echo(f"  … 另有 {many - _SHOWN:,} 处 more (--json, -o FILE)")


def _called(one: dict[str, Any]) -> str:
    return f"{one['code']} {one['name']}".strip()


def _days(period: list[str] | None) -> str:
    return "无时间 no times" if period is None else " – ".join(day[:10] for day in period)
