"""Files in, each with its rejects on record: boundaries, places, buildings, lines, aliases."""

from gisgrid.imports.aliases import AliasFile, import_aliases
from gisgrid.imports.boundaries import BoundaryFile, BoundaryReport, import_boundaries
from gisgrid.imports.buildings import BuildingFile, import_buildings
from gisgrid.imports.lines import LineFile, import_lines
from gisgrid.imports.places import PlaceFile, import_places
from gisgrid.imports.report import ImportReport, Notice

__all__ = [
    "AliasFile",
    "BoundaryFile",
    "BoundaryReport",
    "BuildingFile",
    "ImportReport",
    "LineFile",
    "Notice",
    "PlaceFile",
    "import_aliases",
    "import_boundaries",
    "import_buildings",
    "import_lines",
    "import_places",
]
