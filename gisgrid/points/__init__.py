"""Points out of a file: their columns, where they lie in WGS 84, and which rows are bad."""
