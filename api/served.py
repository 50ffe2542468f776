"""The boundaries as they are served: an index in memory, and all that an answer says of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from api.answers import json_bytes
from gisgrid.locate import GridRef, LevelIndex, Resolution
from gisgrid.store.coverages import level_index
from gisgrid.store.grids import listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.reading import Reading

__all__ = ["Served", "Wording", "described", "opening", "point_body", "word"]


@dataclass(frozen=True)
class Wording:
    """What an answer says of a point apart from where the point is, as JSON.

    Attributes
    ----------
    status : bytes
    owners : bytes
        The rest of the document behind the point: whether they nest, what is missing, the grids.
    """

    status: bytes
    owners: bytes


@dataclass(frozen=True)
class Served:
    """One state of the boundaries, whole: whoever holds it sees no other.

    Attributes
    ----------
    revision : int
    notice : str
        Such as ``示例数据 / made-up data``; empty for none.
    index : LevelIndex
    grids : mapping of level to tuple of GridRef
        The grid at each position of that level's index.
    refs : mapping of int to GridRef
        The grids by their ids.
    head : mapping
        What every answer drawn from it begins with: revision, date, notice.
    opening : bytes
        The same as the beginning of a JSON document.
    """

    revision: int
    notice: str
    index: LevelIndex
    grids: Mapping[str, tuple[GridRef, ...]]
    refs: Mapping[int, GridRef]
    head: Mapping[str, Any]
    opening: bytes
    # By the owners' positions and borders: as many as the grids have pieces, edges and corners.
    _wordings: dict[tuple[tuple[int, bool], ...], Wording] = field(
        default_factory=dict, repr=False, compare=False
    )

    @classmethod
    def read(cls, reading: Reading) -> Served:
        """The boundaries that a snapshot shows."""
        index = level_index(reading.connection, reading.at)
        by_id = {grid.id: grid for grid in listing(reading.connection, reading.at)}
        grids = {
            level: tuple(
                GridRef(level, by_id[one].code, by_id[one].name, by_id[one].path)
                for one in ids.tolist()
            )
            for level, ids in index.grid_ids.items()
        }
        refs = {
            grid_id: ref
            for level, ids in index.grid_ids.items()
            for grid_id, ref in zip(ids.tolist(), grids[level], strict=True)
        }
        return cls(
            reading.revision,
            reading.notice,
            index,
            grids,
            refs,
            reading.head,
            opening(reading.head),
        )

    def wording(self, lon: float, lat: float) -> Wording:
        """What is said of a point given in degrees: some microseconds."""
        owners = tuple(
            [index.locate(lon, lat, border=True) for index in self.index.indexes.values()]
        )
        found = self._wordings.get(owners)
        if found is None:
            found = self._wordings[owners] = word(self._resolution(owners))
        return found

    def resolution(self, lon: float, lat: float) -> Resolution:
        """The owners of a point given in degrees."""
        return self._resolution(
            [index.locate(lon, lat, border=True) for index in self.index.indexes.values()]
        )

    def _resolution(self, owners: Iterable[tuple[int, bool]]) -> Resolution:
        return Resolution.of(
            [
                replace(self.grids[level][position], border=border)
                for level, (position, border) in zip(self.index.indexes, owners, strict=True)
                if position >= 0
            ]
        )


def opening(head: Mapping[str, Any]) -> bytes:
    """A JSON object without its last brace, to be gone on with."""
    return json_bytes(head)[:-1]


def word(found: Resolution) -> Wording:
    """What an answer says of the owners of a point."""
    return Wording(found.status.encode(), json_bytes(described(found))[1:])


def described(found: Resolution) -> dict[str, Any]:
    """What a document says of the owners of a point beside its status."""
    return {
        "nested": found.nested,
        "missing": list(found.missing),
        "grids": [_named(grid) for grid in found.grids],
        "police": _named(found.police) if found.police else None,
    }


def point_body(head: bytes, wording: Wording, crs: str, lon: float, lat: float) -> bytes:
    """The answer for one point: the same bytes whichever way it was found.

    Parameters
    ----------
    head : bytes
        As `Served.opening`.
    wording : Wording
    crs : str
        Name of the system that the request's coordinates are in.
    lon, lat : float
        The point in WGS 84.
    """
    return b'%b,"status":"%b","crs":"%b","point":[%b,%b],%b' % (
        head,
        wording.status,
        crs.encode(),
        repr(lon).encode(),
        repr(lat).encode(),
        wording.owners,
    )


def _named(grid: GridRef) -> dict[str, Any]:
    return {
        "level": grid.level,
        "code": grid.code,
        "name": grid.name,
        "path": list(grid.path),
        "border": grid.border,
    }
