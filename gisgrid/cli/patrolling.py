"""``gisgrid patrol``: plans for a shift, visits, and how near patrols come to homes."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli.editing import author
from gisgrid.cli.hazard_options import Categories, Discovery, FoundBy
from gisgrid.cli.importing import Level
from gisgrid.cli.mapping import require_folder
from gisgrid.cli.options import Database, Json, open_engine, open_snapshot, said_of, say
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from gisgrid.store.patrols import Near, Plan, PlannedStop, Summary

__all__ = ["app"]

app = typer.Typer(
    help="Patrols: planned for a shift, visited, and how near they come to homes.",
    no_args_is_help=True,
)

# So many grids are printed; --json has all.
_SHOWN = 20
_WHY = {"asked": "指定 asked for", "waiting": "轮到 its turn", "expected": "预计 expected"}


class By(StrEnum):
    """How officers go."""

    ride = "ride"
    walk = "walk"


class DoneBy(StrEnum):
    """Over what planned and done are summed."""

    plan = "plan"
    grid = "grid"
    week = "week"


_Plan = Annotated[int, typer.Argument(metavar="ID", help="Number of the plan.", show_default=False)]
_Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write it to a file (.csv, .geojson …)."),
]


@app.command("plan")
def plan_patrol(
    shift: Annotated[
        str, typer.Option("--shift", metavar="H:MM-H:MM", help="From when to when.")
    ] = "18:00-02:00",
    date_: Annotated[
        str | None, typer.Option("--date", metavar="D", help="Day it begins on; tonight without.")
    ] = None,
    officer_hours: Annotated[
        float, typer.Option("--officer-hours", metavar="H", help="Of all officers together.")
    ] = 12.0,
    officers: Annotated[int, typer.Option("--officers", metavar="N", help="How many.")] = 3,
    category: Categories = None,
    grid: Annotated[
        list[str] | None,
        typer.Option("--grid", metavar="CODE", help="Micro-grid that gets a stop before all else."),
    ] = None,
    within: Annotated[
        str | None, typer.Option("--within", metavar="CODE", help="Only inside this grid.")
    ] = None,
    found_by: Discovery = FoundBy.reported,
    every: Annotated[
        int, typer.Option("--every", metavar="N", min=1, help="Nights for a round of all grids.")
    ] = 14,
    by: Annotated[By, typer.Option("--by", help="How officers go.")] = By.ride,
    reach_m: Annotated[
        float, typer.Option("--reach-m", metavar="M", help="How far a stop reaches.")
    ] = 150.0,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Else the day of the shift.")
    ] = None,
    output: _Output = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Plan a shift: the stops of each officer, in order, with times and reasons."""
    from gisgrid.store import clock
    from gisgrid.store.patrols import PatrolRequest, by_id, make, tonight

    if output is not None:
        require_folder(output)
    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        now = clock.now(connection, settings.zone)
        starts, ends = tonight(connection, now, shift, _day(date_, settings.zone), settings.zone)
        request = PatrolRequest(
            starts=starts,
            ends=ends,
            officers=officers,
            officer_hours=officer_hours,
            categories=tuple(category or ()),
            grids=tuple(grid or ()),
            within=within,
            found_by=found_by.value,
            every=every,
            by=by.value,
            reach_m=reach_m,
            seed=starts.toordinal() if seed is None else seed,
        )
        made = make(connection, request, settings, now=now, author=author())
        found = by_id(connection, made)
        head = said_of(connection)
    _show(found, head, settings.zone, output, as_json)


@app.command("list")
def list_plans(database: Database = None, as_json: Json = False) -> None:
    """List the plans, the newest first, with how many of their stops were visited."""
    from gisgrid.exports.documents import document
    from gisgrid.store.patrols import listing

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = listing(connection)
    if as_json:
        typer.echo(json.dumps(document(found, settings.zone), ensure_ascii=False))
    else:
        for one in found:
            typer.echo(_summary_line(one, settings.zone))


@app.command("show")
def show_plan(
    plan: _Plan, output: _Output = None, database: Database = None, as_json: Json = False
) -> None:
    """Show a plan, stop by stop."""
    from gisgrid.store.patrols import by_id

    if output is not None:
        require_folder(output)
    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = by_id(connection, plan)
        head = said_of(connection)
    _show(found, head, settings.zone, output, as_json)


@app.command("visit")
def visit(
    stop: Annotated[
        int | None, typer.Argument(metavar="STOP", help="Number of the stop.", show_default=False)
    ] = None,
    point: Annotated[
        str | None, typer.Option("--point", metavar="ID", help="Or a patrol point by its id.")
    ] = None,
    not_done: Annotated[
        bool, typer.Option("--not-done", help="It was not visited after all.")
    ] = False,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When; now when left out.")
    ] = None,
    who: Annotated[
        str | None, typer.Option("--who", metavar="NAME", help="Who was there; you without.")
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What was seen.")] = "",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Record that a planned stop, or a patrol point, was visited."""
    from gisgrid.cli.options import instant
    from gisgrid.exports.documents import document
    from gisgrid.store.patrols import record

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        made = record(
            connection,
            stop_id=stop,
            patrol_point_id=point,
            done=not not_done,
            visited_at=instant(connection, at, settings),
            visitor=author() if who is None else who,
            note=note,
        )
    if as_json:
        typer.echo(json.dumps(document(made, settings.zone), ensure_ascii=False))
    else:
        what = f"站点 stop {made.stop}" if made.patrol_point is None else f"点 {made.patrol_point}"
        words = "已到访 visited" if made.done else "未到访 not visited"
        typer.echo(f"{words}  {what}  {made.visited_at.astimezone(settings.zone):%Y-%m-%d %H:%M}")


@app.command("done")
def planned_against_done(
    by: Annotated[DoneBy, typer.Option("--by", help="Summed over what.")] = DoneBy.plan,
    plan: Annotated[
        int | None, typer.Option("--plan", metavar="ID", help="Only this plan.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Compare what was planned with what was done."""
    from gisgrid.exports.documents import document
    from gisgrid.store import clock
    from gisgrid.store.patrols import done

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        now = clock.now(connection, settings.zone)
        found = done(connection, by.value, at=now, zone=settings.zone, plan_id=plan)
    if as_json:
        typer.echo(json.dumps(document(found, settings.zone), ensure_ascii=False))
        return
    for one in found:
        beside = f"   计划外 beside {one.beside}" if one.beside else ""
        share = f"{one.visited / one.planned:>5.0%}" if one.planned else "    —"
        typer.echo(
            f"{one.key:<16} 计划 planned {one.planned:>4}   完成 done {one.visited:>4} "
            f"{share}{beside}  {one.name}"
        )


@app.command("coverage")
def coverage(
    level: Annotated[Level, typer.Option("--level", help="Of which grids.")] = Level.unit,
    within_m: Annotated[
        float, typer.Option("--within-m", metavar="M", help="How near is near enough.")
    ] = 100.0,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the gaps (.geojson …)."),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show the share of homes that have a patrol point near: the last hundred metres."""
    from gisgrid.exports.documents import document
    from gisgrid.files import write_frame
    from gisgrid.store import clock
    from gisgrid.store.patrols import gap_frame, near_by_grid

    if output is not None:
        require_folder(output)
    settings = Settings()
    with open_snapshot(database, settings) as connection:
        now = clock.now(connection, settings.zone)
        found = near_by_grid(connection, level.value, now, within_m=within_m)
        gaps = gap_frame(connection, now, within_m=within_m) if output else None
        head = said_of(connection)
    if as_json:
        rows = [{**document(one, settings.zone), "share": one.share} for one in found]
        content = head | {"within_m": within_m, "all": rows[0], "grids": rows[1:]}
        typer.echo(json.dumps(content, ensure_ascii=False))
    else:
        _print_head(head)
        _print_near(found)
    if output is not None and gaps is not None:
        if len(gaps) == 0:
            say("没有缺口,未写文件", "there are no gaps, so no file was written")
        else:
            write_frame(output, gaps)
            typer.echo(f"写出 written    {len(gaps)} 处缺口 gaps   → {output}", err=as_json)


def _print_near(found: list[Near]) -> None:
    """Print the whole, then the grids with the smallest shares."""
    worst = sorted(found[1:], key=lambda one: 2.0 if one.share is None else one.share)
    for one in (found[0], *worst[:_SHOWN]):
        share = "     —" if one.share is None else f"{one.share:>6.1%}"
        far = "—" if one.farthest_m is None else f"{one.farthest_m:,.0f} m"
        typer.echo(
            f"{one.grid or '全部 all':<18} {share}  户 households {one.near:>7,} / "
            f"{one.households:>7,}   点 points {one.points:>4}   "
            f"最远 farthest {far}  {one.name}"
        )
    if len(worst) > _SHOWN:
        typer.echo(f"  … 另有 {len(worst) - _SHOWN:,} 个 more (--json)")


def _day(text: str | None, zone: tzinfo) -> date | None:
    from gisgrid.times import parse_instant

    return None if text is None else parse_instant(text, zone).astimezone(zone).date()


def _show(
    plan: Plan, head: dict[str, Any], zone: tzinfo, output: Path | None, as_json: bool
) -> None:
    from gisgrid.exports.documents import document

    if output is not None:
        from gisgrid.exports.patrols import write_plan

        write_plan(output, plan, zone)
    if as_json:
        typer.echo(json.dumps(head | _document(document(plan, zone)), ensure_ascii=False))
    else:
        _print_head(head)
        _print(plan, zone)
    if output is not None:
        typer.echo(f"写出 written    {len(plan.stops)} 站 stops   → {output}", err=as_json)


def _document(plan: dict[str, Any]) -> dict[str, Any]:
    """A plan with what its summary says beside the rest."""
    return {**plan.pop("summary"), **plan}


def _print_head(head: dict[str, Any]) -> None:
    if "notice" in head:
        typer.echo(head["notice"])


def _print(plan: Plan, zone: tzinfo) -> None:
    typer.echo(_summary_line(plan.summary, zone))
    if plan.hazards_until is None:
        typer.echo("没有带时间的隐患,按户数安排 no hazards with a time: planned by households")
    else:
        until = plan.hazards_until.astimezone(zone)
        typer.echo(
            f"数据截至 data until {until:%Y-%m-%d}   预计 expected {plan.expected:.2f}   "
            f"覆盖 covered {plan.covered:.2f}"
        )
    if plan.left_out:
        typer.echo(f"时间不够,未排入 no time for: {', '.join(plan.left_out)}")
    officer = 0
    for stop in plan.stops:
        if stop.officer != officer:
            officer = stop.officer
            typer.echo(f"第 {officer} 组 officer {officer}")
        typer.echo(_stop_line(stop, zone))


def _stop_line(stop: PlannedStop, zone: tzinfo) -> str:
    place = stop.name or "建议点 suggested"
    subjects = "、".join(f"{text} {size}" for text, size in stop.subjects)
    visited = "  ✓" if stop.visited_at else ""
    return (
        f"  {stop.position:>2}  {stop.arrives.astimezone(zone):%H:%M}  {stop.minutes} min  "
        f"{stop.grid or '—'}  {place}  {stop.address}  {_WHY[stop.why]}   "
        f"30 天 days {stop.recent}  {subjects}{visited}  站号 stop {stop.id}"
    )


def _summary_line(one: Summary, zone: tzinfo) -> str:
    starts, ends = one.starts.astimezone(zone), one.ends.astimezone(zone)
    kinds = ", ".join(one.categories) or "全部 all"
    return (
        f"{one.id:>4}  {starts:%Y-%m-%d %H:%M}–{ends:%H:%M}  {one.officers} 人 officers  "
        f"{one.officer_hours:g} h  {kinds}  完成 done {one.visited}/{one.stops}"
    )
