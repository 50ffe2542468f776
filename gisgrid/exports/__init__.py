"""Files out: grids, places, and points with the grids that own them."""

from gisgrid.exports.grids import export_grids
from gisgrid.exports.places import export_places
from gisgrid.exports.resolved import resolve_file

__all__ = ["export_grids", "export_places", "resolve_file"]
