"""The web face: an HTTP API over the record, and the pages that people open.

One router per noun (`resolve`, `grids`, `maps`, `health`, `docs`, `pages`). What they share:
`app` puts them together, `access` says who may see what, `problems` turns errors into answers,
`reading` opens the snapshot that an answer is drawn from, `answers` gives it revision and ETag.
"""
