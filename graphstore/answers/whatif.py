"""What a footprint would be with a few numbers changed: from the solution at hand, without calculating anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from footprint.solve import Bounded, supply
from footprint.whatif import WhatIf
from graphstore.answers import assumptions as assuming
from graphstore.answers import underscenario
from graphstore.answers.changes import Reader
from graphstore.answers.cutoffs import cut_offs, processes_in
from graphstore.answers.footprint import not_restated
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.lines import Terms, details, facts_of, learn
from graphstore.answers.names import Names
from graphstore.answers.question import Question, ask
from graphstore.answers.sectorpart import sector_part
from graphstore.answers.sectors import require_sound
from graphstore.errors import ScenarioError
from graphstore.scenarios import Change, Scenario

if TYPE_CHECKING:
    from graphstore.answers.overlay import Overlay


def whatif(
    calculation: Calculation,
    product: str,
    amount: float = 1.0,
    unit: str | None = None,
    *,
    changes: Sequence[Change] = (),
    texts: Sequence[tuple[str, str]] = (),
    moved: int = 10,
    products: int = 0,
) -> dict[str, Any]:
    """Return a footprint before and after some changes, and what moved.

    Args:
        calculation: state of the graph and settings; the changes of a scenario in them are made as well.
        product: IRI, or a unique part of a name.
        amount: how much of it, in `unit` (IRI; its own reference unit when None).
        unit: see amount.
        changes: what is changed.
        texts: further changes as people write them: ("set" | "swap" | "share", text); see `changes`.
        moved: how many of the terms that changed most to list; 0 leaves them out.
        products: how many other products to list by how much their footprint changes; 0 leaves them out.

    Returns:
        product, amount, unit, base, new and difference (kg CO2e with error bound), changes, moved, products, settings (with
        the changes as their scenario), how the number was found (`method`), cut-offs and assumptions of the new result, inputs,
        engine.

    Raises:
        ScenarioError, UnknownNameError, UnitError: a change that does not fit the graph.
        FootprintError: the changed system cannot be calculated; an unproductive loop is named.
    """
    return questions(
        calculation, product, amount, unit, changes=changes, texts=texts, moved=moved, products=products
    ).answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A what-if with its answer, and the question to the data as they are and to the changed ones."""

    answer: dict[str, Any]
    before: Question
    after: Question


def questions(
    calculation: Calculation,
    product: str,
    amount: float = 1.0,
    unit: str | None = None,
    *,
    changes: Sequence[Change] = (),
    texts: Sequence[tuple[str, str]] = (),
    moved: int = 10,
    products: int = 0,
) -> Asked:
    """Ask as `whatif` does, and keep the questions for what else is to be known of both."""
    kept = calculation.settings.scenario
    question = ask(calculation if kept is None else calculation.under(None), product, amount, unit)
    calculation, names, chain = question.calculation, question.names, question.chain
    every = [*(kept.changes if kept else ()), *changes, *read_changes(Reader(calculation, names, chain), texts)]
    if not every:
        raise ScenarioError("no change was given: state at least one amount, swap or share.")
    iri = kept.iri if kept is not None and len(every) == len(kept.changes) else ""
    other = calculation.under(Scenario(iri, tuple(every)))
    made = other.overlay
    assert made is not None
    asked = WhatIf(chain, calculation.cost, calculation.scores)
    found = asked.total(made.edit, made.weights(calculation, calculation.snapshot))
    after = _changed(question, other)
    own = str(calculation.snapshot.product_of(question.activity))
    answer = {
        "product": names[own].as_dict(),
        "process": names[calculation.snapshot.maker(question.activity)].as_dict(),
        "amount": question.amount,
        "unit": names[question.unit].as_dict(),
        "base": _told(found.base),
        "new": _told(found.new),
        "difference": _told(found.difference) | {"relative": _part(found.difference, found.base)},
        "changes": underscenario.described(calculation, made.lines, names),
        "moved": _moved(question, after, moved) if moved else [],
        "products": _products(asked, question, made, products) if products else [],
        "settings": other.settings.as_dict(),
        "method": {"rebuilt": found.rebuilt, "columns_solved": found.solved},
        "cutoffs": cut_offs(after.calculation, after.chain, names),
        "assumptions": _assumptions(after, float(found.new.values)),
        "narrowed": question.narrowed,
        "inputs": inputs(calculation),
        "engine": engine(calculation, chain.info),
    }
    return Asked(answer, question, after)


def _changed(question: Question, other: Calculation) -> Question:
    """Solve the changed supply chain: it may have gaps that the chain of the data has not.

    Raises:
        AllocationError, IncompleteInventory: gaps that the reading does not allow.
        InvalidInventory: sectors of an input-output table are all there is now, or an input is covered twice.
    """
    chain = supply(other.snapshot.compiled, question.activity, question.chain.amount)
    other.require_complete(processes_in(other, chain))
    require_sound(other, chain)
    return replace(question, calculation=other, chain=chain)


def _assumptions(after: Question, total: float) -> list[dict[str, Any]]:
    """Return what the changed result rests on, as its calculation would report it; strict refuses what that would refuse."""
    fixed = not_restated(after.calculation, after.chain.inventory().values)
    average = sector_part(after, total)
    return assuming.collect(after, Terms.of(after.calculation, after.chain), total, fixed, average)


def read_changes(reader: Reader, texts: Sequence[tuple[str, str]]) -> list[Change]:
    """Read changes as people write them: ("set" | "swap" | "share", text)."""
    ways = {"set": reader.setting, "swap": reader.swap, "share": reader.share}
    return [ways[way](text) for way, text in texts]


def _told(found: Bounded) -> dict[str, Any]:
    return {"value": float(found.values), "unit": "kg CO2e", "error_bound": float(found.bounds)}


def _part(difference: Bounded, base: Bounded) -> float | None:
    return float(difference.values / base.values) if base.values else None


def _moved(question: Question, changed: Question, most: int) -> list[dict[str, Any]]:
    """List the terms of the result that changed most."""
    before, after = (Terms.of(q.calculation, q.chain) for q in (question, changed))
    exchanges = np.union1d(before.exchange, after.exchange)
    values = [np.zeros(len(exchanges)) for _ in (before, after)]
    for column, terms in zip(values, (before, after), strict=True):
        column[np.searchsorted(exchanges, terms.exchange)] = terms.value
    difference = values[1] - values[0]
    noise = 1e-12 * float(np.abs(values[0]).sum() + np.abs(values[1]).sum())
    order = np.argsort(-np.abs(difference), kind="stable")[:most]
    order = order[np.abs(difference[order]) > noise]
    ids, facts = (
        question.calculation.snapshot.compiled.system.exchange_ids,
        details(question.calculation, exchanges[order]),
    )
    learn(question.names, facts)
    return [
        {"exchange": ids[int(exchanges[k])], "base": float(values[0][k]), "new": float(values[1][k])}
        | {"difference": float(difference[k])}
        | facts_of(facts.get(ids[int(exchanges[k])], {}), question.names)
        for k in order.tolist()
    ]


def _products(asked: WhatIf, question: Question, made: Overlay, most: int) -> list[dict[str, Any]]:
    """List the products whose footprint changes, by relative change; what lies within its error bound has not changed."""
    calculation, names = question.calculation, question.names
    snapshot, base = calculation.snapshot, calculation.scores
    difference = asked.all_products(made.edit, made.weights(calculation, snapshot))
    mine = np.flatnonzero((snapshot.process >= 0) & (np.abs(difference.values) > difference.bounds))
    size = np.maximum(np.abs(base.values[mine]), np.finfo(np.float64).tiny)
    mine = mine[np.argsort(-np.abs(difference.values[mine]) / size, kind="stable")]
    return changed_products(names, snapshot, mine[:most].tolist(), base.values, difference)


def changed_products(
    names: Names, snapshot: Any, activities: Sequence[int], base: Any, difference: Bounded
) -> list[dict[str, Any]]:
    """Return products with the footprint of one reference unit before and after."""
    makers = {a: (str(snapshot.product_of(a)), snapshot.maker(a), snapshot.unit_of(a)) for a in activities}
    names.learn(iri for triple in makers.values() for iri in triple)
    return [
        {
            "product": names[makers[a][0]].as_dict(),
            "process": names[makers[a][1]].as_dict(),
            "unit": names[makers[a][2]].as_dict(),
            "base": float(base[a]),
            "new": float(base[a] + difference.values[a]),
            "difference": float(difference.values[a]),
            "error_bound": float(difference.bounds[a]),
        }
        for a in activities
    ]
