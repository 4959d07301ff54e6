"""Scenarios made from changes as people write them, and set side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphstore.answers.changes import Reader
from graphstore.answers.comparable import SCENARIO, assumed, judged, outcomes
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.answers.overlay import overlay
from graphstore.answers.question import ask
from graphstore.answers.statements import Statements
from graphstore.answers.whatif import Asked, questions, read_changes
from graphstore.scenario_statements import scenario_iri, with_units
from graphstore.scenarios import AmountChange, Scenario, find_scenario

Said = tuple[Mapping[str, str], Mapping[str, str], str]
"""Labels and definitions by language tag, and the source."""


def made(
    calculation: Calculation, key: str, texts: Sequence[tuple[str, str]], product: str | None, said: Said
) -> Scenario:
    """Return a scenario whose changes were checked against the graph.

    Args:
        calculation: state of the graph.
        key: name of the scenario in its IRI.
        texts: its changes; see `changes`.
        product: look names up in the supply chain of this product; None for the whole graph.
        said: what it is called and where it comes from.

    Raises:
        ScenarioError, UnknownNameError, UnitError: a change that does not fit the graph.
    """
    iri, names, chain = scenario_iri(calculation.graph.base, key), Names(calculation), None
    if product is not None:
        question = ask(calculation, product, 1.0, None)
        calculation, chain = question.calculation, question.chain
    changes = read_changes(Reader(calculation, names, chain), texts)
    overlay(calculation, calculation.snapshot, changes)
    amounts = [change.exchange for change in changes if isinstance(change, AmountChange)]
    units = {exchange: stated.unit for exchange, stated in Statements.of(calculation, amounts).known.items()}
    labels, definitions, source = said
    return with_units(Scenario(iri, tuple(changes), labels, definitions, source), units)


def compared(
    calculation: Calculation,
    product: str,
    names: Sequence[str],
    amount: float = 1.0,
    unit: str | None = None,
    *,
    anyway: bool = False,
) -> dict[str, Any]:
    """Return the footprint of a product under several scenarios, beside that of the data as they are.

    What each scenario changes is the question itself; whatever else differs in a key of comparability (rule R30), such as
    the allocation method of a process that is swapped in, keeps a scenario from being compared.

    Args:
        calculation: state of the graph and settings.
        product: IRI, or a unique part of a name.
        names: the scenarios, by name, label or IRI.
        amount: how much of the product.
        unit: IRI of the unit of the amount; its own reference unit when None.
        anyway: compare what the rule says is not comparable; the differing keys are in the answer.

    Returns:
        `base`, and `scenarios`: each with `comparable`, `differing`, `keys` and, where it is comparable, or anyway, `new` and
        `difference`; `comparable`: whether all are.

    Raises:
        UnknownNameError: a scenario or product that is not known.
        ScenarioError, UnitError, FootprintError: a scenario that cannot be calculated.
    """
    scenarios = [find_scenario(calculation.graph, name) for name in names]
    asked = [questions(calculation, product, amount, unit, changes=s.changes, moved=0) for s in scenarios]
    keys = ("product", "process", "amount", "unit", "base", "narrowed", "inputs", "engine")
    columns = [
        scenario.as_dict()
        | _column(each, anyway=anyway)
        | {"settings": replace(calculation.settings, scenario=scenario).as_dict()}
        for scenario, each in zip(scenarios, asked, strict=True)
    ]
    return {key: asked[0].answer[key] for key in keys} | {
        "settings": calculation.settings.as_dict(),
        "comparable": all(column["comparable"] for column in columns),
        "anyway": anyway,
        "scenarios": columns,
    }


def _column(asked: Asked, *, anyway: bool) -> dict[str, Any]:
    """Judge one scenario beside the data as they are, and tell its numbers where they may be compared."""
    found = outcomes(asked.before, asked.after, frozenset({SCENARIO}))
    verdict = judged(found, asked.before, asked.after, anyway=anyway)
    told = {key: verdict[key] for key in ("comparable", "differing", "keys")}
    told |= {key: asked.answer[key] for key in ("changes", "cutoffs")}
    told["assumptions"] = asked.answer["assumptions"] + assumed(found, asked.before)
    shown = ("new", "difference") if told["comparable"] or anyway else ()
    return told | {key: asked.answer[key] for key in shown}
