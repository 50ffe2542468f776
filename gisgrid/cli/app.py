"""The root of the commands."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import FrameType

import typer
from typer.core import TyperGroup

from gisgrid.cli import (
    accounts,
    addresses,
    aliasing,
    assigning,
    auditing,
    benching,
    campaigns,
    case_files,
    cases,
    checking,
    comparing,
    db,
    demo,
    exporting,
    forecasting,
    history,
    hotspots,
    importing,
    keys,
    knitting,
    mapping,
    measuring,
    patrolling,
    persons,
    places,
    planners,
    planning,
    proposing,
    resolving,
    reverting,
    serving,
    staffing,
    webhooks,
    works,
)
from gisgrid.cli.errors import exit_code, message
from gisgrid.cli.options import talk
from gisgrid.errors import GisgridError, InputError

__all__ = ["app", "main"]

# What typer makes of Ctrl-C, and what a shell makes of a process that SIGTERM ended.
_INTERRUPTED, _TERMINATED = 130, 143

app = typer.Typer(
    name="gisgrid",
    help="Draw the grid, and everything finds its place. 画好网格,万物归格。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
db.app.add_typer(planners.app, name="planner")
app.add_typer(db.app, name="db")
app.add_typer(accounts.app, name="account")
app.add_typer(keys.app, name="key")
app.add_typer(importing.app, name="import")
importing.app.command("campaign")(campaigns.bring)
importing.app.command("aliases")(aliasing.bring)
importing.app.command("cases")(case_files.bring)
importing.app.command("facilities")(works.bring)
for register, bring in staffing.IMPORTS.items():
    importing.app.command(register)(bring)
app.add_typer(exporting.app, name="export")
app.add_typer(campaigns.app, name="campaign")
planning.app.command("preview")(comparing.preview)
planning.app.command("diff")(comparing.diff)
planning.app.command("revert")(reverting.revert)
planning.app.command("knit")(knitting.knit)
planning.app.command("share")(planners.share)
app.add_typer(planning.app, name="plan")
app.add_typer(places.app, name="place")
app.add_typer(works.app, name="facility")
app.add_typer(addresses.app, name="address")
app.add_typer(mapping.app, name="map")
app.add_typer(patrolling.app, name="patrol")
hotspots.app.command("forecast")(forecasting.forecast)
hotspots.app.command("evaluate")(forecasting.evaluate)
app.add_typer(hotspots.app, name="hotspots")
app.add_typer(cases.app, name="case")
app.add_typer(webhooks.app, name="webhook")
app.command("staffing")(staffing.staffing)
app.command("measures")(measuring.measures)
app.add_typer(auditing.app, name="audit")
app.add_typer(persons.app, name="personal")
app.command("resolve")(resolving.resolve)
app.command("history")(history.history)
app.command("assign")(assigning.assign)
app.command("serve")(serving.serve)
app.command("demo")(demo.demo)
app.command("check")(checking.check)
app.command("propose")(proposing.propose)
app.command("bench")(benching.bench)


def main() -> None:
    """Run a command; an error is one line on stderr and an exit code."""
    try:
        with _terminable() as came:
            code = _command().main(standalone_mode=False)
    except GisgridError as error:
        _stop(message(error), exit_code(error))
    except typer.TyperException as error:
        # Without any words the help has been shown instead.
        words = " ".join(str(error).split())
        _stop(f"用法有误 usage error: {words} (--help)" if words else "", 2)
    except UnicodeEncodeError as error:
        # The bytes of an argument that is no text: a file's name may be such, what is stored not.
        if error.reason != "surrogates not allowed":
            raise
        _stop(message(InputError("a text is not UTF-8", fix="check the arguments")), 2)
    except BrokenPipeError:
        # The reader of a pipe went away, as head does: no error of ours.
        sys.stderr.close()
        sys.exit(141)
    else:
        if code == _INTERRUPTED:
            # Every command works in one transaction, so nothing is half done.
            text = "已中断,未作更改 interrupted: nothing was changed"
            _stop(text, _TERMINATED if came else _INTERRUPTED)
        sys.exit(code if isinstance(code, int) else 0)


@cache
def _command() -> TyperGroup:
    """All commands; made once, for that takes longer than many of them."""
    return typer.main.get_group(app)


@contextmanager
def _terminable() -> Iterator[list[int]]:
    """End on SIGTERM as on Ctrl-C, so that nothing half done is left; the list tells if it came."""
    came: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        came.append(number)
        raise KeyboardInterrupt

    # Whoever started the process may have decided otherwise.
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield came
        return
    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _stop(text: str, code: int) -> None:
    if text:
        talk.print(text, markup=False)
    sys.exit(code)
