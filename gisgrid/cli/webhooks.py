"""``gisgrid webhook``: which other systems hear of the cases of a channel."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.cli.options import Database, Json, open_engine, open_snapshot, say
from gisgrid.cli.records import print_record
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.store.webhooks import Webhook

__all__ = ["app"]

app = typer.Typer(help="Other systems that hear of the cases of a channel.", no_args_is_help=True)


class Channel(StrEnum):
    """Where reports come in."""

    resident = "resident"
    government = "government"


class State(StrEnum):
    """What a message may be."""

    pending = "pending"
    delivered = "delivered"
    dead = "dead"


_STATES = {"pending": "待发 pending", "delivered": "已达 delivered", "dead": "放弃 dead"}
_CHANNELS = {"resident": "e嘉人 resident", "government": "嘉治理 government"}

_Number = Annotated[int, typer.Argument(metavar="ID", help="Its number.", show_default=False)]


@app.command("add")
def add(
    channel: Annotated[Channel, typer.Argument(help="Whose cases.", show_default=False)],
    url: Annotated[str, typer.Argument(help="Where to send them.", show_default=False)],
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Let an address hear of every step of a channel's cases; says its secret once."""
    from gisgrid.access import Actor
    from gisgrid.access.hosts import AllowedHosts
    from gisgrid.store import webhooks

    settings = Settings()
    hosts = AllowedHosts.of(settings.webhook_hosts)
    with open_engine(database, settings) as engine, engine.begin() as connection:
        made, secret = webhooks.add(connection, channel.value, url, hosts=hosts, actor=Actor("cli"))
    if as_json:
        record = {name: getattr(made, name) for name in made.__dataclass_fields__}
        print_record({**record, "secret": secret}, settings)
        return
    typer.echo(_line(made))
    typer.echo(secret)
    say("密钥只显示这一次", "the secret is said only this once")


@app.command("list")
def list_webhooks(database: Database = None, as_json: Json = False) -> None:
    """The addresses that hear."""
    from gisgrid.store import webhooks

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = webhooks.listing(connection)
    if as_json:
        print_record(found, settings)
        return
    for one in found:
        typer.echo(_line(one))


@app.command("remove")
def remove(number: _Number, database: Database = None, as_json: Json = False) -> None:
    """Let an address hear no more; what has not been delivered is given up."""
    from gisgrid.access import Actor
    from gisgrid.store import webhooks

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        gone = webhooks.remove(connection, number, actor=Actor("cli"))
    if as_json:
        print_record(gone, settings)
    else:
        typer.echo(f"{_line(gone)}   已删除 removed")


@app.command("deliveries")
def deliveries(
    webhook: Annotated[
        int | None, typer.Option("--webhook", metavar="ID", help="Only to this one.")
    ] = None,
    state: Annotated[State | None, typer.Option("--state", help="Only these.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 20,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """The messages, the newest first, and what came of each."""
    from gisgrid.store import webhooks

    settings = Settings()
    wanted = state.value if state else None
    with open_snapshot(database, settings) as connection:
        found = webhooks.deliveries(connection, webhook_id=webhook, state=wanted, limit=limit)
    if as_json:
        print_record(found, settings)
        return
    for one in found:
        status = one.status if one.status is not None else "—"
        typer.echo(
            f"{one.id:>8}  → {one.webhook:<4} {one.number}  {one.action:<14} "
            f"{_STATES[one.state]}  ×{one.attempts}  {status}  {one.problem}"
        )


def _line(one: Webhook) -> str:
    return f"{one.id:>6}  {_CHANNELS.get(one.channel, one.channel)}  → {one.url}   {one.made_by}"
