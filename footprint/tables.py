"""What a footprint is made of, for every product at once: one more row of the adjoint equations for each part.

A part of a footprint that is a sum over the supply chain, such as a gas, a stage or what credits save, obeys the equations of
the footprint itself with other direct emissions. So a few rows solved once give it for all products, and a product that is
asked about needs no solve of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import breadth_first_order

from footprint.compile import Cost
from footprint.contributions import unlabelled
from footprint.equations import EPS
from footprint.intervals import exact, product, summed
from footprint.solve import DEFAULT, Bounded, scores

if TYPE_CHECKING:
    from footprint.compile import Compiled
    from footprint.inventory import Bools, Ints
    from footprint.solve import Scores, Settings
    from footprint.system import AnyArray, FloatArray

__all__ = ["Tier", "credits_of", "first_labels", "first_tier", "inventories", "upstream_of", "weighed"]

AT_ONCE = 8
"""Right-hand sides that are solved together: enough to share the walks over the matrix, few enough to fit into memory."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One unit of a product divided between what its activity emits and what each of its inputs brings with it.

    Attributes:
        own: kg CO2e that the activity itself emits.
        exchanges: positions of its technosphere exchanges, self-use left out, integers[k].
        amounts: amount of each for one unit, in the provider's unit, float64[k].
        values: kg CO2e of each, with all that is upstream of it.
    """

    own: Bounded
    exchanges: Ints
    amounts: FloatArray
    values: Bounded


def inventories(compiled: Compiled, settings: Settings = DEFAULT) -> FloatArray:
    """Return kg of each emission row per unit of every product, float64[rows, n].

    Raises:
        FootprintError: as for ``footprint.solve.scores``.
    """
    rows = len(compiled.system.rows)
    made = np.empty((rows, compiled.n))
    for first in range(0, rows, AT_ONCE):
        factors = np.eye(rows)[first : first + AT_ONCE]
        made[first : first + AT_ONCE] = scores(compiled, compiled.cost(factors), settings).values
    return made


def weighed(compiled: Compiled, exchange: Ints, worth: Bounded, settings: Settings = DEFAULT) -> Scores:
    """Return, for one unit of every product, the sum over its supply chain of amount x worth of some exchanges.

    Args:
        compiled: the system.
        exchange: positions of technosphere exchanges, integers[k].
        worth: kg CO2e per unit of what each of them takes, as its amount is signed, float64[k].
        settings: how to solve.

    Raises:
        FootprintError: as for ``footprint.solve.scores``.
    """
    system = compiled.system
    parts = product(exact(system.tech_amount[exchange]), worth)
    direct = summed(parts, system.tech_consumer[exchange], compiled.n)
    return scores(compiled, Cost(np.empty(0), direct.values, direct.bounds), settings)


def credits_of(compiled: Compiled) -> Ints:
    """Return positions of the technosphere exchanges that are credits: something need not be made because of them."""
    system = compiled.system
    found: Ints = np.flatnonzero(system.tech_amount * compiled.sign[system.tech_provider] < 0)
    return found


def first_labels(
    compiled: Compiled,
    found: Scores,
    cost: Cost,
    labels: int,
    marks: tuple[AnyArray, AnyArray],
    settings: Settings = DEFAULT,
) -> Scores:
    """Divide the footprints of all products by the first label met on the way; ``contributions.by_first_label`` says how.

    Args:
        compiled: the system.
        found: footprints of all products.
        cost: the characterisation they are of.
        labels: how many labels there are.
        marks: label of each technosphere and of each elementary exchange, or -1.
        settings: how to solve.

    Returns:
        One row per label, and a last one with what meets no label.

    Raises:
        FootprintError: the system without the labelled exchanges cannot be solved (only with credits).
    """
    direct = _labelled(compiled, found, cost, labels, marks)
    return scores(unlabelled(compiled, marks[0]), direct, settings)


def _labelled(compiled: Compiled, found: Scores, cost: Cost, labels: int, marks: tuple[AnyArray, AnyArray]) -> Cost:
    """What each activity hands over to labels itself, with all that is upstream of it, and what it emits under each."""
    system, (tech, bio) = compiled.system, marks
    labelled = np.flatnonzero(tech >= 0)
    provider = system.tech_provider[labelled]
    each = Bounded(found.values[provider], found.bounds[provider])
    handed = product(exact(system.tech_amount[labelled] * compiled.sign[provider]), each)
    kilograms = system.bio_amount * cost.factors[system.bio_row]
    parts = Bounded(
        np.concatenate((handed.values, kilograms)), np.concatenate((handed.bounds, EPS * np.abs(kilograms)))
    )
    label = np.concatenate((tech[labelled], np.where(bio < 0, labels, bio))).astype(np.int64)
    where = np.concatenate((system.tech_consumer[labelled], system.bio_activity)).astype(np.int64)
    direct = summed(parts, label * compiled.n + where, (labels + 1) * compiled.n)
    shape = (labels + 1, compiled.n)
    return Cost(np.empty(0), direct.values.reshape(shape), direct.bounds.reshape(shape))


def first_tier(compiled: Compiled, found: Scores, cost: Cost, activity: int) -> Tier:
    """Divide the footprint of one unit of a product between its own activity and each exchange that this has.

    The parts are those of the adjoint equations, so they sum to the footprint within the bounds.

    Raises:
        InvalidQuery: the cost is that of a system of another size.
    """
    compiled.check_cost(cost)
    system = compiled.system
    position, start = compiled.exchanges_of
    mine = position[start[activity] : start[activity + 1]]
    mine = mine[system.tech_provider[mine] != activity]
    runs = 1.0 / compiled.scale[activity]
    once = Bounded(np.asarray(runs), np.asarray((compiled.scale_error[activity] + EPS) * runs))
    provider = system.tech_provider[mine]
    amounts = product(exact(system.tech_amount[mine]), once)
    each = Bounded(found.values[provider] * compiled.sign[provider], found.bounds[provider])
    own = product(Bounded(cost.values[activity], cost.errors[activity]), once)
    return Tier(own, mine, amounts.values, product(amounts, each))


def upstream_of(compiled: Compiled, activity: int) -> Bools:
    """Mark an activity and all that it draws on, directly or through others, bool[n]."""
    equations = compiled.adjoint
    kept = equations.matrix.workspace
    if "links" not in kept:
        links = equations.matrix.sparse.copy()
        links.eliminate_zeros()  # an input and a credit that cancel are no link
        place = np.empty(compiled.n, dtype=np.int64)
        place[equations.order] = np.arange(compiled.n)
        kept["links"] = links, place
    links, place = kept["links"]
    reached = np.zeros(compiled.n, dtype=np.bool_)
    reached[equations.order[breadth_first_order(links, int(place[activity]), return_predecessors=False)]] = True
    return reached
