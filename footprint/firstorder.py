"""First-order uncertainty of a footprint, from the two solutions that are there already.

With m_v the multiplier of variable v, the derivative of the footprint F by m_v is the sum of the contributions of all
places where v enters: amount x runs x footprint of the provider's product for an input, kilograms x factor x runs for an
emission. Places of one variable are summed before they are squared, since they move together:

    U^2 = sum over v of (k sd_v dF/dm_v)^2,  k = 1.96 for a 95 % interval

(JCGM 100:2008, equation 10, with independent variables). Exact where F is linear in independent variables; elsewhere an
approximation for small spreads, which a simulation checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from footprint.contributions import by_exchange
from footprint.distributions import COVERAGE_FACTOR
from footprint.equations import EPS
from footprint.solve import Bounded

if TYPE_CHECKING:
    from footprint.compile import Cost
    from footprint.distributions import Distributions
    from footprint.solve import Scores, Supply
    from footprint.system import FloatArray
    from footprint.variables import Places, Variables

__all__ = ["FirstOrder", "derivatives", "propagate"]


@dataclass(frozen=True, eq=False)
class FirstOrder:
    """Spread of a footprint to first order.

    Attributes:
        value: the deterministic footprint, kg CO2e.
        half_width: half of the 95 % interval, kg CO2e.
        bound: rigorous bound of the numerical error of the half-width (not of the linearisation).
        effects: half-width that each variable would cause alone, signed by its derivative, kg CO2e, float64[k].
    """

    value: float
    half_width: float
    bound: float
    effects: FloatArray

    @property
    def relative(self) -> float | None:
        """Half-width as a part of the value; None for a value of zero."""
        return self.half_width / abs(self.value) if self.value else None

    @property
    def shares(self) -> FloatArray:
        """Part of the variance that each variable causes, float64[k]; zero where there is none."""
        total = float(np.sum(self.effects**2))
        return self.effects**2 / total if total else np.zeros_like(self.effects)


def derivatives(supply: Supply, cost: Cost, scores: Scores, variables: Variables) -> Bounded:
    """Differentiate the footprint of a demand by the multiplier of each variable.

    Args:
        supply: supply of the demand.
        cost: one characterisation.
        scores: footprints of all products under it.
        variables: the uncertain numbers.

    Returns:
        kg CO2e per unit of the multiplier with rigorous bounds, float64[k].
    """
    found = by_exchange(supply, cost, scores)
    system = supply.compiled.system
    made = supply.compiled.sign * scores.values * system.production
    size = np.abs(system.production)
    values = -made * supply.runs
    bounds = size * (
        np.abs(scores.values) * supply.bounds + scores.bounds * (np.abs(supply.runs) + supply.bounds)
    ) + 4 * EPS * np.abs(values)
    parts = (
        (variables.tech, found.tech),
        (variables.bio, found.bio),
        (variables.production, Bounded(values, bounds)),
    )
    total, error, absolute, terms = (np.zeros(len(variables)) for _ in range(4))
    for places, part in parts:
        total += _gathered(places, part.values, len(variables))
        error += _gathered(places, part.bounds, len(variables))
        absolute += _gathered(places, np.abs(part.values), len(variables))
        terms += np.bincount(places.variable, minlength=len(variables))
    return Bounded(total, (error + EPS * (terms + 3) * (absolute + error)) * (1 + 8 * EPS))


def propagate(value: float, slopes: Bounded, distributions: Distributions) -> FirstOrder:
    """Combine derivatives and spreads in quadrature.

    Args:
        value: the footprint, or the difference of two.
        slopes: derivative by each multiplier, or the differences of two.
        distributions: of the multipliers.
    """
    spread = COVERAGE_FACTOR * distributions.deviation
    effects = spread * slopes.values
    half = float(np.linalg.norm(effects))
    # | |a| - |b| | <= |a - b|, and the rounding of the products and of the norm
    bound = float(np.linalg.norm(spread * slopes.bounds)) + EPS * (len(effects) + 8.0) * half
    return FirstOrder(value, half, bound, effects)


def _gathered(places: Places, values: FloatArray, k: int) -> FloatArray:
    """Sum the values at the places of each variable."""
    return np.bincount(places.variable, values[places.position], minlength=k).astype(np.float64)
