"""``gisgrid plan revert``: a plan that takes a publish back."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from gisgrid.cli.editing import author
from gisgrid.cli.options import Database, Json, open_engine
from gisgrid.settings import Settings

__all__ = ["revert"]


def revert(
    revision: Annotated[int, typer.Argument(help="The revision to take back.", min=1)],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Draw a plan of the grids as they were before a revision; publishing it takes that back."""
    from gisgrid.store.reverting import plan_revert

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        plan_id = plan_revert(connection, revision, author=author())
    if as_json:
        typer.echo(json.dumps({"plan": plan_id, "reverts": revision}))
    else:
        words = f"撤回草案 plan {plan_id} reverts revision {revision}"
        typer.echo(f"{words}: gisgrid plan publish {plan_id}")
