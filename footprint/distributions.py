"""Probability distributions of uncertain numbers, many at once, with their moments and percentiles in closed form.

Every number is drawn as a multiplier of its deterministic amount, so that one draw serves all places where the number
enters the system, in whatever unit and with whatever share. A distribution of multipliers has three parameters:

    family        first                second              third
    lognormal     mean of ln m         deviation of ln m
    normal        mean                 standard deviation
    triangular    minimum              mode                maximum
    uniform       minimum                                  maximum

Formulas: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, 2nd edition 1994-95.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from footprint.system import FloatArray

__all__ = ["COVERAGE_FACTOR", "Distributions", "Family", "Sampler"]

COVERAGE_FACTOR = 1.96
"""Standard deviations in half of a 95 % interval (JCGM 100:2008, table G.1: 1.960 for a normal distribution)."""


class Family(IntEnum):
    """Families of distributions; NONE is an exact number."""

    NONE = 0
    LOGNORMAL = 1
    NORMAL = 2
    TRIANGULAR = 3
    UNIFORM = 4


@dataclass(frozen=True, eq=False)
class Distributions:
    """k independent distributions of multipliers.

    Attributes:
        family: codes of ``Family``, int8[k].
        first, second, third: parameters, float64[k], NaN where a family has none.
    """

    family: NDArray[np.int8]
    first: FloatArray
    second: FloatArray
    third: FloatArray

    @classmethod
    def of(cls, rows: Sequence[tuple[Family, float, float, float]]) -> Distributions:
        """Build from (family, first, second, third)."""
        columns = np.array(rows, dtype=np.float64).reshape(len(rows), 4).T
        return cls(columns[0].astype(np.int8), *(np.ascontiguousarray(column) for column in columns[1:]))

    def __len__(self) -> int:
        return len(self.family)

    def __getitem__(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Distributions:
        """Return some of them, by position or mask."""
        return Distributions(self.family[chosen], self.first[chosen], self.second[chosen], self.third[chosen])

    @property
    def mean(self) -> FloatArray:
        """Expected multipliers, float64[k]."""
        a, b, c = self.first, self.second, self.third
        return self._choose(np.exp(a + b * b / 2), a, (a + b + c) / 3, (a + c) / 2, 1.0)

    @property
    def variance(self) -> FloatArray:
        """Variances of the multipliers, float64[k]."""
        a, b, c = self.first, self.second, self.third
        logarithmic = np.expm1(b * b) * np.exp(2 * a + b * b)
        # written with differences, so that a narrow distribution does not lose its digits
        low, high = b - a, c - b
        triangular = (low * low + low * high + high * high) / 18
        return self._choose(logarithmic, b * b, triangular, (c - a) ** 2 / 12, 0.0)

    @property
    def deviation(self) -> FloatArray:
        """Standard deviations of the multipliers, float64[k]."""
        out: FloatArray = np.sqrt(self.variance)
        return out

    def percentile(self, percent: float) -> FloatArray:
        """Return the percentile of every distribution, float64[k]."""
        from scipy.special import ndtri

        part = percent / 100
        normal = float(ndtri(part))
        a, b, c = self.first, self.second, self.third
        width = c - a
        turn = np.divide(b - a, width, out=np.zeros_like(width), where=width > 0)
        with np.errstate(invalid="ignore"):  # parameters of other families
            rising = a + np.sqrt(part * width * (b - a))
            falling = c - np.sqrt((1 - part) * width * (c - b))
        triangular = np.where(part < turn, rising, falling)
        return self._choose(np.exp(a + b * normal), a + b * normal, triangular, a + part * width, 1.0)

    def sampler(self, seed: int) -> Sampler:
        """Return a source of draws that starts at a seed."""
        return Sampler(self, seed)

    def between(self, part: FloatArray) -> FloatArray:
        """Invert the distribution functions of bounded families at probabilities float64[draws, k]."""
        a, b, c = self.first, self.second, self.third
        width = c - a
        peaked = self.family == Family.TRIANGULAR
        b = np.where(peaked, b, a)
        turn = np.divide(b - a, width, out=np.zeros_like(width), where=width > 0)
        rising = a + np.sqrt(part * (width * (b - a)))
        falling = c - np.sqrt((1 - part) * (width * (c - b)))
        out: FloatArray = np.where(peaked, np.where(part < turn, rising, falling), a + part * width)
        return out

    def _choose(
        self, lognormal: FloatArray, normal: FloatArray, triangular: FloatArray, uniform: FloatArray, exact: float
    ) -> FloatArray:
        """Pick for each distribution the value of its family."""
        codes = [Family.LOGNORMAL, Family.NORMAL, Family.TRIANGULAR, Family.UNIFORM]
        values = [lognormal, normal, triangular, uniform]
        out: FloatArray = np.select([self.family == code for code in codes], values, exact)
        return out


@dataclass(eq=False)
class Sampler:
    """Draws of k multipliers; a run in several portions gives the same numbers as a run in one.

    Two streams (PCG64) are spawned from the seed, one for the families with tails and one for the bounded ones, and each is
    used draw by draw, within a draw in the order of the distributions.
    """

    distributions: Distributions
    seed: int
    _streams: list[np.random.Generator] = field(init=False)

    def __post_init__(self) -> None:
        self._streams = [np.random.default_rng(part) for part in np.random.SeedSequence(self.seed).spawn(2)]
        family = self.distributions.family
        self._lognormal = np.flatnonzero(family == Family.LOGNORMAL)
        self._bell = np.flatnonzero((family == Family.LOGNORMAL) | (family == Family.NORMAL))
        self._bounded = np.flatnonzero((family == Family.TRIANGULAR) | (family == Family.UNIFORM))

    def draw(self, draws: int) -> FloatArray:
        """Return the next draws, float64[draws, k]."""
        made = self.distributions
        bells = self._streams[0].standard_normal((draws, len(self._bell)))
        bells *= made.second[self._bell]
        bells += made.first[self._bell]
        if len(self._lognormal) == len(self._bell):
            np.exp(bells, out=bells)
        if len(self._bell) == len(made) == len(self._lognormal):
            return bells  # the usual case, for which nothing need be moved
        out = np.ones((draws, len(made)))
        out[:, self._bell] = bells
        if len(self._lognormal) < len(self._bell):
            out[:, self._lognormal] = np.exp(out[:, self._lognormal])
        if len(self._bounded):
            parts = self._streams[1].random((draws, len(self._bounded)))
            out[:, self._bounded] = made[self._bounded].between(parts)
        return out
