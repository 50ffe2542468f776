"""The root of the commands."""

from __future__ import annotations

import sys

import typer
from sqlalchemy.exc import SQLAlchemyError

from gisgrid.cli import db, demo, exporting, importing, mapping, planning, resolving, serving
from gisgrid.cli.errors import exit_code, message
from gisgrid.cli.options import talk
from gisgrid.errors import GisgridError
from gisgrid.store.failures import explained

__all__ = ["app", "main"]

app = typer.Typer(
    name="gisgrid",
    help="Draw the grid, and everything finds its place. 画好网格,万物归格。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(db.app, name="db")
app.add_typer(importing.app, name="import")
app.add_typer(exporting.app, name="export")
app.add_typer(planning.app, name="plan")
app.add_typer(mapping.app, name="map")
app.command("resolve")(resolving.resolve)
app.command("serve")(serving.serve)
app.command("demo")(demo.demo)


def main() -> None:
    """Run a command; an error of ours is one line on stderr and an exit code."""
    try:
        app()
    except GisgridError as error:
        _stop(error)
    except SQLAlchemyError as error:
        _stop(explained(error))
    except BrokenPipeError:
        # The reader of a pipe went away, as head does: no error of ours.
        sys.stderr.close()
        sys.exit(141)


def _stop(error: GisgridError) -> None:
    talk.print(message(error), markup=False)
    sys.exit(exit_code(error))
