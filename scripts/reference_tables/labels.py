"""Carbon label schemes, certification bodies, label pilots and the places that take part in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_tables.fields import Spec, chinese, count, english, link, moment, plain
from reference_tables.turtle import node, text

if TYPE_CHECKING:
    from reference_tables.tables import Row
    from reference_tables.turtle import Graph

LABELS = Spec(
    "carbon_labels",
    "carbon-label",
    "tm:CarbonLabel",
    (
        english("label_en", "rdfs:label"),
        chinese("label_zh", "rdfs:label"),
        link("region_code", "tm:geography", "geography"),
        moment("launch_year", "tm:launchYear"),
        english("launch_year_note", "skos:note"),
        english("label_type", "tm:labelType"),
        link("obligation", "tm:obligation", "obligation"),
        english("obligation_note", "skos:note"),
        english("basis_text", "tm:basisText"),
        link("basis_key", "tm:basedOn", "standard"),
        english("operator", "tm:operatorText"),
        english("operator_nature", "tm:operatorNature"),
        english("verifier", "tm:verifierText"),
        english("product_categories", "tm:productScopeText"),
        link("product_group_key", "tm:productGroup", "product-group"),
        link("discloses", "tm:discloses", "label-disclosure"),
        english("disclosure_text", "tm:disclosureText"),
        english("assurance_type", "tm:assuranceType"),
        english("launch_mode", "tm:launchMode"),
    ),
    printed=frozenset({"country_or_region"}),
)


def _organization(graph: Graph, _: Row, body: str) -> None:
    graph.add(body, "a", "tm:Organization")


BODIES = Spec(
    "certification_bodies",
    "certification-body",
    "tm:CertificationBody",
    (
        count("number", "tm:listNumber"),
        chinese("name_zh", "rdfs:label"),
        english("name_en", "rdfs:label"),
        plain("approval_number", "tm:approvalNumber"),
        link("product_group_key", "tm:approvedFor", "product-group"),
        link("listed_by", "tm:listedBy", "policy"),
    ),
    printed=frozenset({"pilot_products_zh", "pilot_products_en"}),
    hook=_organization,
)


def _pilot_label(graph: Graph, row: Row, pilot: str) -> None:
    detail_zh, detail_en = row.get("product_detail_zh"), row.get("product_detail_en")
    group, region = row.get("product_group_en"), row.get("province_en")
    zh = f"{row.get('province_zh')}{row.get('product_group_zh')}试点" + (f"（{detail_zh}）" if detail_zh else "")
    en = f"Label pilot in {region}: {group}" + (f" ({detail_en})" if detail_en else "")
    graph.add(pilot, "rdfs:label", text(en, "en"), text(zh, "zh"))


PILOTS = Spec(
    "pilot_regions",
    "label-pilot",
    "tm:LabelPilot",
    (
        count("province_number", "tm:listNumber"),
        link("region_code", "tm:geography", "geography"),
        link("product_group_key", "tm:productGroup", "product-group"),
        chinese("product_detail_zh", "tm:productDetail"),
        english("product_detail_en", "tm:productDetail"),
        link("place_key", "tm:pilotRegion", "geography"),
        link("lead_place_key", "tm:leadRegion", "geography"),
        link("listed_by", "tm:listedBy", "policy"),
    ),
    printed=frozenset({"regions_zh"}),
    columns=frozenset({"province_zh", "province_en", "product_group_zh", "product_group_en"}),
    hook=_pilot_label,
)


def _place(graph: Graph, row: Row, place: str) -> None:
    """Add scheme, notations and definition, in the manner of geography.ttl; six digits are a GB/T 2260 code."""
    graph.add(place, "a", "skos:Concept")
    graph.add(place, "skos:inScheme", node("scheme", "geography"))
    graph.add(place, "skos:notation", text(row.key))
    if row.key.isdigit():
        graph.add(place, "skos:notation", f"{text(row.key)}^^tm:gbt2260")
    graph.add(place, "skos:definition", text(f"{row.get('name_en')}, China: takes part in label pilots.", "en"))
    graph.add(place, "skos:definition", text(f"{row.get('name_zh')}：参与产品碳足迹标识认证试点。", "zh"))
    for column, language in (("name_en", "en"), ("name_zh", "zh")):
        graph.add(place, "skos:prefLabel", text(row.get(column), language))


PLACES = Spec(
    "pilot_places",
    "geography",
    "tm:Location",
    (
        english("name_en", "rdfs:label"),
        chinese("name_zh", "rdfs:label"),
        link("within", "skos:broader", "geography"),
    ),
    hook=_place,
)
