"""From the ways in which a source states a spread to distributions of multipliers.

A spread is stated once: as a geometric standard deviation, a standard deviation, a coefficient of variation, a relative
95 % half-width, a range (minimum, mode, maximum), or by a pedigree: uncertainty factors U_k of the data-quality scores
and a basic factor U_b (Frischknecht et al., ecoinvent report 1, 2007), which give

    GSD^2 = exp(sqrt(sum (ln U_k)^2 + (ln U_b)^2))

where GSD^2, the square of the geometric standard deviation, spans the 95 % interval.

A lognormal number keeps its mean: the deterministic amount is the mean, mu = ln c - s^2/2 with s^2 = ln(1 + cv^2), or
s = ln GSD. Where the source itself states a geometric mean, that is the median, and the mean lies above it. What a source
states inconsistently is never repaired: it gets a ``Fault``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from footprint.distributions import COVERAGE_FACTOR, Distributions, Family

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from footprint.system import FloatArray

    Bools = NDArray[np.bool_]

__all__ = ["FAULTS", "UNSTATED", "Basis", "Fault", "Stated", "distributions", "pedigree_gsd2"]

UNSTATED = -1
"""Family of a spread that names none."""
RANGE_TOLERANCE = 1e-9
"""An amount may lie outside its range by this part of itself: decimal and binary numbers differ."""
NARROW = 1e-12
"""Relative widths below this are exact numbers; a distribution that narrow has no digits left in float64."""


class Basis(IntEnum):
    """How a spread is stated."""

    NONE = 0
    GEOMETRIC_DEVIATION = 1
    DEVIATION = 2
    VARIATION = 3
    HALF_WIDTH = 4
    RANGE = 5
    PEDIGREE = 6


class Fault(IntEnum):
    """Why a stated spread cannot be used; NONE where it can."""

    NONE = 0
    NO_SPREAD = 1
    SEVERAL = 2
    NO_FAMILY = 3
    WRONG_PARAMETERS = 4
    BELOW_ONE = 5
    NEGATIVE = 6
    DISORDERED = 7
    OUTSIDE = 8
    SIGN = 9
    ZERO_AMOUNT = 10
    NO_AMOUNT = 11
    NO_BASE = 12
    NOT_FINITE = 13


FAULTS: dict[Fault, tuple[str, str]] = {
    Fault.NO_SPREAD: (
        "it names a distribution but no parameter of it",
        "state a geometric standard deviation, standard deviation, coefficient of variation, half-width or range",
    ),
    Fault.SEVERAL: ("it states its spread in more than one way", "keep one"),
    Fault.NO_FAMILY: (
        "it states a minimum and a maximum without a mode and without tm:distribution",
        "say whether it is uniform or triangular",
    ),
    Fault.WRONG_PARAMETERS: (
        "its parameters do not belong to its distribution, or one is missing",
        "see tm:distribution: each takes its own parameters, or a coefficient of variation or relative half-width",
    ),
    Fault.BELOW_ONE: (
        "a geometric standard deviation or an uncertainty factor is below 1",
        "1 means no spread; a source that writes 0 has none to state",
    ),
    Fault.NEGATIVE: ("a deviation, coefficient of variation or half-width is negative", "state a positive number"),
    Fault.DISORDERED: ("minimum, mode and maximum are not in ascending order", "correct them"),
    Fault.OUTSIDE: ("the amount lies outside its own minimum and maximum", "correct the amount or the range"),
    Fault.SIGN: ("the mean or geometric mean is zero or has another sign than the amount", "correct one of them"),
    Fault.ZERO_AMOUNT: ("the amount is zero, which no multiplier can spread", "state a small amount, or no spread"),
    Fault.NO_AMOUNT: (
        "the spread is stated in a unit, but the factor states masses of several gases and no single value",
        "state it as a coefficient of variation, relative half-width or geometric standard deviation",
    ),
    Fault.NO_BASE: (
        "scores have uncertainty factors, but the basic one is missing",
        "state tm:baseUncertainty (1: none)",
    ),
    Fault.NOT_FINITE: ("a parameter is no finite number", "correct it"),
}
"""For each fault what is wrong, and how to mend it."""


@dataclass(frozen=True, eq=False)
class Stated:
    """Spreads of k numbers as their sources state them; NaN where a parameter is not stated.

    Attributes:
        amount: the deterministic number in the unit of the parameters; NaN for a factor that has no single value.
        family: codes of ``Family`` or UNSTATED, int8[k].
        is_factor: whether the number is an emission factor or a mass of gas in one, bool[k].
        mean, deviation, geometric_mean, geometric_deviation, minimum, mode, maximum: in the unit of the amount.
        variation: coefficient of variation.
        half_width: relative half-width of the 95 % interval.
        scores: sum of the squared logarithms of the uncertainty factors of the data-quality scores.
        lowest_factor: the smallest of them.
        base: basic uncertainty factor.
        unreadable: whether a parameter is stated that is no finite number, bool[k].
    """

    amount: FloatArray
    family: NDArray[np.int8]
    is_factor: Bools
    mean: FloatArray
    deviation: FloatArray
    geometric_mean: FloatArray
    geometric_deviation: FloatArray
    minimum: FloatArray
    mode: FloatArray
    maximum: FloatArray
    variation: FloatArray
    half_width: FloatArray
    scores: FloatArray
    lowest_factor: FloatArray
    base: FloatArray
    unreadable: Bools

    @classmethod
    def of(cls, k: int, **columns: object) -> Stated:
        """Build k spreads from the columns that are stated; the others are absent."""
        made: dict[str, Any] = {}
        for field in fields(cls):
            absent: object = False if field.name in {"is_factor", "unreadable"} else np.nan
            kind: type = bool if absent is False else np.int8 if field.name == "family" else np.float64
            default = UNSTATED if field.name == "family" else absent
            made[field.name] = np.broadcast_to(np.asarray(columns.get(field.name, default), dtype=kind), k).copy()
        return cls(**made)

    def has(self, name: str) -> Bools:
        """Tell where a parameter is stated."""
        found: Bools = ~np.isnan(getattr(self, name))
        return found


def pedigree_gsd2(factors: FloatArray, base: float) -> float:
    """Return the square of the geometric standard deviation of a pedigree.

    Args:
        factors: uncertainty factor U_k of each indicator's score, 1 or more.
        base: basic uncertainty factor U_b.
    """
    return float(np.exp(np.sqrt(np.sum(np.log(factors) ** 2) + np.log(base) ** 2)))


def distributions(stated: Stated) -> tuple[Distributions, NDArray[np.int8], NDArray[np.int8]]:
    """Turn stated spreads into distributions of multipliers.

    A relative half-width or a coefficient of variation without a distribution is drawn as rule R15 has it: normal for an
    amount, lognormal for a factor.

    Returns:
        The distributions (NONE where the spread is zero or faulty), codes of ``Basis`` and codes of ``Fault``.
    """
    basis = _basis(stated)
    family = _family(stated, basis)
    fault = _faults(stated, basis, family)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = _relative_deviation(stated, basis)
        first, second, third = _parameters(stated, basis, family, relative)
    usable = fault == Fault.NONE
    odd = usable & (family != Family.NONE) & ~_proper(family, first, second, third)
    fault[odd] = Fault.NOT_FINITE
    family = np.where(usable & ~odd & ~_exact(family, first, second, third), family, Family.NONE).astype(np.int8)
    spread = family != Family.NONE
    columns = (np.where(spread, column, np.nan) for column in (first, second, third))
    return Distributions(family, *columns), basis, fault


def _basis(stated: Stated) -> NDArray[np.int8]:
    ways = {
        Basis.GEOMETRIC_DEVIATION: stated.has("geometric_deviation"),
        Basis.DEVIATION: stated.has("deviation"),
        Basis.VARIATION: stated.has("variation"),
        Basis.HALF_WIDTH: stated.has("half_width"),
        Basis.RANGE: stated.has("minimum") | stated.has("maximum") | stated.has("mode"),
    }
    out = np.where(stated.has("scores"), Basis.PEDIGREE, Basis.NONE).astype(np.int8)
    for code, found in ways.items():  # a spread stated outright beats the pedigree it was once made from
        out[found] = code
    out[stated.family == Family.NONE] = Basis.NONE
    return out


def _family(stated: Stated, basis: NDArray[np.int8]) -> NDArray[np.int8]:
    """Settle the family where none is stated: by the kind of parameter, else by the kind of number (rule R15)."""
    implied = np.where(stated.is_factor, Family.LOGNORMAL, Family.NORMAL)
    implied = np.where(np.isin(basis, (Basis.GEOMETRIC_DEVIATION, Basis.PEDIGREE)), Family.LOGNORMAL, implied)
    implied = np.where(basis == Basis.DEVIATION, Family.NORMAL, implied)
    implied = np.where(basis == Basis.RANGE, Family.TRIANGULAR, implied)
    family = np.where(stated.family == UNSTATED, implied, stated.family)
    pedigree = basis == Basis.PEDIGREE  # its formula holds for the lognormal alone
    return np.where(pedigree, Family.LOGNORMAL, family).astype(np.int8)


def _faults(stated: Stated, basis: NDArray[np.int8], family: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the first fault of each spread; the checks stand in the order in which a person would want to hear of them."""
    has, amount = stated.has, stated.amount
    range_, pedigree = basis == Basis.RANGE, basis == Basis.PEDIGREE
    full = has("minimum") & has("maximum")
    absolute = (basis == Basis.DEVIATION) | range_ | has("mean") | has("geometric_mean")
    ways = [has(name) for name in ("geometric_deviation", "deviation", "variation", "half_width")]
    several = np.sum([*ways, has("minimum") | has("maximum") | has("mode")], axis=0) > 1
    slack = RANGE_TOLERANCE * np.abs(amount)
    with np.errstate(invalid="ignore"):
        centre = np.where(has("geometric_mean"), stated.geometric_mean, stated.mean)
        checks: list[tuple[Fault, Bools]] = [
            (Fault.NOT_FINITE, stated.unreadable),
            (Fault.NO_SPREAD, basis == Basis.NONE),
            (Fault.SEVERAL, several),
            (Fault.NO_FAMILY, range_ & (stated.family == UNSTATED) & ~has("mode")),
            (Fault.WRONG_PARAMETERS, _misplaced(stated, basis, family, full)),
            (Fault.NO_AMOUNT, np.isnan(amount) & absolute),
            (Fault.BELOW_ONE, (stated.geometric_deviation < 1) | pedigree & (stated.lowest_factor < 1)),
            (Fault.BELOW_ONE, pedigree & (stated.base < 1)),
            (Fault.NO_BASE, pedigree & ~has("base")),
            (Fault.NEGATIVE, (stated.deviation < 0) | (stated.variation < 0) | (stated.half_width < 0)),
            (Fault.DISORDERED, range_ & ((stated.minimum > stated.maximum) | (stated.minimum > stated.mode))),
            (Fault.DISORDERED, range_ & (stated.mode > stated.maximum)),
            (Fault.OUTSIDE, range_ & ((amount < stated.minimum - slack) | (amount > stated.maximum + slack))),
            (Fault.ZERO_AMOUNT, (amount == 0) & (basis != Basis.NONE)),
            (Fault.SIGN, ~np.isnan(centre) & (family == Family.LOGNORMAL) & ~(centre / amount > 0)),
        ]
    fault = np.zeros(len(amount), dtype=np.int8)
    for code, wrong in checks:
        fault[wrong & (fault == Fault.NONE) & (stated.family != Family.NONE)] = code
    return fault


def _misplaced(stated: Stated, basis: NDArray[np.int8], family: NDArray[np.int8], full: Bools) -> Bools:
    """Tell where parameters do not belong to the family."""
    has = stated.has
    bell = np.isin(family, (Family.NORMAL, Family.LOGNORMAL))
    geometric = (basis == Basis.GEOMETRIC_DEVIATION) | has("geometric_mean")
    wrong = geometric & (family != Family.LOGNORMAL)
    wrong |= has("geometric_mean") & (basis != Basis.GEOMETRIC_DEVIATION)
    wrong |= has("mean") & ((family != Family.NORMAL) | (basis == Basis.RANGE))
    wrong |= (basis == Basis.RANGE) & (bell | ~full)
    wrong |= (basis == Basis.RANGE) & (family == Family.TRIANGULAR) & ~has("mode")
    wrong |= (basis == Basis.RANGE) & (family == Family.UNIFORM) & has("mode")
    out: Bools = wrong & (basis != Basis.NONE)
    return out


def _relative_deviation(stated: Stated, basis: NDArray[np.int8]) -> FloatArray:
    """Return the standard deviation relative to the amount where the spread is symmetric and stated as one number."""
    out: FloatArray = np.select(
        [basis == Basis.DEVIATION, basis == Basis.VARIATION, basis == Basis.HALF_WIDTH],
        [stated.deviation / np.abs(stated.amount), stated.variation, stated.half_width / COVERAGE_FACTOR],
        np.nan,
    )
    return out


def _parameters(
    stated: Stated, basis: NDArray[np.int8], family: NDArray[np.int8], relative: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three parameters of the multipliers; see ``distributions``."""
    log = family == Family.LOGNORMAL
    sigma = np.sqrt(np.log1p(relative**2))
    sigma = np.where(basis == Basis.GEOMETRIC_DEVIATION, np.log(stated.geometric_deviation), sigma)
    sigma = np.where(basis == Basis.PEDIGREE, np.sqrt(stated.scores + np.log(stated.base) ** 2) / 2, sigma)
    median = stated.has("geometric_mean")
    mu = np.where(median, np.log(stated.geometric_mean / stated.amount), -(sigma**2) / 2)
    mean = np.where(stated.has("mean"), stated.mean / stated.amount, 1.0)
    reach = _reach(basis, family, relative, stated.half_width)
    ranged = basis == Basis.RANGE
    ends = np.stack((stated.minimum, stated.maximum)) / stated.amount  # a negative amount turns them round
    low = np.where(ranged, ends.min(axis=0), 1 - reach)
    high = np.where(ranged, ends.max(axis=0), 1 + reach)
    mode = np.where(ranged, stated.mode / stated.amount, 1.0)
    bounded = np.isin(family, (Family.TRIANGULAR, Family.UNIFORM))
    first = np.where(log, mu, np.where(bounded, low, mean))
    second = np.where(log, sigma, np.where(family == Family.NORMAL, relative, mode))
    second = np.where(family == Family.UNIFORM, np.nan, second)
    return first, second, np.where(bounded, high, np.nan)


def _reach(
    basis: NDArray[np.int8], family: NDArray[np.int8], relative: FloatArray, half_width: FloatArray
) -> FloatArray:
    """Return half the range of a symmetric bounded distribution: from its half-width at 95 %, else its deviation."""
    triangular = family == Family.TRIANGULAR
    by_width = half_width / np.where(triangular, 1 - np.sqrt(0.05), 0.95)
    out: FloatArray = np.where(basis == Basis.HALF_WIDTH, by_width, relative * np.sqrt(np.where(triangular, 6.0, 3.0)))
    return out


def _proper(family: NDArray[np.int8], first: FloatArray, second: FloatArray, third: FloatArray) -> Bools:
    """Tell where the parameters that the family has are finite, and the moments too."""
    made = Distributions(family, first, second, third)
    with np.errstate(all="ignore"):
        finite: Bools = np.isfinite(made.mean) & np.isfinite(made.variance)
    return finite


def _exact(family: NDArray[np.int8], first: FloatArray, second: FloatArray, third: FloatArray) -> Bools:
    """Tell where the spread is too narrow to be one, and the number is where the amount is."""
    made = Distributions(family, first, second, third)
    with np.errstate(all="ignore"):
        narrow: Bools = (made.deviation <= NARROW) & (np.abs(made.mean - 1) <= RANGE_TOLERANCE)
    return narrow
