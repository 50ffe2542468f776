"""``gisgrid plan``: drafts of boundaries, drawn, published or given up."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli import editing
from gisgrid.cli.editing import author, print_edit
from gisgrid.cli.held import print_held
from gisgrid.cli.options import Database, Json, note_findings, open_engine, open_snapshot, say
from gisgrid.settings import Settings
from gisgrid.times import parse_instant

if TYPE_CHECKING:
    from datetime import tzinfo

    from gisgrid.store.plans import Plan

__all__ = ["app"]

app = typer.Typer(help="Drafts of boundaries.", no_args_is_help=True)
app.add_typer(editing.app, name="edit")

_Plan = Annotated[int, typer.Argument(help="Number of the plan.", show_default=False)]
_Name = Annotated[str, typer.Argument(help="Name of the plan.", show_default=False)]

_STATES = {
    "draft": "草案",
    "scheduled": "待生效",
    "published": "已发布",
    "discarded": "已放弃",
}


@app.command()
def new(
    name: _Name,
    listing: Annotated[
        int | None,
        typer.Option("--listing", metavar="PLAN", help="Draw what an import listed."),
    ] = None,
    effective: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="From when it shall hold; else from now."),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Begin a plan on the present boundaries, or on what an import listed."""
    from gisgrid.store import drafts

    settings = Settings()
    day = None if effective is None else parse_instant(effective, settings.zone)
    with open_engine(database, settings) as engine, engine.begin() as connection:
        if listing is None:
            made = drafts.new(connection, name, author=author(), effective_at=day)
        else:
            made = drafts.from_listing(
                connection, listing, name=name, author=author(), effective_at=day
            )
    _print(f"新建 new  plan {made}   {name}", {"id": made, "name": name}, as_json)


@app.command("list")
def list_plans(database: Database = None, as_json: Json = False) -> None:
    """List plans, the newest first."""
    from gisgrid.store import plans

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = plans.listing(connection)
    if as_json:
        typer.echo(json.dumps([asdict(plan) for plan in found], ensure_ascii=False, default=str))
        return
    for plan in found:
        typer.echo(_line(plan, settings.zone))


@app.command()
def show(plan: _Plan, database: Database = None, as_json: Json = False) -> None:
    """Show what a plan comes to."""
    from gisgrid.store import drafts, plans

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = plans.by_id(connection, plan)
        summary = drafts.summary(connection, plan)
    if as_json:
        content = {**asdict(found), **asdict(summary)}
        typer.echo(json.dumps(content, ensure_ascii=False, default=str))
        return
    typer.echo(_line(found, settings.zone))
    typer.echo(f"  基于 base revision {found.base_revision or '-'}   作者 author {found.author}")
    if found.level is not None:
        return
    typer.echo(f"  修改 edits {summary.done}   可重做 undone {summary.undone}")
    for counts in summary.counts:
        typer.echo(
            f"  {counts.level:<7} 变动 changed {counts.changed:,}   新增 made {counts.made:,}   "
            f"撤销 ended {counts.ended:,}"
        )
    if summary.behind and found.state == "draft":
        codes = ", ".join(summary.behind)
        typer.echo(f"  已被他人改动 published anew: {codes}   (gisgrid plan rebase {plan})")


@app.command()
def log(plan: _Plan, database: Database = None, as_json: Json = False) -> None:
    """List the edits of a plan, with who made them and when."""
    from gisgrid.store import drafts, plans

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        plans.by_id(connection, plan)
        found = drafts.log(connection, plan)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, default=str))
        return
    words = {"done": "", "undone": "已撤回 undone", "superseded": "已作废 superseded"}
    for one in found:
        told = _told(one.arguments)
        when = one.made_at.astimezone(settings.zone)
        typer.echo(
            f"{one.number:>5}  {when:%Y-%m-%d %H:%M}  {one.author:<12} {one.kind:<14} "
            f"{words[one.state]} {told if len(told) < 80 else told[:77] + '…'}"
        )


def _told(arguments: dict[str, Any]) -> str:
    """What an edit was told, in few words: of whole shapes the grids that got them."""
    if "grids" not in arguments:
        return json.dumps(arguments, ensure_ascii=False)
    codes = [one["code"] for one in arguments["grids"]]
    codes += [f"+{one.get('code') or '?'}" for one in arguments.get("made", [])]
    codes += [f"-{code}" for code in arguments.get("ended", [])]
    return " ".join([*codes, arguments.get("why", "")]).strip()


@app.command()
def undo(plan: _Plan, database: Database = None, as_json: Json = False) -> None:
    """Take the last edit back."""
    from gisgrid.store import drafts

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        done = drafts.undo(connection, plan)
    print_edit(done, "撤回 undone", as_json)


@app.command()
def redo(plan: _Plan, database: Database = None, as_json: Json = False) -> None:
    """Make the edit again that was undone last."""
    from gisgrid.store import drafts

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        done = drafts.redo(connection, plan)
    print_edit(done, "重做 made again", as_json)


@app.command()
def fork(plan: _Plan, name: _Name, database: Database = None, as_json: Json = False) -> None:
    """Begin a plan with the grids and the log of another."""
    from gisgrid.store import drafts, plans

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        made = drafts.fork(connection, plan, name, author=author())
        days = [plans.by_id(connection, one).effective_at for one in (plan, made)]
    if days[0] != days[1]:
        say("原定日期已过,复制的方案不带日期", "the day of the plan has passed: the fork has none")
    content = {"id": made, "name": name, "forked_from": plan}
    _print(f"复制 forked  plan {plan} → plan {made}   {name}", content, as_json)


@app.command()
def rename(plan: _Plan, name: _Name, database: Database = None, as_json: Json = False) -> None:
    """Call a drawn plan otherwise."""
    from gisgrid.store import drafts

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        version = drafts.rename(connection, plan, name)
    content = {"id": plan, "name": name, "version": version}
    _print(f"改名 renamed  plan {plan}   {name}", content, as_json)


@app.command()
def rebase(plan: _Plan, database: Database = None, as_json: Json = False) -> None:
    """Take the present boundaries as the base; a drawn plan's edits are made on them again."""
    from gisgrid.store import drafts

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        base, _ = drafts.rebase(connection, plan)
    content = {"id": plan, "base_revision": base}
    _print(f"更新基准 rebased  plan {plan}   revision {base}", content, as_json)


@app.command()
def publish(plan: _Plan, database: Database = None, as_json: Json = False) -> None:
    """Put a draft in force, or schedule it for its day."""
    from gisgrid.exports.documents import document, warning
    from gisgrid.geometry.checking import Tolerances
    from gisgrid.store.publish import publish as publish_plan

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        published = publish_plan(
            connection,
            plan,
            overlap_tolerance_m2=settings.overlap_tolerance_m2,
            author=author(),
            tolerances=Tolerances.stated(settings),
            needs_another=settings.publish_needs_another,
        )
    note_findings(published.findings)
    day = published.effective_at.astimezone(settings.zone).isoformat()
    content = {
        "id": plan,
        "revision": published.revision,
        "scheduled": published.scheduled,
        "effective_at": day,
        "reassigned": published.reassigned,
        "warnings": [warning(one) for one in published.findings],
        "held": document(published.held, settings.zone),
    }
    moved = sum(published.reassigned.values())
    done = "发布 published" if published.changes else "无变化 nothing changed"
    words = f"{done}  revision {published.revision}   改派 reassigned {moved:,}"
    if published.scheduled:
        words = f"待生效 scheduled  plan {plan}   {day}"
    _print(words, content, as_json)
    if not as_json:
        print_held(published.held)


@app.command()
def discard(plan: _Plan, database: Database = None, as_json: Json = False) -> None:
    """Give a draft up; it stays on record."""
    from gisgrid.store import plans

    # It may be what keeps the plans that are due from being put in force.
    with (
        open_engine(database, Settings(), needs_due=False) as engine,
        engine.begin() as connection,
    ):
        plans.discard(connection, plan)
    _print(f"放弃 discarded  plan {plan}", {"id": plan, "state": "discarded"}, as_json)


def _print(words: str, content: dict[str, Any], as_json: bool) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else words)


def _line(plan: Plan, zone: tzinfo) -> str:
    """One line about a plan."""
    state = f"{_STATES[plan.state]} {plan.state}"
    day = "" if plan.effective_at is None else f"  → {plan.effective_at.astimezone(zone):%Y-%m-%d}"
    return (
        f"{plan.id:>5}  {state:<14} {plan.level or '绘制 drawn':<9} {plan.grid_count:>6,}  "
        f"{plan.created_at.astimezone(zone):%Y-%m-%d %H:%M}{day}  {plan.name}"
    )
