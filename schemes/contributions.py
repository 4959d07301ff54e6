"""The contributions of a footprint as a table, and what nodes of the graph state about them, joined as columns."""

from __future__ import annotations

import numpy as np
import polars as pl

from footprint.inventory import Ints
from graphstore.answers import underscenario
from graphstore.answers.lines import Terms
from graphstore.answers.question import Question
from graphstore.technosphere.snapshot import Snapshot
from schemes.errors import ScreeningError


def contributions(question: Question) -> pl.DataFrame:
    """Return one row per contributing exchange, the largest first.

    Columns: exchange (IRI), process (IRI), factor (IRI of the emission factor used; null for an emission of the process),
    value (kg CO2e, biogenic CO2 left out as in the total), weight (its size as a share of the sum of all sizes),
    set_exchange, set_factor (whether a scenario sets the number of the exchange, or of the factor it uses), swapped (whether
    a scenario gives the exchange another supplier).

    Raises:
        ScreeningError: nothing contributes, so that there are no weights.
    """
    snapshot = question.calculation.snapshot
    terms = Terms.of(question.calculation, question.chain)
    order = terms.largest()
    exchange = terms.exchange[order]
    if not len(exchange):
        product = snapshot.product_of(question.activity)
        raise ScreeningError(f"<{product}>: nothing contributes to the footprint, so there are no shares of it.")
    value = terms.value[order]
    frame = _named(snapshot, exchange).with_columns(
        pl.Series("value", value), pl.Series("weight", np.abs(value) / np.abs(value).sum())
    )
    return _under_scenario(question, frame)


def every_exchange(snapshot: Snapshot) -> pl.DataFrame:
    """Return one row per exchange of a system without a scenario, whatever it contributes: the columns of `contributions` but value and weight."""
    frame = _named(snapshot, np.arange(len(snapshot.compiled.system.exchange_ids), dtype=np.int64))
    return frame.with_columns(*(pl.lit(value=False).alias(mark) for mark in ("set_exchange", "set_factor", "swapped")))


def _named(snapshot: Snapshot, exchange: Ints) -> pl.DataFrame:
    """Name exchanges by index, their processes, and the emission factors that they use."""
    system = snapshot.compiled.system
    owner = np.full(len(system.exchange_ids), -1, dtype=np.int64)
    factor = np.full(len(system.exchange_ids), -1, dtype=np.int64)
    stated = system.tech_exchange >= 0
    owner[system.tech_exchange[stated]] = snapshot.process[system.tech_consumer[stated]]
    priced = stated & (snapshot.factor[system.tech_provider] >= 0)
    factor[system.tech_exchange[priced]] = system.tech_provider[priced]
    stated = system.bio_exchange >= 0
    owner[system.bio_exchange[stated]] = snapshot.process[system.bio_activity[stated]]
    return pl.DataFrame(
        {
            "exchange": [system.exchange_ids[e] for e in exchange.tolist()],
            "process": [snapshot.process_ids[p] if p >= 0 else None for p in owner[exchange].tolist()],
            "factor": [snapshot.maker(a) if a >= 0 else None for a in factor[exchange].tolist()],
        },
        schema_overrides={"process": pl.String, "factor": pl.String},
    )


def _under_scenario(question: Question, frame: pl.DataFrame) -> pl.DataFrame:
    """Mark what a scenario sets, of which the data say nothing."""
    calculation = question.calculation
    numbers = pl.Series(sorted(underscenario.numbers_set(calculation)), dtype=pl.String).implode()
    swapped = pl.Series(sorted(calculation.overlay.providers if calculation.overlay else ()), dtype=pl.String).implode()
    return frame.with_columns(
        pl.col("exchange").is_in(numbers).alias("set_exchange"),
        pl.col("factor").is_in(numbers).fill_null(value=False).alias("set_factor"),
        pl.col("exchange").is_in(swapped).alias("swapped"),
    )


def beside(frame: pl.DataFrame, stated: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add what nodes state: `column` of the exchange, of the factor and of the process, each null where nothing is stated.

    Of a number that a scenario sets nothing is stated: its exchange and process describe the one in the data.

    Args:
        frame: Contributions.
        stated: Columns node and `column`, one row per node.
        column: What is stated; becomes {column}_exchange, {column}_factor, {column}_process.
    """
    for role in ("exchange", "factor", "process"):
        mine = stated.select(pl.col("node").alias(role), pl.col(column).alias(f"{column}_{role}"))
        frame = frame.join(mine, on=role, how="left", maintain_order="left")
        known, hypothetical = pl.col(f"{column}_{role}"), pl.col("set_factor" if role == "factor" else "set_exchange")
        frame = frame.with_columns(pl.when(~hypothetical).then(known).alias(f"{column}_{role}"))
    return frame
