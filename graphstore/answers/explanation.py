"""The supply chain behind a number, line by line: amount x factor = contribution.

Every line is exact before it is opened (the footprint of each supplier is known), and at every node the lines below it,
the small emissions taken together and the explicit remainder add up to its value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from footprint.paths import PathTree, path_tree
from graphstore.answers.cutoffs import cut_offs
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.lines import details, facts_of, learn
from graphstore.answers.names import Names
from graphstore.answers.question import ask
from graphstore.answers.sectorpart import sector_part


@dataclass(slots=True)
class _Drawing:
    """A tree being turned into lines."""

    calculation: Calculation
    tree: PathTree
    names: Names
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    emissions: dict[int, list[tuple[int, float, float]]] = field(default_factory=dict)


def explain(
    calculation: Calculation,
    product: str,
    amount: float = 1.0,
    unit: str | None = None,
    *,
    depth: int = 12,
    cutoff: float = 0.01,
) -> dict[str, Any]:
    """Return the explanation of a footprint as nested lines.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        amount: How much of it, in `unit` (IRI; its own reference unit when None).
        unit: See amount.
        depth: Most steps upstream.
        cutoff: Share of the total below which a branch goes into the remainder of its node.

    Returns:
        product, amount, unit, total with its error bound, settings, cutoffs, why only the upstream part was taken
        (`narrowed`), what comes from sectors of input-output tables (`sector_part`), inputs, engine, and `root`: a line with `name`, `amount`, `unit`, `factor` (kg CO2e per unit), `value`, `share`, source facts, and `children`.
    """
    question = ask(calculation, product, amount, unit)
    calculation, names, activity = question.calculation, question.names, question.activity
    snapshot = calculation.snapshot
    compiled, cost, found = snapshot.compiled, calculation.cost, calculation.scores
    quantity = question.chain.amount
    tree = path_tree(compiled, found, cost, activity, quantity, cutoff=max(cutoff, 1e-12), max_depth=depth)
    bounded = question.chain.total(cost)
    drawing = _Drawing(calculation, tree, names)
    _gather(drawing)
    return {
        "product": names[str(snapshot.product_of(activity))].as_dict(),
        "amount": amount,
        "unit": names[question.unit].as_dict(),
        "total": {"value": float(bounded.values), "unit": "kg CO2e", "error_bound": float(bounded.bounds)},
        "sector_part": sector_part(question, float(bounded.values)),
        "settings": calculation.settings.as_dict(),
        "cutoff": cutoff,
        "truncated": tree.truncated,
        "root": _lines(drawing),
        "cutoffs": cut_offs(calculation, question.chain, names),
        "narrowed": question.narrowed,
        "inputs": inputs(calculation),
        "engine": engine(calculation, found.info),
    }


def _gather(drawing: _Drawing) -> None:
    """Find the emissions worth a line at each node, and everything the graph says about the exchanges shown."""
    snapshot, tree = drawing.calculation.snapshot, drawing.tree
    system, weight = snapshot.compiled.system, drawing.calculation.characterisation.excluding_biogenic
    stated = np.flatnonzero(system.bio_exchange >= 0)
    stated = stated[np.argsort(system.bio_activity[stated], kind="stable")]
    owner = system.bio_activity[stated]
    shown: list[int] = [int(system.tech_exchange[e]) for e in tree.exchange if e >= 0]
    for node in range(len(tree)):
        low, high = np.searchsorted(owner, [tree.activity[node], tree.activity[node] + 1])
        mine = stated[low:high]
        kilograms = system.bio_amount[mine] * tree.runs[node]
        values = weight[system.bio_row[mine]] * kilograms
        kept = np.flatnonzero((np.abs(values) >= tree.cutoff) & (values != 0))
        kept = kept[np.argsort(-np.abs(values[kept]), kind="stable")]
        lines = [(int(system.bio_exchange[mine[k]]), float(kilograms[k]), float(values[k])) for k in kept]
        drawing.emissions[node] = [] if tree.loop[node] else lines
        shown += [exchange for exchange, _, _ in drawing.emissions[node]]
    drawing.facts = details(drawing.calculation, dict.fromkeys(shown))
    learn(drawing.names, drawing.facts)
    drawing.names.learn(snapshot.maker(int(a)) for a in tree.activity)
    drawing.names.learn(iri for a in tree.activity if (iri := snapshot.product_of(int(a))) is not None)


def _lines(drawing: _Drawing) -> dict[str, Any]:
    """Turn the nodes into nested lines; parents stand before children in the tree."""
    tree = drawing.tree
    made: list[dict[str, Any]] = [_line(drawing, node) for node in range(len(tree))]
    for node in range(len(tree)):
        made[node]["children"] += _direct(drawing, node)
        if node:
            made[int(tree.parent[node])]["children"].append(made[node])
    for node in range(len(tree)):
        made[node]["children"].sort(key=lambda line: -abs(line["value"]))
        left = made[node]["value"] - sum(line["value"] for line in made[node]["children"])
        if not tree.loop[node] and made[node]["children"] and abs(left) > abs(tree.total) * 1e-12:
            made[node]["children"].append(
                {"kind": "remainder", "value": left, "share": _share(drawing, left), "children": []}
            )
    return made[0]


def _line(drawing: _Drawing, node: int) -> dict[str, Any]:
    """One activity: so much of its product, at so much per unit."""
    snapshot, tree, names = drawing.calculation.snapshot, drawing.tree, drawing.names
    activity = int(tree.activity[node])
    amount, value = float(tree.amount[node]), float(tree.value[node])
    product = snapshot.product_of(activity)
    line: dict[str, Any] = {"kind": "factor" if product is None else "process"}
    line |= {
        "name": names[product or snapshot.maker(activity)].as_dict(),
        "process": names[snapshot.maker(activity)].as_dict(),
    }
    line |= {
        "amount": amount,
        "unit": names[snapshot.unit_of(activity)].as_dict(),
        "factor": value / amount if amount else None,
    }
    line |= {"value": value, "share": _share(drawing, value), "loop": bool(tree.loop[node]), "children": []}
    if tree.exchange[node] >= 0:
        exchange = snapshot.compiled.system.exchange_ids[
            int(snapshot.compiled.system.tech_exchange[tree.exchange[node]])
        ]
        line = facts_of(drawing.facts.get(exchange, {}), names) | {"exchange": exchange} | line
    return line


def _direct(drawing: _Drawing, node: int) -> list[dict[str, Any]]:
    """The emissions of one activity: kilograms of a gas times its warming potential."""
    ids = drawing.calculation.snapshot.compiled.system.exchange_ids
    lines = []
    for exchange, kilograms, value in drawing.emissions[node]:
        iri = ids[exchange]
        row = drawing.facts.get(iri, {})
        flow = drawing.names[str(row.get("flow", iri))].as_dict()
        line: dict[str, Any] = {"kind": "emission", "name": flow, "exchange": iri, "amount": kilograms}
        line |= {"factor": value / kilograms, "value": value, "share": _share(drawing, value), "children": []}
        lines.append(facts_of(row, drawing.names) | line)
    return lines


def _share(drawing: _Drawing, value: float) -> float | None:
    return value / drawing.tree.total if drawing.tree.total else None
