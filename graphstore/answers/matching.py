"""The terms of two results set side by side: what is the same term, and why it differs.

Terms are matched by the exchange they stand for; what is left, summed, by the factor that supplies it or by the gas; what
is left then by the flow asked for, where both sides count it in one unit. A term on both sides differs by its amount and
by its factor: with the mean of the other side, ``d(a f) = mean(f) da + mean(a) df``, the two parts are the whole of it
(the Shapley value of two causes). What only one side has is structure: it is there or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from footprint.equations import EPS
from graphstore.answers.lines import Terms, details_of
from graphstore.answers.question import Question
from graphstore.technosphere.quantities import MASS_UNIT

SUMS = ("value", "amount", "bound", "count")
"""Columns that are summed when terms are taken together."""


SAME = 8 * EPS
"""Relative distance of two factors that are one number, divided out of value and amount on either side."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Terms of two results in pairs.

    Attributes:
        frame: A row per pair, largest difference first: match (exchange, provider, gas, flow), key (IRI, or the number
            of the emission row of the side that has it), process (IRI, for exchanges), unit, and value, amount, bound, count of terms on side
            a and b (null where absent), difference, difference_bound, amount_part, factor_part (null on one side alone).
        unchanged: How many pairs are equal on both sides.
    """

    frame: pl.DataFrame
    unchanged: int


def terms_of(question: Question) -> pl.DataFrame:
    """Return the non-zero terms of a result: exchange, process, group (factor or gas), unit, value, amount, bound, count."""
    snapshot = question.calculation.snapshot
    terms = Terms.of(question.calculation, question.chain)
    kept = np.flatnonzero((terms.amount != 0) | (terms.value != 0))
    exchange, system = terms.exchange[kept], snapshot.compiled.system
    priced = np.flatnonzero(snapshot.factor[system.tech_provider] >= 0)
    stated = np.flatnonzero(system.bio_exchange >= 0)
    supplier, row, owner = (np.full(len(system.exchange_ids), -1, dtype=np.int64) for _ in range(3))
    supplier[system.tech_exchange[priced]] = system.tech_provider[priced]
    row[system.bio_exchange[stated]] = system.bio_row[stated]
    owner[system.bio_exchange[stated]] = snapshot.process[system.bio_activity[stated]]
    owner[system.tech_exchange[priced]] = snapshot.process[system.tech_consumer[priced]]
    made_by, kind, count = supplier[exchange], row[exchange], len(system.rows)
    gas = [f"{each.gas} {each.category} {each.gwp_set}" for each in system.rows]
    # what supplies is numbered behind the emission rows, so that each text is made once and not for every term
    source = np.where(made_by >= 0, made_by + count, kind)
    return pl.DataFrame(
        {
            "exchange": [system.exchange_ids[e] for e in exchange.tolist()],
            "process": _spread(owner[exchange], snapshot.process_ids.__getitem__),
            "by": _spread(made_by >= 0, lambda priced: "provider" if priced else "gas"),
            "group": _spread(source, lambda s: gas[s] if s < count else snapshot.maker(s - count)),
            "unit": _spread(source, lambda s: MASS_UNIT if s < count else snapshot.unit_of(s - count)),
            "value": terms.value[kept],
            "amount": terms.amount[kept],
            "bound": terms.bound[kept],
            "count": np.ones(len(kept), dtype=np.int64),
        },
        schema_overrides=dict.fromkeys(("exchange", "process", "by", "group", "unit"), pl.String),
    )


def _spread(keys: np.ndarray[Any, Any], text: Callable[[int], str]) -> pl.Series:
    """Return the text of each key, each distinct one made once."""
    distinct, where = np.unique(keys, return_inverse=True)
    return pl.Series([text(int(key)) for key in distinct], dtype=pl.String).gather(where)


def matched(first: Question, second: Question, a: pl.DataFrame, b: pl.DataFrame) -> Matched:
    """Pair the terms of two results.

    Args:
        first: One result.
        second: The other.
        a: Terms of the first, from `terms_of`.
        b: Terms of the second.
    """
    by = ["by", "group", "unit"]
    same = _paired(a, b, ["exchange"]).with_columns(match=pl.lit("exchange"), key=pl.col("exchange"))
    a, b = (side.join(same, on="exchange", how="anti") for side in (a, b))
    grouped = _paired(_summed(a, by), _summed(b, by), by)
    grouped = grouped.with_columns(_ABSENT, match=pl.col("by"), key=pl.col("group"), unit_b=pl.col("unit"))
    a, b = (side.join(grouped, on=by, how="anti") for side in (a, b))
    rest = _paired(_by_flow(a, first), _by_flow(b, second), ["match", "key", "unit"], how="full")
    rest = rest.with_columns(_ABSENT, unit_b=pl.col("unit"))
    frame = pl.concat([_explained(part) for part in (same, grouped, rest)])
    changed = frame.filter((pl.col("difference") != 0) | (pl.col("amount_part") != 0) | (pl.col("factor_part") != 0))
    order = changed.sort(pl.col("difference").abs(), "key", descending=[True, False])
    return Matched(order, len(frame) - len(changed))


_ABSENT = pl.lit(None, dtype=pl.String).alias("process")


def _paired(a: pl.DataFrame, b: pl.DataFrame, on: list[str], how: Literal["inner", "full"] = "inner") -> pl.DataFrame:
    return a.join(b, on=on, how=how, suffix="_b", coalesce=True)


def _summed(frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Sum terms; the rounding of the sum goes into its bound."""
    size = (pl.col("value").abs() + pl.col("bound")).sum() * (pl.len() + 2) * EPS
    sums = [pl.col(name).sum() for name in SUMS if name != "bound"]
    lines = pl.col("exchange").sort().first().alias("exchange")
    return frame.group_by(by, maintain_order=True).agg(*sums, pl.col("bound").sum() + size, lines)


def _by_flow(frame: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Sum the use of factors by the flow that is asked for; gases stay as they are."""
    wanted = frame.filter(pl.col("by") == "provider")["exchange"].to_list()
    flow = {iri: str(row["flow"]) for iri, row in details_of(question.calculation, wanted).items()}
    return _summed(
        frame.with_columns(
            pl.when(pl.col("by") == "provider").then(pl.lit("flow")).otherwise(pl.lit("gas")).alias("match"),
            pl.when(pl.col("by") == "provider")
            .then(pl.col("exchange").replace_strict(flow, default=None, return_dtype=pl.String))
            .otherwise(pl.col("group"))
            .alias("key"),
        ),
        ["match", "key", "unit"],
    )


def _explained(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add the difference of each pair and its two parts."""
    both = pl.col("value").is_not_null() & pl.col("value_b").is_not_null() & (pl.col("unit") == pl.col("unit_b"))
    both &= (pl.col("amount") != 0) & (pl.col("amount_b") != 0)
    old, new = pl.col("value") / pl.col("amount"), pl.col("value_b") / pl.col("amount_b")
    new = pl.when((new - old).abs() <= SAME * old.abs()).then(old).otherwise(new)
    change = pl.col("value_b").fill_null(0) - pl.col("value").fill_null(0)
    return pairs.select(
        "match",
        "key",
        "process",
        "unit",
        "unit_b",
        *(name for column in SUMS for name in (column, f"{column}_b")),
        change.alias("difference"),
        (pl.sum_horizontal(pl.col("bound").fill_null(0), pl.col("bound_b").fill_null(0)) + change.abs() * EPS).alias(
            "difference_bound"
        ),
        pl.when(both).then((pl.col("amount_b") - pl.col("amount")) * (old + new) / 2).alias("amount_part"),
        pl.when(both).then((new - old) * (pl.col("amount") + pl.col("amount_b")) / 2).alias("factor_part"),
    )


def summed_by(a: pl.DataFrame, b: pl.DataFrame, column: str) -> pl.DataFrame:
    """Sum the terms of both sides by a column of theirs: that column, value, bound, value_b, bound_b; largest difference first."""
    columns = ("value", "bound", "value_b", "bound_b")
    found = _paired(_summed(a, [column]), _summed(b, [column]), [column], how="full")
    found = found.select(column, *(pl.col(c).fill_null(0.0) for c in columns))
    return found.sort((pl.col("value_b") - pl.col("value")).abs(), column, descending=[True, False])
