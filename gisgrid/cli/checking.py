"""``gisgrid check``: what is wrong with grids, in a file or as published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.editing import author
from gisgrid.cli.errors import message
from gisgrid.cli.findings import draw_findings, print_findings, print_repair, write_repair
from gisgrid.cli.importing import Level as GridLevel
from gisgrid.cli.mapping import require_folder
from gisgrid.cli.options import (
    At,
    Crs,
    Database,
    Encoding,
    Json,
    Layer,
    instant,
    open_engine,
    open_snapshot,
    talk,
)
from gisgrid.errors import GisgridError, InputError
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.geometry.checking import Checked, Level, Tolerances
    from gisgrid.store.drafts import Repaired

__all__ = ["check"]

_FOUND, _COULD_NOT_RUN = 1, 2


@dataclass(frozen=True)
class _Asked:
    """What is asked of the record."""

    database: str | None
    at: str | None
    plan: int | None
    worsened: bool
    propose: bool
    level: str | None
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class _Outcome:
    """What was checked, what was found, and the repair that was drawn."""

    levels: list[Level]
    checked: Checked
    repaired: Repaired | None = None


def check(
    file: Annotated[
        Path | None, typer.Argument(help="The file of grids; else what is published.")
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", metavar="COL", help="Column of the codes.")
    ] = None,
    households: Annotated[
        str | None, typer.Option("--households", metavar="COL", help="Column of the households.")
    ] = None,
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    parent_file: Annotated[
        Path | None, typer.Option("--parent-file", metavar="F", help="The level above.")
    ] = None,
    parent_layer: Annotated[
        str | None, typer.Option("--parent-layer", metavar="L", help="Its layer.")
    ] = None,
    parent_code: Annotated[
        str | None,
        typer.Option(
            "--parent-code", metavar="COL", help="Its codes; else its first column without repeats."
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            "--tolerance", metavar="M", min=0.0, help="List nothing up to this width in metres."
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept", metavar="CODE=REASON", help="Why a grid may have fewer or more households."
        ),
    ] = None,
    plan: Annotated[
        int | None, typer.Option("--plan", metavar="ID", help="The grids as a plan has them.")
    ] = None,
    worsened: Annotated[
        bool, typer.Option("--worsened", help="Only what the plan makes worse.")
    ] = False,
    at: At = None,
    database: Database = None,
    as_json: Json = False,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="FILE.html", help="Draw a map of the findings.")
    ] = None,
    repair: Annotated[
        Path | None,
        typer.Option("--repair", metavar="OUT", help="Write the proposed repair to a file."),
    ] = None,
    propose: Annotated[
        bool,
        typer.Option("--propose", help="Draw the proposed repair in the plan, or in a new one."),
    ] = False,
    level: Annotated[
        GridLevel | None, typer.Option("--level", help="Draw the repair of this level only.")
    ] = None,
) -> None:
    """Report invalid rings, overlaps, gaps, bad nesting, codes and household counts.

    Exit code 0: no errors (there may be warnings); 1: errors; 2: it could not run.
    """
    from gisgrid.geometry.checking import Tolerances
    from gisgrid.points.grids import GridFile, read_grids

    settings = Settings()
    with _could_run():
        tolerances = Tolerances.stated(settings, width_m=tolerance)
        reasons = dict(_reason(one) for one in accept or ())
        if map_file is not None:
            require_folder(map_file)
        asked = _Asked(
            database, at, plan, worsened, propose, None if level is None else level.value, reasons
        )
        _require_sense(asked, file, code)
        if file is None:
            outcome = _check_record(asked, settings, tolerances)
        else:
            own = GridFile(
                path=file, code=code, households=households, layer=layer, crs=crs, encoding=encoding
            )
            parts = [own]
            if parent_file is not None or parent_layer is not None:
                above = replace(
                    own,
                    path=parent_file or file,
                    code=parent_code,
                    households=None,
                    layer=parent_layer,
                )
                parts.insert(0, above)
            levels = [read_grids(part) for part in parts]
            outcome = _Outcome(levels, _check_file(levels, tolerances, reasons))
        if map_file is not None:
            name = file.name if file else ""
            draw_findings(map_file, outcome.levels, outcome.checked, name, settings)
        if repair is not None:
            own_levels = outcome.levels if file is None else outcome.levels[-1:]
            write_repair(repair, own_levels, tolerances)
    _tell(outcome, as_json)
    if outcome.checked.errors:
        raise typer.Exit(_FOUND)


def _require_sense(asked: _Asked, file: Path | None, code: str | None) -> None:
    """Refuse options that say nothing together."""
    if file is not None:
        if asked.at is not None:
            raise InputError("a file holds for no day", where="--at", fix="leave it out")
        if asked.plan is not None or asked.propose:
            raise InputError(
                "a file is no plan", where="--plan, --propose", fix="leave out either of the two"
            )
        if code is None:
            raise InputError("the column of the codes is not named", fix="give --code COL")
    if asked.at is not None and (asked.plan is not None or asked.propose):
        raise InputError("a plan holds for its own day", where="--at", fix="leave it out")
    if asked.worsened and asked.plan is None:
        raise InputError("no plan is named", where="--worsened", fix="give --plan ID")
    if asked.level is not None and not asked.propose:
        raise InputError("no repair is asked for", where="--level", fix="give --propose")


def _tell(outcome: _Outcome, as_json: bool) -> None:
    if as_json:
        from gisgrid.exports.findings import checked_document

        document = checked_document(outcome.checked)
        if outcome.repaired is not None:
            document["repair"] = asdict(outcome.repaired)
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    print_findings(outcome.checked)
    if outcome.repaired is not None:
        print_repair(outcome.repaired)


@contextmanager
def _could_run() -> Iterator[None]:
    """Exit code 1 means findings here, so whatever keeps a check from running is 2."""
    try:
        yield
    except GisgridError as error:
        talk.print(message(error), markup=False)
        raise typer.Exit(_COULD_NOT_RUN) from None


def _reason(text: str) -> tuple[str, str]:
    code, equals, reason = text.partition("=")
    if not equals or not code.strip() or not reason.strip():
        raise InputError("gives no reason", where=f"--accept {text!r}", fix="write CODE=REASON")
    return code.strip(), reason.strip()


def _check_file(levels: list[Level], tolerances: Tolerances, reasons: dict[str, str]) -> Checked:
    """The last level is the one asked about; the one above it only says how it lies."""
    from gisgrid.geometry.checking import check_level, check_nesting, joined

    *above, own = levels
    parents = above[0] if above else None
    parts = [check_level(own, tolerances, parents=parents, reasons=reasons)]
    if parents is not None:
        parts.append(check_nesting(own, parents, tolerances))
    return joined(parts, tolerances)


def _check_record(asked: _Asked, settings: Settings, tolerances: Tolerances) -> _Outcome:
    """All levels as published or as a plan has them, and the repair where it is asked for."""
    from gisgrid.geometry.checking import worsened
    from gisgrid.store.checking import check_grids, grids_around_plan, grids_at

    with open_snapshot(asked.database, settings) as connection:
        if asked.plan is None:
            grids = grids_at(connection, instant(connection, asked.at, settings))
        else:
            before, grids = grids_around_plan(connection, asked.plan, settings.zone)
    checked = check_grids(grids, tolerances, reasons=asked.reasons)
    if asked.worsened:
        known = check_grids(before, tolerances, reasons=asked.reasons)
        checked = replace(checked, findings=worsened(known, checked))
    repaired = _repair_plan(asked, settings, tolerances) if asked.propose else None
    return _Outcome(list(grids.levels), checked, repaired)


def _repair_plan(asked: _Asked, settings: Settings, tolerances: Tolerances) -> Repaired:
    """Draw the proposed repair, in the plan or in one of its own."""
    from gisgrid.store import drafts

    with open_engine(asked.database, settings) as engine, engine.begin() as connection:
        plan = asked.plan
        if plan is None:
            plan = drafts.new(connection, "修复建议 proposed repair", author=author())
        return drafts.repair(
            connection, plan, tolerances=tolerances, level=asked.level, author=author()
        )
