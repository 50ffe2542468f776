"""gisgrid: nested grids of a district on PostGIS, from a boundary file to a map."""
