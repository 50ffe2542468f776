"""``gisgrid hotspots``: where trouble gathers with more than chance."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.hazard_options import Categories, Discovery, FoundBy, hazard_filter
from gisgrid.cli.hotspot_lines import print_emerging, print_repeats, print_spots
from gisgrid.cli.mapping import require_folder
from gisgrid.cli.options import Database, Json, instant, open_snapshot, progress_bar, said_of, say
from gisgrid.errors import InputError
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.store.hotspots import EmergingSpots, HotSpots

__all__ = ["app"]

app = typer.Typer(help="Hot spots, whether they are real, and where next.", no_args_is_help=True)


class Level(StrEnum):
    """Where events are counted."""

    area = "area"
    unit = "unit"
    micro = "micro"
    police = "police"
    hexagon = "hexagon"


class Method(StrEnum):
    """Where the probabilities come from."""

    closed = "closed"
    permutation = "permutation"


class Step(StrEnum):
    """How long a step of time is."""

    day = "day"
    week = "week"
    month = "month"


_Level = Annotated[Level, typer.Option("--level", help="Grids of a level, or hexagons.")]
_Edge = Annotated[float, typer.Option("--edge-m", metavar="M", help="Edge of the hexagons, about.")]
_Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Found from then on.")]
_Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Found before then.")]
_Rate = Annotated[
    float, typer.Option("--fdr", metavar="RATE", help="Share of the spots that may be false.")
]
_Seed = Annotated[int, typer.Option("--seed", min=0, help="Of the random orders.")]
_Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write all places, by the extension."),
]


@app.command()
def find(
    level: _Level = Level.micro,
    edge_m: _Edge = 150.0,
    category: Categories = None,
    found_by: Discovery = FoundBy.reported,
    since: _Since = None,
    until: _Until = None,
    per_household: Annotated[
        bool,
        typer.Option("--rate-per-household", help="Compare rates per household, not counts."),
    ] = False,
    method: Annotated[
        Method, typer.Option("--method", help="Of the probabilities.")
    ] = Method.closed,
    fdr: _Rate = 0.05,
    seed: _Seed = 0,
    output: _Output = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Places that stand out together with their neighbours (Getis-Ord Gi*)."""
    from gisgrid.exports.hotspots import hot_spots_document
    from gisgrid.store.hotspots import find_hot_spots

    settings = Settings()
    wanted = hazard_filter(settings, category, found_by, since, until)
    if output is not None:
        require_folder(output)
    with open_snapshot(database, settings) as connection:
        found = find_hot_spots(
            connection,
            wanted,
            instant(connection, None, settings),
            level=level.value,
            edge_m=edge_m,
            per_household=per_household,
            method=method.value,
            rate=fdr,
            seed=seed,
        )
        head = said_of(connection)
    _write(output, found)
    document = hot_spots_document(found, settings.zone, all_places=True)
    if as_json:
        typer.echo(json.dumps({**head, **document}, ensure_ascii=False))
    else:
        print_spots({**head, **document})


@app.command()
def emerging(
    level: _Level = Level.micro,
    edge_m: _Edge = 150.0,
    category: Categories = None,
    found_by: Discovery = FoundBy.reported,
    step: Annotated[Step, typer.Option("--step", help="Length of a step.")] = Step.month,
    steps: Annotated[
        int, typer.Option("--steps", metavar="N", min=1, max=500, help="How many of them.")
    ] = 12,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="End of the last one; else the present."),
    ] = None,
    fdr: _Rate = 0.05,
    output: _Output = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Hot and cold spots over time: which are new, which stay, which fade."""
    from gisgrid.exports.hotspots import emerging_document
    from gisgrid.store.hotspots import find_emerging

    settings = Settings()
    wanted = hazard_filter(settings, category, found_by, None, until)
    if output is not None:
        require_folder(output)
    with open_snapshot(database, settings) as connection:
        found = find_emerging(
            connection,
            wanted,
            instant(connection, None, settings),
            level=level.value,
            edge_m=edge_m,
            step=step.value,
            steps=steps,
            rate=fdr,
        )
        head = said_of(connection)
    _write(output, found)
    document = emerging_document(found, settings.zone, all_places=True)
    if as_json:
        typer.echo(json.dumps({**head, **document}, ensure_ascii=False))
    else:
        print_emerging({**head, **document})


@app.command("near-repeat")
def near_repeat(
    metres: Annotated[
        str, typer.Option("--metres", metavar="M,M,…", help="Bounds of the bands of distance.")
    ] = "0,50,100,200,400",
    days: Annotated[
        str, typer.Option("--days", metavar="D,D,…", help="Bounds of the bands of time.")
    ] = "0,2,7,14,28",
    category: Categories = None,
    found_by: Discovery = FoundBy.reported,
    since: _Since = None,
    until: _Until = None,
    permutations: Annotated[
        int, typer.Option("--permutations", metavar="N", min=19, max=99_999, help="Random orders.")
    ] = 999,
    seed: _Seed = 0,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Whether hazards come back soon and close by (Knox)."""
    from gisgrid.exports.hotspots import near_repeats_document
    from gisgrid.store.hotspots import find_near_repeats

    settings = Settings()
    wanted = hazard_filter(settings, category, found_by, since, until)
    with (
        open_snapshot(database, settings) as connection,
        progress_bar("近重复 near repeats") as progress,
    ):
        found = find_near_repeats(
            connection,
            wanted,
            metres=_numbers(metres, "--metres"),
            days=_numbers(days, "--days"),
            permutations=permutations,
            seed=seed,
            progress=progress,
        )
        head = said_of(connection)
    document = near_repeats_document(found, settings.zone)
    if as_json:
        typer.echo(json.dumps({**head, **document}, ensure_ascii=False))
    else:
        print_repeats({**head, **document})


def _numbers(text: str, option: str) -> list[float]:
    try:
        return [float(one) for one in text.split(",")]
    except ValueError:
        raise InputError("are not numbers", where=f"{option} {text}", fix="0,100,200") from None


def _write(output: Path | None, found: HotSpots | EmergingSpots) -> None:
    from gisgrid.exports.hotspots import spot_rows
    from gisgrid.files import write_frame

    if output is None:
        return
    rows = spot_rows(found)
    if "counts" in rows:
        rows = rows.assign(counts=[" ".join(map(str, row)) for row in rows["counts"]])
    written = write_frame(output, rows)
    say(f"写出 {written.rows:,} 处 → {output}", f"{written.rows:,} places written to {output}")
