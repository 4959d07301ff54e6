"""The long lists behind a footprint, page by page: processes, contributions, credits and cut-offs of one supply chain.

Each list has an order of its own that the data and the settings fix: by magnitude, then by IRI; cut-offs by IRI. So its pages
hold every line once, and what they hold sums to the sum that each of them states.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from graphstore.answers.credits import credits_in, ordered_credits
from graphstore.answers.cutoffs import cut_offs_of, processes_in
from graphstore.answers.footprint import not_restated
from graphstore.answers.inputs import engine, input_hash
from graphstore.answers.lines import Terms, by_process, described, process_sums
from graphstore.answers.question import Question

PARTS: Final = ("processes", "contributions", "credits", "cutoffs")
"""Lists that a footprint has."""


def page(question: Question, part: str, first: int = 0, most: int = 100) -> dict[str, Any]:
    """Return a page of one list of a footprint.

    Args:
        question: The product and its supply chain, solved.
        part: Which list; see `PARTS`.
        first: How many lines stand on the pages before.
        most: How many lines to return.

    Returns:
        `product`, `amount`, `unit`, `total`, `part`, `count` (lines of the whole list), `sum` (kg CO2e of the whole list; None for
        cut-offs, whose amounts have units of their own), `first`, `lines`, settings, hash of the inputs and engine. A contribution
        is written as in the whole footprint; credits overlap along a chain, so their sum is no part of the total.

    Raises:
        ExtractionError: strict, and a factor cannot be restated under the GWP set.
    """
    calculation, chain, names, activity = question.calculation, question.chain, question.names, question.activity
    total = chain.total(calculation.cost)
    not_restated(calculation, chain.inventory().values)
    count, sums, lines = _MADE[part](question, float(total.values), first, most)
    product = str(calculation.snapshot.product_of(activity))
    names.learn([product, question.unit])
    return {
        "product": names[product].as_dict(),
        "amount": question.amount,
        "unit": names[question.unit].as_dict(),
        "total": {"value": float(total.values), "unit": "kg CO2e", "error_bound": float(total.bounds)},
        "part": part,
        "count": count,
        "sum": sums,
        "first": first,
        "lines": lines,
        "settings": calculation.settings.as_dict(),
        "input_hash": input_hash(calculation, product, chain.amount),
        "engine": engine(calculation, chain.info),
    }


_Page = tuple[int, float | None, list[dict[str, Any]]]


def _processes(question: Question, total: float, first: int, most: int) -> _Page:
    calculation = question.calculation
    terms = Terms.of(calculation, question.chain)
    order, sums = process_sums(calculation, terms)
    return len(order), math.fsum(sums), by_process(calculation, terms, total, question.names, most, first)


def _contributions(question: Question, total: float, first: int, most: int) -> _Page:
    terms = Terms.of(question.calculation, question.chain)
    order = terms.largest()
    lines = described(question.calculation, terms, order[first : first + most], total, question.names)
    return len(order), math.fsum(terms.value), lines


def _credits(question: Question, _: float, first: int, most: int) -> _Page:
    order, found = ordered_credits(question)
    return len(order), math.fsum(found.values[order]), credits_in(question, first, most)


def _cut_offs(question: Question, _: float, first: int, most: int) -> _Page:
    processes, cut = processes_in(question.calculation, question.chain), question.calculation.snapshot.cut_offs
    count = len(np.unique(cut.exchange[processes[cut.process]]))
    return count, None, cut_offs_of(question.calculation, processes, question.names, first, most)


_MADE: Final = dict(zip(PARTS, (_processes, _contributions, _credits, _cut_offs), strict=True))
