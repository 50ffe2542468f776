"""OGC API - Features and Tiles: grids and hazards for QGIS and other standard clients."""
