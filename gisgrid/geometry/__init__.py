"""Coordinates and coverages: arrays in, arrays out."""
