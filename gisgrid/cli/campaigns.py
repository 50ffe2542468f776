"""``gisgrid campaign``: how campaigns go, and what is done; ``gisgrid import campaign``."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli.editing import author
from gisgrid.cli.options import (
    At,
    Crs,
    Database,
    Encoding,
    Json,
    MapApproval,
    Strict,
    instant,
    note,
    open_engine,
    open_snapshot,
    progress_bar,
    said_of,
)
from gisgrid.errors import InputError
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from gisgrid.imports.campaigns import CampaignReport
    from gisgrid.store.campaigns import Campaign, Share, Task

__all__ = ["app", "bring"]

app = typer.Typer(help="Campaigns: how they go, and what is done.", no_args_is_help=True)

_Code = Annotated[
    str | None, typer.Option("--code", metavar="CODE", help="The campaign; else the last one.")
]
_Items = Annotated[
    list[str], typer.Argument(metavar="ITEM…", help="Ids of items.", show_default=False)
]
_Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Kept with the mark.")]


class By(StrEnum):
    """What shares are counted by."""

    building = "building"
    grid = "grid"


def bring(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FOLDER|FILE…",
            help="campaign.csv, phases.csv, tasks.csv, items.csv, evidence.csv, or their folder.",
            show_default=False,
        ),
    ],
    code: Annotated[
        str | None,
        typer.Option("--code", metavar="CODE", help="The campaign, where no campaign.csv says it."),
    ] = None,
    crs: Crs = None,
    encoding: Encoding = None,
    strict: Strict = False,
    map_approval: MapApproval = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Import a campaign, or more of one: what the files lack stays as it is."""
    from gisgrid.imports.campaigns import CampaignFiles, import_campaign

    settings = Settings()
    request = CampaignFiles(
        paths=tuple(files),
        code=code,
        crs=crs,
        encoding=encoding,
        map_approval=map_approval,
        strict=strict,
    )
    with open_engine(database, settings) as engine, progress_bar("campaign") as progress:
        report = import_campaign(
            engine, request, zone=settings.zone, author=author(), progress=progress
        )
    for one in report.files.values():
        note(one.notices)
    if as_json:
        _print_json(asdict(report))
    else:
        _print_report(report)


@app.command("list")
def list_campaigns(database: Database = None, as_json: Json = False) -> None:
    """All campaigns, the one that began last first."""
    from gisgrid.exports.campaigns import campaign_document
    from gisgrid.store import campaigns

    with open_snapshot(database, Settings()) as connection:
        found = campaigns.listing(connection)
    if as_json:
        _print_json([campaign_document(one) for one in found])
        return
    for one in found:
        when = f"{one.starts or '—'} → {one.ends or '—'}"
        done = f"完成 done {one.done:,} / {one.items:,}"
        typer.echo(f"{one.code}  {when}  {done}  {one.name_zh} {one.name_en}")


@app.command("show")
def show_campaign(
    code: _Code = None,
    by: Annotated[
        By | None, typer.Option("--by", help="Also count the items of each building or grid.")
    ] = None,
    burn_down: Annotated[
        bool, typer.Option("--burn-down", help="Also what was left at the end of each day.")
    ] = False,
    at: At = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """A campaign's phases and tasks, and how far it has come."""
    from gisgrid.exports.campaigns import campaign_document, share_document
    from gisgrid.store import campaigns

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        moment = instant(connection, at, settings)
        day = moment.astimezone(settings.zone).date()
        found = campaigns.by_code(connection, code, until=day)
        shares: list[Share] = []
        if by is By.building:
            shares = campaigns.by_building(connection, found.id, until=day)
        elif by is By.grid:
            shares = campaigns.by_grid(connection, found.id, moment, until=day)
        days = campaigns.burn_down(connection, found, until=day) if burn_down else []
        head = said_of(connection)
    if as_json:
        extra: dict[str, Any] = {"as_of": day}
        extra |= {f"by_{by.value}": [share_document(one) for one in shares]} if by else {}
        extra |= {"burn_down": [asdict(one) for one in days]} if burn_down else {}
        _print_json(head | campaign_document(found) | extra)
        return
    if "notice" in head:
        typer.echo(head["notice"])
    _print_campaign(found, day)
    for share in shares:
        typer.echo(f"  {share.id or '—':<16} {share.done:>7,} / {share.items:>7,}  {share.name}")
    for one in days:
        planned = "—" if one.planned is None else f"{one.planned:,.1f}"
        left = "—" if one.left is None else f"{one.left:,}"
        typer.echo(f"  {one.on}  剩余 left {left:>7}  计划 planned {planned:>9}")


@app.command("done")
def mark_done(
    items: _Items,
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="The day; today when left out.")
    ] = "today",
    code: _Code = None,
    remark: _Note = "",
    database: Database = None,
) -> None:
    """Mark items as done on a day."""
    _mark(items, on, code, remark, database)


@app.command("undone")
def mark_undone(
    items: _Items, code: _Code = None, remark: _Note = "", database: Database = None
) -> None:
    """Mark items as not done; what was marked before stays on record."""
    _mark(items, None, code, remark, database)


def _mark(
    items: list[str], on: str | None, code: str | None, remark: str, database: str | None
) -> None:
    from gisgrid.store import campaigns, clock

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        found = campaigns.by_code(connection, code or _only(connection))
        today = clock.now(connection, settings.zone).date()
        day = None
        if on is not None:
            day = instant(connection, on, settings).astimezone(settings.zone).date()
        changed = campaigns.mark(
            connection, found.id, items, day, today=today, author=author(), note=remark
        )
        found = campaigns.by_code(connection, found.code)
    what = f"完成 done {day}" if day else "未完成 not done"
    same = len(set(items)) - changed
    before = f"   未变 as before {same:,}" if same else ""
    typer.echo(
        f"{found.code}  {what}   {changed:,}{before}   剩余 left {found.items - found.done:,}"
    )


def _only(connection: Connection) -> str | None:
    """The one campaign that can be meant: ids of items may be the same in several."""
    from gisgrid.store import campaigns

    codes = [one.code for one in campaigns.listing(connection)]
    if len(codes) > 1:
        raise InputError(
            "there are several campaigns", fix=f"say which: --code {' | '.join(codes)}"
        )
    return codes[0] if codes else None


@app.command("history")
def item_history(
    item: Annotated[str, typer.Argument(help="Id of the item.", show_default=False)],
    code: _Code = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """How an item was marked, when and by whom."""
    from gisgrid.exports.documents import document
    from gisgrid.store import campaigns, clock

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = campaigns.by_code(connection, code)
        moment = clock.now(connection, settings.zone)
        one = campaigns.item(connection, found.id, item, moment)
        marks = campaigns.marks(connection, found.id, item)
    if as_json:
        _print_json(document(one, settings.zone) | {"marks": document(marks, settings.zone)})
        return
    for mark in marks:
        when = mark.marked_at.astimezone(settings.zone)
        what = f"完成 done {mark.done_on}" if mark.done_on else "未完成 not done"
        typer.echo(f"{when:%Y-%m-%d %H:%M}  {mark.author:<12} {what}  {mark.note}")


def _print_campaign(one: Campaign, day: date) -> None:
    typer.echo(f"{one.code}  {one.name_zh} {one.name_en}")
    if one.grid:
        typer.echo(f"  网格 grid     {one.grid}")
    for phase in one.phases:
        percent = phase.planned_percent
        plan = "" if percent is None else f"  计划完成 planned {percent:g} %"
        now = "  ← 当前 now" if phase.starts <= day < phase.ends else ""
        typer.echo(f"  {phase.starts} → {phase.ends}  {phase.name_zh} {phase.name_en}{plan}{now}")
    for task in one.tasks:
        typer.echo(f"  {_task_line(task)}")
    if one.items:
        left = one.items - one.done
        typer.echo(
            f"  截至 as of {day}: 完成 done {one.done:,} / {one.items:,}, 剩余 left {left:,}"
        )


def _task_line(task: Task) -> str:
    from gisgrid.store.campaigns import told

    target = told(task.target, task.target_qualifier, task.unit_zh) or "—"
    actual = told(task.figure, task.qualifier, task.unit_zh) or "—"
    source = ", ".join(part for part in (task.source, str(task.as_of or "")) if part)
    where = f"  ({source})" if source else ""
    return f"{task.name_zh} {task.name_en}  目标 target {target}  实际 actual {actual}{where}"


def _print_report(report: CampaignReport) -> None:
    typer.echo(f"整治攻坚 campaign  {report.code}")
    for name, one in report.files.items():
        where = f"   → {one.rejects_file}" if one.rejects_file else ""
        typer.echo(
            f"  {name:<9} 接收 taken {one.rows_taken:,} (新增 new {one.inserted:,} · "
            f"更新 changed {one.updated:,} · 未变 as before {one.unchanged:,}) "
            f"拒收 rejected {one.rows_rejected:,}{where}"
        )


def _print_json(content: Any) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, default=str, indent=2))
