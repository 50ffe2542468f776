"""Hazards over the web: listed, counted and as pictures."""
