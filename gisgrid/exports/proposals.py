"""Proposals of micro-grids in words, as documents for programs, and as rows for a file."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gisgrid.store.units import redraw_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from gisgrid.planning.proposals import Miss, Proposal, Range
    from gisgrid.store.drafts.arguments import Redraw
    from gisgrid.store.units import UnitGround

__all__ = ["KIND_WORDS", "miss_words", "proposal_documents", "proposals_frame"]

KIND_WORDS: Final = {
    "present": ("保持现状", "as it is"),
    "least-change": ("变动最少", "least change"),
    "best": ("最佳", "best"),
    "fewer": ("少一格", "one grid less"),
    "more": ("多一格", "one grid more"),
}
"""What each kind of proposal is called, in Chinese and in English."""

_REASONS: Final = {
    "building": ("有一栋楼 {total:,} 户,超出上限", "one building has {total:,} households"),
    "total": (
        "相连地块共 {total:,} 户,无法分成 {least}–{most} 户的网格",
        "the connected ground has {total:,} households, "
        "which divide among no number of grids of {least}–{most}",
    ),
    "empty": ("该地块无人居住", "nobody lives on that ground"),
    "locked": ("已锁定", "it is locked"),
    "present": ("现状如此", "so it is now"),
    "shape": ("未找到合适的划分", "no division was found that fits"),
}


def miss_words(miss: Miss, wanted: Range) -> tuple[str, str]:
    """Why a grid is outside the range, in Chinese and in English."""
    zh, en = _REASONS[miss.reason]
    known = {"total": miss.total, "least": wanted.least, "most": wanted.most}
    return zh.format(**known), en.format(**known)


def proposal_documents(
    connection: Connection,
    plan_id: int | None,
    place: UnitGround,
    proposals: Sequence[Proposal],
    wanted: Range,
) -> list[dict[str, Any]]:
    """Proposals as JSON can hold them: grids as GeoJSON, and the edit that draws them.

    There is no edit for the proposal that leaves everything as it is.

    Raises
    ------
    CoverageError
        As `gisgrid.store.units.redraw_of`.
    """
    found = []
    for one in proposals:
        leaves = "present" in one.kinds
        edit = None if leaves else redraw_of(connection, plan_id, place, one)
        found.append(_document(place, one, wanted, edit))
    return found


def _document(
    place: UnitGround, proposal: Proposal, wanted: Range, edit: Redraw | None
) -> dict[str, Any]:
    codes = _codes(place, proposal)
    measures = {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(proposal.measures).items()
    }
    misses = []
    for miss in proposal.misses:
        zh, en = miss_words(miss, wanted)
        words = {"code": codes[miss.grid], "message": f"{zh} {en}"}
        misses.append({**asdict(miss), **words, "message_zh": zh, "message_en": en})
    features = [
        {
            "type": "Feature",
            "properties": {"grid": grid, "code": code, "households": households},
            "geometry": shapely.geometry.mapping(shape),
        }
        for grid, (code, households, shape) in enumerate(
            zip(codes, proposal.households.tolist(), proposal.shapes, strict=True)
        )
    ]
    return {
        "kinds": list(proposal.kinds),
        "measures": measures,
        "misses": misses,
        "grids": {"type": "FeatureCollection", "features": features},
        "edit": None if edit is None else edit.model_dump(mode="json"),
    }


def proposals_frame(
    place: UnitGround, proposals: Sequence[Proposal], wanted: Range
) -> gpd.GeoDataFrame:
    """The grids of proposals as rows: proposal, grid, code, households, in_range, reason."""
    frames = []
    for proposal in proposals:
        reasons = {miss.grid: miss_words(miss, wanted)[1] for miss in proposal.misses}
        grids = np.arange(len(proposal.shapes))
        columns = {
            "proposal": " ".join(proposal.kinds),
            "grid": grids,
            "code": pd.array(_codes(place, proposal), dtype="string"),
            "households": proposal.households,
            "in_range": ~np.isin(grids, [*reasons]),
            "reason": pd.array([reasons.get(grid, "") for grid in grids.tolist()], dtype="string"),
        }
        frames.append(gpd.GeoDataFrame(columns, geometry=proposal.shapes, crs="EPSG:4326"))
    return pd.concat(frames, ignore_index=True)


def _codes(place: UnitGround, proposal: Proposal) -> list[str | None]:
    """The code that each grid goes on with; None for a new one."""
    return [place.grids[k].code if k >= 0 else None for k in proposal.present.tolist()]
