"""Environmentally extended input-output analysis: money between sectors, kilograms per unit of output, three tiers.

With A the direct requirements (money of sector i per money of output of sector j), R the diagonal of direct emissions per
unit of output and y a final demand, the three tiers of EIO-LCA are

    b1 = R y                direct emissions of the sectors that are bought from
    b2 = R (I + A') y       and those of the energy that they buy; A' is A with the rows of all other sectors zero
    b3 = R (I - A)^-1 y     and those of the whole chain

(深圳市计量质量检测研究院, 国内外碳足迹标准现状研究报告, 2022, 2.2.1; reading A' in this way is a choice of this project).
The third is solved by the engine like any other system, with a rigorous bound of its error. Where A, R and y are not
negative, b1 <= b2 <= b3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.sparse import csc_array

from footprint.compile import compile_system
from footprint.equations import EPS
from footprint.errors import InvalidQuery, InvalidSystem
from footprint.graph import blocks_of
from footprint.knots import spectral_radius as radius_of
from footprint.solve import Bounded, Supply, refuse_overflow, supply
from footprint.system import EmissionRow, System

if TYPE_CHECKING:
    from footprint.inventory import Bools
    from footprint.system import AnyArray, FloatArray

__all__ = ["SectorTable", "Tiers", "tiers"]

Money: TypeAlias = csc_array
"""Money by seller (row) and buyer (column)."""


@dataclass(frozen=True, slots=True, eq=False)
class SectorTable:
    """An input-output table of n sectors in one currency and base year, with direct emissions.

    Attributes:
        ids: Identifier of each sector, for messages.
        inputs: Money that a sector (column) spends on each sector's product (row) for its output, (n, n); zeros need not be
            stored. With outputs of 1 these are the coefficients A.
        output: Output of each sector in money, float64[n], positive.
        emissions: Direct emissions of each sector for its output, kg CO2e, float64[n].
        energy: Marks the sectors that supply energy, bool[n].
        emission_errors: Bounds of the errors in `emissions`, float64[n]; none where not given.
        negative_value_added: Whether a sector may buy for as much as it makes or more; else it is refused as a mistake.
    """

    ids: Sequence[str]
    inputs: Money
    output: FloatArray
    emissions: FloatArray
    energy: Bools
    emission_errors: FloatArray | None = None
    negative_value_added: bool = False

    @property
    def coefficients(self) -> csc_array:
        """A: money of input per money of output, (n, n)."""
        return csc_array(self.inputs.multiply(1.0 / self.output[None, :]))

    def check(self) -> None:
        """Refuse what is no table of a productive economy, naming the sector at fault.

        That A is productive (its spectral radius below 1) is shown by the engine when it solves; it names the sectors of an
        unproductive loop.

        Raises:
            InvalidSystem: shapes that do not fit, a number that is negative or not finite, or a sector whose inputs cost
                as much as its output or more (the column sum of a value matrix is below 1 where value is added).
        """
        n = len(self.ids)
        if self.inputs.shape != (n, n) or not self.output.shape == self.emissions.shape == self.energy.shape == (n,):
            raise InvalidSystem(
                f"a table of {n} sectors has inputs {self.inputs.shape}, outputs {self.output.shape}, emissions "
                f"{self.emissions.shape} and energy marks {self.energy.shape}: give ({n}, {n}) and three times ({n},)."
            )
        entries = self.inputs.tocoo()
        self._refuse(np.flatnonzero(~(self.output > 0) | ~np.isfinite(self.output)), "has no positive output")
        self._refuse(entries.col[~np.isfinite(entries.data)], "needs an input that is no finite number")
        self._refuse(entries.col[entries.data < 0], "needs a negative amount of an input")
        self._refuse(np.flatnonzero(~np.isfinite(self.emissions)), "emits an amount that is no finite number")
        self._refuse(np.flatnonzero(self.emissions < 0), "emits a negative amount")
        wrong = self.overspent()
        if len(wrong) and not self.negative_value_added:
            name, share = self.ids[int(wrong[0])], self._spent()[wrong[0]]
            raise InvalidSystem(
                f"sector <{name}> buys inputs for {share:.6g} per 1 of its output ({len(wrong)} such sectors): in a table of values "
                "every column sum is below 1, the rest being value added. Check its column and its output, and that rows are "
                "what is sold and columns what is bought; where a subsidised sector does so, say that value added may be negative.",
                activity=name,
            )

    def overspent(self) -> AnyArray:
        """Return the sectors whose inputs cost as much as their output or more, the worst first."""
        spent = self._spent()
        order = np.argsort(-spent, kind="stable")
        return order[spent[order] >= 1]

    def _spent(self) -> FloatArray:
        """Column sums of A."""
        sums: FloatArray = np.asarray(self.inputs.sum(axis=0), dtype=np.float64).ravel() / self.output
        return sums

    def _refuse(self, sectors: AnyArray, what: str) -> None:
        if len(sectors):
            name = self.ids[int(sectors[0])]
            raise InvalidSystem(
                f"sector <{name}> {what} (and {len(sectors) - 1} more like it): correct the table.", activity=name
            )

    def spectral_radius(self) -> float:
        """Return the spectral radius of A, that of its strongest loop; within 1e-6 where a loop holds over 300 sectors."""
        coefficients = self.coefficients
        entries = coefficients.tocoo()
        order, blocks = blocks_of(len(self.ids), entries.row.astype(np.int32), entries.col.astype(np.int32))
        sorted_rows = coefficients.tocsr()[order][:, order]
        loops = [radius_of(sorted_rows[low:high, low:high]) for low, high in pairwise(blocks)]
        return max(loops, default=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Tiers:
    """What a final demand causes, in kg CO2e by the sector that emits.

    Attributes:
        direct, with_energy, whole: Emissions of each sector in tier 1, 2 and 3, float64[n], with error bounds.
        output: Output of each sector that the demand calls for in tier 3 (x), float64[n], with error bounds.
        supply: The solution of the whole chain, for how it was found.
    """

    direct: Bounded
    with_energy: Bounded
    whole: Bounded
    output: Bounded
    supply: Supply

    def totals(self) -> tuple[Bounded, Bounded, Bounded]:
        """Return b1, b2 and b3 summed over the sectors."""
        first, second, third = (_summed(tier) for tier in (self.direct, self.with_energy, self.whole))
        return first, second, third


def tiers(table: SectorTable, demand: FloatArray) -> Tiers:
    """Compute the three tiers of a final demand.

    Args:
        table: The economy; checked here.
        demand: Money spent on each sector's product, in the table's currency and base year, float64[n], not negative.

    Raises:
        InvalidSystem: see `SectorTable.check`.
        InvalidQuery: a demand of the wrong length, negative or not finite, or none at all.
        NotCertified: a number is too large for a float64.
    """
    table.check()
    _check_demand(table, demand)
    n = len(table.ids)
    chain = supply(compile_system(_system(table, demand)), n, 1.0)
    with np.errstate(over="ignore", invalid="ignore"):
        energy = demand + np.where(table.energy, table.coefficients @ demand, 0.0)
        outputs = Bounded(demand, np.zeros(n)), Bounded(energy, (n + 4) * EPS * energy)
        made = chain.runs[:n] * table.output
        whole = Bounded(made, chain.bounds[:n] * table.output * (1 + 2 * EPS) + EPS * np.abs(made))
        first, second, third = (_emitted(table, made) for made in (*outputs, whole))
        found = Tiers(first, second, third, whole, chain)
        sums = (part for total in found.totals() for part in (total.values, total.bounds))
        refuse_overflow(whole.values, whole.bounds, *sums)
    return found


def _check_demand(table: SectorTable, demand: FloatArray) -> None:
    if demand.shape != (len(table.ids),):
        raise InvalidQuery(
            f"the final demand has shape {demand.shape}: give one amount for each of {len(table.ids)} sectors."
        )
    wrong = np.flatnonzero(~np.isfinite(demand) | (demand < 0))
    if len(wrong):
        name = table.ids[int(wrong[0])]
        raise InvalidQuery(
            f"the final demand for <{name}> is {demand[wrong[0]]:g}: state an amount of money that is not negative."
        )
    if not demand.any():
        raise InvalidQuery("the final demand is zero for every sector: state what is bought.")


def _emitted(table: SectorTable, made: Bounded) -> Bounded:
    """Multiply outputs by the direct emissions per unit of output."""
    per_output = table.emissions / table.output
    errors = np.zeros(len(table.ids)) if table.emission_errors is None else table.emission_errors / table.output
    values = per_output * made.values
    bounds = per_output * made.bounds + errors * (np.abs(made.values) + made.bounds)
    return Bounded(values, bounds * (1 + 4 * EPS) + 4 * EPS * np.abs(values))


def _summed(tier: Bounded) -> Bounded:
    size = float(np.abs(tier.values).sum())
    total = np.asarray(tier.values.sum(), dtype=np.float64)
    bound = float(tier.bounds.sum()) * (1 + len(tier.values) * EPS) + (len(tier.values) + 1) * EPS * size
    return Bounded(total, np.asarray(bound))


def _system(table: SectorTable, demand: FloatArray) -> System:
    """Return the table as a system of n + 1 activities, the last of which buys the final demand."""
    n, entries = len(table.ids), table.inputs.tocoo()
    bought = np.flatnonzero(demand)
    provider = np.concatenate((entries.row, bought)).astype(np.int32)
    emitting = np.flatnonzero(table.emissions).astype(np.int32)
    return System(
        activity_ids=[*table.ids, "final demand"],
        production=np.concatenate((table.output, [1.0])),
        tech_provider=provider,
        tech_consumer=np.concatenate((entries.col, np.full(len(bought), n))).astype(np.int32),
        tech_amount=np.concatenate((entries.data, demand[bought])).astype(np.float64),
        tech_exchange=np.full(len(provider), -1, dtype=np.int64),
        tech_stage=np.full(len(provider), -1, dtype=np.int16),
        bio_activity=emitting,
        bio_row=np.zeros(len(emitting), dtype=np.int16),
        bio_amount=table.emissions[emitting],
        bio_exchange=np.full(len(emitting), -1, dtype=np.int64),
        bio_stage=np.full(len(emitting), -1, dtype=np.int16),
        rows=(EmissionRow("CO2e", "fossil"),),
        stage_ids=(),
        exchange_ids=(),
    )
