"""Measures: found, solved, late, unanswered; by grid, department or category, in a period."""

from gisgrid.store.measures.measuring import Measured, Measures, measure

__all__ = ["Measured", "Measures", "measure"]
