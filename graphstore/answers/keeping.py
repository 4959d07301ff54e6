"""Scenarios made from changes as people write them, and set side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphstore.answers.changes import Reader
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.answers.overlay import overlay
from graphstore.answers.question import ask
from graphstore.answers.statements import Statements
from graphstore.answers.whatif import read_changes, whatif
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
    calculation: Calculation, product: str, names: Sequence[str], amount: float = 1.0, unit: str | None = None
) -> dict[str, Any]:
    """Return the footprint of a product under several scenarios, beside that of the data as they are.

    Raises:
        UnknownNameError: a scenario or product that is not known.
        ScenarioError, UnitError, FootprintError: a scenario that cannot be calculated.
    """
    scenarios = [find_scenario(calculation.graph, name) for name in names]
    results = [whatif(calculation, product, amount, unit, changes=s.changes, moved=0) for s in scenarios]
    keys = ("product", "process", "amount", "unit", "base", "narrowed", "inputs", "engine")
    columns = [
        scenario.as_dict()
        | {key: result[key] for key in ("new", "difference", "changes", "cutoffs", "assumptions")}
        | {"settings": replace(calculation.settings, scenario=scenario).as_dict()}
        for scenario, result in zip(scenarios, results, strict=True)
    ]
    return {key: results[0][key] for key in keys} | {"settings": calculation.settings.as_dict(), "scenarios": columns}
