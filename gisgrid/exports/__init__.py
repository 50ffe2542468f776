"""Files out: grids, places, comparisons, and points with the grids that own them."""
