"""What the arguments of edits are made of: codes, places, and GeoJSON shapes in degrees."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import shapely
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from shapely.geometry.base import BaseGeometry

from gisgrid.store.codes import fault_of
from gisgrid.store.texts import printable, storable

__all__ = [
    "Code",
    "Households",
    "Line",
    "MultiPolygon",
    "Name",
    "NestedLevel",
    "NewCode",
    "Place",
    "Polygon",
    "Rings",
    "Strict",
    "Surface",
    "Text",
    "WholePolygon",
    "printable",
    "storable",
    "surface_of",
]

_MOST_VERTICES: Final = 20_000


def _fit(code: str) -> str:
    if fault := fault_of(code):
        raise ValueError(fault)
    return code


def _seen(name: str) -> str:
    if name and not name.strip():
        raise ValueError("a name cannot be made of blanks")
    return name


Text = Annotated[str, AfterValidator(printable), Field(max_length=200)]
Code = Annotated[Text, Field(min_length=1)]
NewCode = Annotated[Code, AfterValidator(_fit)]
# A grid may have no name, but not one that nobody sees.
Name = Annotated[Text, AfterValidator(_seen)]
Households = Annotated[int, Field(ge=0, le=10_000_000)]
NestedLevel = Literal["area", "unit", "micro"]
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
    """A GeoJSON polygon that is drawn over grids."""

    type: Literal["Polygon"] = "Polygon"
    coordinates: Annotated[tuple[_Ring, ...], Field(min_length=1, max_length=100)]

    @property
    def shape(self) -> shapely.Polygon:
        """The polygon as a shape."""
        return shapely.Polygon(self.coordinates[0], self.coordinates[1:])


def _closed(ring: tuple[Place, ...]) -> tuple[Place, ...]:
    if ring[0] != ring[-1]:
        raise ValueError("a ring has to end where it begins")
    return ring


_ClosedRing = Annotated[tuple[Place, ...], Field(min_length=4), AfterValidator(_closed)]
Rings = Annotated[tuple[_ClosedRing, ...], Field(min_length=1)]


class WholePolygon(Strict):
    """A GeoJSON polygon that is the whole of a grid."""

    type: Literal["Polygon"] = "Polygon"
    coordinates: Rings

    @property
    def shape(self) -> shapely.MultiPolygon:
        """The polygon as the one part of a shape."""
        return shapely.MultiPolygon([shapely.Polygon(self.coordinates[0], self.coordinates[1:])])

    @property
    def vertices(self) -> int:
        """How many it has, those that close its rings counted too."""
        return sum(map(len, self.coordinates))


class MultiPolygon(Strict):
    """A GeoJSON multipolygon that is the whole of a grid."""

    type: Literal["MultiPolygon"] = "MultiPolygon"
    coordinates: Annotated[tuple[Rings, ...], Field(min_length=1)]

    @property
    def shape(self) -> shapely.MultiPolygon:
        """The parts as a shape."""
        return shapely.MultiPolygon(
            [shapely.Polygon(part[0], part[1:]) for part in self.coordinates]
        )

    @property
    def vertices(self) -> int:
        """How many it has, those that close its rings counted too."""
        return sum(len(ring) for part in self.coordinates for ring in part)


Surface = Annotated[WholePolygon | MultiPolygon, Field(discriminator="type")]


def surface_of(shape: BaseGeometry) -> MultiPolygon:
    """A polygon or multipolygon as the whole of a grid, to the bit."""
    parts = [shapely.geometry.mapping(part)["coordinates"] for part in shapely.get_parts(shape)]
    return MultiPolygon(coordinates=tuple(parts))
