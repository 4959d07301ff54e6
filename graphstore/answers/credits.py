"""Credits inside a footprint: what is subtracted because something need not be made elsewhere, each apart and negative."""

from __future__ import annotations

from typing import Any

import numpy as np

from footprint.contributions import by_exchange
from footprint.inventory import Ints
from footprint.solve import Bounded
from footprint.tables import credits_of
from graphstore.answers.question import Question
from graphstore.technosphere.snapshot import Snapshot


def credits_in(question: Question, first: int = 0, most: int | None = None) -> list[dict[str, Any]]:
    """Return the credits of a supply chain, largest first: system expansion, avoided products, recycling, negative inputs.

    Each has `exchange`, the `process` that is credited, the `product` (or emission factor) that need not be made, its
    `amount` and `unit`, and `value`: kg CO2e, negative where the product replaced has a positive footprint, with
    `error_bound`. Along a chain of credits the values overlap, as those of exchanges do.

    Args:
        question: The product and its supply chain.
        first: How many of the largest to leave out.
        most: How many to return; None for all.
    """
    order, found = ordered_credits(question)
    shown = order[first:] if most is None else order[first : first + most]
    named = [(at, _nodes(question.calculation.snapshot, at)) for at in shown.tolist()]
    question.names.learn(iri for _, nodes in named for iri in nodes)
    return [
        {**_line(question, at, nodes), "value": float(found.values[at]), "error_bound": float(found.bounds[at])}
        for at, nodes in named
    ]


def ordered_credits(question: Question) -> tuple[Ints, Bounded]:
    """Return positions of the technosphere exchanges that are credits, largest first, and the value of every exchange."""
    calculation, chain = question.calculation, question.chain
    compiled = calculation.snapshot.compiled
    at = credits_of(compiled)
    used = at[chain.runs[compiled.system.tech_consumer[at]] != 0]
    if not len(used):
        return used, Bounded(np.empty(0), np.empty(0))
    found = by_exchange(chain, calculation.cost, calculation.scores).tech
    return used[np.argsort(-np.abs(found.values[used]), kind="stable")], found


def _line(question: Question, at: int, nodes: tuple[str, str, str]) -> dict[str, Any]:
    system, names = question.calculation.snapshot.compiled.system, question.names
    process, product, unit = nodes
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
