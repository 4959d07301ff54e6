"""A footprint that was computed from the graph as a record of version 3, complete or not at all.

Numbers are the shortest decimals that give the same 64-bit number back: nothing is rounded. The two totals are the exact sums of
the components that are written, and must agree with the totals of the calculation within its own error bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from mappings.errors import RecordError
from mappings.ntriples import ID
from mappings.pact import known, lexical
from mappings.pact.assured import ratings, verification
from mappings.pact.findings import Loss
from mappings.pact.method import EXCLUDING, UPTAKE, component_sum
from mappings.pact.needs import StudyFacts, carbon, exempted, mass, needed, require_gate, text
from mappings.pact.statements import OwnFacts
from mappings.pact.texts import lost

if TYPE_CHECKING:
    from graphstore.answers.graph import Calculation

VERSION: Final = "3.0.3"
"""Version of the specification that is written."""

_RELEASE: Final = f"{ID}emission-category/biogenic-co2-release"
_SLACK: Final = Decimal("1e-12")
_TOLD_TO_ALL: Final = frozenset({"illustrative", "gwp-set-unknown"})
"""Assumptions that name nothing of the bill of materials."""

_MOST_LINES: Final = 10_000
"""Contributions that are looked through for the sources of secondary factors, the largest first."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A record without the members that come with its publication: id, created, status, precedingPfIds.

    Attributes:
        content: the record.
        losses: what it cannot say of the footprint.
        own: what was calculated; a new record about the same replaces the old.
    """

    content: dict[str, Any]
    losses: tuple[Loss, ...]
    own: OwnFacts


def draft(calculation: Calculation, product: str, study: str | None = None) -> Draft:
    """Compute a footprint and write it down.

    Args:
        calculation: a store and the settings.
        product: IRI, or a unique part of a name.
        study: IRI of the study about the product; needed where there are several.

    Raises:
        RecordError: facts that a record needs are missing; all of them are named.
        FootprintError: the footprint cannot be computed.
        UnknownNameError: no such product, or several.
    """
    from graphstore.answers.footprint import calculate

    iri = str(calculate(calculation, product, most=0).data["product"]["iri"])
    facts = needed(calculation.graph, iri, study)
    amount, unit = facts.asked
    result = calculate(calculation, iri, amount, unit, most=_MOST_LINES).data if unit else {}
    record = {**_heading(facts), **_stated("comment", _assumptions(result))}
    record["pcf"] = {**_unit_and_period(facts), **(_numbers(facts, result) if result else {}), **_rules(facts, result)}
    if facts.missing:
        listed = ", ".join(dict.fromkeys(facts.missing))
        raise RecordError(f"no PACT record can be made of the footprint of <{iri}>. Missing: {listed}.")
    facts.losses += [lost("/pcf", "result", **words) for words in _NOT_SAID]
    own = OwnFacts(iri, facts.study, str(result["settings"]["hash"]), calculation.settings.gwp_set)
    return Draft(record, tuple(facts.losses), own)


_NOT_SAID: Final = (
    {"what": "life-cycle stages", "what_zh": "生命周期阶段"},
    {"what": "suppliers and exchanges", "what_zh": "供应方和交换"},
    {
        "what": "the error bound, further assumptions and the versions of the data",
        "what_zh": "误差界、其他假设和数据版本",
    },
)


def _heading(facts: StudyFacts) -> dict[str, Any]:
    product, study = f"<{facts.product}>", f"<{facts.study}>"
    urns = [each for each in facts.texts("identifier") if lexical.FORMS["urn"](each)]
    companies = [each for each in facts.texts("company-id") if lexical.FORMS["urn"](each)]
    if not urns:
        facts.missing.append(f"productIds: state a URN such as urn:gtin:... as dcterms:identifier of {product}")
    if not companies:
        facts.missing.append(
            f"companyIds: state a URN such as urn:lei:... as dcterms:identifier of the creator of {study}"
        )
    name = _named(facts, "name", "productNameCompany", f"an rdfs:label of {product}")
    record = {
        "specVersion": VERSION,
        "companyName": _named(facts, "company", "companyName", f"an rdfs:label of the dcterms:creator of {study}"),
        "companyIds": companies,
        "productDescription": facts.one("description") or name,
        "productIds": urns,
        "productNameCompany": name,
    }
    classes = [each for each in facts.texts("class") if lexical.FORMS["urn"](each)]
    return {**record, **({"productClassifications": classes} if classes else {})}


def _named(facts: StudyFacts, fact: str, what: str, where: str) -> str:
    """Join the names of something in several languages, which a record has one member for."""
    return " / ".join(facts.texts(fact)) or facts.one(fact, what, where)


def _unit_and_period(facts: StudyFacts) -> dict[str, Any]:
    study = f"<{facts.study}>"
    require_gate(facts)
    weight = mass(facts) if facts.word else None
    if weight is None and facts.word:
        facts.missing.append(
            f"productMassPerDeclaredUnit: state the mass per unit of <{facts.product}> as tm:hasProperty"
        )
    begin = facts.one("period-start", "referencePeriodStart", f"tm:periodStart of {study}")
    end = facts.one("period-end", "referencePeriodEnd", f"tm:periodEnd of {study}")
    return {
        "declaredUnitOfMeasurement": facts.word,
        "declaredUnitAmount": text(facts.amount),
        "productMassPerDeclaredUnit": text(weight or Decimal(0)),
        "referencePeriodStart": f"{begin}T00:00:00Z",
        "referencePeriodEnd": f"{end}T00:00:00Z",
        **_geography(facts),
        **_stated("boundaryProcessesDescription", facts.texts("scope")),
    }


def _geography(facts: StudyFacts) -> dict[str, str]:
    """The place of the study at the one level that fits; nothing for the world."""
    codes = facts.texts("place")
    if "GLO" in codes:
        return {}
    for member, form in (("geographyCountrySubdivision", "subdivision"), ("geographyCountry", "country")):
        found = [code for code in codes if lexical.FORMS[form](code)]
        if found:
            return {member: found[0]}
    region = [code for code in codes if code in known.regions()]
    if region:
        return {"geographyRegionOrSubregion": region[0]}
    facts.missing.append(
        f"geography: state a country or subdivision or region of UN M49 or the world (GLO) as tm:geography of <{facts.study}>; "
        "none of them would mean the whole world"
    )
    return {}


def _numbers(facts: StudyFacts, result: Mapping[str, Any]) -> dict[str, Any]:
    """The components, and the totals as their exact sums."""
    members = {iri: member for member, iri in known.aligned("emission-category").items()}
    values: dict[str, Decimal] = {"fossilGhgEmissions": Decimal(0)}
    release = Decimal(0)
    for each in result["categories"]:
        value = Decimal(repr(float(each["value"])))
        if each["iri"] == _RELEASE:
            release = value
        elif each["iri"] == "aircraft":
            values["aircraftGhgEmissions"] = value
        elif each["iri"] in members:
            values[members[each["iri"]]] = value
        else:
            facts.missing.append(f"a member for emissions of the category <{each['iri']}> that records do not know")
    if release:
        _release(facts, values, release)
    made = {name: text(value) for name, value in values.items() if name == "fossilGhgEmissions" or value}
    excluding = component_sum(made, EXCLUDING)
    including = component_sum(made, (*EXCLUDING, UPTAKE))
    _agree(result["total"], excluding)
    _agree(result["total_including_biogenic_co2"], including)
    totals = {"pcfExcludingBiogenicUptake": text(excluding), "pcfIncludingBiogenicUptake": text(including)}
    return {**totals, **made, **carbon(facts)}


def _release(facts: StudyFacts, values: dict[str, Decimal], release: Decimal) -> None:
    """Net the release of biogenic CO2 against the uptake: a record states what stays in the product."""
    net = values.get(UPTAKE, Decimal(0)) + release
    if net > 0:
        facts.missing.append(
            f"a member for {text(net)} kg of biogenic CO2 that is released beyond what was taken up: state the uptake of the biomass too"
        )
    values[UPTAKE] = net
    facts.losses.append(lost(f"/pcf/{UPTAKE}", "release", uptake=text(net)))


def _agree(total: Mapping[str, Any], written: Decimal) -> None:
    computed, bound = Decimal(repr(float(total["value"]))), Decimal(repr(float(total["error_bound"])))
    if abs(computed - written) > 2 * bound + _SLACK * abs(computed) + _SLACK:
        raise RecordError(
            f"the components add up to {written} kg CO2e, but the footprint is {computed} within {bound}. Nothing was written; "
            "report this as an error of the calculation."
        )


def _rules(facts: StudyFacts, result: Mapping[str, Any]) -> dict[str, Any]:
    study = f"<{facts.study}>"
    if result and result["cutoffs"]:
        facts.missing.append(
            "a supply chain without gaps: the footprint leaves inputs out that nothing supplies; link them first"
        )
    facts.one("scheme", "crossSectoralStandards", f"tm:calculationScheme of {study} or of its tm:settings")
    made: dict[str, Any] = {
        "ipccCharacterizationFactors": [result["settings"]["gwp"]] if result else [],
        "crossSectoralStandards": facts.texts("scheme"),
        "exemptedEmissionsPercent": exempted(facts),
        **_stated("allocationRulesDescription", facts.texts("allocation")),
    }
    sources = _sources(facts, result)
    if sources:
        made["secondaryEmissionFactorSources"] = sources
    share = facts.texts("share")
    if len(share) == 1 and lexical.number(share[0]) is not None:
        made["primaryDataShare"] = text(100 * Decimal(share[0]))
    made |= {**ratings(facts, VERSION), **verification(facts)}
    rules = _product_rules(facts)
    return {**made, **({"productOrSectorSpecificRules": rules} if rules else {})}


def _sources(facts: StudyFacts, result: Mapping[str, Any]) -> list[dict[str, str]]:
    """The sources of the factors in use, with the year of each; one without a year cannot be stated."""
    found, undated = set[tuple[str, str]](), set[str]()
    for line in result.get("contributions", ()):
        source = line.get("factorSource")
        name = str(source["name_en"] or source["iri"]) if source else str(line.get("factorSourceText") or "")
        if name and line.get("factorYear"):
            found.add((name, str(line["factorYear"])))
        elif name:
            undated.add(name)
    facts.losses += [lost("/pcf/secondaryEmissionFactorSources", "year", source=name) for name in sorted(undated)]
    return [{"name": name, "version": version} for name, version in sorted(found)]


def _assumptions(result: Mapping[str, Any]) -> list[str]:
    """What a reader of the record must know of the calculation. Other assumptions name suppliers and inputs: they stay here."""
    told = [each for each in result.get("assumptions", ()) if each["code"] in _TOLD_TO_ALL]
    return [f"{each['text_en']} {each['text_zh']}" for each in told]


def _product_rules(facts: StudyFacts) -> list[dict[str, Any]]:
    """The product rules that the study claims, by who publishes them; one whose publisher is not known cannot be stated."""
    found: dict[str, list[str]] = {}
    for row in facts.said.get("rule", []):
        if row["kind"] is None:
            facts.losses.append(lost("/pcf/productOrSectorSpecificRules", "publisher", rule=str(row["value"])))
        else:
            found.setdefault(str(row["kind"]), []).append(str(row["value"]))
    return [
        {"operator": "Other", "ruleNames": sorted(set(names)), "otherOperatorName": publisher}
        for publisher, names in sorted(found.items())
    ]


def _stated(member: str, texts: list[str]) -> dict[str, str]:
    return {member: " / ".join(texts)} if texts else {}
