"""Credits inside a footprint: what is subtracted because something need not be made elsewhere, each apart and negative."""

from __future__ import annotations

from typing import Any

import numpy as np

from footprint.contributions import by_exchange
from graphstore.answers.names import Names
from graphstore.answers.question import Question
from graphstore.technosphere.snapshot import Snapshot


def credits_in(question: Question) -> list[dict[str, Any]]:
    """Return every credit of a supply chain, largest first: system expansion, avoided products, recycling, negative inputs.

    Each has `exchange`, the `process` that is credited, the `product` (or emission factor) that need not be made, its
    `amount` and `unit`, and `value`: kg CO2e, negative where the product replaced has a positive footprint, with
    `error_bound`. Along a chain of credits the values overlap, as those of exchanges do.
    """
    calculation, chain = question.calculation, question.chain
    snapshot = calculation.snapshot
    compiled, system = snapshot.compiled, snapshot.compiled.system
    amount = system.tech_amount * compiled.sign[system.tech_provider]
    used = np.flatnonzero((amount < 0) & (chain.runs[system.tech_consumer] != 0))
    if not len(used):
        return []
    found = by_exchange(chain, calculation.cost, calculation.scores).tech
    order = used[np.argsort(-np.abs(found.values[used]), kind="stable")]
    question.names.learn(iri for at in order.tolist() for iri in _nodes(snapshot, at))
    made = [_line(question, question.names, int(at)) for at in order]
    for line, at in zip(made, order, strict=True):
        line |= {"value": float(found.values[at]), "error_bound": float(found.bounds[at])}
    return made


def _line(question: Question, names: Names, at: int) -> dict[str, Any]:
    system = question.calculation.snapshot.compiled.system
    process, product, unit = _nodes(question.calculation.snapshot, at)
    return {
        "exchange": system.exchange_ids[int(system.tech_exchange[at])],
        "process": names[process].as_dict(),
        "product": names[product].as_dict(),
        "amount": float(system.tech_amount[at] * question.chain.runs[int(system.tech_consumer[at])]),
        "unit": names[unit].as_dict(),
    }


def _nodes(snapshot: Snapshot, at: int) -> tuple[str, str, str]:
    """The process that is credited, the product that need not be made, and its unit."""
    system = snapshot.compiled.system
    provider, consumer = int(system.tech_provider[at]), int(system.tech_consumer[at])
    return (
        snapshot.maker(consumer),
        snapshot.product_of(provider) or snapshot.maker(provider),
        snapshot.unit_of(provider),
    )
