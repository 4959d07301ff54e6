"""What each calculation scheme says about electricity, read from the graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graphstore.answers.graph import ID, Calculation
from graphstore.queries import load
from schemes.errors import SchemeDataError, SupplyError
from schemes.rows import grouped, number, one

PLANT, GRID, AS_GRID = "plant-factor", "grid-factor", "as-grid"
NOT_CHARGED, ELSEWHERE, CO2_ONLY = "not-charged", "charged-elsewhere", "co2-factor"
TREATMENTS = (PLANT, GRID, AS_GRID, NOT_CHARGED, ELSEWHERE, CO2_ONLY)
"""Notations of the treatments that a rule may name; see ontology/concepts/method.ttl."""

LAST = 10**6
"""Rank of a rule that states none."""


@dataclass(frozen=True, slots=True)
class ElectricityRule:
    """One rule: under a scheme, what is done with one kind of supply (with any, when `method` is None).

    Attributes:
        iri: The rule.
        scheme, method, generation, delivery: IRIs; see tm:ElectricityRule.
        order: Rank among the rules of the scheme.
        treatment: Notation of the treatment.
        conditions: IRIs of the conditions that must be met.
        sectors: IRIs of the CBAM sectors it is for; empty for all.
        reason: Why, by language.
        identifier: Number of the rule.
        sources: IRIs of the documents.
        status, confidence: IRIs; None where not stated.
        unverified: Recalled, and not compared with the text.
    """

    iri: str
    scheme: str
    method: str | None
    order: int
    treatment: str
    generation: str | None
    conditions: tuple[str, ...]
    delivery: str | None
    sectors: frozenset[str]
    reason: dict[str, str]
    identifier: str | None
    sources: tuple[str, ...]
    status: str | None
    confidence: str | None
    unverified: bool


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of supply that the graph knows.

    Attributes:
        by_notation: IRI by notation.
        assumed: Those that hold unless denied.
    """

    by_notation: dict[str, str]
    assumed: frozenset[str]

    @classmethod
    def of(cls, calculation: Calculation) -> Conditions:
        """Read them."""
        rows = calculation.graph.query(load("supply-conditions")).dicts()
        return cls(
            {str(row["notation"]): str(row["condition"]) for row in rows},
            frozenset(str(row["condition"]) for row in rows if row["assumed"] is True),
        )


def rules_by_scheme(calculation: Calculation) -> dict[str, list[ElectricityRule]]:
    """Return the rules of every scheme that has any, by IRI of the scheme, each list in the order of rank.

    Raises:
        SchemeDataError: a rule states something twice, or a treatment that is not known.
    """
    found: dict[str, list[ElectricityRule]] = {}
    for iri, rows in grouped(calculation.graph.query(load("electricity-rules")).dicts(), "rule").items():
        rule = _rule(iri, rows)
        found.setdefault(rule.scheme, []).append(rule)
    for rules in found.values():
        rules.sort(key=lambda rule: (rule.order, rule.iri))
    return dict(sorted(found.items()))


def _rule(iri: str, rows: Sequence[dict[str, object]]) -> ElectricityRule:
    treatment = str(one(rows, "treatment", iri)).rpartition("/")[2]
    if treatment not in TREATMENTS:
        raise SchemeDataError(
            f"<{iri}> states the treatment {treatment!r}, which is not known. Known are {', '.join(TREATMENTS)}."
        )
    optional = {key: _text(one(rows, key, iri)) for key in _SINGLE}
    return ElectricityRule(
        iri=iri,
        scheme=str(one(rows, "scheme", iri)),
        method=optional["method"],
        order=LAST if one(rows, "order", iri) is None else int(number(rows, "order", iri)),
        treatment=treatment,
        generation=optional["generation"],
        conditions=_all(rows, "condition"),
        delivery=optional["delivery"],
        sectors=frozenset(_all(rows, "sector")),
        reason={lang: text for lang in ("en", "zh") if (text := optional[f"reason{lang.capitalize()}"])},
        identifier=optional["identifier"],
        sources=_all(rows, "source"),
        status=optional["status"],
        confidence=optional["confidence"],
        unverified=any(row["unverified"] is True for row in rows),
    )


_SINGLE = ("method", "generation", "delivery", "reasonEn", "reasonZh", "identifier", "status", "confidence")


def _all(rows: Iterable[dict[str, object]], key: str) -> tuple[str, ...]:
    return tuple(sorted({str(row[key]) for row in rows if row[key] is not None}))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def find_scheme(rules: dict[str, list[ElectricityRule]], text: str) -> str:
    """Return the IRI of a scheme given by IRI or notation.

    Raises:
        SupplyError: no scheme of that name has rules on electricity.
    """
    for iri in (text, f"{ID}calculation-scheme/{text}"):
        if iri in rules:
            return iri
    known = ", ".join(iri.rpartition("/")[2] for iri in rules)
    raise SupplyError(f"No rules on electricity are known for the scheme {text!r}. Known are: {known}.")


def rule_for(rules: Sequence[ElectricityRule], method: str, sector: str | None) -> ElectricityRule | None:
    """Return the rule of a scheme for one kind of supply: one that names it before one for any, then by rank.

    Where rules differ by sector and none is given, the first by rank stands for all; the answer says so.
    """
    fitting = [
        rule
        for rule in rules
        if rule.method in {method, None} and (not rule.sectors or sector is None or sector in rule.sectors)
    ]
    return min(fitting, key=lambda rule: (rule.method is None, rule.order), default=None)
