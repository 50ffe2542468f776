"""``gisgrid db planner`` and ``gisgrid plan share``: who draws in QGIS, and on which plan."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from gisgrid.cli.options import Database, Json, open_engine, talk
from gisgrid.settings import Settings

__all__ = ["app", "read_password", "share"]

app = typer.Typer(help="Planners who draw in QGIS, a database role each.", no_args_is_help=True)

# Of the micro-grids, and of the levels above.
_STYLES = ("micro.qml", "upper.qml")

_Planner = Annotated[str, typer.Argument(help="Name of the planner.", show_default=False)]


@app.command()
def add(
    name: _Planner,
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file",
            metavar="F",
            help="File with the password in its first line; one is made up without it.",
        ),
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Let a planner log in; of one who may already, renew the password and the rights."""
    from gisgrid.store import planners

    made_up = password_file is None
    password = _made_up() if password_file is None else read_password(password_file)
    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        new = planners.add(connection, name, password)
    role = planners.role_of(name)
    if as_json:
        shown = {"password": password} if made_up else {}
        typer.echo(json.dumps({"name": name, "role": role, "new": new, **shown}))
        return
    words = "新建 new" if new else "已更新 renewed"
    typer.echo(f"{words}  规划员 planner {name}   用户名 user {role}")
    if made_up:
        typer.echo(f"密码 password  {password}")
        talk.print("密码只显示这一次 the password is shown this once", markup=False)


@app.command("list")
def list_planners(database: Database = None, as_json: Json = False) -> None:
    """List the planners and the plans that they draw on."""
    from gisgrid.store import planners

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        found = planners.listing(connection)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        plans = ", ".join(map(str, one.plans)) or "-"
        typer.echo(f"{one.name:<16} 用户名 user {one.role:<32} 方案 plans {plans}")


@app.command()
def remove(name: _Planner, database: Database = None, as_json: Json = False) -> None:
    """Take a planner's login away; what they drew stays."""
    from gisgrid.store import planners

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        plans = planners.remove(connection, name)
    if as_json:
        typer.echo(json.dumps({"name": name, "plans": plans}))
    else:
        typer.echo(f"移除 removed  规划员 planner {name}")


def share(
    plan: Annotated[int, typer.Argument(help="Number of the plan.", show_default=False)],
    name: Annotated[
        str | None, typer.Argument(help="Name of the planner; else who began the plan.")
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Share it no longer.")] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Let a planner draw on a plan in QGIS."""
    from gisgrid.store import planners, plans

    with open_engine(database, Settings()) as engine, engine.begin() as connection:
        planner = name or plans.by_id(connection, plan).author
        (planners.unshare if stop else planners.share)(connection, plan, planner)
        sharers = planners.sharers(connection, plan)
    layers = planners.layers_of(plan) if sharers else []
    folder = files("gisgrid").joinpath("maps", "assets", "qgis")
    styles = [str(folder.joinpath(name)) for name in _STYLES]
    if as_json:
        content = {"plan": plan, "planners": sharers, "layers": layers, "styles": styles}
        typer.echo(json.dumps(content, ensure_ascii=False))
        return
    if stop:
        typer.echo(f"停止共享 no longer shared  plan {plan}   {planner}")
        return
    typer.echo(f"共享 shared  plan {plan}   规划员 planners {', '.join(sharers)}")
    typer.echo(f"图层 layers  {'  '.join(layers)}")
    typer.echo(f"样式 styles  {'  '.join(styles)}")


def _made_up() -> str:
    import secrets

    return secrets.token_urlsafe(18)


def read_password(file: Path) -> str:
    """The password in the first line of a file; on a command line others could read it."""
    from gisgrid.errors import FileError

    try:
        password = file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError("the password cannot be read", where=str(file)) from error
    if not password:
        raise FileError("the file holds no password", where=str(file), fix="write it in one line")
    return password
