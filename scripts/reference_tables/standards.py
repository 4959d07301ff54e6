"""Standards, catalogues, the comparison of standards and the grades of zero-carbon factories."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reference_tables.fields import Spec, chinese, count, english, link, number, plain, truth
from reference_tables.statements import describe
from reference_tables.turtle import node, text

if TYPE_CHECKING:
    from reference_tables.tables import Row
    from reference_tables.turtle import Graph

_ASPECTS = {
    "gases": ("greenhouse gases covered", "涵盖气体"),
    "boundary": ("system boundary", "系统边界"),
    "target": ("audience", "适用对象"),
    "cut-off": ("cut-off", "取舍准则"),
    "references": ("reference standards", "引用标准"),
}


def _entries(graph: Graph, row: Row, standard: str) -> None:
    """Add membership in catalogues; an entry at the same place of a catalogue is one node even for two numbers."""
    for part in row.split("catalogue"):
        catalogue, _, position = part.partition(":")
        listed = node("catalogue", catalogue)
        graph.add(standard, "tm:listedIn", listed)
        entry = node("catalogue-entry", re.sub(r"[^A-Za-z0-9.]+", "-", f"{catalogue}-{position or row.key}"))
        graph.add(entry, "a", "tm:CatalogueEntry")
        graph.add(entry, "tm:catalogue", listed)
        graph.add(entry, "tm:entryFor", standard)
        graph.add(entry, "dcterms:source", *row.nodes("source_key", "source"))
        if position:
            graph.add(entry, "tm:position", text(position))
    for column in ("title_en", "title_zh"):
        if row.get(column):
            title = f"{row.get('number')} {row.get(column)}".strip()
            graph.add(standard, "rdfs:label", text(title, column[-2:]))


STANDARDS = Spec(
    "standards",
    "standard",
    "tm:Standard",
    (
        plain("number", "dcterms:identifier"),
        english("title_en", "dcterms:title"),
        chinese("title_zh", "dcterms:title"),
        link("level_key", "tm:standardLevel", "standard-level"),
        link("publisher_key", "dcterms:publisher", "organization"),
        plain("responsible_body", "tm:responsibleBody"),
        link("framework_key", "tm:frameworkCategory", "framework-category"),
        link("product_group_key", "tm:productGroup", "product-group"),
        link("supersedes", "tm:supersedes", "standard"),
        link("adopts", "tm:adopts", "standard"),
        link("based_on", "tm:basedOn", "standard"),
        link("companion_of", "tm:companionOf", "standard"),
        link("joint_with", "dcterms:relation", "standard"),
        truth("yields_to_national", "tm:yieldsToNational"),
        english("relation", "skos:note"),
        english("evidence", "tm:confidenceNote"),
    ),
    printed=frozenset({"level", "publisher", "product_category"}),
    columns=frozenset({"catalogue"}),
    hook=_entries,
)

CATALOGUES = Spec(
    "standard_catalogues",
    "catalogue",
    "tm:StandardCatalogue",
    (english("title_en", "rdfs:label"), chinese("title_zh", "rdfs:label")),
)


def _aspects(graph: Graph, row: Row, _: str) -> None:
    """Add one node per standard and aspect with what the table says."""
    for aspect, (english_name, chinese_name) in _ASPECTS.items():
        item = node("standard-aspect", f"{row.key}-{aspect}")
        graph.add(item, "a", "tm:StandardAspect")
        printed = row.get("standard_printed")
        graph.add(
            item, "rdfs:label", text(f"{printed}: {english_name}", "en"), text(f"{printed}：{chinese_name}", "zh")
        )
        graph.add(item, "tm:aboutStandard", *row.nodes("standard_key", "standard"))
        graph.add(item, "tm:aspect", node("aspect", aspect))
        describe(graph, item, row)
        for language in ("en", "zh"):
            if row.get(f"{aspect}_{language}"):
                graph.add(item, "tm:requirementText", text(row.get(f"{aspect}_{language}"), language))


COMPARISON = Spec(
    "standards_comparison",
    "standard",
    "",
    (),
    printed=frozenset({"publisher"}),
    columns=frozenset(
        {"standard_key", "standard_printed"} | {f"{a}_{lang}" for a in _ASPECTS for lang in ("en", "zh")}
    ),
    hook=_aspects,
)


def _grade_label(graph: Graph, row: Row, grade: str) -> None:
    kind, stars, interval = row.get("factory_type"), row.get("stars"), row.get("score_interval")
    graph.add(grade, "rdfs:label", text(f"type {kind}, {stars} stars: score {interval}", "en"))
    graph.add(grade, "rdfs:label", text(f"{kind}型{stars}星级：评分{interval}", "zh"))


FACTORY_GRADES = Spec(
    "zero_carbon_factory_grades",
    "factory-grade",
    "tm:FactoryGrade",
    (
        link("factory_type", "tm:factoryType", "factory-type"),
        count("stars", "tm:stars"),
        number("lower_bound", "tm:lowerBound"),
        truth("lower_inclusive", "tm:lowerInclusive"),
        number("upper_bound", "tm:upperBound"),
        truth("upper_inclusive", "tm:upperInclusive"),
        number("minimum_offset", "tm:minimumOffset"),
        number("minimum_removal", "tm:minimumRemoval"),
        number("minimum_renewable", "tm:minimumRenewable"),
        link("standard_key", "dcterms:isPartOf", "standard"),
    ),
    printed=frozenset({"offset_or_removal", "renewable_electricity"}),
    columns=frozenset({"score_interval"}),
    hook=_grade_label,
)
