"""What the graph states of single exchanges, and how their units convert."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from footprint.units import Conversion, UnitTable
from graphstore.errors import ScenarioError
from graphstore.queries import load
from graphstore.technosphere.quantities import conversions_of, unit_table

if TYPE_CHECKING:
    from graphstore.answers.graph import Calculation


@dataclass(frozen=True, slots=True)
class Statement:
    """One exchange as stated: its process, side ("input", "output", "emission"), flow, and amount in a unit; all IRIs."""

    exchange: str
    process: str
    side: str
    flow: str
    amount: float
    unit: str


@dataclass(slots=True)
class Statements:
    """Exchanges that were looked up; units are read when a conversion is first asked for."""

    calculation: Calculation
    known: dict[str, Statement] = field(default_factory=dict)
    _units: UnitTable | None = None
    _conversions: dict[str, list[Conversion]] = field(default_factory=dict)

    @classmethod
    def of(cls, calculation: Calculation, exchanges: Iterable[str]) -> Statements:
        """Look some exchanges up together."""
        made = cls(calculation)
        made.learn(exchanges)
        return made

    def learn(self, exchanges: Iterable[str]) -> None:
        """Look further exchanges up together.

        Raises:
            ScenarioError: a property of one of them is stated twice.
        """
        wanted = [iri for iri in exchanges if iri not in self.known]
        for row in self.calculation.about(load("exchange-statements"), "exchange", wanted):
            iri = str(row["exchange"])
            if iri in self.known:
                raise ScenarioError(f"<{iri}> states its process, flow, amount or unit twice. Keep one of each.")
            texts = {key: str(row[key]) for key in ("process", "side", "flow", "unit")}
            self.known[iri] = Statement(iri, amount=float(str(row["amount"])), **texts)

    def exchange(self, iri: str) -> Statement:
        """Return what is stated of an exchange.

        Raises:
            ScenarioError: there is no such exchange.
        """
        self.learn([iri])
        if iri not in self.known:
            raise ScenarioError(
                f"<{iri}> is no exchange of any process in the graph. `tanmai explain PRODUCT --json` names the exchanges."
            )
        return self.known[iri]

    def scale(self, source: str, target: str, flow: str) -> float:
        """Return the factor from one unit to another, by way of properties of the flow where it needs them.

        Raises:
            UnitError: the two do not fit.
        """
        if source == target:
            return 1.0
        if self._units is None:
            self._units = unit_table(self.calculation.select)
        if self._units.commensurable(source, target):
            return self._units.scale(source, target)
        if flow not in self._conversions:
            self._conversions[flow] = conversions_of(self.calculation.select, flow)
        return self._units.scale(source, target, self._conversions[flow])
