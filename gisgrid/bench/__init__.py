"""Measuring: gisgrid beside its peers, in one run, on data from a seed."""

from gisgrid.bench.registry import BENCHES, find_bench
from gisgrid.bench.results import GISGRID, BenchOptions, BenchResult, Row

__all__ = ["BENCHES", "GISGRID", "BenchOptions", "BenchResult", "Row", "find_bench"]
