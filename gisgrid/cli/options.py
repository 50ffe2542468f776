"""Options that many commands share, and what they open."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gisgrid.cli.held import held_lines
from gisgrid.errors import GisgridError, InputError
from gisgrid.settings import Settings
from gisgrid.times import parse_instant

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from gisgrid.geometry.checking import Finding
    from gisgrid.imports import Notice
    from gisgrid.points.progress import Progress as OnProgress

__all__ = [
    "AddressColumn",
    "At",
    "Crs",
    "Database",
    "Encoding",
    "File",
    "IdColumn",
    "Json",
    "LatColumn",
    "Layer",
    "LonColumn",
    "MapApproval",
    "NameColumn",
    "Rejects",
    "Strict",
    "columns_given",
    "instant",
    "note",
    "note_findings",
    "note_offset",
    "open_engine",
    "open_snapshot",
    "progress_bar",
    "said_of",
    "say",
    "talk",
]

# Results go to stdout, talk to stderr, so that a pipe gets results alone.
talk = Console(stderr=True, highlight=False, soft_wrap=True)

# As many findings are told one by one; the rest are counted.
_TOLD: Final = 20

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL|demo",
        help="PostGIS to use; the private server's when left out (or GISGRID_DATABASE_URL).",
    ),
]
File = Annotated[Path, typer.Argument(help="The file to read.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="DATE", help="As of this date or time; now when left out."),
]
Crs = Annotated[
    str | None,
    typer.Option(
        "--crs", metavar="CRS", help="EPSG:n, wgs84, cgcs2000, gcj02 or bd09; else the file's own."
    ),
]
Layer = Annotated[str | None, typer.Option("--layer", metavar="L", help="Layer of the file.")]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", metavar="E", help="Encoding of its text, such as GBK or GB18030."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Take all rows or none.")]
Rejects = Annotated[
    Path | None,
    typer.Option("--rejects", metavar="CSV", help="Where to write rows that cannot be taken."),
]
MapApproval = Annotated[
    str | None,
    typer.Option("--map-approval", metavar="NO", help="Its map-approval number (审图号)."),
]
IdColumn = Annotated[
    str | None,
    typer.Option("--id", metavar="COL", help="Column that makes a row the same row next time."),
]
LonColumn = Annotated[
    str | None, typer.Option("--lon", metavar="COL", help="Column of longitude or easting.")
]
LatColumn = Annotated[
    str | None, typer.Option("--lat", metavar="COL", help="Column of latitude or northing.")
]
AddressColumn = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="COL",
        help="Column of the address, from which rows without a point get theirs.",
    ),
]
NameColumn = Annotated[str | None, typer.Option("--name", metavar="COL", help="Column of names.")]


def columns_given(given: Mapping[str, str | None]) -> dict[str, str]:
    """The columns that an import reads: those of the options that were given."""
    return {target: column for target, column in given.items() if column}


@contextmanager
def open_engine(
    database: str | None, settings: Settings, *, needs_due: bool = True
) -> Iterator[Engine]:
    """The engine of a command, closed at its end; what is scheduled and due is in force then.

    Unless it ``needs_due``, the command goes on with a note where that cannot be done.
    """
    from sqlalchemy import event
    from sqlalchemy.exc import SQLAlchemyError

    from gisgrid.access import Actor
    from gisgrid.store.audit import record_as
    from gisgrid.store.clock import name_zone
    from gisgrid.store.engine import connect
    from gisgrid.store.failures import explained

    engine = connect(settings, database)
    record_as(engine, Actor("cli"))
    event.listen(engine, "begin", lambda connection: name_zone(connection, settings.time_zone))
    try:
        try:
            _put_due_in_force(engine, settings)
        except (SQLAlchemyError, GisgridError) as error:
            if needs_due:
                raise
            why = explained(error) if isinstance(error, SQLAlchemyError) else error
            say(f"到期方案未能生效:{why}", f"plans that are due could not be put in force: {why}")
        yield engine
    except SQLAlchemyError as error:
        raise explained(error) from None
    finally:
        engine.dispose()


@contextmanager
def open_snapshot(database: str | None, settings: Settings) -> Iterator[Connection]:
    """One state of the record for a command that only reads, as a role may that cannot write."""
    from gisgrid.store.engine import snapshot

    with (
        open_engine(database, settings, needs_due=False) as engine,
        snapshot(engine) as connection,
    ):
        yield connection


def said_of(connection: Connection) -> dict[str, Any]:
    """What every answer begins with: the revision, and the notice where there is one."""
    from gisgrid.store import revisions
    from gisgrid.store.notices import notice

    said = notice(connection)
    return {"revision": revisions.current(connection), **({"notice": said} if said else {})}


def _put_due_in_force(engine: Engine, settings: Settings) -> None:
    from gisgrid.store.scheduling import apply_due

    with engine.begin() as connection:
        done = apply_due(connection, overlap_tolerance_m2=settings.overlap_tolerance_m2)
    for one in done:
        if one.published is None:
            zh, en = "到期未能生效,退回草案", "could not take effect and is a draft again"
            say(f"方案 {one.plan_id} {zh}: {one.reason}", f"plan {one.plan_id} {en}: {one.reason}")
        else:
            number = one.published.revision
            day = one.published.effective_at.astimezone(settings.zone).isoformat()
            zh, en = f"自 {day} 起生效", f"has taken effect from {day} on"
            say(
                f"方案 {one.plan_id} {zh} (版本 {number})",
                f"plan {one.plan_id} {en} (revision {number})",
            )
            for line in held_lines(one.published.held):
                talk.print(line, markup=False)


def instant(connection: Connection, text: str | None, settings: Settings) -> datetime:
    """``--at``: a date as the user wrote it, or now."""
    from gisgrid.store import clock

    if text is None or text.strip().lower() == "today":
        return clock.now(connection, settings.zone)
    return parse_instant(text, settings.zone)


@contextmanager
def progress_bar(title: str) -> Iterator[OnProgress]:
    """A progress bar on a terminal; nothing in a pipe."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(
        *columns,
        TimeRemainingColumn(),
        console=talk,
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=None)

        def show(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield show


def note(notices: tuple[Notice, ...]) -> None:
    """Tell the user what an import noticed."""
    for notice in notices:
        say(notice.zh, notice.en)


def note_findings(findings: Sequence[Finding]) -> None:
    """Tell the user what a publish brings that a check would warn of."""
    for one in findings[:_TOLD]:
        say(one.message_zh, one.message_en)
    if len(findings) > _TOLD:
        more = f"{len(findings) - _TOLD:,}"
        say(f"另有 {more} 条警告 (gisgrid check)", f"{more} more warnings (gisgrid check)")


def note_offset(
    path: Path, crs: str | None, *, layer: str | None = None, encoding: str | None = None
) -> None:
    """Tell the user where GCJ-02 or BD-09 was stated of a file that says WGS 84."""
    if crs is None or crs.strip().lower() not in ("gcj02", "bd09"):
        return
    from gisgrid.files import open_source

    for file in sorted(path.glob("*.parquet")) if path.is_dir() else [path]:
        # Clusters write files without rows, which cannot be opened.
        with (
            suppress(InputError),
            open_source(file, layer=layer, encoding=encoding, crs=crs) as one,
        ):
            if one.said is not None:
                zh, en = f"自称 {one.said},已按 {crs} 读取", f"says {one.said}, read as {crs}"
                say(f"{path.name} {zh}", f"{path.name} {en}")
            return


def say(zh: str, en: str) -> None:
    """Tell the user something in both languages."""
    talk.print(f"注意 {zh}\n  note: {en}", markup=False)
