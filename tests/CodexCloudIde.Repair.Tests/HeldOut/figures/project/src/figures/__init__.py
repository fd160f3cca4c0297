"""Descriptive statistics."""

from figures.centre import mean, median, mode
from figures.spread import percentile, stdev, variance

__all__ = ["mean", "median", "mode", "percentile", "stdev", "variance"]
