"""A record as statements: product, declared footprint, the factor on which a supply chain can end, and the record itself.

Every node is named after the identifier of the record, so that no record speaks about a node of another: what a partner says
of its product changes nothing that others say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from mappings.ntriples import (
    ID,
    LABEL,
    PROV,
    SKOS,
    TM,
    TYPE,
    concept,
    date_time,
    dcterms,
    double,
    iri_part,
    literal,
    tm,
    typed,
)  # fmt: skip
from mappings.pact import known, lexical
from mappings.pact.facts import Facts, facts_of
from mappings.pact.reading import Read

_KILOGRAM: Final = "http://qudt.org/vocab/unit/KiloGM"
_CONVERSION: Final = {
    "piece": "mass-per-piece",
    "square meter": "mass-per-area",
    "cubic meter": "density",
    "liter": "density",
}
"""Kinds of property that turn a declared unit into kilograms."""


def dataset_key(identifier: str) -> str:
    """Return the key of the dataset that holds a record."""
    return f"pact-{identifier.lower()}"


def own_key(identifier: str) -> str:
    """Return the key of the dataset that holds a record which was made here; it is no input of calculations."""
    return f"records/{dataset_key(identifier)}"


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What a record that was made here is about.

    Attributes:
        product: IRI of the product.
        study: IRI of the study.
        settings: hash of the method settings.
        gwp_set: IRI of the set of warming potentials.
    """

    product: str
    study: str
    settings: str
    gwp_set: str

    @property
    def activity(self) -> str:
        """One text of it: a record about the same replaces an older one."""
        return f"{self.product} {self.study} {self.settings}"


def own_statements(read: Read, own: OwnFacts, base: str, status: str) -> bytes:
    """Return the statements of a record that was made here: the product, study and inventory are in the graph already.

    The study is what the footprint was derived from, not what declares it: that a study declares, it says itself.

    Args:
        read: the record.
        own: what it is about.
        base: under which IRIs are made.
        status: the word of its status today.
    """
    made = _Statements(facts_of(read.record), base, read.id)
    settings = made.node("settings")
    lines = [
        *made.record(read, status),
        *made.footprint(f"<{own.product}>"),
        *made.quality(),
        f"{made.result} <{PROV}wasDerivedFrom> <{own.study}>",
        f"{made.result} {tm('settings')} {settings}",
        f"{settings} {TYPE} {tm('MethodSettings')}",
        f"{settings} {tm('settingsHash')} {literal(own.settings)}",
        f"{settings} {tm('gwpSet')} <{own.gwp_set}>",
    ]
    return "".join(f"{line} .\n" for line in lines).encode()


def node(base: str, kind: str, identifier: str, *parts: str) -> str:
    """Return the node of a kind that belongs to a record, in N-Triples form."""
    return f"<{base}/id/{kind}/{'-'.join((dataset_key(identifier), *map(iri_part, parts)))}>"


def statements(read: Read, base: str, status: str | None = None) -> bytes:
    """Return the statements of a record as N-Triples, the same bytes for the same record.

    Args:
        read: a record without errors.
        base: under which IRIs are made.
        status: the word of its status today, where it is another than the record says.
    """
    facts = facts_of(read.record)
    made = _Statements(facts, base, read.id)
    lines = [
        *made.record(read, status or str(read.record["status"])),
        *made.company(),
        *made.product(),
        *made.footprint(made.node("product")),
        *made.parts(),
        *made.quality(),
        *made.method(),
        *made.factor(),
    ]
    return "".join(f"{line} .\n" for line in lines).encode()


def decimal(value: Decimal) -> str:
    """Return an exact number as a literal; one with more digits than the store calculates with as the nearest double."""
    digits = -int(value.as_tuple().exponent) if value else 0
    if digits <= 18 and abs(value) < Decimal(10) ** 18:
        return typed(format(value, "f"), "decimal")
    return double(float(value))


class _Statements:
    """Writes the statements of one record, by subject."""

    def __init__(self, facts: Facts, base: str, identifier: str) -> None:
        self.facts, self.base, self.id = facts, base, identifier
        self.unit = f"<{known.units()[facts.pcf['declaredUnitOfMeasurement']]}>"
        self.amount = facts.number("declaredUnitAmount") or Decimal(1)
        self.result = self.node("footprint")

    def node(self, kind: str, *parts: str) -> str:
        """Return a node of this record."""
        return node(self.base, kind, self.id, *parts)

    def record(self, read: Read, status: str) -> Iterator[str]:
        """The record: its text as it came, and what is told about it."""
        own, stated = self.node("record"), self.facts.record
        yield f"{own} {TYPE} {tm('ExchangeRecord')}"
        yield f"{own} {dcterms('identifier')} {literal(self.id)}"
        yield f"{own} {tm('recordOf')} {self.result}"
        yield f"{own} {tm('recordVersion')} {literal(self.facts.version)}"
        yield f"{own} {tm('recordStatus')} <{known.statuses()[status]}>"
        yield f"{own} {dcterms('created')} {date_time(str(stated['created']).upper())}"
        yield f"{own} {tm('recordText')} {literal(read.text)}"
        yield f"{own} {tm('sha256')} {literal(read.sha256)}"
        for older in stated.get("precedingPfIds") or ():
            yield f"{own} <{PROV}wasRevisionOf> {node(self.base, 'record', older)}"
            yield f"{self.result} <{PROV}wasRevisionOf> {node(self.base, 'footprint', older)}"

    def company(self) -> Iterator[str]:
        """The company that states the footprint."""
        own, stated = self.node("organization"), self.facts.record
        yield f"{own} {TYPE} {tm('Organization')}"
        yield f"{own} {LABEL} {literal(stated['companyName'])}"
        yield from _identified(own, stated["companyIds"])
        yield f"{self.result} {dcterms('publisher')} {own}"

    def product(self) -> Iterator[str]:
        """The product, its codes, its mass and its carbon."""
        own, stated = self.node("product"), self.facts.record
        yield f"{own} {TYPE} {tm('Product')}"
        yield f"{own} {LABEL} {literal(stated['productNameCompany'])}"
        yield f"{own} {tm('referenceUnit')} {self.unit}"
        if stated["productDescription"]:
            yield f"{own} {dcterms('description')} {literal(stated['productDescription'])}"
        yield from _identified(own, stated["productIds"])
        for urn in stated.get("productClassifications") or ():
            code = f"<{self.base}/id/commodity-code/{iri_part(urn)}>"
            yield f"{own} {tm('commodityCode')} {code}"
            yield f"{code} {TYPE} {tm('CommodityCode')}"
            yield f"{code} <{SKOS}notation> {literal(urn)}"
        mass, word = self.facts.number("productMassPerDeclaredUnit"), self.facts.pcf["declaredUnitOfMeasurement"]
        if mass and word != "kilogram":
            yield from self._property(f"{ID}property/{_CONVERSION.get(word, 'conversion')}", mass)
        for kind, content in self.facts.carbon.items():
            yield from self._property(kind, content)

    def _property(self, kind: str, per_declared: Decimal) -> Iterator[str]:
        value = self.node("property-value", kind.rpartition("/")[2])
        yield f"{self.node('product')} {tm('hasProperty')} {value}"
        yield f"{value} {TYPE} {tm('PropertyValue')}"
        yield f"{value} {tm('property')} <{kind}>"
        yield f"{value} {tm('amount')} {double(self._each(per_declared))}"
        yield f"{value} {tm('unit')} <{_KILOGRAM}>"
        yield f"{value} {tm('perUnit')} {self.unit}"

    def _each(self, value: Decimal) -> float:
        """A number for the declared amount as one for a single unit, rounded once, to the nearest double."""
        return float(Fraction(value) / Fraction(self.amount))

    def footprint(self, product: str) -> Iterator[str]:
        """The declared result: for what product, how much, when and where it holds."""
        facts, own = self.facts, self.result
        yield f"{own} {TYPE} {tm('DeclaredFootprint')}"
        yield f"{own} {LABEL} {literal(facts.record['productNameCompany'])}"
        yield f"{own} {tm('ofProduct')} {product}"
        yield f"{own} {tm('amount')} {decimal(self.amount)}"
        yield f"{own} {tm('unit')} {self.unit}"
        if facts.total is not None:
            yield f"{own} {tm('co2e')} {decimal(facts.total)}"
        including = facts.number("pcfIncludingBiogenicUptake")
        if including is not None:
            yield f"{own} {tm('co2eWithBiogenic')} {decimal(including)}"
        for name, term in (("referencePeriodStart", "periodStart"), ("referencePeriodEnd", "periodEnd")):
            yield from _day(own, term, facts.moment(name))
        for name, term in (("validityPeriodStart", "validFrom"), ("validityPeriodEnd", "validUntil")):
            yield from _day(own, term, lexical.moment(facts.record.get(name)))
        if facts.place:
            yield f"{own} {tm('geography')} <{facts.place}>"

    def parts(self) -> Iterator[str]:
        """The components of the totals, and the items inside them."""
        found = {**self.facts.parts, **self.facts.memo}
        for category, value in found.items():
            part = self.node("contribution", category.rpartition("/")[2])
            yield f"{self.result} {tm('contribution')} {part}"
            yield f"{part} {TYPE} {tm('Contribution')}"
            yield f"{part} {tm('emissionCategory')} <{category}>"
            yield f"{part} {tm('co2e')} {decimal(value)}"
        aircraft = self.facts.number("aircraftGhgEmissions")
        if aircraft is not None:
            part = self.node("contribution", "aircraft")
            yield f"{self.result} {tm('contribution')} {part}"
            yield f"{part} {TYPE} {tm('Contribution')}"
            yield f"{part} {tm('aircraftEmission')} {typed('true', 'boolean')}"
            yield f"{part} {tm('co2e')} {decimal(aircraft)}"

    def quality(self) -> Iterator[str]:
        """Scores, share of primary data, what was left out, who verified."""
        facts, own = self.facts, self.result
        for indicator, value in facts.ratings.items():
            score = self.node("quality", indicator.rpartition("/")[2])
            yield f"{own} {tm('quality')} {score}"
            yield f"{score} {TYPE} {tm('DataQualityScore')}"
            yield f"{score} {tm('indicator')} <{indicator}>"
            yield f"{score} {tm('scale')} <{facts.scale}>"
            yield f"{score} {tm('score')} {decimal(value)}"
        share, exempted = facts.number("primaryDataShare"), facts.number("exemptedEmissionsPercent")
        if share is not None:
            yield f"{own} {tm('primaryDataShare')} {decimal(share.scaleb(-2))}"
        if exempted is not None:
            left_out = self.node("cut-off")
            yield f"{own} {tm('cutOff')} {left_out}"
            yield f"{left_out} {TYPE} {tm('CutOff')}"
            yield f"{left_out} {tm('share')} {decimal(exempted.scaleb(-2))}"
        yield from self._verification()

    def _verification(self) -> Iterator[str]:
        stated = self.facts.pcf.get("verification")
        if not stated:
            return
        own = self.node("verification")
        yield f"{self.result} {tm('verification')} {own}"
        yield f"{own} {TYPE} {tm('Verification')}"
        if stated.get("providerName"):
            verifier = self.node("organization", "verifier")
            yield f"{own} {tm('verifier')} {verifier}"
            yield f"{verifier} {TYPE} {tm('Organization')}"
            yield f"{verifier} {LABEL} {literal(stated['providerName'])}"
        yield from _day(own, "completedOn", lexical.moment(stated.get("completedAt")))

    def method(self) -> Iterator[str]:
        """Warming potentials, standards, sources of secondary factors."""
        own = self.result
        for gwp_set in self.facts.gwp_sets:
            yield f"{own} {tm('gwpSet')} <{gwp_set}>"
        for code in dict.fromkeys(self.facts.pcf.get("crossSectoralStandards") or ()):
            scheme = known.schemes().get(code)
            if scheme:
                yield f"{own} {tm('calculationScheme')} <{scheme}>"
                continue
            standard = self.node("standard", code)
            yield f"{own} {dcterms('conformsTo')} {standard}"
            yield f"{standard} {TYPE} {tm('Standard')}"
            yield f"{standard} <{SKOS}notation> {literal(code)}^^<{TM}pactCode>"
        for source in self.facts.pcf.get("secondaryEmissionFactorSources") or ():
            text = f"{source['name']} {source['version']}"
            yield f"{own} {dcterms('source')} {literal(text)}"

    def factor(self) -> Iterator[str]:
        """The total per one unit, split as the record splits it, so that a supply chain can end here.

        A record without a usable total has no factor: what cannot be calculated with must not look as if it could.
        """
        facts = self.facts
        if facts.total is None:
            return
        own = self.node("emission-factor")
        yield f"{own} {TYPE} {tm('EmissionFactor')}"
        yield f"{own} {LABEL} {literal(facts.record['productNameCompany'])}"
        yield f"{own} {tm('factorOf')} {self.result}"
        yield f"{own} {tm('activity')} {concept('activity', 'production')}"
        yield f"{own} {tm('perUnit')} {self.unit}"
        yield f"{own} {tm('gwpSet')} <{facts.factor_set}>"
        yield f"{own} {dcterms('publisher')} {self.node('organization')}"
        share = facts.number("primaryDataShare")
        if share is not None:
            yield f"{own} {tm('primaryDataShare')} {decimal(share.scaleb(-2))}"
        if facts.place:
            yield f"{own} {tm('geography')} <{facts.place}>"
        for name, term in (("referencePeriodStart", "periodStart"), ("referencePeriodEnd", "periodEnd")):
            yield from _day(own, term, facts.moment(name))
        for category, value in facts.parts.items():
            mass = self.node("gas-mass", category.rpartition("/")[2])
            yield f"{own} {tm('gasMass')} {mass}"
            yield f"{mass} {TYPE} {tm('GasMass')}"
            yield f"{mass} {tm('gas')} {concept('gas', 'CO2e')}"
            yield f"{mass} {tm('emissionCategory')} <{category}>"
            yield f"{mass} {tm('amount')} {double(self._each(value))}"
            yield f"{mass} {tm('unit')} <{_KILOGRAM}>"


def _identified(subject: str, urns: Iterable[str]) -> Iterator[str]:
    for urn in urns:
        yield f"{subject} {dcterms('identifier')} {literal(urn)}"


def _day(subject: str, term: str, moment: dt.datetime | None) -> Iterator[str]:
    if moment is not None:
        yield f"{subject} {tm(term)} {typed(moment.date().isoformat(), 'date')}"
