"""Sources, organizations, product groups and conflicting claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_tables.fields import Spec, address, chinese, english, link, path, plain, truth
from reference_tables.turtle import node, text

if TYPE_CHECKING:
    from reference_tables.tables import Row, Table
    from reference_tables.turtle import Graph


def _source_label(graph: Graph, row: Row, source: str) -> None:
    for column, language in (("title_zh", "zh"), ("title_en", "en")):
        if row.get(column):
            graph.add(source, "rdfs:label", text(row.get(column), language))


SOURCES = Spec(
    "sources",
    "source",
    "tm:Source",
    (
        english("title_en", "dcterms:title"),
        chinese("title_zh", "dcterms:title"),
        link("kind", "tm:sourceKind", "source-kind"),
        link("publisher_key", "dcterms:publisher", "organization"),
        plain("identifier", "dcterms:identifier"),
        link("corrects", "tm:corrects", "source"),
        address("url", "rdfs:seeAlso"),
    ),
    hook=_source_label,
)

ORGANIZATIONS = Spec(
    "organizations",
    "organization",
    "tm:Organization",
    (english("name_en", "rdfs:label"), chinese("name_zh", "rdfs:label")),
)


def _concept(graph: Graph, row: Row, group: str) -> None:
    graph.add(group, "a", "skos:Concept")
    graph.add(group, "skos:inScheme", node("scheme", "product-group"))
    graph.add(group, "skos:notation", text(row.key))
    for language in ("en", "zh"):
        graph.add(group, "skos:prefLabel", text(row.get(f"label_{language}"), language))
    graph.add(group, "skos:definition", text(f"Product group: {row.get('label_en')}.", "en"))
    graph.add(group, "skos:definition", text(f"产品类别：{row.get('label_zh')}。", "zh"))


PRODUCT_GROUPS = Spec(
    "product_groups",
    "product-group",
    "tm:ProductGroup",
    (
        english("label_en", "rdfs:label"),
        chinese("label_zh", "rdfs:label"),
        link("broader", "skos:broader", "product-group"),
    ),
    hook=_concept,
)


def add_product_group_scheme(graph: Graph, _: Table) -> None:
    """Add the concept scheme that holds the product groups."""
    scheme = node("scheme", "product-group")
    graph.add(scheme, "a", "skos:ConceptScheme")
    for predicate in ("rdfs:label", "skos:prefLabel"):
        graph.add(scheme, predicate, text("product groups", "en"), text("产品类别", "zh"))
    graph.add(scheme, "skos:notation", text("product-group"))
    graph.add(scheme, "skos:definition", text("Product groups that standards, pilots and approvals are for.", "en"))
    graph.add(scheme, "skos:definition", text("标准、试点和批准所针对的产品类别。", "zh"))
    graph.add(scheme, "dcterms:source", node("source", "tanmai-derivation"))


def _topic(graph: Graph, row: Row, claim: str) -> None:
    topic = node("claim-topic", row.get("topic"))
    graph.add(claim, "tm:claimTopic", topic)
    graph.add(topic, "a", "skos:Concept", "tm:ClaimTopic")
    graph.add(topic, "skos:notation", text(row.get("topic")))
    graph.add(topic, "skos:inScheme", node("scheme", "claim-topic"))
    for language in ("en", "zh"):
        name, value = row.get(f"topic_{language}"), row.get(f"value_{language}")
        joint = ": " if language == "en" else "："
        graph.add(topic, "rdfs:label", text(name, language))
        graph.add(topic, "skos:prefLabel", text(name, language))
        graph.add(claim, "rdfs:label", text(f"{name}{joint}{value}", language))
    graph.add(topic, "dcterms:source", *row.nodes("source_key", "source"))
    graph.add(topic, "skos:definition", text(f"Question on which sources differ: {row.get('topic_en')}.", "en"))
    graph.add(topic, "skos:definition", text(f"来源说法不一的问题：{row.get('topic_zh')}。", "zh"))


CLAIMS = Spec(
    "claims",
    "claim",
    "tm:Claim",
    (
        path("subject", "tm:claimSubject"),
        english("value_en", "tm:claimValue"),
        chinese("value_zh", "tm:claimValue"),
        truth("preferred", "tm:preferred"),
        english("reason_en", "skos:note"),
        chinese("reason_zh", "skos:note"),
    ),
    columns=frozenset({"topic", "topic_en", "topic_zh"}),
    hook=_topic,
)


def add_conflicts(graph: Graph, claims: Table) -> None:
    """Join every two claims of one topic by tm:conflictsWith, both ways, and add the scheme of the topics."""
    by_topic: dict[str, list[str]] = {}
    for row in claims:
        by_topic.setdefault(row.get("topic"), []).append(node("claim", row.key))
    for rivals in by_topic.values():
        for claim in rivals:
            graph.add(claim, "tm:conflictsWith", *(other for other in rivals if other != claim))
    scheme = node("scheme", "claim-topic")
    graph.add(scheme, "a", "skos:ConceptScheme")
    graph.add(scheme, "skos:notation", text("claim-topic"))
    for predicate in ("rdfs:label", "skos:prefLabel"):
        graph.add(scheme, predicate, text("topics on which sources disagree", "en"), text("来源说法不一的问题", "zh"))
    graph.add(scheme, "skos:definition", text("Questions on which sources give different answers.", "en"))
    graph.add(scheme, "skos:definition", text("不同来源给出不同答案的问题。", "zh"))
    graph.add(scheme, "dcterms:source", node("source", "tanmai-derivation"))
