"""Texts and the addresses that they may mean, as commands print them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import typer

from gisgrid.cli.options import instant, open_snapshot, said_of
from gisgrid.cli.owner_lines import owner_lines, owners_document
from gisgrid.settings import Settings

if TYPE_CHECKING:
    from gisgrid.address.records import Candidate

__all__ = ["REASONS", "candidate_line", "match_line", "resolve_text"]

_STATUSES: Final = {
    "found": "找到 found",
    "ambiguous": "不能确定 ambiguous",
    "unknown": "查无此址 unknown",
    "outside": "不在本区 outside",
}
REASONS: Final = {
    "empty": "没有地址 there is no address in it",
    "no-such-number": "有此处,无此号 the place is known, the number is not",
    "no-such-name": "没有这个地名 nothing here is called so",
    "no-such-crossing": "两路不相交 these roads do not meet",
    "other-district": "属于别的区 it is in another district",
    "no-number": "缺门牌号 it has no number",
    "near": "只说在附近 it says what is near",
    "many": "多处相符 several fit",
    "unsure": "把握不足 it is not certain enough",
}


def resolve_text(
    text: str, *, limit: int, at: str | None, database: str | None, as_json: bool
) -> None:
    """Answer one text: the addresses that it may mean, with their grids."""
    from gisgrid.exports.matches import match_document
    from gisgrid.store.addresses import read_book
    from gisgrid.store.owners import resolve_point

    settings = Settings()
    with open_snapshot(database, settings) as connection:
        match = read_book(connection).resolve(text, limit=limit)
        moment = instant(connection, at, settings)
        owners = [resolve_point(connection, one.lon, one.lat, moment) for one in match.candidates]
        head = said_of(connection)
    if as_json:
        places = [owners_document(one) for one in owners]
        typer.echo(json.dumps(head | match_document(match, places), ensure_ascii=False))
        return
    if "notice" in head:
        typer.echo(head["notice"])
    typer.echo(match_line(match.status, match.reason))
    if match.status == "found":
        best = match.candidates[0]
        typer.echo(f"地址 address   {candidate_line(best)}")
        typer.echo(f"坐标 point     {best.lon:.7f}, {best.lat:.7f}")
        for line in owner_lines(owners[0]):
            typer.echo(line)
        return
    for one, here in zip(match.candidates, owners, strict=True):
        grids = " ".join(grid.code for grid in here.grids[-1:])
        typer.echo(f"  {candidate_line(one)}   {one.lon:.7f}, {one.lat:.7f}   {grids or '—'}")


def match_line(status: str, reason: str) -> str:
    """What came of a text, and why, in both languages."""
    return f"{_STATUSES[status]}: {REASONS.get(reason, reason)}" if reason else _STATUSES[status]


def candidate_line(one: Candidate) -> str:
    """An address that may be meant, after its score."""
    return f"{one.score:.3f}  {one.text}"
