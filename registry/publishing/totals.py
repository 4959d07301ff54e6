"""Totals of products, computed on the whole store: what an audience may be told of data that it does not read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from footprint.units import UnitTable
from graphstore.technosphere.quantities import conversions_of, unit_table
from registry.publishing.border import Whole
from registry.publishing.primary import Primary


@dataclass(frozen=True, slots=True)
class Total:
    """One total; values in kg CO2e per unit.

    Attributes:
        product: IRI of the product.
        unit: IRI of the unit.
        value: Biogenic CO2 left out, as in every total.
        with_biogenic: Biogenic CO2 counted.
        bound: Certified bound of the numerical error of the value.
        fixed: Share of it that cannot be restated under another GWP set.
        cut_offs: Whether the supply chain leaves something out.
        illustrative: Whether it rests on figures marked illustrative.
        primary: Share that rests on primary data; None where nothing contributes.
    """

    product: str
    unit: str
    value: float
    with_biogenic: float
    bound: float
    fixed: float
    cut_offs: bool
    illustrative: bool
    primary: float | None

    def per(self, unit: str, scale: float) -> Total:
        """The total per another unit, one of which is `scale` of the present one."""
        value, other, bound = self.value * scale, self.with_biogenic * scale, self.bound * abs(scale)
        rest = (self.fixed, self.cut_offs, self.illustrative, self.primary)
        return Total(self.product, unit, value, other, bound, *rest)


class Totals:
    """Totals of activities, each computed once."""

    def __init__(self, whole: Whole) -> None:
        self._whole = whole
        self._known: dict[int, Total] = {}

    def refusal(self, activity: int) -> str:
        """Why an activity has no total under the settings; empty where it has."""
        board = self._whole.board
        is_factor = board.calculation.snapshot.process[activity] < 0
        return "" if is_factor else (board.failure(activity) or "")

    def of(self, activity: int, product: str, unit: str = "") -> Total:
        """The total of an activity that is not refused.

        Args:
            activity: Index in the whole system.
            product: IRI of its product; of an emission factor that of the flow it is used for.
            unit: IRI of a unit to state it per; its own where empty.

        Raises:
            UnitError: the product cannot be counted in that unit.
        """
        if activity not in self._known:
            self._known[activity] = self._computed(activity, product)
        found = self._known[activity]
        if unit in {"", found.unit}:
            return found
        properties = conversions_of(self._whole.calculation.select, product)
        return found.per(unit, self._units.scale(unit, found.unit, properties))

    @cached_property
    def _units(self) -> UnitTable:
        return unit_table(self._whole.calculation.select)

    @cached_property
    def _primary(self) -> Primary:
        return Primary(self._whole.calculation)

    def _computed(self, activity: int, product: str) -> Total:
        board, snapshot = self._whole.board, self._whole.calculation.snapshot
        value, with_biogenic, fixed = board.scores.values[:, activity].tolist()
        return Total(
            product=product,
            unit=snapshot.unit_of(activity),
            value=value,
            with_biogenic=with_biogenic,
            bound=float(board.scores.bounds[0, activity]),
            fixed=abs(fixed / value) if value else 0.0,
            cut_offs=bool(board.cut_off[activity]),
            illustrative=bool(board.illustrative[activity]),
            primary=self._primary.of(activity) if snapshot.process[activity] >= 0 else None,
        )
