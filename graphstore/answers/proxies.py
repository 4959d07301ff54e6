"""What could stand in for a missing link: processes and emission factors of the same kind, for another place or year.

The rule is stated with the answer (`RULE_EN`, `RULE_ZH`): a candidate is of the same kind by the flow it supplies elsewhere,
by name, commodity code or product group (for a refused electricity factor, by the type of generation); of several, the
closer kind goes first, then a candidate without gaps of its own, then the nearer place, the nearer year, and the one that
more exchanges use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from footprint.errors import UnitError
from footprint.gaps import Reading
from footprint.system import EmissionRow
from footprint.units import Conversion, UnitTable
from graphstore.answers.board import Board
from graphstore.answers.gaps import REFUSED_FACTOR, Gap
from graphstore.answers.graph import Calculation, Settings
from graphstore.answers.places import Places
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.technosphere.columns import number, table
from graphstore.technosphere.emissions import characterisation
from graphstore.technosphere.emissions import factors as stated_factors
from graphstore.technosphere.quantities import unit_table

RULES: Final = {
    "generation": ("same type of generation as the refused factor", "与被拒因子发电类型相同"),
    "flow": ("supplies the same flow", "供应同一流"),
    "name": ("same name", "名称相同"),
    "code": ("same commodity code", "商品编码相同"),
    "group": ("same product group", "产品类别相同"),
}
"""Kinds of likeness, closest first."""
RULE_EN: Final = (
    "Proxies are ranked by likeness (type of generation for a refused electricity factor, same flow, same name, same commodity "
    "code, same product group), then complete before incomplete, nearer place (steps up and down the tree of places), nearer "
    "year, more exchanges that use it, and IRI; what is not stated goes last."
)
RULE_ZH: Final = (
    "替代数据的排序：相似程度（被拒电力因子的发电类型相同、同一流、名称相同、商品编码相同、产品类别相同），其次供应链完整者优先，"
    "再按地域距离（地域层级的步数）、年份差、被引用次数和 IRI；未注明者排后。"
)
FAR: Final = 10**6
"""Rank of a distance that is not known."""
_RULE_OF_KEYS: Final = ("name", "code", "group")


@dataclass(frozen=True, slots=True)
class Proxy:
    """One candidate for one gap.

    Attributes:
        iri: the process (or the output of one with several products) or the emission factor.
        maker: the process or the factor itself.
        rule: key of `RULES`: in what it is like.
        product: flow that a process makes; None for a factor.
        unit: IRI of the unit that its value is stated per one of.
        value, bound: kg CO2e per unit, and a bound of the numerical error.
        complete: whether its own supply chain has no gap.
        place, year: for which it holds, as far as stated.
        steps, years: distance in the tree of places and in years; None where either side is not stated.
        uses: exchanges of the flow that a factor supplies.
    """

    iri: str
    maker: str
    rule: str
    product: str | None
    unit: str
    value: float
    bound: float
    complete: bool
    place: str | None
    year: int | None
    steps: int | None
    years: int | None
    uses: int

    @property
    def rank(self) -> tuple[object, ...]:
        """What candidates for one gap are sorted by; see the rule."""
        years = FAR if self.years is None else abs(self.years)
        steps = FAR if self.steps is None else self.steps
        return (list(RULES).index(self.rule), not self.complete, steps, years, -self.uses, self.iri)


@dataclass(frozen=True, slots=True)
class _Supplier:
    """What a candidate counts, whoever asks for it."""

    product: str | None
    unit: str
    value: float
    bound: float
    complete: bool


@dataclass(frozen=True)
class Proxies:
    """Candidates in one state of the graph; everything about them is read once."""

    calculation: Calculation

    def best(self, gap: Gap) -> tuple[Proxy, float] | None:
        """Return the best candidate whose unit fits, and how much of it the gap takes in its unit; None where none does."""
        for proxy in sorted(self._candidates(gap), key=lambda candidate: candidate.rank):
            try:
                return proxy, gap.amount * self._units.scale(gap.unit, proxy.unit, self._conversions.get(gap.flow, ()))
            except UnitError:
                continue  # of the same kind, but counted in something that this flow cannot be converted to
        return None

    def _candidates(self, gap: Gap) -> Iterator[Proxy]:
        """Yield each candidate once, by its closest likeness; a process cannot stand in for its own input."""
        seen = set()
        for rule, iri, uses in self._alike(gap):
            supplier = self._suppliers.get(iri)
            maker = self._owner.get(iri, iri)
            if supplier is None or iri in seen or maker == gap.process:
                continue
            seen.add(iri)
            place, year = self._held.get(maker, (None, None))
            years = None if year is None or gap.year is None else year - gap.year
            yield Proxy(
                iri, maker, rule, supplier.product, supplier.unit, supplier.value, supplier.bound, supplier.complete,
                place, year, self._places.steps(gap.place, place), years, uses,
            )  # fmt: skip

    def _alike(self, gap: Gap) -> Iterator[tuple[str, str, int]]:
        """Yield (rule, candidate, uses), closest likeness first."""
        uses = self._uses.get(gap.flow, {})
        if gap.reason == REFUSED_FACTOR:
            for key in self._keys.get(("generation", str(gap.provider)), ()):
                yield from (("generation", iri, uses.get(iri, 0)) for iri in self._nodes.get(("generation", key), ()))
        yield from (("flow", iri, 0) for iri in self._makers.get(gap.flow, ()))
        yield from (("flow", iri, count) for iri, count in uses.items())
        for rule in _RULE_OF_KEYS:
            for key in self._keys.get((rule, gap.flow), ()):
                for node in self._nodes[rule, key]:
                    found = (*self._makers.get(node, ()), node, *(self._uses.get(node, {}) if node != gap.flow else ()))
                    yield from ((rule, iri, uses.get(iri, 0)) for iri in found)

    @cached_property
    def _suppliers(self) -> dict[str, _Supplier]:
        return self._processes() | self._factors()

    def _processes(self) -> dict[str, _Supplier]:
        """Everything that is made or treated: its footprint per unit, and whether a gap stands behind it."""
        calculation = self.calculation
        snapshot, scores, strict = (
            calculation.snapshot,
            calculation.scores,
            Settings(calculation.settings.gwp, Reading()),
        )
        incomplete = Board(Calculation(calculation.graph, strict, snapshot)).incomplete
        ids = snapshot.compiled.system.activity_ids
        return {
            ids[a]: _Supplier(
                snapshot.product_of(a), snapshot.unit_of(a), float(scores.values[a]), float(scores.bounds[a]), not incomplete[a]
            )
            for a in np.flatnonzero(snapshot.process >= 0).tolist()
        }  # fmt: skip

    def _factors(self) -> dict[str, _Supplier]:
        """Every emission factor of the graph that may enter a footprint, used or not."""
        named = table(
            self.calculation.select, "SELECT ?f { ?f a <https://w3id.org/tanmai/ontology#EmissionFactor> }", "f"
        )["f"]
        found = stated_factors(self.calculation.select, named, (), self._units)
        worth = self._worth({row for _, row, _ in found.emissions})
        unknown = {position for position, row, _ in found.emissions if row not in worth}
        value, size = np.zeros(len(found.ids)), np.zeros(len(found.ids))
        for position, row, amount in found.emissions:
            if position in unknown:
                continue  # a gas without a potential under this set: never counted as zero
            value[position] += worth[row] * amount
            size[position] += abs(worth[row] * amount)
        bound = size * (len(worth) + 2) * np.finfo(np.float64).eps
        units = found.frame["unit"].to_list()
        return {
            iri: _Supplier(None, str(units[i]), float(value[i]), float(bound[i]), complete=True)
            for i, iri in enumerate(found.ids)
            if i not in found.refusal and i not in unknown
        }

    def _worth(self, rows: Iterable[EmissionRow]) -> dict[EmissionRow, float]:
        """What one kilogram of each emission counts in the total; those without a potential are left out."""
        select, gwp_set = self.calculation.select, self.calculation.settings.gwp_set
        worth = {}
        for row in rows:
            with suppress(ExtractionError):
                worth[row] = float(characterisation(select, (row,), gwp_set).excluding_biogenic[0])
        return worth

    @cached_property
    def _makers(self) -> dict[str, list[str]]:
        """Activities by the flow they make or treat."""
        made: dict[str, list[str]] = {}
        for iri, supplier in self._suppliers.items():
            if supplier.product is not None:
                made.setdefault(supplier.product, []).append(iri)
        return made

    @cached_property
    def _owner(self) -> dict[str, str]:
        """The process of each activity."""
        snapshot = self.calculation.snapshot
        ids = snapshot.compiled.system.activity_ids
        return {ids[a]: snapshot.maker(a) for a in np.flatnonzero(snapshot.process >= 0).tolist()}

    @cached_property
    def _uses(self) -> dict[str, dict[str, int]]:
        """How many exchanges of each flow each emission factor supplies."""
        found: dict[str, dict[str, int]] = {}
        for flow, factor, uses in self._table("factor-uses", "flow", "factor", "uses").iter_rows():
            found.setdefault(flow, {})[factor] = int(uses)
        return found

    @cached_property
    def _keys(self) -> dict[tuple[str, str], list[str]]:
        """What a node is recognised by, for each rule."""
        return _grouped(self._table("proxy-keys", "node", "rule", "key"), "node", "key")

    @cached_property
    def _nodes(self) -> dict[tuple[str, str], list[str]]:
        """The nodes that are recognised by a key, for each rule."""
        return _grouped(self._table("proxy-keys", "node", "rule", "key"), "key", "node")

    @cached_property
    def _held(self) -> Mapping[str, tuple[str | None, int | None]]:
        """Place and year of each process and factor; the first in order where several are stated."""
        rows = self._table("places-and-years", "node", "place", "year")
        made: dict[str, tuple[str | None, int | None]] = {}
        for node, place, year in rows.iter_rows():
            made.setdefault(node, (place, int(year) if year and year.isdigit() else None))
        return made

    @cached_property
    def _places(self) -> Places:
        return Places.of(self.calculation)

    @cached_property
    def _units(self) -> UnitTable:
        return unit_table(self.calculation.select)

    @cached_property
    def _conversions(self) -> dict[str, list[Conversion]]:
        """Densities, heating values and the like, by the flow that states them."""
        rows = self._table("flow-properties", "flow", "property", "amount", "unit", "perUnit", "convertible")
        found: dict[str, list[Conversion]] = {}
        for flow, _, amount, unit, per_unit, convertible in rows.iter_rows():
            if convertible == "true":
                found.setdefault(flow, []).append(Conversion(number(amount), unit, per_unit))
        return found

    def _table(self, name: str, *columns: str) -> pl.DataFrame:
        """Run a shipped query; its rows in ascending order."""
        return table(self.calculation.select, load(name), *columns).sort(pl.all())


def _grouped(frame: pl.DataFrame, by: str, value: str) -> dict[tuple[str, str], list[str]]:
    """Return the values by (rule, key), in ascending order."""
    groups = frame.group_by("rule", by).agg(pl.col(value).unique().sort())
    return {(rule, key): found for rule, key, found in groups.iter_rows()}
