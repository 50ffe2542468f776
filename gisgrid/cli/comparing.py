"""``gisgrid plan preview`` and ``gisgrid plan diff``: who is affected by new boundaries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli.held import print_held
from gisgrid.cli.mapping import require_folder, write_page
from gisgrid.cli.options import Database, Json, open_snapshot
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from sqlalchemy import Connection

    from gisgrid.store.comparing import Comparison
    from gisgrid.store.states import State

__all__ = ["diff", "preview"]

_State = Annotated[
    str, typer.Argument(help="now, 'plan 3', 'revision 7' or a date.", show_default=False)
]
_Csv = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write the places that move, by the extension."),
]
_Map = Annotated[Path | None, typer.Option("--map", metavar="FILE.html", help="Draw it on a map.")]
_CHANGES = {
    "new": "新增 new",
    "ended": "撤销 ended",
    "reshaped": "边界变动 reshaped",
    "relabelled": "属性变动 relabelled",
}
_LABELS = {"改码 code": "code", "改名 name": "name", "改属 parent": "parent"}
_KINDS = {
    "address": "地址 addresses",
    "hazard": "隐患 hazards",
    "patrol": "巡查点 patrol points",
    "building": "建筑 buildings",
    "campaign_item": "整治对象 campaign items",
    "facility": "设施 facilities",
}


def preview(
    plan: Annotated[int, typer.Argument(help="Number of the plan.", show_default=False)],
    csv: _Csv = None,
    map_file: _Map = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show what a plan changes: grids, ground, and the places that come to another grid."""
    from gisgrid.store.states import around_plan

    def states(connection: Connection, zone: tzinfo) -> tuple[State, State]:
        return around_plan(connection, plan, zone)

    _compare(states, csv, map_file, database, as_json)


def diff(
    before: _State,
    after: _State,
    csv: _Csv = None,
    map_file: _Map = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Compare any two plans, revisions or dates; places are taken where they lie now."""
    from gisgrid.store.states import state_named

    def states(connection: Connection, zone: tzinfo) -> tuple[State, State]:
        return state_named(connection, before, zone), state_named(connection, after, zone)

    _compare(states, csv, map_file, database, as_json)


def _compare(
    states: Callable[[Connection, tzinfo], tuple[State, State]],
    csv: Path | None,
    map_file: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    from gisgrid.exports.comparison import comparison_document, export_moves
    from gisgrid.maps.district import comparison_page
    from gisgrid.store import revisions
    from gisgrid.store.comparing import compare

    if map_file:
        require_folder(map_file)
    settings = Settings()
    with open_snapshot(database, settings) as connection:
        old, new = states(connection, settings.zone)
        found = compare(connection, old, new)
        revision = revisions.current(connection)
        page = comparison_page(connection, old, new, found, settings) if map_file else ""
    said = [write_page(map_file, page)] if map_file else []
    if csv:
        written = export_moves(found, csv)
        said.append(f"写出 written    {written.rows:>12,}   → {written.path}")
    document = comparison_document(found)
    if as_json:
        typer.echo(json.dumps({"revision": revision, **document}, ensure_ascii=False))
        return
    _print(found, document)
    for line in said:
        typer.echo(line)


def _print(found: Comparison, document: dict[str, Any]) -> None:
    from gisgrid.store.publish import HeldPlace

    totals = document["totals"]
    typer.echo(f"{found.before} → {found.after}")
    for name, count in totals["grids"].items():
        typer.echo(f"  网格 grids   {_CHANGES[name]:<24} {count:>8,}")
    for name, count in totals["places"].items():
        typer.echo(f"  改派 moved   {_KINDS[name]:<24} {count:>8,}")
    typer.echo(f"  改派 moved   {'户 households':<24} {totals['households']:>8,}")
    for row in document["grids"]:
        code = row["code_after"] or row["code_before"]
        households = " → ".join(_number(row[f"households_{side}"]) for side in ("before", "after"))
        compact = " → ".join(_ratio(row[f"compactness_{side}"]) for side in ("before", "after"))
        lines = " → ".join(_ratio(row[f"on_lines_{side}"]) for side in ("before", "after"))
        typer.echo(
            f"{code:<20} {_CHANGES[row['change']]:<18}  户 households {households:<15} "
            f"紧凑度 compact {compact:<13} 沿线 on lines {lines}"
        )
        for label, name in _LABELS.items():
            if row["change"] not in ("new", "ended") and " → " in _both(row, name):
                typer.echo(f"  {label}: {_both(row, name)}")
    for row in document["ground"]:
        share = row["household_share"]
        homes = f"{row['households']:,}" + ("" if share is None else f" ({share:.1%})")
        typer.echo(
            f"{row['source']} → {row['target']}   {row['area_m2']:>12,.0f} m² ({row['share']:.1%})"
            f"   户 households {homes}"
        )
    print_held(HeldPlace(**row) for row in document["held"])


def _both(row: dict[str, Any], name: str) -> str:
    """What a grid was and is called; once where that is the same."""
    before, after = row[f"{name}_before"], row[f"{name}_after"]
    if before is None or after is None or before == after:
        return str(after or before or "—")
    return f"{before or '—'} → {after or '—'}"


def _number(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"


def _ratio(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"
