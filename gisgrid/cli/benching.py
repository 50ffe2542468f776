"""``gisgrid bench``: how fast, beside its peers, on this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.bench import BENCHES, BenchOptions, find_bench
from gisgrid.cli.hushing import hushed
from gisgrid.cli.options import Json, talk

if TYPE_CHECKING:
    from gisgrid.bench.report import Sheet

__all__ = ["bench"]


def bench(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help=f"One of: {', '.join(BENCHES)}.", show_default=False),
    ],
    quick: Annotated[bool, typer.Option("--quick", help="Small data, few rounds.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="SYSTEM", help="Run this system alone; may be repeated."),
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="CASE", help="Run this case alone; may be repeated."),
    ] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Turns of each system.")] = 5,
    seed: Annotated[int, typer.Option("--seed", help="What the data is made from.")] = 20240915,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="URL",
            help="PostGIS to measure in; a server of its own, thrown away, when left out.",
        ),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the tables for a page of docs.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure gisgrid beside the peers that are installed, in one run, on data from a seed."""
    from gisgrid.bench.machine import describe_machine
    from gisgrid.bench.report import as_document, as_markdown, machine_line, sheets

    run = find_bench(name)
    options = BenchOptions(
        quick=quick,
        only=tuple(only or ()),
        cases=tuple(case or ()),
        rounds=rounds,
        seed=seed,
        database=database,
        progress=lambda line: talk.print(line, markup=False),
    )
    machine = describe_machine()
    with hushed():
        result = run(options)
    if as_json:
        typer.echo(json.dumps(as_document(result, machine), ensure_ascii=False))
    elif markdown:
        typer.echo(as_markdown(result, machine))
    else:
        typer.echo(machine_line(machine))
        _print(sheets(result))


def _print(found: list[Sheet]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    # A pipe has no width; what reads it wants whole lines.
    if not console.is_terminal:
        console.width = 200
    for sheet in found:
        table = Table()
        for title, numeric in zip(sheet.titles, sheet.numeric, strict=True):
            table.add_column(title, justify="right" if numeric else "left")
        for cells in sheet.rows:
            table.add_row(*cells)
        console.print(table)
