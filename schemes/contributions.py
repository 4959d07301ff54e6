"""The contributions of a footprint as a table, and what nodes of the graph state about them, joined as columns."""

from __future__ import annotations

import numpy as np
import polars as pl

from graphstore.answers.lines import Terms
from graphstore.answers.question import Question
from schemes.errors import ScreeningError


def contributions(question: Question) -> pl.DataFrame:
    """Return one row per contributing exchange, the largest first.

    Columns: exchange (IRI), process (IRI), factor (IRI of the emission factor used; null for an emission of the process),
    value (kg CO2e, biogenic CO2 left out as in the total), weight (its size as a share of the sum of all sizes).

    Raises:
        ScreeningError: nothing contributes, so that there are no weights.
    """
    snapshot = question.calculation.snapshot
    system = snapshot.compiled.system
    terms = Terms.of(question.calculation, question.chain)
    order = terms.largest()
    exchange = terms.exchange[order]
    if not len(exchange):
        product = snapshot.product_of(question.activity)
        raise ScreeningError(f"<{product}>: nothing contributes to the footprint, so there are no shares of it.")
    owner = np.full(len(system.exchange_ids), -1, dtype=np.int64)
    factor = np.full(len(system.exchange_ids), -1, dtype=np.int64)
    owner[system.tech_exchange] = snapshot.process[system.tech_consumer]
    priced = snapshot.factor[system.tech_provider] >= 0
    factor[system.tech_exchange[priced]] = system.tech_provider[priced]
    stated = system.bio_exchange >= 0
    owner[system.bio_exchange[stated]] = snapshot.process[system.bio_activity[stated]]
    value = terms.value[order]
    return pl.DataFrame(
        {
            "exchange": [system.exchange_ids[e] for e in exchange.tolist()],
            "process": [snapshot.process_ids[p] for p in owner[exchange].tolist()],
            "factor": [snapshot.maker(a) if a >= 0 else None for a in factor[exchange].tolist()],
            "value": value,
            "weight": np.abs(value) / np.abs(value).sum(),
        },
        schema_overrides={"factor": pl.String},
    )


def beside(frame: pl.DataFrame, stated: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add what nodes state: `column` of the exchange, of the factor and of the process, each null where nothing is stated.

    Args:
        frame: Contributions.
        stated: Columns node and `column`, one row per node.
        column: What is stated; becomes {column}_exchange, {column}_factor, {column}_process.
    """
    for role in ("exchange", "factor", "process"):
        mine = stated.select(pl.col("node").alias(role), pl.col(column).alias(f"{column}_{role}"))
        frame = frame.join(mine, on=role, how="left", maintain_order="left")
    return frame
