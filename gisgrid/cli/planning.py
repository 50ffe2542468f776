"""``gisgrid plan``: drafts of boundaries, published or given up."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from gisgrid.cli.options import Database, Json, open_engine
from gisgrid.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Drafts of boundaries.", no_args_is_help=True)

_Plan = Annotated[int, typer.Argument(help="Number of the plan.", show_default=False)]


@app.command("list")
def list_plans(database: Database = None, as_json: Json = False) -> None:
    """List plans, the newest first."""
    from gisgrid.store import plans

    settings = Settings()
    with open_engine(database, settings) as engine, engine.connect() as connection:
        found = plans.listing(connection)
    if as_json:
        typer.echo(json.dumps([asdict(plan) for plan in found], ensure_ascii=False, default=str))
        return
    for plan in found:
        state = f"{plan.id:>5}  {plan.state:<10} {plan.level:<7} {plan.grid_count:>6,}"
        typer.echo(
            f"{state}  {plan.created_at.astimezone(settings.zone):%Y-%m-%d %H:%M}  {plan.name}"
        )


@app.command()
def publish(plan: _Plan, database: Database = None) -> None:
    """Put a draft in force."""
    from gisgrid.store.publish import publish as publish_plan

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        tolerance = settings.overlap_tolerance_m2
        published = publish_plan(connection, plan, overlap_tolerance_m2=tolerance)
    moved = sum(published.reassigned.values())
    typer.echo(f"发布 published  revision {published.revision}   改派 reassigned {moved:,}")


@app.command()
def discard(plan: _Plan, database: Database = None) -> None:
    """Give a draft up; it stays on record."""
    from gisgrid.store import plans

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        plans.discard(connection, plan)
    typer.echo(f"放弃 discarded  plan {plan}")
