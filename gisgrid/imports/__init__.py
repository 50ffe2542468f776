"""Files in: boundaries, places, buildings and dividing lines, each with its rejects on record."""

from gisgrid.imports.boundaries import BoundaryFile, BoundaryReport, import_boundaries
from gisgrid.imports.buildings import BuildingFile, import_buildings
from gisgrid.imports.lines import LineFile, import_lines
from gisgrid.imports.places import PlaceFile, import_places
from gisgrid.imports.report import ImportReport, Notice

__all__ = [
    "BoundaryFile",
    "BoundaryReport",
    "BuildingFile",
    "ImportReport",
    "LineFile",
    "Notice",
    "PlaceFile",
    "import_boundaries",
    "import_buildings",
    "import_lines",
    "import_places",
]
