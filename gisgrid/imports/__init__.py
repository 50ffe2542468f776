"""Files in, each with its rejects on record: boundaries, places, lines, aliases, registers."""

from gisgrid.imports.aliases import AliasFile, import_aliases
from gisgrid.imports.boundaries import BoundaryFile, BoundaryReport, import_boundaries
from gisgrid.imports.buildings import BuildingFile, import_buildings
from gisgrid.imports.cases import CASE_COLUMNS, CaseFile, import_cases
from gisgrid.imports.lines import LineFile, import_lines
from gisgrid.imports.places import PlaceFile, import_places
from gisgrid.imports.registers import REGISTERS, RegisterFile, import_register
from gisgrid.imports.report import ImportReport, Notice

__all__ = [
    "CASE_COLUMNS",
    "REGISTERS",
    "AliasFile",
    "BoundaryFile",
    "BoundaryReport",
    "BuildingFile",
    "CaseFile",
    "ImportReport",
    "LineFile",
    "Notice",
    "PlaceFile",
    "RegisterFile",
    "import_aliases",
    "import_boundaries",
    "import_buildings",
    "import_cases",
    "import_lines",
    "import_places",
    "import_register",
]
