"""What the edits of a plan are told: one model per kind, the same on the web and in the log.

Grids are named by the codes that they have in the plan, shapes are GeoJSON in degrees
(EPSG:4326), so that an edit can be read, stored and made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import shapely
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gisgrid.errors import InputError

__all__ = [
    "EDIT_KINDS",
    "AcceptRange",
    "CutOut",
    "Edit",
    "Line",
    "Merge",
    "MoveBorder",
    "MovePart",
    "MoveVertex",
    "Place",
    "Polygon",
    "Recode",
    "Rename",
    "SetHouseholds",
    "SetParent",
    "SetSpecial",
    "Split",
    "Strict",
    "Text",
    "parse_edit",
]

_MOST_VERTICES: Final = 20_000
_MOST_CODES: Final = 100


def _printable(text: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise ValueError("control characters are not allowed")
    return text


Text = Annotated[str, AfterValidator(_printable), Field(max_length=200)]
_Code = Annotated[Text, Field(min_length=1)]
_Level = Literal["area", "unit", "micro"]
_Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
_Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]

Place = tuple[_Longitude, _Latitude]


class Strict(BaseModel):
    """What is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(Strict):
    """A GeoJSON line."""

    type: Literal["LineString"] = "LineString"
    coordinates: Annotated[tuple[Place, ...], Field(min_length=2, max_length=_MOST_VERTICES)]

    @property
    def shape(self) -> shapely.LineString:
        """The line as a shape."""
        return shapely.LineString(self.coordinates)


_Ring = Annotated[tuple[Place, ...], Field(min_length=4, max_length=_MOST_VERTICES)]


class Polygon(Strict):
    """A GeoJSON polygon."""

    type: Literal["Polygon"] = "Polygon"
    coordinates: Annotated[tuple[_Ring, ...], Field(min_length=1, max_length=100)]

    @property
    def shape(self) -> shapely.Polygon:
        """The polygon as a shape."""
        return shapely.Polygon(self.coordinates[0], self.coordinates[1:])


class _Redrawing(Strict):
    with_parents: bool = Field(
        default=False, description="Borders of the levels above may move along."
    )


class Split(_Redrawing):
    """Split a grid by a line; the piece with most households stays the grid."""

    kind: Literal["split"] = "split"
    code: _Code
    line: Line
    new_codes: tuple[_Code, ...] = Field(
        default=(),
        max_length=_MOST_CODES,
        description="Of the other pieces, the largest first; else the next free ones.",
    )


class Merge(_Redrawing):
    """Merge grids into one of them, the largest unless ``into`` says another."""

    kind: Literal["merge"] = "merge"
    codes: Annotated[tuple[_Code, ...], Field(min_length=2, max_length=_MOST_CODES)]
    into: _Code | None = None


class MovePart(_Redrawing):
    """Give what a polygon covers of a grid to its neighbour."""

    kind: Literal["move-part"] = "move-part"
    source: _Code
    target: _Code
    polygon: Polygon


class MoveBorder(_Redrawing):
    """Draw the border between two grids anew."""

    kind: Literal["move-border"] = "move-border"
    one: _Code
    other: _Code
    line: Line


class MoveVertex(_Redrawing):
    """Move a vertex of a shared border, for all grids that have it."""

    kind: Literal["move-vertex"] = "move-vertex"
    level: _Level
    old: Place
    new: Place


class CutOut(_Redrawing):
    """Cut a new special grid (专属网格) out of all grids that a polygon meets."""

    kind: Literal["cut-out"] = "cut-out"
    level: _Level
    polygon: Polygon
    new_code: _Code | None = None
    name: Text = ""
    special: bool = True


class Rename(Strict):
    """Give a grid another name."""

    kind: Literal["rename"] = "rename"
    code: _Code
    name: Text


class Recode(Strict):
    """Give a grid another code, which no other grid ever had."""

    kind: Literal["recode"] = "recode"
    code: _Code
    new_code: _Code


class SetParent(_Redrawing):
    """Put a grid below another of the level above: the one that holds it, or shall."""

    kind: Literal["set-parent"] = "set-parent"
    code: _Code
    parent: _Code


class SetSpecial(Strict):
    """Say whether a grid is a special one (专属网格)."""

    kind: Literal["set-special"] = "set-special"
    code: _Code
    special: bool


class SetHouseholds(Strict):
    """Declare how many households a grid has; null: not declared."""

    kind: Literal["set-households"] = "set-households"
    code: _Code
    households: Annotated[int, Field(ge=0, le=10_000_000)] | None


class AcceptRange(Strict):
    """Accept that a micro-grid has fewer or more households than it should; null takes it back."""

    kind: Literal["accept-range"] = "accept-range"
    code: _Code
    reason: Annotated[Text, Field(min_length=1)] | None


Edit = Annotated[
    Split
    | Merge
    | MovePart
    | MoveBorder
    | MoveVertex
    | CutOut
    | Rename
    | Recode
    | SetParent
    | SetSpecial
    | SetHouseholds
    | AcceptRange,
    Field(discriminator="kind"),
]

_EDIT: Final[TypeAdapter[Edit]] = TypeAdapter(Edit)

EDIT_KINDS: Final[tuple[str, ...]] = (
    "split",
    "merge",
    "move-part",
    "move-border",
    "move-vertex",
    "cut-out",
    "rename",
    "recode",
    "set-parent",
    "set-special",
    "set-households",
    "accept-range",
)


def parse_edit(kind: str, arguments: Mapping[str, Any]) -> Edit:
    """An edit from its kind and its arguments, as the log keeps them.

    Raises
    ------
    InputError
        There is no such kind, or an argument is missing, unknown or of the wrong form.
    """
    if kind not in EDIT_KINDS:
        raise InputError(
            "there is no such kind of edit", where=repr(kind), fix=f"one of {', '.join(EDIT_KINDS)}"
        )
    try:
        return _EDIT.validate_python({**arguments, "kind": kind})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        raise InputError(first["msg"].lower(), where=f"{kind}: {place}".rstrip(": ")) from None
