"""What the graph says of exchanges, corrected for a scenario: its providers and numbers are not those of the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyoxigraph as ox

from footprint.inventory import Inventory
from graphstore.answers.graph import BATCH, Calculation
from graphstore.answers.names import Names
from graphstore.answers.overlay import Line, position
from graphstore.queries import load
from graphstore.scenarios import Scenario
from graphstore.terms import PythonValue

MOST_TOLD = 8
"""Changes that the assumption of a result spells out; all of them are in its settings."""
_OF_AMOUNT = ("formula", "source", "sourceText", "illustrative", "dataKind")
_OF_FACTOR = ("factorGeography", "factorYear", "factorSource", "factorSourceText", "factorIllustrative")


def corrected(calculation: Calculation, facts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return facts of exchanges with the providers and the origin of the numbers that the scenario gives them."""
    scenario, made = calculation.settings.scenario, calculation.overlay
    if scenario is None or made is None:
        return facts
    said = (scenario.iri and f"<{scenario.iri}>") or "what-if"
    numbers = numbers_set(calculation)
    provided = _providers(calculation, (p for e, p in made.providers.items() if e in facts))
    for exchange, row in facts.items():
        if exchange in made.providers:
            provider = made.providers[exchange]
            row.update(dict.fromkeys(_OF_FACTOR) | provided.get(provider, {}) | {"provider": provider})
        if exchange in numbers:
            row.update(dict.fromkeys(_OF_AMOUNT) | {"sourceText": said})
        if row.get("provider") in numbers:
            row.update(dict.fromkeys(_OF_FACTOR) | {"factorSourceText": said})
    return facts


def _providers(calculation: Calculation, providers: Iterable[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in calculation.about(load("provider-facts"), "provider", providers):
        kept = {key: value for key, value in row.items() if key != "unit" or value is not None}
        found.setdefault(str(row["provider"]), kept)
    return found


def factor_fit(calculation: Calculation, exchanges: Iterable[str]) -> list[dict[str, PythonValue | None]]:
    """Return whether the emission factors that exchanges use fit in year and place (queries `factor-fit`, `factor-fit-of`)."""
    swapped = {} if calculation.overlay is None else calculation.overlay.providers
    wanted = list(exchanges)
    rows = calculation.about(load("factor-fit"), "exchange", (e for e in wanted if e not in swapped))
    pairs = [f"({ox.NamedNode(e)} {ox.NamedNode(swapped[e])})" for e in sorted(wanted) if e in swapped]
    for start in range(0, len(pairs), BATCH):
        listed = " ".join(pairs[start : start + BATCH])
        text = load("factor-fit-of").replace(
            "VALUES (?exchange ?provider) {}", f"VALUES (?exchange ?provider) {{ {listed} }}"
        )
        rows += calculation.graph.query(text).dicts()
    return rows


def illustrative(calculation: Calculation) -> set[str]:
    """Return the exchanges that rest on an illustrative figure, their own or that of the factor they use."""
    marked = {str(row["exchange"]) for row in calculation.graph.query(load("illustrative-terms")).dicts()}
    swapped = {} if calculation.overlay is None else calculation.overlay.providers
    if not swapped:
        return marked
    nodes = [*swapped, *swapped.values()]
    said = {str(row["node"]) for row in calculation.about(load("illustrative-marks"), "node", nodes)}
    return (marked - swapped.keys()) | {e for e, provider in swapped.items() if e in said or provider in said}


def assumption(calculation: Calculation, names: Names) -> dict[str, Any] | None:
    """Report the scenario behind a result: nothing in it may be taken for the data as they are."""
    scenario, made = calculation.settings.scenario, calculation.overlay
    if scenario is None or made is None:
        return None
    lines = described(calculation, made.lines, names)
    sentences = {lang: _sentences(lines, lang) for lang in ("en", "zh")}
    told = {lang: "; ".join(said[:MOST_TOLD]) for lang, said in sentences.items()}
    more = len(sentences["en"]) - MOST_TOLD
    called = {lang: _called(scenario, lang) for lang in ("en", "zh")}
    return {
        "code": "scenario",
        "text_en": f"scenario “{called['en']}”, laid over the data: {told['en']}{f'; and {more} more' if more > 0 else ''}.",
        "text_zh": f"情景“{called['zh']}”叠加于数据之上：{told['zh']}{f'；另有 {more} 项' if more > 0 else ''}。",
        "subjects": [line.subject for line in made.lines],
    }


def assumptions(calculation: Calculation, names: Names) -> list[dict[str, Any]]:
    """Return the scenario behind a result as a list of assumptions; empty without one."""
    told = assumption(calculation, names)
    return [] if told is None else [told]


def stated(calculation: Calculation, inventory: Inventory) -> Inventory:
    """Return what the graph states with the amounts of the scenario; who supplies an input changes no amount of it."""
    made = calculation.overlay
    if made is None:
        return inventory
    table = inventory.exchanges
    amount = table.amount.copy()
    for line in made.lines:
        at = position(table.ids, line.subject)
        if at >= 0:  # else it is an emission factor
            amount[at] = line.new
    return replace(inventory, exchanges=replace(table, amount=amount))


def numbers_set(calculation: Calculation) -> set[str]:
    """Return the exchanges and emission factors whose number is the scenario's; what the data say of it holds no longer."""
    made = calculation.overlay
    return set() if made is None else {line.subject for line in made.lines if line.old != line.new}


def _called(scenario: Scenario, lang: str) -> str:
    unnamed = {"en": "what-if", "zh": "假设分析"}[lang]
    return scenario.labels.get(lang) or next(iter(scenario.labels.values()), "") or scenario.name or unnamed


def described(calculation: Calculation, lines: Sequence[Line], names: Names) -> list[dict[str, Any]]:
    """Return the changed numbers with names, ready for people and JSON."""
    facts = {
        str(row["exchange"]): row
        for row in calculation.about(load("exchange-statements"), "exchange", (line.subject for line in lines))
    }
    known = [str(row[key]) for row in facts.values() for key in ("process", "flow")]
    names.learn(
        [
            *known,
            *(iri for line in lines for iri in (line.subject, line.unit, line.old_provider, line.new_provider) if iri),
        ]
    )
    made = []
    for line in lines:
        row = facts.get(line.subject)
        what: dict[str, Any] = {"kind": type(line.change).__name__}
        what |= {"factor": names[line.subject].as_dict()} if row is None else {
            "exchange": line.subject, "process": names[str(row["process"])].as_dict(), "flow": names[str(row["flow"])].as_dict(),
        }  # fmt: skip
        what |= {"old": line.old, "new": line.new, "unit": names[line.unit].as_dict()}
        if line.new_provider:
            providers = {"old_provider": line.old_provider, "new_provider": line.new_provider}
            what |= {key: names[iri].as_dict() for key, iri in providers.items()}
        made.append(what)
    return made


def _sentences(lines: Sequence[Mapping[str, Any]], lang: str) -> list[str]:
    """Say what is changed, in a few words each; exchanges that are swapped alike are counted."""
    swaps = Counter(
        (_name(x["old_provider"], lang), _name(x["new_provider"], lang)) for x in lines if "new_provider" in x
    )
    counted = {"en": "{old} → {new} ({count} exchanges)", "zh": "{old} → {new}（{count} 项交换）"}[lang]
    numbers = [_number(line, lang) for line in lines if "new_provider" not in line]
    return [counted.format(old=old, new=new, count=count) for (old, new), count in swaps.items()] + numbers


def _number(line: Mapping[str, Any], lang: str) -> str:
    """Say where a number stands, what it was and what it is."""
    unit = line["unit"].get("symbol") or _name(line["unit"], lang)
    where = (line["factor"],) if "factor" in line else (line["process"], line["flow"])
    counted = f"kg CO2e/{unit}" if "factor" in line else unit
    return f"{', '.join(_name(node, lang) for node in where)}: {line['old']:.6g} → {line['new']:.6g} {counted}"


def _name(node: Mapping[str, Any], lang: str) -> str:
    return str(
        node.get(f"name_{lang}") or node.get("name_en") or node.get("name_zh") or node.get("name_any") or node["iri"]
    )
