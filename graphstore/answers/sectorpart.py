"""What of a result comes from sectors of input-output tables: told with every footprint."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphstore.answers.costs import costed_inputs
from graphstore.answers.question import Question
from graphstore.answers.sectors import describe_tables, parts, sectors, tables_of


def sector_part(question: Question, total: float) -> dict[str, Any] | None:
    """Return the part of a result that comes from sectors: value, share, costs and tables; None where nothing does.

    Args:
        question: The product and its supply chain.
        total: The result in kg CO2e.
    """
    calculation, chain, names = question.calculation, question.chain, question.names
    known = sectors(calculation)
    if not np.any(known.activity & (chain.runs != 0)):
        return None
    found = parts(calculation, chain, known)
    value = float(found.average.values)
    return {
        "value": value,
        "error_bound": float(found.average.bounds),
        "process_value": float(found.process.values),
        "process_error_bound": float(found.process.bounds),
        "share": value / total if total else None,
        "alone": found.alone,
        "costs": costed_inputs(calculation, chain, known, names),
        "tables": describe_tables(calculation, tables_of(calculation, known, found.running), names),
    }
