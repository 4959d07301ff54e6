"""What the graph states about sharing burdens beyond the method of a process: single outputs, and the rules of allocation."""

from __future__ import annotations

import math

import polars as pl

from footprint.inventory import AllocationMethod, AllocationRules, PriceRatioRule
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.technosphere.columns import Select, number, only, scans, table

ID = "https://w3id.org/tanmai/id/"
ECONOMIC = f"{ID}allocation/economic"
PRICE_RATIO = f"{ID}allocation/price-ratio"
PHYSICAL = {f"{ID}allocation/mass": AllocationMethod.MASS, f"{ID}allocation/energy": AllocationMethod.ENERGY}
SWITCHED = {**PHYSICAL, ECONOMIC: AllocationMethod.ECONOMIC}
_STATED = ("allocationMethod", "displaces", "substitutionRatio")


def statements(select: Select, exchanges: pl.Series) -> pl.DataFrame:
    """Return the exchanges that state a method of their own or what they replace: exchange, and each property or null.

    Raises:
        ExtractionError: one of the properties is stated twice.
    """
    found = [
        frame.filter(pl.col("exchange").is_in(exchanges.implode())) if len(frame) else frame
        for frame in scans(select, _STATED, "exchange", "value")
    ]
    if not any(map(len, found)):  # as in most graphs
        return pl.DataFrame(schema=dict.fromkeys(("exchange", *_STATED), pl.String))
    made = pl.DataFrame({"exchange": pl.concat([frame["exchange"] for frame in found]).unique().sort()})
    for predicate, frame in zip(_STATED, found, strict=True):
        pairs = only(frame, "exchange", "value", predicate).rename({"value": predicate})
        made = made.join(pairs, on="exchange", how="left", maintain_order="left")
    return made


def rules(select: Select) -> AllocationRules:
    """Read over how many years prices are averaged, and when the price-ratio rule changes the method.

    Raises:
        ExtractionError: a rule is stated twice, or names a limit or a method that cannot be used.
    """
    frame = table(select, load("allocation-rules"), "method", "years", "limit", "upTo", "beyond")
    twice = frame.filter(pl.col("method").is_duplicated())
    if len(twice):
        raise ExtractionError(
            f"allocation method <{twice['method'][0]}> states its rule more than once; keep one tm:priceYears, or one "
            "tm:priceRatioLimit with one tm:methodUpToLimit and one tm:methodBeyondLimit."
        )
    by_method = {row["method"]: row for row in frame.iter_rows(named=True)}
    years, ratio = by_method.get(ECONOMIC), by_method.get(PRICE_RATIO)
    return AllocationRules(
        price_years=None if years is None or years["years"] is None else _count(years["years"]),
        price_ratio=None if ratio is None or ratio["limit"] is None else _ratio(ratio),
    )


def _count(text: str) -> int:
    value = number(text)
    if not (math.isfinite(value) and value >= 1 and value == int(value)):
        raise ExtractionError(f"the number of years of tm:priceYears is {text!r}; state a whole number from 1.")
    return int(value)


def _ratio(row: dict[str, str]) -> PriceRatioRule:
    limit = number(row["limit"])
    if not limit >= 1 or row["upTo"] not in PHYSICAL or row["beyond"] not in SWITCHED:
        raise ExtractionError(
            f"the price-ratio rule changes from <{row['upTo']}> to <{row['beyond']}> at {row['limit']}; state a limit of 1 or more, "
            "tm:methodUpToLimit mass or energy, and tm:methodBeyondLimit mass, energy or economic."
        )
    return PriceRatioRule(limit, PHYSICAL[row["upTo"]], SWITCHED[row["beyond"]])
