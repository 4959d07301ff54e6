"""What is reported of simulated values: moments, percentiles with their sampling errors, and what moves them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from footprint.system import FloatArray

__all__ = ["PERCENTILES", "Summary", "rank_correlation", "squared_correlations", "summary"]

PERCENTILES = (2.5, 50.0, 97.5)
"""Percentiles that are reported: the median and the ends of the 95 % interval (rule R15)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Simulated values in a few numbers.

    Attributes:
        count: how many values.
        mean: their mean.
        deviation: their standard deviation; NaN for one value.
        standard_error: of the mean.
        percentiles: values at ``PERCENTILES``.
        percentile_errors: one standard error of each, from order statistics, whatever the distribution (David and Nagaraja,
            Order Statistics, 2003, section 7.1); NaN where there are too few values.
    """

    count: int
    mean: float
    deviation: float
    standard_error: float
    percentiles: tuple[float, ...]
    percentile_errors: tuple[float, ...]

    @property
    def relative_half_width(self) -> float | None:
        """Half of the 95 % interval as a part of the mean; None for a mean of zero."""
        return (self.percentiles[-1] - self.percentiles[0]) / 2 / abs(self.mean) if self.mean else None


def summary(values: FloatArray) -> Summary:
    """Summarise simulated values, float64[count], at least one."""
    ordered = np.sort(values)
    count = len(ordered)
    deviation = float(np.std(values, ddof=1)) if count > 1 else math.nan
    return Summary(
        count=count,
        mean=math.fsum(ordered) / count,
        deviation=deviation,
        standard_error=deviation / math.sqrt(count),
        percentiles=tuple(float(p) for p in np.percentile(ordered, PERCENTILES)),
        percentile_errors=tuple(_percentile_error(ordered, p / 100) for p in PERCENTILES),
    )


def _percentile_error(ordered: FloatArray, part: float) -> float:
    """Return half the distance between the values one standard deviation of the rank below and above."""
    count = len(ordered)
    middle, reach = part * count, math.sqrt(count * part * (1 - part))
    low, high = math.floor(middle - reach) - 1, math.ceil(middle + reach) - 1
    if low < 0 or high >= count:
        return math.nan
    return float(ordered[high] - ordered[low]) / 2


def squared_correlations(inputs: FloatArray, result: FloatArray) -> FloatArray:
    """Return the squared Pearson correlation of each input with a result; NaN where one of them does not vary.

    Args:
        inputs: draws of k inputs, float64[draws, k].
        result: values under the same draws, float64[draws].
    """
    left, right = inputs - inputs.mean(axis=0), result - result.mean()
    spread = np.sum(left**2, axis=0) * np.sum(right**2)
    product = (right @ left) ** 2
    out: FloatArray = np.divide(product, spread, out=np.full(len(product), np.nan), where=spread > 0)
    return out


def rank_correlation(inputs: FloatArray, result: FloatArray) -> FloatArray:
    """Return the squared Spearman correlation of each input with a result: that of their ranks.

    Equal values keep the order of the draws; continuous inputs have none but where nothing varies.
    """
    constant = (inputs == inputs[0]).all(axis=0) | bool((result == result[0]).all())
    found = squared_correlations(_ranks(inputs), _ranks(result))
    return np.where(constant, np.nan, found)


def _ranks(values: FloatArray) -> FloatArray:
    order = np.argsort(values, axis=0, kind="stable")
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, np.arange(len(values), dtype=np.float64).reshape(-1, *[1] * (values.ndim - 1)), 0)
    return ranks
