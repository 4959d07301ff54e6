"""Price indices and exchange rates of the graph: what money of one currency and base year is in another."""

from __future__ import annotations

import math

import polars as pl

from footprint.units import Conversion
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.technosphere.columns import Select, number, table

CURRENCY = "http://qudt.org/vocab/quantitykind/Currency"
MONEY = "https://w3id.org/tanmai/id/quantity-kind/money-"
"""What the kinds of quantity begin with that money of one currency and base year has."""

_COLUMNS = (
    *("rate", "kind", "amount", "unit", "perUnit", "sourced"),
    *("currency", "year", "perCurrency", "perYear"),
)


def is_money(kind: str | None) -> bool:
    """Tell whether a kind of quantity counts money."""
    return kind is not None and (kind == CURRENCY or kind.startswith(MONEY))


def rates(select: Select) -> tuple[Conversion, ...]:
    """Read every price index and exchange rate, in a fixed order.

    Raises:
        ExtractionError: one is not positive, names no source, or links units that it cannot link.
    """
    frame = table(select, load("money-conversions"), *_COLUMNS).unique().sort(pl.all())
    found = []
    for row in frame.iter_rows(named=True):
        fault = _fault(row)
        if fault:
            raise ExtractionError(f"<{row['rate']}> is no usable {_KINDS[row['kind']]}: {fault}")
        found.append(Conversion(number(row["amount"]), row["unit"], row["perUnit"]))
    return tuple(dict.fromkeys(found))


_KINDS = {"PriceIndex": "price index", "ExchangeRate": "exchange rate"}


def _fault(row: dict[str, str | None]) -> str | None:
    """Return what is wrong with one conversion."""
    value = number(row["amount"] or "")
    same_currency = row["currency"] == row["perCurrency"]
    same_year = row["year"] == row["perYear"]
    checks = (
        (not (math.isfinite(value) and value > 0), f"its tm:amount is {row['amount']!r}; state a positive number."),
        (
            not all((row["currency"], row["year"], row["perCurrency"], row["perYear"])),
            "tm:unit and tm:perUnit must be units of type tm:MoneyUnit with tm:currency and tm:priceYear.",
        ),
        (
            row["sourced"] != "true",
            "it names no dcterms:source; state where it was published (or tm:illustrative true).",
        ),
        (row["kind"] == "PriceIndex" and not same_currency, "a price index links two years of one currency."),
        (
            row["kind"] == "ExchangeRate" and (same_currency or not same_year),
            "an exchange rate links two currencies in one year; link years by a tm:PriceIndex.",
        ),
    )
    return next((reason for wrong, reason in checks if wrong), None)
