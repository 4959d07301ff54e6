"""Rules of calculation schemes on electricity, and plausibility checks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from reference_tables.fields import Field, Spec, chinese, count, english, link, number, plain, truth, unit
from reference_tables.turtle import node

if TYPE_CHECKING:
    from reference_tables.tables import Row


ELECTRICITY_RULES = Spec(
    "electricity_rules",
    "electricity-rule",
    "tm:ElectricityRule",
    (
        english("label_en", "rdfs:label"),
        chinese("label_zh", "rdfs:label"),
        link("scheme", "tm:calculationScheme", "calculation-scheme"),
        link("method", "tm:electricityMethod", "electricity-method"),
        count("order", "tm:order"),
        link("treatment", "tm:treatment", "electricity-treatment"),
        link("generation_type", "tm:generationType", "generation"),
        link("conditions", "tm:requiresCondition", "supply-condition"),
        link("addable_delivery", "tm:addableDelivery", "generation"),
        link("sectors", "tm:sector", "cbam-sector"),
        english("reason_en", "tm:reason"),
        chinese("reason_zh", "tm:reason"),
        plain("rule", "dcterms:identifier"),
    ),
)


def _quantity_kinds(row: Row, column: str) -> list[str]:
    """Return kinds of QUDT by name, and kinds minted here as kind/key."""
    kinds = (kind.rpartition("/") for kind in row.split(column))
    return [row.check(column, name, partial(node, kind)) if kind else f"quantitykind:{name}" for kind, _, name in kinds]


PLAUSIBILITY_CHECKS = Spec(
    "plausibility_checks",
    "plausibility-check",
    "tm:PlausibilityCheck",
    (
        english("label_en", "rdfs:label"),
        chinese("label_zh", "rdfs:label"),
        link("check", "tm:checkedQuantity", "checked-quantity"),
        link("product_group", "tm:productGroup", "product-group"),
        link("input_group", "tm:inputGroup", "product-group"),
        number("lower", "tm:lowerBound"),
        truth("lower_inclusive", "tm:lowerInclusive"),
        number("upper", "tm:upperBound"),
        truth("upper_inclusive", "tm:upperInclusive"),
        unit("unit", "tm:unit"),
        unit("per_unit", "tm:perUnit"),
        Field("exempt_kinds", "tm:exemptQuantityKind", _quantity_kinds),
        link("severity", "tm:severity", "severity"),
        plain("rule", "dcterms:identifier"),
    ),
)
