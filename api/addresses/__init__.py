"""Addresses in words over HTTP: autocomplete, the nearest one, other names, the review queue."""
