"""What a text may mean, as a document for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gisgrid.geometry.crs import WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gisgrid.address.components import Reading
    from gisgrid.address.records import Candidate, Match

__all__ = ["match_document"]


def match_document(match: Match, owners: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A match with the grids of its candidates.

    Parameters
    ----------
    match : Match
    owners : sequence of mapping
        What is said of the point of each candidate: ``status``, ``grids`` and the like.
    """
    candidates = [
        {**_candidate(one), **said} for one, said in zip(match.candidates, owners, strict=True)
    ]
    return {
        "status": match.status,
        "reason": match.reason,
        "text": match.text,
        "crs": WGS84.name,
        "read": None if match.reading is None else _read(match.reading),
        "candidates": candidates,
        "grids": candidates[0]["grids"] if match.status == "found" else [],
    }


def _read(reading: Reading) -> dict[str, Any]:
    numbers = {name: value for name, value in asdict(reading.numbers).items() if value}
    return {
        "names": list(reading.names),
        "numbers": numbers,
        "near": reading.near,
        "crossing": reading.crossing,
        "doubts": list(reading.doubts),
    }


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "id": None if one.id < 0 else one.id,
        "address": one.text,
        "score": round(one.score, 4),
        "point": [one.lon, one.lat],
        "notes": list(one.notes),
    }
