"""Data quality and verification of a study as members of a record: what the graph states, whole, or nothing.

Scores are those of the study or of the result that it declares, on the scale of PACT 3; no score is computed or converted. A
verification is one of the study, of its declared result, or of a submission of it that the registry holds.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

from mappings.pact import known, lexical
from mappings.pact.members import every, record_of
from mappings.pact.needs import StudyFacts, text
from mappings.pact.texts import lost

_DQI: Final = "/pcf/dqi"
_VERIFICATION: Final = "/pcf/verification"
_ASSURANCE: Final = {"what": "the level of assurance", "what_zh": "保证等级"}


def ratings(facts: StudyFacts, version: str) -> dict[str, Any]:
    """Return ``dqi`` where each indicator of it has one score on the scale of the specification; else nothing, and a loss."""
    rows = facts.said.get("rating", [])
    scale = known.rating_scale(version)
    found = defaultdict[str, set[Decimal]](set)
    for row in rows:
        value = lexical.number(str(row["value"]))
        if str(row["unit"]) == scale and value is not None:
            found[str(row["kind"])].add(value)
    if not rows:
        return {}
    if not found:
        facts.losses.append(lost(_DQI, "other-scale"))
        return {}
    indicators = known.indicators()
    members = [each.name for each in every(record_of("3")) if each.pointer.startswith(f"{_DQI}/")]
    missing = [name for name in members if len(found[indicators[name]]) != 1]
    if missing:
        facts.losses.append(lost(_DQI, "ratings", missing=", ".join(missing)))
        return {}
    return {"dqi": {name: text(*found[indicators[name]]) for name in members}}


def verification(facts: StudyFacts) -> dict[str, Any]:
    """Return the latest verification with what is stated of it; further ones, and the level of assurance, are losses."""
    nodes = {
        str(row["kind"]) for fact in ("verified-on", "verifier", "verified-after") for row in facts.said.get(fact, ())
    }
    if not nodes:
        return {}
    latest = max(nodes, key=lambda node: (_joined(facts, "verified-on", node), node))
    if len(nodes) > 1:
        facts.losses.append(lost(_VERIFICATION, "verifications", count=str(len(nodes) - 1)))
    if _joined(facts, "assurance", latest):
        facts.losses.append(lost(_VERIFICATION, "result", **_ASSURANCE))
    day = _joined(facts, "verified-on", latest)
    stated = {
        "providerName": _joined(facts, "verifier", latest),
        "completedAt": f"{day}T00:00:00Z" if day else "",
        "standardName": _joined(facts, "verified-after", latest),
    }
    return {"verification": {name: value for name, value in stated.items() if value}}


def _joined(facts: StudyFacts, fact: str, node: str) -> str:
    """The values of a fact of one node, several languages in one text."""
    return " / ".join(sorted({str(row["value"]) for row in facts.said.get(fact, ()) if str(row["kind"]) == node}))
