"""Totals as statements: a published footprint and the emission factor by which others calculate with it, without any inventory.

Nothing in them changes while the numbers stay: no moment, no generation of the whole store, no hash of its data, so that a
publication that says the same is the same, and what happens to data that an audience does not read does not show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import pyoxigraph as ox

from graphstore.answers.graph import Calculation, digest
from graphstore.queries import load
from graphstore.technosphere.emissions import CO2E, FOSSIL, ID
from graphstore.technosphere.quantities import MASS_UNIT
from graphstore.terms import literal, name, typed
from registry.publishing.totals import Total
from schemes.primary import READINGS

_Node: TypeAlias = ox.NamedNode | ox.BlankNode

_TYPE: Final = name("rdf:type")
_LABEL: Final = name("rdfs:label")
_CRADLE_TO_GATE: Final = ox.NamedNode(f"{ID}boundary/cradle-to-gate")
_BIOGENIC: Final = {
    True: f"{ID}emission-category/biogenic-co2-release",
    False: f"{ID}emission-category/biogenic-co2-uptake",
}
"""Category of what counts only together with biogenic CO2, by whether it is positive."""
_WASTE: Final = name("tm:WasteFlow").value


@dataclass(frozen=True, slots=True)
class Published:
    """One total under the name by which an audience knows it.

    Attributes:
        factor: IRI of the emission factor.
        footprint: IRI of the published footprint.
        total: What it says.
    """

    factor: str
    footprint: str
    total: Total


class Writer:
    """Writes what one audience is told.

    Attributes:
        calculation: The whole store and the settings of the totals.
        seen: Names of the graphs that the audience reads.
        told: Names of graphs of whose products the audience may know name and kind.
    """

    def __init__(self, calculation: Calculation, seen: Collection[str], told: Collection[str]) -> None:
        self.calculation, self.seen, self.told = calculation, seen, told
        self._base = calculation.graph.base

    def named(self, total: Total, place: int, factor: str = "") -> Published:
        """A total with its names; `place` tells several of one product and unit apart, `factor` is a name it has already."""
        key = digest([total.product, total.unit, place])[:24]
        made = factor or f"{self._base}/id/published-factor/{key}"
        return Published(made, f"{self._base}/id/published-footprint/{key}", total)

    def totals(self, published: Iterable[Published], others: Iterable[str] = ()) -> Iterator[ox.Triple]:
        """Everything about these totals, their products and the settings.

        Args:
            published: The totals.
            others: IRIs of flows of exchanges that the audience reads; it is told whether they are products or wastes, no more.
        """
        listed = list(published)
        products = {each.total.product for each in listed}
        described = _Descriptions(self, products | set(others))
        if listed:
            yield from self._settings()
        for each in listed:
            yield from self._factor(each, described)
            yield from self._footprint(each, described)
        yield from described.triples(products)

    def link(self, exchange: str, supplier: str) -> ox.Triple:
        """That an exchange is supplied by this."""
        return ox.Triple(_node(exchange), name("tm:linkedTo"), ox.NamedNode(supplier))

    def withheld(self, exchange: str) -> tuple[str, list[ox.Triple]]:
        """A node in place of a supplier of which nothing is told, and what it is."""
        node = ox.NamedNode(f"{self._base}/id/withheld-supply/{digest(exchange)[:24]}")
        labels = (literal("supplier that is not shared", lang="en"), literal("未共享的供应方", lang="zh"))
        kind = ox.Triple(node, _TYPE, name("tm:WithheldSupply"))
        return node.value, [kind, *(ox.Triple(node, _LABEL, label) for label in labels)]

    @property
    def _settings_node(self) -> ox.NamedNode:
        return ox.NamedNode(f"{self._base}/id/settings/{self._settings_hash[:24]}")

    @property
    def _settings_hash(self) -> str:
        return str(self.calculation.settings.as_dict()["hash"])

    def _settings(self) -> Iterator[ox.Triple]:
        stated, node = self.calculation.settings.as_dict(), self._settings_node
        yield ox.Triple(node, _TYPE, name("tm:MethodSettings"))
        yield ox.Triple(node, name("tm:gwpSet"), ox.NamedNode(self.calculation.settings.gwp_set))
        yield ox.Triple(node, name("tm:settingsHash"), literal(self._settings_hash))
        yield ox.Triple(node, name("tm:unlinkedReading"), literal(str(stated["unlinked"])))
        yield ox.Triple(node, name("tm:coproductReading"), literal(str(stated["coproducts"])))

    def _factor(self, each: Published, described: _Descriptions) -> Iterator[ox.Triple]:
        node, total = ox.NamedNode(each.factor), each.total
        waste = _WASTE in described.kinds.get(total.product, ())
        yield ox.Triple(node, _TYPE, name("tm:EmissionFactor"))
        yield ox.Triple(node, name("tm:perUnit"), ox.NamedNode(total.unit))
        yield ox.Triple(
            node, name("tm:activity"), ox.NamedNode(f"{ID}activity/{'treatment' if waste else 'production'}")
        )
        yield ox.Triple(node, name("tm:lifeCycleScope"), ox.NamedNode(f"{ID}life-cycle-scope/life-cycle"))
        yield ox.Triple(node, name("tm:gwpSet"), ox.NamedNode(self.calculation.settings.gwp_set))
        yield from self._amounts(node, total)
        yield from _shares(node, total)
        for label in described.labels.get(total.product, ()):
            yield ox.Triple(node, _LABEL, label)

    def _amounts(self, node: ox.NamedNode, total: Total) -> Iterator[ox.Triple]:
        """The total; apart from it what counts only where biogenic CO2 is counted, if there is any."""
        biogenic = total.with_biogenic - total.value
        if abs(biogenic) <= total.bound:
            yield ox.Triple(node, name("tm:co2e"), _double(total.value))
            yield ox.Triple(node, name("tm:emissionCategory"), ox.NamedNode(FOSSIL))
            return
        for part, category, value in (("total", FOSSIL, total.value), ("biogenic", _BIOGENIC[biogenic > 0], biogenic)):
            mass = ox.NamedNode(f"{node.value}/{part}")
            yield ox.Triple(node, name("tm:gasMass"), mass)
            yield ox.Triple(mass, _TYPE, name("tm:GasMass"))
            yield ox.Triple(mass, name("tm:gas"), ox.NamedNode(CO2E))
            yield ox.Triple(mass, name("tm:amount"), _double(value))
            yield ox.Triple(mass, name("tm:unit"), ox.NamedNode(MASS_UNIT))
            yield ox.Triple(mass, name("tm:emissionCategory"), ox.NamedNode(category))

    def _footprint(self, each: Published, described: _Descriptions) -> Iterator[ox.Triple]:
        node, total = ox.NamedNode(each.footprint), each.total
        yield ox.Triple(node, _TYPE, name("tm:PublishedFootprint"))
        yield ox.Triple(node, name("tm:ofProduct"), ox.NamedNode(total.product))
        yield ox.Triple(node, name("tm:amount"), typed("1", "decimal"))
        yield ox.Triple(node, name("tm:unit"), ox.NamedNode(total.unit))
        yield ox.Triple(node, name("tm:co2e"), _double(total.value))
        yield ox.Triple(node, name("tm:co2eWithBiogenic"), _double(total.with_biogenic))
        yield ox.Triple(node, name("tm:errorBound"), _double(total.bound))
        yield ox.Triple(node, name("tm:shareNotRestatable"), _double(total.fixed))
        yield ox.Triple(node, name("tm:hasCutOffs"), ox.Literal(total.cut_offs))
        yield ox.Triple(node, name("tm:settings"), self._settings_node)
        yield ox.Triple(node, name("tm:publishedAs"), ox.NamedNode(each.factor))
        boundary = described.boundary(total.product)
        if boundary is not None:
            yield ox.Triple(node, name("tm:systemBoundary"), boundary)
        yield from _shares(node, total)


def _shares(node: ox.NamedNode, total: Total) -> Iterator[ox.Triple]:
    if total.primary is not None:
        yield ox.Triple(node, name("tm:primaryDataShare"), _double(total.primary))
        yield ox.Triple(node, name("tm:primaryDataReading"), literal(READINGS["activity"][0]))
    if total.illustrative:
        yield ox.Triple(node, name("tm:illustrative"), ox.Literal(True))


class _Descriptions:
    """What the audience may be told of products that no graph it reads describes."""

    def __init__(self, writer: Writer, products: Iterable[str]) -> None:
        self.kinds: dict[str, set[str]] = {}
        self.labels: dict[str, set[ox.Literal]] = {}
        self._boundaries: dict[str, set[str]] = {}
        self._known: set[str] = set()
        for row in writer.calculation.about(load("product-descriptions"), "product", products):
            product, graph = str(row["product"]), str(row["graph"])
            if row["kind"] is not None:
                self.kinds.setdefault(product, set()).add(str(row["kind"]))
                self._known |= {product} if graph in writer.seen else set()
            elif graph in writer.seen or graph in writer.told:
                if row["label"] is not None:
                    label = literal(str(row["label"]), lang=str(row["tag"]) if row["tag"] else None)
                    self.labels.setdefault(product, set()).add(label)
                else:
                    self._boundaries.setdefault(product, set()).add(str(row["boundary"]))

    def boundary(self, product: str) -> ox.NamedNode | None:
        """The boundary that studies of the product state, else up to the gate; none of a waste, nor where studies differ."""
        stated = self._boundaries.get(product, set())
        if len(stated) == 1:
            return ox.NamedNode(next(iter(stated)))
        return None if stated or _WASTE in self.kinds.get(product, ()) else _CRADLE_TO_GATE

    def triples(self, named: Collection[str]) -> Iterator[ox.Triple]:
        """Kinds of the products that are not described to the audience otherwise, and names of those whose totals it is told."""
        for product in sorted(self.kinds.keys() - self._known):
            node = ox.NamedNode(product)
            for kind in sorted(self.kinds[product]):
                yield ox.Triple(node, _TYPE, ox.NamedNode(kind))
            for label in sorted(self.labels.get(product, ()) if product in named else (), key=str):
                yield ox.Triple(node, _LABEL, label)


def _node(text: str) -> _Node:
    return ox.BlankNode(text[2:]) if text.startswith("_:") else ox.NamedNode(text)


def _double(value: float) -> ox.Literal:
    return typed(repr(value), "double")
