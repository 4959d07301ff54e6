"""Policy documents and their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_tables.errors import BadValueError
from reference_tables.fields import Spec, chinese, english, link, moment, path, plain
from reference_tables.turtle import decimal, node, text

if TYPE_CHECKING:
    from reference_tables.tables import Row
    from reference_tables.turtle import Graph

POLICIES = Spec(
    "policies",
    "policy",
    "tm:Policy",
    (
        english("title_en", "rdfs:label"),
        chinese("title_zh", "rdfs:label"),
        link("issuer_key", "dcterms:publisher", "organization"),
        english("issuer_text", "tm:issuerText"),
        plain("identifier", "dcterms:identifier"),
    ),
)


def _quantities(graph: Graph, row: Row, target: str) -> None:
    """Add one node per number of a target; the cell holds `measure:qualifier:amount` parted by semicolons."""
    for part in row.split("quantities"):
        try:
            measure, qualifier, amount = part.split(":")
        except ValueError:
            msg = f"table {row.table}.csv, row {row.key!r}: {part!r} is not measure:qualifier:amount"
            raise BadValueError(msg) from None
        quantity = node("target-quantity", f"{row.key}-{measure}")
        graph.add(target, "tm:quantity", quantity)
        graph.add(quantity, "a", "tm:TargetQuantity")
        graph.add(quantity, "tm:measure", node("target-measure", measure))
        graph.add(quantity, "tm:qualifier", text(qualifier))
        graph.add(quantity, "tm:amount", row.check("quantities", amount, decimal))
        graph.add(quantity, "dcterms:source", *row.nodes("source_key", "source"))


TARGETS = Spec(
    "policy_targets",
    "policy-target",
    "tm:PolicyTarget",
    (
        moment("target_year", "tm:targetYear"),
        plain("target_kind", "tm:targetKind"),
        english("target_en", "rdfs:label"),
        chinese("target_zh", "rdfs:label"),
        path("set_by", "tm:setBy"),
    ),
    printed=frozenset({"document_text"}),
    columns=frozenset({"quantities"}),
    hook=_quantities,
)
