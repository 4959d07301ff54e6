"""Primary data shares of many products at once.

A share weighs contributions by their size. Where no activity runs backwards, size and primary part of the contributions are sums
over the supply chain like a footprint, so one adjoint solve gives them for all products. With credits, sizes do not add up; then
each product is asked for its own contributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from footprint.compile import Cost
from footprint.inventory import Floats
from footprint.solve import scores, supply
from graphstore.answers.graph import Calculation
from graphstore.answers.lines import Terms
from schemes.primary import shares_of_exchanges


@dataclass(frozen=True)
class Primary:
    """Primary data shares, by activity data, of the products of one state of the graph."""

    calculation: Calculation

    def of(self, activity: int) -> float | None:
        """The share of one product, 0 to 1; None where nothing contributes to its footprint."""
        primary, size = self._together[:, activity] if self._forward else self._alone(activity)
        return float(min(primary / size, 1.0)) if size > 0 else None

    @cached_property
    def _exchanges(self) -> Floats:
        return shares_of_exchanges(self.calculation)

    @cached_property
    def _forward(self) -> bool:
        """Whether no demand makes any activity run backwards."""
        system = self.calculation.snapshot.compiled.system
        return bool(np.all(system.tech_amount * np.sign(system.production[system.tech_provider]) >= 0))

    @cached_property
    def _together(self) -> Floats:
        """Primary part and size of the contributions to one unit of every product."""
        snapshot, cost = self.calculation.snapshot, self.calculation.cost
        system, n = snapshot.compiled.system, snapshot.compiled.n
        emitted, priced = system.bio_exchange >= 0, snapshot.factor[system.tech_provider] >= 0
        size = np.abs(cost.factors[system.bio_row[emitted]] * system.bio_amount[emitted])
        bought = np.abs(cost.values[system.tech_provider[priced]] * system.tech_amount[priced])
        where = np.concatenate((system.bio_activity[emitted], system.tech_consumer[priced]))
        sizes = np.concatenate((size, bought))
        share = self._exchanges[np.concatenate((system.bio_exchange[emitted], system.tech_exchange[priced]))]
        parts = (sizes * share, sizes)
        direct: Floats = np.stack([np.bincount(where, part, minlength=n).astype(np.float64) for part in parts])
        made = scores(snapshot.compiled, Cost(np.zeros((2, len(system.rows))), direct, np.zeros_like(direct)))
        return made.values

    def _alone(self, activity: int) -> tuple[float, float]:
        terms = Terms.of(self.calculation, supply(self.calculation.snapshot.compiled, activity))
        size = np.abs(terms.value)
        return float(size @ self._exchanges[terms.exchange]), float(size.sum())
