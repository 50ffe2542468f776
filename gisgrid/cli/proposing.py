"""``gisgrid propose``: micro-grids for a unit, several proposals side by side."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.editing import author, print_edit
from gisgrid.cli.hushing import hushed
from gisgrid.cli.options import Database, Json, open_engine, progress_bar, say
from gisgrid.errors import InputError
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from gisgrid.planning.proposals import Proposal, Range
    from gisgrid.store.drafts import EditResult
    from gisgrid.store.units import UnitGround

__all__ = ["propose"]


@dataclass(frozen=True)
class _Asked:
    """The unit that is asked for."""

    unit: str
    plan: int | None
    locked: list[str]
    barriers: list[str]


@dataclass(frozen=True)
class _Read:
    """The unit as it was read, from which version of the plan or revision of the record."""

    place: UnitGround
    version: int | None
    revision: int


def propose(
    unit: Annotated[
        str, typer.Option("--unit", metavar="CODE", help="The unit.", show_default=False)
    ],
    plan: Annotated[
        int | None,
        typer.Option("--plan", metavar="ID", help="The unit as a plan has it; else as published."),
    ] = None,
    least: Annotated[
        int, typer.Option("--min", metavar="N", min=1, help="Fewest households of a grid.")
    ] = 300,
    most: Annotated[
        int, typer.Option("--max", metavar="N", min=1, help="Most households of a grid.")
    ] = 500,
    lock: Annotated[
        list[str] | None,
        typer.Option("--lock", metavar="CODE", help="A micro-grid that stays; may be repeated."),
    ] = None,
    barrier: Annotated[
        list[str] | None,
        typer.Option(
            "--barrier", metavar="CLASS", help="Lines that no grid may cross; may be repeated."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another one, other ways.")] = 0,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the grids, by the extension."),
    ] = None,
    take: Annotated[
        str | None,
        typer.Option("--take", metavar="KIND", help="Draw this one in the plan, or in a new one."),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Propose micro-grids that follow streets and rivers, in range and each in one piece."""
    from gisgrid.planning.proposals import Range
    from gisgrid.planning.proposals import propose as proposed

    wanted = Range(least, most)
    asked = _Asked(unit, plan, lock or [], barrier or [])
    with open_engine(database, Settings()) as engine:
        read = _read(engine, asked)
        with progress_bar("方案 proposals") as progress, hushed():
            found = proposed(read.place.ground, wanted, seed=seed, progress=progress)
        chosen = None if take is None else _of_kind(found, take)
        if output is not None:
            _write(output, read.place, found if chosen is None else [chosen], wanted)
        if as_json:
            typer.echo(_document(engine, asked, read, found, wanted))
        else:
            print_proposals(found, wanted)
        if chosen is not None:
            with engine.begin() as connection:
                done = _take(connection, asked, read, chosen)
            # JSON is one document; what was drawn is talk then.
            if as_json:
                say(f"已绘入方案 {done.plan_id}", f"drawn in plan {done.plan_id}")
            else:
                print_edit(done, "绘入 drawn", as_json=False)


def _read(engine: Engine, asked: _Asked) -> _Read:
    from gisgrid.store import plans, revisions
    from gisgrid.store.drafts import require_drawn
    from gisgrid.store.engine import snapshot
    from gisgrid.store.units import unit_ground

    with snapshot(engine) as connection:
        version = None
        if asked.plan is not None:
            plan = plans.by_id(connection, asked.plan)
            require_drawn(plan)
            version = plan.version
        place = unit_ground(
            connection, asked.plan, asked.unit, locked=asked.locked, barriers=asked.barriers
        )
        revision = revisions.current(connection)
    for name in sorted({*asked.barriers} - {*place.ground.lines.classes}):
        say(f"该单元没有 {name} 线", f"there are no lines of class {name} near the unit")
    return _Read(place, version, revision)


def _of_kind(found: list[Proposal], kind: str) -> Proposal:
    for one in found:
        if kind in one.kinds:
            return one
    kinds = ", ".join(name for one in found for name in one.kinds)
    raise InputError("there is no such proposal", where=f"--take {kind}", fix=f"one of {kinds}")


def _take(connection: Connection, asked: _Asked, read: _Read, chosen: Proposal) -> EditResult:
    """Draw a proposal in the plan that was asked of, or in a new one."""
    from gisgrid.store import drafts
    from gisgrid.store.units import redraw_of

    plan = asked.plan
    if plan is None:
        name = f"{read.place.unit.name or asked.unit} 微网格方案"
        plan = drafts.new(connection, name, author=author(), base_revision=read.revision)
    edit = redraw_of(connection, plan, read.place, chosen)
    return drafts.edit(connection, plan, edit, author=author(), expected_version=read.version)


def _write(output: Path, place: UnitGround, chosen: list[Proposal], wanted: Range) -> None:
    from gisgrid.exports.proposals import proposals_frame
    from gisgrid.files import write_frame

    written = write_frame(output, proposals_frame(place, chosen, wanted))
    say(f"写出 {written.rows:,} 格 → {written.path}", f"{written.rows:,} grids written")


def _document(
    engine: Engine, asked: _Asked, read: _Read, found: list[Proposal], wanted: Range
) -> str:
    from gisgrid.exports.proposals import proposal_documents

    with engine.connect() as connection:
        items = proposal_documents(connection, asked.plan, read.place, found, wanted)
    head = {"revision": read.revision, "unit": asked.unit, "plan": asked.plan}
    return json.dumps({**head, "proposals": items}, ensure_ascii=False)


def print_proposals(found: list[Proposal], wanted: Range) -> None:
    """Proposals side by side, and below why grids are outside the range."""
    from rich.console import Console
    from rich.table import Table

    from gisgrid.exports.proposals import KIND_WORDS, miss_words

    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 200
    table = Table()
    table.add_column("")
    for one in found:
        names = [*zip(*(KIND_WORDS[kind] for kind in one.kinds), strict=True)]
        table.add_column("\n".join(" · ".join(words) for words in names), justify="right")
    columns = [_cells(one) for one in found]
    for k, title in enumerate(_TITLES):
        table.add_row(title, *(column[k] for column in columns))
    console.print(table)
    for one in found:
        for miss in one.misses:
            zh, en = miss_words(miss, wanted)
            console.print(
                f"{one.kinds[0]} {miss.grid + 1}: {miss.households:,} 户 households   {zh}   {en}",
                soft_wrap=True,
            )


_TITLES = (
    "网格 grids",
    "户数 households",
    "户数合规 in range",
    "连片 in one piece",
    "沿界线 on lines",
    "拆分街坊 blocks split",
    "紧凑度 compactness",
    "不变住户 households that stay",
    "跨河 rivers crossed",
)


def _cells(one: Proposal) -> tuple[str, ...]:
    measures = one.measures
    river = measures.crossed_m.get("river", 0.0)
    return (
        f"{measures.grids}",
        f"{one.households.min():,}–{one.households.max():,}",
        _share(measures.in_range),
        _share(measures.contiguous),
        _share(measures.on_lines),
        _share(measures.blocks_split),
        f"{measures.compactness:.2f}",
        _share(measures.kept),
        f"{river:,.0f} m" if river else "-",
    )


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1%}"
