"""Global warming potentials, electricity factors, reference values and background databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_tables.errors import BadValueError
from reference_tables.fields import Spec, chinese, english, link, number, path, plain, truth, unit
from reference_tables.statements import mark_recalled
from reference_tables.turtle import boolean, decimal, integer, node, text

if TYPE_CHECKING:
    from reference_tables.tables import Row
    from reference_tables.turtle import Graph

_SETS = ("AR4", "AR5", "AR6")


def _gwp(graph: Graph, row: Row, gas: str) -> None:
    """Add one characterisation factor per GWP set that has a value; an empty cell is no factor, not zero."""
    for gwp_set in _SETS:
        column = f"gwp100_{gwp_set.lower()}"
        if row.get(column):
            _factor(graph, row, gwp_set, row.convert(column, decimal))
    for part in row.split("components"):
        species, fraction = part.rsplit(":", 1)
        component = node("blend-component", f"{row.key}-{species}")
        graph.add(gas, "tm:component", component)
        graph.add(component, "a", "tm:BlendComponent")
        graph.add(component, "tm:gas", node("gas", species))
        graph.add(component, "tm:massFraction", row.check("components", fraction, decimal))
        graph.add(component, "dcterms:source", *row.nodes("components_source_key", "source"))
        graph.add(component, "tm:confidence", *row.nodes("confidence", "confidence"))
        mark_recalled(graph, component, row)
        graph.add(component, "rdfs:label", text(f"{species} in {row.key}", "en"), text(f"{row.key}中的{species}", "zh"))


def _factor(graph: Graph, row: Row, gwp_set: str, amount: str) -> None:
    factor = node("gwp", f"{row.key}-{gwp_set}")
    graph.add(factor, "a", "tm:CharacterizationFactor")
    graph.add(factor, "rdfs:label", text(f"GWP100 of {row.key}, {gwp_set}", "en"))
    graph.add(factor, "rdfs:label", text(f"{row.get('name_zh')} 100年全球变暖潜势（{gwp_set}）", "zh"))
    graph.add(factor, "tm:gas", node("gas", row.key))
    graph.add(factor, "tm:gwpSet", node("gwp-set", gwp_set))
    graph.add(factor, "tm:amount", amount)
    graph.add(factor, "tm:timeHorizon", integer("100"))
    graph.add(factor, "dcterms:source", *row.nodes(f"source_key_{gwp_set.lower()}", "source"))
    graph.add(factor, "dcterms:bibliographicCitation", text(row.get("source")))
    for column, predicate, kind in (("confidence", "tm:confidence", "confidence"), ("seen_in", "tm:seenIn", "source")):
        if row.get(column):
            graph.add(factor, predicate, *row.nodes(column, kind))
    mark_recalled(graph, factor, row)
    if row.get("note"):
        graph.add(factor, "skos:note", text(row.get("note"), "en"))
    for part in row.split("components"):
        species = part.rsplit(":", 1)[0]
        graph.add(factor, "tm:derived", boolean("true"))
        graph.add(factor, "prov:wasDerivedFrom", node("gwp", f"{species}-{gwp_set}"))


GWP = Spec(
    "gwp",
    "gas",
    "",
    (),
    printed=frozenset({"formula", "group"}),
    columns=frozenset(
        {"name_zh", "components", "components_source_key"}
        | {f"gwp100_{s.lower()}" for s in _SETS}
        | {f"source_key_{s.lower()}" for s in _SETS}
    ),
    hook=_gwp,
)

_ELECTRICITY = {
    "electricity_carbon_footprint": ("tm:ElectricityFootprintFactor", "carbon footprint factor", "碳足迹因子"),
    "electricity_co2_emission": ("tm:ElectricityCO2Factor", "CO2 emission factor", "二氧化碳排放因子"),
}


def _electricity(graph: Graph, row: Row, factor: str) -> None:
    """Add class, label, activity, scope and value: CO2e of unknown GWP set for footprints, a CO2 mass for the CO2 series."""
    try:
        cls, english_kind, chinese_kind = _ELECTRICITY[row.get("factor_kind")]
    except KeyError:
        msg = f"table {row.table}.csv, row {row.key!r}: factor_kind must be one of {', '.join(_ELECTRICITY)}"
        raise BadValueError(msg) from None
    year = row.get("data_year")
    graph.add(factor, "a", cls)
    label = f"Electricity {english_kind}, {row.get('region_en')}, {row.get('generation_type_en')}, {year}"
    graph.add(factor, "rdfs:label", text(label, "en"))
    label = f"{row.get('region_zh')}电力{chinese_kind}，{row.get('generation_type_zh')}，{year}年"
    graph.add(factor, "rdfs:label", text(label, "zh"))
    graph.add(factor, "tm:referenceYear", f'"{year}"^^xsd:gYear')
    graph.add(factor, "tm:perUnit", "unit:KiloW-HR")
    graph.add(factor, "tm:activity", node("activity", _activity(cls, row.get("generation_type"))))
    if cls == "tm:ElectricityFootprintFactor":
        graph.add(factor, "tm:lifeCycleScope", node("life-cycle-scope", "life-cycle"))
        graph.add(factor, "tm:co2e", row.convert("value", decimal))
        graph.add(factor, "tm:gwpSet", node("gwp-set", "unknown"))
    else:
        graph.add(factor, "tm:lifeCycleScope", node("life-cycle-scope", "direct"))
        _co2_mass(graph, row, factor)


def _co2_mass(graph: Graph, row: Row, factor: str) -> None:
    mass = node("gas-mass", row.key)
    graph.add(factor, "tm:gasMass", mass)
    graph.add(mass, "a", "tm:GasMass")
    graph.add(mass, "tm:gas", node("gas", "CO2"))
    graph.add(mass, "tm:amount", row.convert("value", decimal))
    graph.add(mass, "tm:unit", "unit:KiloGM")
    graph.add(mass, "tm:emissionCategory", node("emission-category", "fossil"))
    graph.add(mass, "dcterms:source", *row.nodes("source_key", "source"))


def _activity(cls: str, generation_type: str) -> str:
    if generation_type.startswith("t_and_d"):
        return "delivery"
    average = generation_type == "grid_average" and cls == "tm:ElectricityFootprintFactor"
    return "consumption" if average else "generation"


ELECTRICITY = Spec(
    "electricity_factors",
    "electricity-factor",
    "tm:EmissionFactor",
    (
        link("region_code", "tm:geography", "geography"),
        link("generation_type", "tm:generationType", "generation"),
        link("transmission_loss", "tm:transmissionLoss", "transmission-loss"),
        link("publisher_key", "dcterms:publisher", "organization"),
        english("gas_scope", "skos:scopeNote"),
        plain("document_number", "dcterms:identifier"),
    ),
    printed=frozenset({"region_level", "unit", "document"}),
    columns=frozenset(
        {"factor_kind", "region_zh", "region_en", "generation_type_zh", "generation_type_en", "data_year", "value"}
    ),
    hook=_electricity,
)

REFERENCE_VALUES = Spec(
    "reference_values",
    "reference-value",
    "tm:ReferenceValue",
    (
        link("group", "tm:parameterGroup", "parameter-group"),
        english("label_en", "rdfs:label"),
        chinese("label_zh", "rdfs:label"),
        plain("symbol", "tm:symbol"),
        path("applies_to", "tm:appliesTo"),
        number("amount", "tm:amount"),
        unit("unit", "tm:unit"),
        unit("per_unit", "tm:perUnit"),
        plain("unit_text", "tm:unitText"),
        english("value_text", "tm:valueText"),
        truth("inclusive", "tm:inclusive"),
    ),
)

DATABASES = Spec(
    "databases",
    "database",
    "tm:BackgroundDatabase",
    (
        english("label_en", "rdfs:label"),
        chinese("label_zh", "rdfs:label"),
        english("owner", "tm:issuerText"),
        english("kind", "tm:databaseKind"),
        english("size", "tm:sizeText"),
        english("remark", "skos:note"),
    ),
)
