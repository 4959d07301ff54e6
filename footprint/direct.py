"""Direct emissions of activities, with those of the emission factors that they use themselves.

An emission factor stands in a system as an activity without inputs. Where it matters who emits, its emissions belong to
the activity that uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from footprint.compile import Cost
from footprint.equations import EPS

if TYPE_CHECKING:
    from footprint.compile import Compiled
    from footprint.inventory import Bools

__all__ = ["folded", "only"]


def folded(compiled: Compiled, cost: Cost, factors: Bools) -> Cost:
    """Give the emissions of factors to the activities that use them.

    Args:
        compiled: The system.
        cost: Direct emissions for one characterisation, (n,).
        factors: Marks the activities without inputs whose emissions are given away, bool[n].

    Returns:
        Direct emissions with which every supply chain that does not ask for a factor itself has the same total.
    """
    system = compiled.system
    used = np.flatnonzero(factors[system.tech_provider])
    provider, consumer = system.tech_provider[used], system.tech_consumer[used]
    amount = system.tech_amount[used] / compiled.scale[provider] * compiled.sign[provider]
    size = np.abs(amount) * (np.abs(cost.values[provider]) + cost.errors[provider])
    terms = np.bincount(consumer, minlength=system.n) + 8.0
    given = np.bincount(consumer, amount * cost.values[provider], minlength=system.n)
    errors = np.bincount(consumer, np.abs(amount) * cost.errors[provider], minlength=system.n)
    rounding = EPS * terms * (np.abs(cost.values) + np.bincount(consumer, size, minlength=system.n))
    values = np.where(factors, 0.0, cost.values + given)
    return Cost(cost.factors, values, np.where(factors, 0.0, (cost.errors + errors) * (1 + 8 * EPS) + rounding))


def only(cost: Cost, activities: Bools) -> Cost:
    """Keep the direct emissions of these activities alone."""
    return Cost(cost.factors, np.where(activities, cost.values, 0.0), np.where(activities, cost.errors, 0.0))
