"""``gisgrid key``: API keys of accounts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

import typer

from gisgrid.access import Right
from gisgrid.cli.accounts import ACTOR, AccountName
from gisgrid.cli.options import Database, Json, open_engine, open_snapshot, talk
from gisgrid.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="API keys of accounts.", no_args_is_help=True)


@app.command("new")
def new(
    account: AccountName,
    right: Annotated[
        list[Right] | None,
        typer.Option("--right", help="What it may be used for; all that the account may, if none."),
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="It lasts so long.")] = 90,
    per_second: Annotated[
        int, typer.Option("--per-second", min=0, help="Requests a second; 0 for no limit.")
    ] = 0,
    label: Annotated[str, typer.Option("--label", help="What for.")] = "",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Make a key and print it, this once."""
    from gisgrid.store import accounts, clock

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        account_id = accounts.by_name(connection, account).id
        viewer = accounts.viewer_of_account(connection, account_id)
        rights = set(right or [one for one in Right if viewer and viewer.may(one)])
        made = accounts.make_key(
            connection,
            account_id,
            rights=rights,
            expires_at=clock.now(connection, settings.zone) + timedelta(days=days),
            actor=ACTOR,
            label=label,
            per_second=per_second,
        )
    if as_json:
        typer.echo(json.dumps({"id": made.id, "prefix": made.prefix, "token": made.token}))
        return
    typer.echo(made.token)
    talk.print("密钥只显示这一次 the key is shown this once", markup=False)


@app.command("list")
def list_keys(
    account: Annotated[str | None, typer.Argument(help="Of this account; else all.")] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """List keys, those that ended too; never a secret."""
    from gisgrid.exports.documents import document
    from gisgrid.store import accounts

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        names = {one.id: one.name for one in accounts.listing(connection)}
        account_id = None if account is None else accounts.by_name(connection, account).id
        found = accounts.keys_of(connection, account_id)
    if as_json:
        typer.echo(json.dumps(document(found, settings.zone), ensure_ascii=False))
        return
    for one in found:
        end = one.expires_at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")
        state = "已吊销 revoked" if one.revoked_at else f"至 until {end}"
        rights = " ".join(one.rights)
        typer.echo(f"{one.id:<5} gg_{one.prefix}  {names[one.account_id]:<16} {state}  {rights}")


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(help="Number of the key.", show_default=False)],
    database: Database = None,
) -> None:
    """End a key for good; within two seconds nobody comes in by it."""
    from gisgrid.store import accounts

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        accounts.revoke_key(connection, number, actor=ACTOR)
    typer.echo(f"已吊销 revoked  key {number}")
