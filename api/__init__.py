"""The web face: an HTTP API over the record, and the pages that people open.

One router per noun (`resolve`, `grids`, `maps`, `health`, `docs`, `pages`). What they share:
`app` puts them together, `watching` is on the way of every request, `access` and `limits` let it
in, `problems` turns errors into answers, `answers` gives an answer revision and ETag. Look-ups of
the present are drawn from `served` boundaries in memory, which `following` keeps up to date;
everything else from a snapshot of the record, which `reading` opens. `quick` answers a plain point
before the framework wakes up; `batch` answers many.
"""
