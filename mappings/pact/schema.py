"""First layer: is it a record of the data model? Names, types, lexical forms, signs; unknown keys are accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mappings.pact import known, lexical
from mappings.pact.findings import Finding, Severity, child
from mappings.pact.jsontext import shown
from mappings.pact.members import Member
from mappings.pact.texts import told

LEVELS: Final = ("geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision")
"""The three levels of geography, of which a footprint states at most one."""


def broken(record: Any, member: Member) -> Iterator[Finding]:
    """Yield what is wrong with the form of a record.

    Args:
        record: any JSON value.
        member: what a record is made of, from `members`.
    """
    yield from _value(record, member, "")
    pcf = record.get("pcf") if isinstance(record, dict) else None
    if isinstance(pcf, dict):
        yield from _levels(pcf)
        yield from _ratios(pcf, next(part for part in member.members if part.name == "pcf"))
        yield from _operators(pcf)


def defect(rule: str, pointer: str, value: Any, severity: Severity = "error", **words: str) -> Finding:
    """Return a finding of the first layer."""
    stands = shown(value)
    last = next((step for step in reversed(pointer.split("/")) if not step.isdigit()), "")
    return Finding(pointer, rule, severity, "schema", stands, told(rule, name=last, **{"value": stands, **words}))


def _value(value: Any, member: Member, pointer: str) -> Iterator[Finding]:
    """Judge a value that is there, or its absence: ``null`` is absence."""
    if value is None:
        if member.required or not pointer:
            yield defect("missing" if pointer else "record", pointer, None)
    elif not member.many:
        yield from _single(value, member, pointer)
    elif not isinstance(value, list):
        yield defect("list", pointer, value)
    else:
        yield from _list(value, member, pointer)


def _list(values: list[Any], member: Member, pointer: str) -> Iterator[Finding]:
    if not values and (member.many == "set1"):
        yield defect("empty", pointer, values)
    for place, value in enumerate(values):
        yield from _single(value, member, child(pointer, place))
    texts = [value for value in values if isinstance(value, str)]
    if member.many.startswith("set") and len(set(texts)) < len(texts):
        yield defect("repeated", pointer, values)


def _single(value: Any, member: Member, pointer: str) -> Iterator[Finding]:
    if member.type == "object":
        yield from _object(value, member, pointer)
        return
    kind, _, choices = member.type.partition(":")
    allowed = tuple(choices.split("|")) if choices else _words(kind)
    if allowed:
        if value not in allowed:
            yield defect("choice", pointer, value, allowed=", ".join(allowed))
    elif not lexical.FORMS[kind](value):
        yield defect(kind, pointer, value)
    elif isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
        yield defect("surrogate", pointer, value)
    elif member.type in {"decimal", "number", "integer"}:
        yield from _number(value, member, pointer)


def _object(value: Any, member: Member, pointer: str) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield defect("object" if pointer else "record", pointer, value)
        return
    for part in member.members:
        found = value.get(part.name)
        if found is None and part.pointer == "/extensions/specVersion" and value.get("specversion") is not None:
            found = value["specversion"]  # the schema had it so up to 3.0.2
            yield defect("old-key", child(pointer, "specversion"), found, "info")
        yield from _value(found, part, child(pointer, part.name))


def _words(kind: str) -> tuple[str, ...]:
    """The words that the reference knowledge has for a closed list; empty for other types."""
    tables = {"unit": known.units, "region": known.regions}
    return tuple(sorted(tables[kind]())) if kind in tables else ()


def _number(value: Any, member: Member, pointer: str) -> Iterator[Finding]:
    found = lexical.number(value)
    assert found is not None, "the form was judged before"
    if not lexical.countable(found, value if isinstance(value, str) else str(value)):
        yield defect("magnitude", pointer, value)
    elif not lexical.within(found, member.range):
        yield defect("range", pointer, value, bounds=member.range)


def _levels(pcf: dict[str, Any]) -> Iterator[Finding]:
    stated = {level: pcf[level] for level in LEVELS if pcf.get(level) is not None}
    if len(stated) > 1:
        yield defect("geography", "/pcf", stated)


def _ratios(pcf: dict[str, Any], member: Member) -> Iterator[Finding]:
    """Numbers that no 64-bit number holds once they are divided by the declared amount, as factors are."""
    amount = lexical.number(pcf.get("declaredUnitAmount", pcf.get("unitaryProductAmount")))
    for part in member.members if amount else ():
        value = lexical.number(pcf.get(part.name)) if part.type == "decimal" else None
        if not value or not amount or not lexical.countable(value, str(pcf[part.name])):
            continue
        if value.adjusted() - amount.adjusted() > lexical.EXPONENT:
            yield defect("magnitude", f"/pcf/{part.name}", pcf[part.name])


def _operators(pcf: dict[str, Any]) -> Iterator[Finding]:
    """Another operator is named beside the word Other, inside the rule (published examples put it elsewhere)."""
    rules = pcf.get("productOrSectorSpecificRules")
    for place, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict) and rule.get("operator") == "Other" and rule.get("otherOperatorName") is None:
            yield defect("other-operator", f"/pcf/productOrSectorSpecificRules/{place}", rule, "warning")
