"""``gisgrid account``: who may come in over HTTP, and what they may do there."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisgrid.access import Actor
from gisgrid.cli.options import Database, Json, instant, open_engine, open_snapshot, talk
from gisgrid.cli.planners import read_password
from gisgrid.errors import InputError
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.store.accounts import HeldRole

__all__ = ["ACTOR", "app", "print_links"]

ACTOR = Actor("cli")

app = typer.Typer(help="Accounts and their roles.", no_args_is_help=True)


class Role(StrEnum):
    """What an account may be; see `gisgrid.access.RIGHTS`."""

    resident = "resident"
    client = "client"
    member = "member"
    officer = "officer"
    planner = "planner"
    reviewer = "reviewer"
    chief = "chief"
    admin = "admin"


AccountName = Annotated[str, typer.Argument(help="Name of the account.", show_default=False)]
_Whole = Annotated[bool, typer.Option("--whole", help="In the whole district.")]
_Grid = Annotated[
    str | None, typer.Option("--grid", metavar="CODE", help="In a grid and all beneath it.")
]
_Police = Annotated[
    str | None, typer.Option("--police", metavar="CODE", help="In a police area, by where it lies.")
]


@app.command()
def add(
    name: AccountName,
    role: Annotated[Role | None, typer.Option("--role", help="Give it a role at once.")] = None,
    whole: _Whole = False,
    grid: _Grid = None,
    police: _Police = None,
    department: Annotated[
        str, typer.Option("--department", metavar="CODE", help="It acts for this department.")
    ] = "",
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", metavar="F", help="File with its password in line one."),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Make an account; without a password, `gisgrid account link` lets its holder set one."""
    from gisgrid.store import accounts

    password = None if password_file is None else read_password(password_file)
    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        made = accounts.add(connection, name, actor=ACTOR, department=department)
        if role is not None:
            _give(connection, made, role, whole=whole, grid=grid, police=police)
        if password is not None:
            accounts.set_password(connection, made, password, actor=ACTOR)
    typer.echo(json.dumps({"id": made}) if as_json else f"新建 new  账号 account {name}  id {made}")


@app.command("list")
def list_accounts(database: Database = None, as_json: Json = False) -> None:
    """List the accounts and the roles that they hold now."""
    from gisgrid.exports.documents import document
    from gisgrid.store import accounts, clock, grids

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        found = accounts.listing(connection)
        held = accounts.roles_of(connection)
        places = [one for role in held for one in (role.grid_id, role.police_id) if one]
        codes = grids.codes_by_id(connection, places, clock.now(connection, settings.zone))
    roles: dict[int, list[HeldRole]] = {one.id: [] for one in found}
    for role in held:
        roles[role.account_id].append(role)
    if as_json:
        content = [
            {**document(one, settings.zone), "roles": document(roles[one.id], settings.zone)}
            for one in found
        ]
        typer.echo(json.dumps(content, ensure_ascii=False))
        return
    for one in found:
        state = (
            "停用 disabled"
            if one.disabled_at
            else ("" if one.has_password else "无密码 no password")
        )
        said = "  ".join(f"{role.id}:{role.role}@{_place(role, codes)}" for role in roles[one.id])
        typer.echo(
            f"{one.id:<5} {one.name:<20} {one.department:<10} {said or '-'}  {state}".rstrip()
        )


@app.command("role")
def change_role(
    name: AccountName,
    role: Annotated[
        Role | None, typer.Argument(help="The role to give.", show_default=False)
    ] = None,
    whole: _Whole = False,
    grid: _Grid = None,
    police: _Police = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="It holds until then.")
    ] = None,
    withdraw: Annotated[
        int | None,
        typer.Option("--withdraw", metavar="N", help="Take back the role of this number."),
    ] = None,
    database: Database = None,
) -> None:
    """Give an account a role in one place, or take one back."""
    from gisgrid.store import accounts

    if (role is None) == (withdraw is None):
        raise InputError("give a role, or the number of one to take back", fix="see --help")
    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        account_id = accounts.by_name(connection, name).id
        if withdraw is not None:
            accounts.withdraw(connection, account_id, withdraw, actor=ACTOR)
            typer.echo(f"收回 withdrawn  {name}  role {withdraw}")
            return
        _give(connection, account_id, role, whole=whole, grid=grid, police=police, until=until)
    typer.echo(f"授予 given  {name}  {role}")


@app.command()
def disable(
    name: AccountName,
    again: Annotated[bool, typer.Option("--enable", help="Let it in again.")] = False,
    database: Database = None,
) -> None:
    """Keep an account out: its sessions and keys end."""
    from gisgrid.store import accounts

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        account_id = accounts.by_name(connection, name).id
        (accounts.enable if again else accounts.disable)(connection, account_id, actor=ACTOR)
    typer.echo(f"{'启用 enabled' if again else '停用 disabled'}  {name}")


@app.command()
def link(name: AccountName, database: Database = None) -> None:
    """Print a link by which the account's holder sets a password, once, within 15 minutes."""
    from gisgrid.store import accounts

    settings = Settings()
    with open_engine(database, settings) as engine, engine.begin() as connection:
        account_id = accounts.by_name(connection, name).id
        token = accounts.make_link(connection, account_id, actor=ACTOR)
    typer.echo(_link(settings, token))


def print_links(connection: Connection, settings: Settings, address: str) -> None:
    """Where nobody administers the accounts yet, print the link that makes the administrator."""
    from gisgrid.store import accounts

    token = accounts.make_first_link(connection)
    if token is not None:
        talk.print(
            "还没有管理员。请在 15 分钟内打开此链接设置密码(只显示一次):\n"
            "there is no administrator yet: open this link within 15 minutes (shown once):\n"
            f"  {_link(settings, token, address)}",
            markup=False,
        )


def _link(settings: Settings, token: str, address: str = "") -> str:
    return f"{(settings.public_url or address).rstrip('/')}/login/link?token={token}"


def _give(
    connection: Connection,
    account_id: int,
    role: Any,
    *,
    whole: bool,
    grid: str | None,
    police: str | None,
    until: str | None = None,
) -> None:
    from gisgrid.store import accounts, clock, grids

    settings = Settings()
    now = clock.now(connection, settings.zone)
    ids = [
        None if code is None else grids.by_code(connection, code, now)[0].id
        for code in (grid, police)
    ]
    accounts.give(
        connection,
        account_id,
        str(role),
        actor=ACTOR,
        whole=whole,
        grid_id=ids[0],
        police_id=ids[1],
        until=None if until is None else instant(connection, until, settings),
    )


def _place(role: HeldRole, codes: dict[int, str]) -> str:
    place = role.grid_id or role.police_id
    return "*" if place is None else codes.get(place, f"#{place}")
