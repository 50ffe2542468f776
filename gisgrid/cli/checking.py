"""``gisgrid check``: what is wrong with grids, in a file or as published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gisgrid.cli.errors import message
from gisgrid.cli.mapping import require_folder, write_page
from gisgrid.cli.options import (
    At,
    Crs,
    Database,
    Encoding,
    Json,
    Layer,
    instant,
    open_snapshot,
    talk,
)
from gisgrid.errors import GisgridError, InputError, NotFound
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.geometry.checking import Checked, Finding, Level, Tolerances

__all__ = ["check"]

_FOUND, _COULD_NOT_RUN = 1, 2
_SEVERITIES: Final = {"error": "错误 error", "warning": "警告 warning"}


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
        if file is None:
            levels, checked = _check_published(database, at, settings, tolerances, reasons)
        else:
            if at is not None:
                raise InputError("a file holds for no day", where="--at", fix="leave it out")
            if code is None:
                raise InputError("the column of the codes is not named", fix="give --code COL")
            parts = [
                GridFile(
                    path=file,
                    code=code,
                    households=households,
                    layer=layer,
                    crs=crs,
                    encoding=encoding,
                )
            ]
            if parent_file is not None or parent_layer is not None:
                above = GridFile(
                    path=parent_file or file,
                    code=parent_code,
                    layer=parent_layer,
                    crs=crs,
                    encoding=encoding,
                )
                parts.insert(0, above)
            levels = [read_grids(part) for part in parts]
            checked = _check_file(levels, tolerances, reasons)
        if map_file is not None:
            _draw(map_file, levels, checked, file.name if file else "", settings)
        if repair is not None:
            _propose(repair, levels if file is None else levels[-1:], tolerances)
    if as_json:
        typer.echo(json.dumps(_document(checked), ensure_ascii=False))
    else:
        _print(checked)
    if checked.errors:
        raise typer.Exit(_FOUND)


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


def _check_published(
    database: str | None,
    at: str | None,
    settings: Settings,
    tolerances: Tolerances,
    reasons: dict[str, str],
) -> tuple[list[Level], Checked]:
    """All levels of the record; the police areas are no part of the nest."""
    from gisgrid.geometry.checking import Level, check_level, joined
    from gisgrid.geometry.checking import check as check_levels
    from gisgrid.store.coverages import coverage_frame
    from gisgrid.store.tables import LEVELS

    levels = []
    with open_snapshot(database, settings) as connection:
        moment = instant(connection, at, settings)
        for name in LEVELS:
            frame = coverage_frame(connection, name, moment)
            if len(frame):
                counts = frame["households"].to_numpy("float64", na_value=float("nan"))
                levels.append(
                    Level(
                        frame.geometry.to_numpy(dtype=object),
                        frame["code"].tolist(),
                        name,
                        counts if name == "micro" else None,
                    )
                )
    if not levels:
        raise NotFound(
            "there are no grids to check",
            where=f"{moment:%Y-%m-%d}",
            fix="publish some, name another day (--at), or check a file",
        )
    nested = [level for level in levels if level.name != "police"]
    apart = [level for level in levels if level.name == "police"]
    parts = [check_levels(nested, tolerances, reasons=reasons)]
    parts += [check_level(level, tolerances) for level in apart]
    return levels, joined(parts, tolerances)


def _document(checked: Checked) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "findings": [_entry(one) for one in checked.findings],
        "accepted": [{**_entry(one), "reason": one.reason} for one in checked.accepted],
        "below": [asdict(one) for one in checked.below],
        "tolerances": asdict(checked.tolerances),
        "grids": dict(checked.grids),
        "errors": checked.errors,
        "warnings": checked.warnings,
    }


def _entry(one: Finding) -> dict[str, Any]:
    from shapely.geometry import mapping

    return {
        "kind": one.kind,
        "severity": one.severity,
        "level": one.level,
        "codes": list(one.codes),
        "place": None if one.place is None else list(one.place),
        "area_m2": one.area_m2,
        "length_m": one.length_m,
        "width_m": one.width_m,
        "cause": one.cause,
        "message": one.message,
        "message_zh": one.message_zh,
        "message_en": one.message_en,
        "geometry": None if one.shape is None else mapping(one.shape),
    }


def _print(checked: Checked) -> None:
    from rich.console import Console
    from rich.table import Table

    from gisgrid.geometry.checking import KIND_NAMES, summary

    console = Console(highlight=False, markup=False)
    # A pipe has no width; what reads it wants whole lines.
    if not console.is_terminal:
        console.width = 240
    if checked.findings:
        table = Table()
        for title in ("严重程度 severity", "类型 kind", "位置 place", "说明 what is wrong"):
            table.add_column(title)
        for one in checked.findings:
            place = "" if one.place is None else "{:.6f}, {:.6f}".format(*one.place)
            zh, en = KIND_NAMES[one.kind]
            words = f"{one.message_zh}\n{one.message_en}"
            table.add_row(_SEVERITIES[one.severity], f"{zh}\n{en}", place, words)
        console.print(table)
    for one in checked.accepted:
        console.print(f"{one.message_zh}\n  {one.message_en}", soft_wrap=True)
    for zh, en in summary(checked):
        console.print(f"{zh}\n  {en}", soft_wrap=True)


def _draw(
    target: Path, levels: list[Level], checked: Checked, name: str, settings: Settings
) -> None:
    from gisgrid.maps import MapText
    from gisgrid.maps.findings import findings_map

    text = MapText(f"网格检查 {name}".strip(), "Check of grids")
    page = findings_map(
        levels,
        checked,
        text,
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
    )
    talk.print(write_page(target, page), markup=False)


def _propose(target: Path, levels: list[Level], tolerances: Tolerances) -> None:
    """Write the proposed polygons with what each would gain and lose."""
    import geopandas as gpd
    import pandas as pd

    from gisgrid.files import write_frame
    from gisgrid.geometry.repairing import propose_repair

    frames = []
    for level in levels:
        made = propose_repair(level.polygons, fill_m2=tolerances.largest_gap_m2)
        gained = dict.fromkeys(range(len(level.codes)), 0.0)
        lost = dict(gained)
        for one in made.changes:
            gained[one.position], lost[one.position] = one.gained_m2, one.lost_m2
        columns = {
            "level": level.name,
            "code": list(level.codes),
            "gained_m2": list(gained.values()),
            "lost_m2": list(lost.values()),
        }
        frames.append(gpd.GeoDataFrame(columns, geometry=made.polygons, crs="EPSG:4326"))
        border_zh, border_en = "外边界不变", "the outer border stays"
        if not made.keeps_border:
            moved = f"{made.border_moved_m2:,.3g} m²"
            border_zh, border_en = f"外边界变动 {moved}", f"the outer border moves by {moved}"
        count, gaps = f"{len(made.changes):,}", f"{made.gaps_filled:,}"
        zh = f"修复建议 {level.name}:改变 {count} 个网格,填补 {gaps} 处空隙,{border_zh}"
        en = f"proposed: {count} grids change, {gaps} gaps are filled, {border_en}"
        talk.print(f"{zh}\n  {en}", markup=False)
    written = write_frame(target, pd.concat(frames, ignore_index=True))
    talk.print(f"写出 written    {written.rows:>12,}   → {target}", markup=False)
