"""``gisgrid plan edit ID KIND …``: the edits of a drawn plan."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from gisgrid.cli.drawing import read_line, read_place, read_polygon, read_shapes
from gisgrid.cli.options import Crs, Database, Encoding, File, Json, Layer, open_engine
from gisgrid.errors import InputError
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.store.drafts import EditResult

__all__ = ["app", "author", "print_edit"]


class _PlanFirst(TyperGroup):
    """The number of the plan stands before the kind of edit; to ask for help it is not needed."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] in self.commands:
            if "--help" not in args:
                raise InputError(
                    "the number of the plan comes before the kind of edit",
                    where=args[0],
                    fix=f"gisgrid plan edit ID {args[0]} …",
                )
            args = ["0", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    help="Edit a drawn plan: gisgrid plan edit ID KIND …",
    cls=_PlanFirst,
    subcommand_metavar="KIND [ARGS]...",
    no_args_is_help=True,
)

_Code = Annotated[str, typer.Argument(help="Code of the grid in the plan.", show_default=False)]
_Shape = "WKT, GeoJSON, or a file with one."
_Line = Annotated[str, typer.Option("--line", metavar="LINE", help=f"The line: {_Shape}")]
_Polygon = Annotated[str, typer.Option("--polygon", metavar="AREA", help=f"The polygon: {_Shape}")]
_Along = Annotated[
    bool, typer.Option("--with-parents", help="Borders of the levels above may move along.")
]


class NestedLevel(StrEnum):
    """The levels that edits keep nested."""

    area = "area"
    unit = "unit"
    micro = "micro"


def author() -> str:
    """Who is at the keyboard, for the log."""
    try:
        return getpass.getuser()
    except OSError:
        return ""


@app.callback()
def edit(
    context: typer.Context,
    plan: Annotated[
        int, typer.Argument(metavar="ID", help="Number of the plan.", show_default=False)
    ],
) -> None:
    """Edit a drawn plan; published boundaries stay as they are."""
    context.obj = plan


@app.command()
def split(
    context: typer.Context,
    code: _Code,
    line: _Line,
    new_code: Annotated[
        list[str] | None,
        typer.Option("--new-code", metavar="CODE", help="Of a new piece; else the next free one."),
    ] = None,
    new_name: Annotated[
        list[str] | None,
        typer.Option("--new-name", metavar="NAME", help="Of a new piece; else the old and （2）."),
    ] = None,
    with_parents: _Along = False,
    crs: Crs = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Split a grid by a line; the piece with most households stays the grid."""
    told = {"code": code, "line": read_line(line, crs)}
    told |= {"new_codes": new_code or [], "new_names": new_name or []}
    _make(context, "split", told | {"with_parents": with_parents}, database, as_json)


@app.command()
def merge(
    context: typer.Context,
    codes: Annotated[list[str], typer.Argument(help="Codes of the grids.", show_default=False)],
    into: Annotated[
        str | None, typer.Option("--into", metavar="CODE", help="Which remains; the largest.")
    ] = None,
    with_parents: _Along = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Merge neighbouring grids into one of them."""
    told = {"codes": codes, "into": into, "with_parents": with_parents}
    _make(context, "merge", told, database, as_json)


@app.command("move-part")
def move_part(
    context: typer.Context,
    source: _Code,
    target: _Code,
    polygon: _Polygon,
    with_parents: _Along = False,
    crs: Crs = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Give what a polygon covers of a grid to its neighbour."""
    told = {"source": source, "target": target, "polygon": read_polygon(polygon, crs)}
    _make(context, "move-part", told | {"with_parents": with_parents}, database, as_json)


@app.command("move-buildings")
def move_buildings(
    context: typer.Context,
    source: _Code,
    target: _Code,
    buildings: Annotated[
        list[str], typer.Argument(help="The buildings, by their ids.", show_default=False)
    ],
    with_parents: _Along = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Give the ground of some buildings to the neighbour of their grid."""
    told = {"source": source, "target": target, "buildings": buildings}
    _make(context, "move-buildings", told | {"with_parents": with_parents}, database, as_json)


@app.command("move-border")
def move_border(
    context: typer.Context,
    one: _Code,
    other: _Code,
    line: _Line,
    with_parents: _Along = False,
    crs: Crs = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Draw the border between two grids anew, once for both."""
    told = {"one": one, "other": other, "line": read_line(line, crs)}
    _make(context, "move-border", told | {"with_parents": with_parents}, database, as_json)


@app.command("move-vertex")
def move_vertex(
    context: typer.Context,
    level: Annotated[NestedLevel, typer.Option("--level", help="Level whose border it is.")],
    old: Annotated[str, typer.Option("--from", metavar="LON,LAT", help="Where it is.")],
    new: Annotated[str, typer.Option("--to", metavar="LON,LAT", help="Where it shall be.")],
    with_parents: _Along = False,
    crs: Crs = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Move a vertex of a shared border, for all grids that have it."""
    told = {"level": level.value, "old": read_place(old, crs), "new": read_place(new, crs)}
    _make(context, "move-vertex", told | {"with_parents": with_parents}, database, as_json)


@app.command("cut-out")
def cut_out(
    context: typer.Context,
    polygon: _Polygon,
    level: Annotated[NestedLevel, typer.Option("--level", help="Level of the new grid.")],
    new_code: Annotated[
        str | None, typer.Option("--new-code", metavar="CODE", help="Its code; the next free one.")
    ] = None,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Its name.")] = "",
    special: Annotated[
        bool, typer.Option("--special/--ordinary", help="Whether it is a special grid (专属网格).")
    ] = True,
    with_parents: _Along = False,
    crs: Crs = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Cut a new grid out of all grids that a polygon meets."""
    told = {
        "level": level.value,
        "polygon": read_polygon(polygon, crs),
        "new_code": new_code,
        "name": name,
        "special": special,
        "with_parents": with_parents,
    }
    _make(context, "cut-out", told, database, as_json)


@app.command()
def redraw(
    context: typer.Context,
    file: File,
    code: Annotated[str, typer.Option("--code", metavar="COL", help="Column of the codes.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="For the log.")] = "",
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Give grids the shapes that a file has for their codes, as they are."""
    from gisgrid.points.grids import GridFile

    rows = read_shapes(GridFile(path=file, code=code, layer=layer, crs=crs, encoding=encoding))
    _make(context, "redraw", {"why": why or file.name, "grids": rows}, database, as_json)


@app.command()
def rename(
    context: typer.Context,
    code: _Code,
    name: Annotated[str, typer.Argument(help="The new name.", show_default=False)],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Give a grid another name."""
    _make(context, "rename", {"code": code, "name": name}, database, as_json)


@app.command()
def recode(
    context: typer.Context,
    code: _Code,
    new_code: Annotated[str, typer.Argument(help="The new code.", show_default=False)],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Give a grid another code, which no other grid ever had."""
    _make(context, "recode", {"code": code, "new_code": new_code}, database, as_json)


@app.command("set-parent")
def set_parent(
    context: typer.Context,
    code: _Code,
    parent: Annotated[str, typer.Argument(help="Code of the grid above.", show_default=False)],
    with_parents: _Along = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Put a grid below another of the level above: the one that holds it, or shall."""
    told = {"code": code, "parent": parent, "with_parents": with_parents}
    _make(context, "set-parent", told, database, as_json)


@app.command("set-special")
def set_special(
    context: typer.Context,
    code: _Code,
    special: Annotated[bool, typer.Option("--special/--ordinary", help="Which it is.")] = True,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Say whether a grid is a special one (专属网格)."""
    _make(context, "set-special", {"code": code, "special": special}, database, as_json)


@app.command("set-households")
def set_households(
    context: typer.Context,
    code: _Code,
    households: Annotated[
        int | None, typer.Argument(help="How many; left out: not declared.", show_default=False)
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Declare how many households a grid has."""
    told = {"code": code, "households": households}
    _make(context, "set-households", told, database, as_json)


@app.command("accept-range")
def accept_range(
    context: typer.Context,
    code: _Code,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="WHY", help="Why; left out: no longer.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Accept that a micro-grid has fewer or more households than it should."""
    _make(context, "accept-range", {"code": code, "reason": reason}, database, as_json)


def _make(
    context: typer.Context,
    kind: str,
    arguments: dict[str, Any],
    database: str | None,
    as_json: bool,
) -> None:
    from gisgrid.store import drafts

    change = drafts.parse_edit(kind, arguments)
    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        done = drafts.edit(connection, context.obj, change, author=author())
    print_edit(done, "修改 edit", as_json)


def print_edit(done: EditResult, title: str, as_json: bool) -> None:
    """Print what an edit, an undo or a redo did."""
    if as_json:
        typer.echo(json.dumps(asdict(done), ensure_ascii=False))
        return
    typer.echo(f"{title} {done.number}  {done.kind}   方案 plan {done.plan_id}")
    for words, codes in (
        ("变动 changed", done.changed),
        ("新增 made", done.made),
        ("撤销 ended", done.ended),
        ("界点 vertices only", done.touched),
        ("户数说明失效 no longer accepted", done.unaccepted),
    ):
        if codes:
            typer.echo(f"  {words:<10} {', '.join(codes)}")
