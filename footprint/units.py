"""Units of measurement: one conversion function over data.

The table comes from the graph (QUDT: a multiplier and an offset to the coherent SI unit, and a dimension vector); this
module holds no unit of its own. Two units are commensurable when their dimension keys are equal. A currency, or any unit
without a multiplier, is commensurable only with itself. Between dimensions (litre to kilogram, tonne to megajoule) a
conversion is made only when the flow states a property that allows it: a density, a heating value, a mass per piece.
Money of one currency and base year is a dimension of its own; it converts through a price index that the flow states, else
through the rates of the table: price indices and exchange rates that hold for every flow.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from footprint.errors import UnitError


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: value in coherent SI unit = (value + offset) x multiplier, the QUDT convention.

    Attributes:
        id: The IRI of the unit, opaque here.
        dimension: A key that is equal for commensurable units, normally the QUDT dimension vector.
        multiplier: Factor to the coherent SI unit; NaN when the source states none.
        offset: Added before the multiplication (degree Celsius: 273.15), zero for nearly all units.
        money: Whether it counts money.
    """

    id: str
    dimension: str
    multiplier: float
    offset: float = 0.0
    money: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """A stated property of a flow that links two dimensions: `amount` of `unit` per one `per_unit` of the flow.

    A density of 850 kg per m3 is `Conversion(850.0, KiloGM, M3)`.
    """

    amount: float
    unit: str
    per_unit: str


@dataclass(frozen=True, slots=True)
class Route:
    """A way through rates: one unit of the start is `factor` of `unit`; `high` is the factor of another way as short."""

    unit: str
    factor: float
    high: float
    rates: tuple[Conversion, ...] = ()

    def merged(self, other: Route, table: UnitTable) -> Route:
        """Take another way to the same money in, keeping the lowest and the highest factor."""
        scale = table.scale(other.unit, self.unit)
        low, high = min(self.factor, other.factor * scale), max(self.high, other.high * scale)
        return Route(self.unit, low, high, self.rates)

    def ending(self, unit: str, scale: float) -> Route:
        """Return the same way in another unit of the same money."""
        return Route(unit, self.factor * scale, self.high * scale, self.rates)


@dataclass(frozen=True, slots=True)
class UnitTable:
    """All known units by IRI, and the conversions between money of different currencies and base years."""

    units: dict[str, Unit] = field(default_factory=dict)
    rates: tuple[Conversion, ...] = ()

    @classmethod
    def of(cls, units: Iterable[Unit]) -> UnitTable:
        """Build the table from units; the last statement about an IRI wins."""
        return cls({unit.id: unit for unit in units})

    def __getitem__(self, unit_id: str) -> Unit:
        """Return the unit, or raise `UnitError` that names the unknown IRI."""
        try:
            return self.units[unit_id]
        except KeyError:
            raise UnitError(
                f"unknown unit <{unit_id}>: no multiplier and dimension are stated for it. "
                "Use a QUDT unit, or load a qudt:Unit with qudt:conversionMultiplier and qudt:hasDimensionVector."
            ) from None

    def commensurable(self, first: str, second: str) -> bool:
        """Tell whether a value in one unit can be given in the other without a property of the flow."""
        return self._scale(first, second) is not None

    def scale(self, source: str, target: str, properties: Sequence[Conversion] = ()) -> float:
        """Return the factor that turns an amount in `source` into an amount in `target`.

        Raises:
            UnitError: a unit is unknown, the two are incommensurable and no stated property or rate links them, two stated
                properties or rates disagree, or a unit has an offset (a temperature is not an amount).
        """
        direct = self._scale(source, target)
        if direct is not None:
            return direct
        found = {factor for p in properties if (factor := self._through(source, target, p)) is not None}
        if not found and (way := self.route(source, target)) is not None:
            return way.factor
        if not found and self[source].money and self[target].money:
            raise UnitError(
                f"<{source}> cannot be converted to <{target}>: they measure different things, money of two currencies or base years. "
                "State the amount in the money of the table, or a tm:PriceIndex (between years) or tm:ExchangeRate (between "
                "currencies) that links them, with its source."
            )
        if not found:
            raise UnitError(
                f"<{source}> cannot be converted to <{target}>: they measure different things "
                f"({_kind(self[source])} and {_kind(self[target])}). State the amount in a unit of the same kind, "
                "or state a property of the flow (tm:hasProperty: density, heating value, mass per piece) that links them."
            )
        if max(found) > min(found) * (1 + 1e-9):
            raise UnitError(
                f"the flow states properties that disagree on <{source}> to <{target}>: "
                f"factors {', '.join(f'{f:g}' for f in sorted(found))}. Keep one of them."
            )
        return min(found)

    def route(self, source: str, target: str) -> Route | None:
        """Return the shortest way between two units of money by the rates of the table, None where there is none.

        Raises:
            UnitError: ways of the same length disagree; which year or currency is converted first would decide.
        """
        start, goal = self[source], self[target].dimension
        if goal == start.dimension:
            return None  # the same kind of quantity: it converts by its multiplier or, where it has none, not at all
        reached = {start.dimension: Route(source, 1.0, 1.0)}
        newest = dict(reached)
        while newest and goal not in reached:
            following: dict[str, Route] = {}
            for way in newest.values():
                for step in self._steps(way):
                    place = self[step.unit].dimension
                    if place not in reached:
                        following[place] = following[place].merged(step, self) if place in following else step
            reached |= following
            newest = following
        if goal not in reached:
            return None
        found = reached[goal]
        if found.high > found.factor * (1 + 1e-9):
            raise UnitError(
                f"stated rates lead from <{source}> to <{target}> by several ways that disagree: factors {found.factor:g} and "
                f"{found.high:g}. Keep the rates of one way."
            )
        return found.ending(target, self._scale(found.unit, target) or math.nan)

    def _steps(self, way: Route) -> Iterable[Route]:
        """Yield the ways that are one rate longer, each rate being passable in both directions."""
        for rate in self.rates:
            for here, there, factor in (
                (rate.per_unit, rate.unit, rate.amount),
                (rate.unit, rate.per_unit, 1 / rate.amount),
            ):
                into = self._scale(way.unit, here)
                if into is not None:
                    yield Route(there, way.factor * into * factor, way.high * into * factor, (*way.rates, rate))

    def convert(self, value: float, source: str, target: str, properties: Sequence[Conversion] = ()) -> float:
        """Convert one value; unlike `scale` it also serves units with an offset (temperatures).

        >>> table = UnitTable.of([Unit("t", "M1", 1000.0), Unit("kg", "M1", 1.0)])
        >>> table.convert(1.5, "t", "kg")
        1500.0
        """
        first, second = self[source], self[target]
        if (first.offset or second.offset) and first.dimension == second.dimension:
            return (value + first.offset) * first.multiplier / second.multiplier - second.offset
        return value * self.scale(source, target, properties)

    def _scale(self, source: str, target: str) -> float | None:
        first, second = self[source], self[target]
        if source == target:
            return 1.0
        if first.dimension != second.dimension or math.isnan(first.multiplier) or math.isnan(second.multiplier):
            return None
        if first.offset or second.offset:
            raise UnitError(f"<{source}> or <{target}> has an offset and cannot be the unit of an amount.")
        return first.multiplier / second.multiplier

    def _through(self, source: str, target: str, link: Conversion) -> float | None:
        """Return the factor by way of one stated property, in either direction."""
        if not math.isfinite(link.amount) or link.amount <= 0:
            raise UnitError(
                f"a conversion property of {link.amount} <{link.unit}> per <{link.per_unit}> is not positive."
            )
        into, out_of = self._scale(source, link.per_unit), self._scale(link.unit, target)
        if into is not None and out_of is not None:
            return into * link.amount * out_of
        into, out_of = self._scale(source, link.unit), self._scale(link.per_unit, target)
        if into is not None and out_of is not None:
            return into / link.amount * out_of
        return None


def _kind(unit: Unit) -> str:
    """Return the end of a unit's dimension key, for people: keys are long, and where they name a quantity it comes last."""
    return unit.dimension.strip().rpartition("/")[2]
