"""``gisgrid address review``: texts whose address was not certain, for a person to decide."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.cli.aliasing import AliasKind
from gisgrid.cli.editing import author
from gisgrid.cli.matched import candidate_line, match_line
from gisgrid.cli.options import Database, Json, open_engine, open_snapshot
from gisgrid.cli.records import print_record
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from gisgrid.address.records import Candidate
    from gisgrid.store.addresses import Review

__all__ = ["app"]

app = typer.Typer(
    help="Texts whose address was not certain, for a person to decide.", no_args_is_help=True
)


class State(StrEnum):
    """What a review may be."""

    open = "open"
    decided = "decided"
    dismissed = "dismissed"


_STATES = {"open": "待审 open", "decided": "已定 decided", "dismissed": "不处理 dismissed"}

_Number = Annotated[int, typer.Argument(metavar="ID", help="Its number.", show_default=False)]

# An address that a text may mean, and its id at its source; None for a crossing.
_Choice = tuple["Candidate", str | None]


@app.command("list")
def list_texts(
    state: Annotated[State, typer.Option("--state", help="Which reviews.")] = State.open,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 20,
    after: Annotated[int, typer.Option("--after", help="Only those with a higher number.")] = 0,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """The texts that wait, each with the addresses that it may mean."""
    from gisgrid.store.addresses import list_reviews

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = list_reviews(connection, state=state.value, after=after, limit=limit)
        choices = _choices(connection, found if state is State.open else [])
    if as_json:
        print_record([_document(one, choices.get(one.id, []), settings) for one in found], settings)
        return
    for one in found:
        typer.echo(_line(one))
        for candidate, source_id in choices.get(one.id, []):
            typer.echo(f"{'':8}--address {source_id or '—':<12} {candidate_line(candidate)}")


@app.command("add")
def add(
    text: Annotated[str, typer.Argument(help="An address in words.", show_default=False)],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Send a text in, for a person to decide; what is found already is not queued."""
    from gisgrid.errors import Conflict
    from gisgrid.store.addresses import Unsure, enqueue, read_book, review

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        match = read_book(connection).resolve(text)
        if match.status == "found":
            raise Conflict("the address is found", where=match.candidates[0].text)
        unsure = Unsure(text, match.status, match.reason)
        (number,) = enqueue(connection, [unsure], source="cli")
        made = review(connection, number)
    _print(made, settings, as_json)


@app.command("decide")
def decide(
    number: _Number,
    address: Annotated[
        str,
        typer.Option(
            "--address",
            metavar="ID",
            help="The address meant: its id at its source, or its text.",
        ),
    ],
    alias: Annotated[
        str, typer.Option("--alias", metavar="NAME", help="A name in the text to learn, too.")
    ] = "",
    means: Annotated[
        str, typer.Option("--means", metavar="TEXT", help="What that stands for, if not plain.")
    ] = "",
    kind: Annotated[AliasKind, typer.Option("--kind", help="What that name is.")] = AliasKind.other,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Decide what a text means; who asks for it gets that from then on."""
    from gisgrid.store.addresses import address_called, decide

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        done = decide(
            connection,
            number,
            address_called(connection, address),
            alias=alias,
            means=means,
            kind=kind.value,
            author=author(),
        )
    _print(done, settings, as_json)


@app.command("dismiss")
def dismiss(number: _Number, database: Database = None, as_json: Json = False) -> None:
    """Say that there is nothing to decide."""
    from gisgrid.store.addresses import dismiss

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        done = dismiss(connection, number, author=author())
    _print(done, settings, as_json)


@app.command("reopen")
def reopen(number: _Number, database: Database = None, as_json: Json = False) -> None:
    """Take a decision back; an alias that was learnt ends by itself: gisgrid address alias end."""
    from gisgrid.store.addresses import reopen

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        done = reopen(connection, number)
    _print(done, settings, as_json)


def _choices(connection: Connection, reviews: Sequence[Review]) -> dict[int, list[_Choice]]:
    """What the texts of reviews may mean, by the number of the review."""
    from gisgrid.store.addresses import read_book, source_ids

    if not reviews:
        return {}
    book = read_book(connection)
    found = {one.id: book.resolve(one.text, limit=3).candidates for one in reviews}
    known = source_ids(connection, [one.id for some in found.values() for one in some])
    return {
        number: [(one, known.get(one.id)) for one in candidates]
        for number, candidates in found.items()
    }


def _document(one: Review, choices: list[_Choice], settings: Settings) -> dict[str, Any]:
    from gisgrid.exports.documents import document

    candidates = [
        {"source_id": source_id, "address": found.text, "score": round(found.score, 4)}
        for found, source_id in choices
    ]
    return {**document(one, settings.zone), "candidates": candidates}


def _print(one: Review, settings: Settings, as_json: bool) -> None:
    if as_json:
        print_record(one, settings)
    else:
        typer.echo(_line(one))


def _line(one: Review) -> str:
    if one.state == "decided":
        what = f"→ {one.chosen}   {one.decided_by}"
    else:
        what = match_line(one.status, one.reason)
    seen = f"{one.seen:,} ×"
    return f"{one.id:>6}  {_STATES[one.state]}  {seen:>6}  {one.text}   {what}"
