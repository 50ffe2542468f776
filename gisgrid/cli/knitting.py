"""``gisgrid plan knit``: borders that lie on each other made the same."""

from __future__ import annotations

from typing import Annotated

import typer

from gisgrid.cli.editing import author, print_edit
from gisgrid.cli.importing import Level
from gisgrid.cli.options import Database, Json, open_engine
from gisgrid.settings import Settings

__all__ = ["knit"]


def knit(
    plan: Annotated[int, typer.Argument(help="Number of the plan.", show_default=False)],
    level: Annotated[
        Level | None,
        typer.Option("--level", help="Only neighbours of this level; all nested levels together."),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option("--tolerance", metavar="M", min=0.0, help="How far borders may move, in m."),
    ] = 0.05,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Make neighbours and levels share their vertices, as edits need them."""
    from gisgrid.store import drafts

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        done = drafts.knit(
            connection,
            plan,
            tolerance_m=tolerance,
            level=None if level is None else level.value,
            author=author(),
        )
    print_edit(done, "共用界点 knitted", as_json)
