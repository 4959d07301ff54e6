"""Units of measurement: one conversion function over data.

The table comes from the graph (QUDT: a multiplier and an offset to the coherent SI unit, and a dimension vector); this
module holds no unit of its own. Two units are commensurable when their dimension keys are equal. A currency, or any unit
without a multiplier, is commensurable only with itself. Between dimensions (litre to kilogram, tonne to megajoule) a
conversion is made only when the flow states a property that allows it: a density, a heating value, a mass per piece.
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
    """

    id: str
    dimension: str
    multiplier: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Conversion:
    """A stated property of a flow that links two dimensions: `amount` of `unit` per one `per_unit` of the flow.

    A density of 850 kg per m3 is `Conversion(850.0, KiloGM, M3)`.
    """

    amount: float
    unit: str
    per_unit: str


@dataclass(frozen=True, slots=True)
class UnitTable:
    """All known units by IRI."""

    units: dict[str, Unit] = field(default_factory=dict)

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
            UnitError: a unit is unknown, the two are incommensurable and no stated property links them, two stated
                properties disagree, or a unit has an offset (a temperature is not an amount).
        """
        direct = self._scale(source, target)
        if direct is not None:
            return direct
        found = {factor for p in properties if (factor := self._through(source, target, p)) is not None}
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
