"""Over which period data stand, and until when a footprint or certificate is valid (rule R10).

The numbers of years are reference values of the graph: the natural year of site data (GB/T 44905), the default validity of a
footprint (PACT) and that of a certificate of the Chinese label. A period ends on the day after its last day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from graphstore.answers.graph import ID, Calculation
from graphstore.queries import load
from graphstore.terms import iri as iri_term
from schemes.errors import SchemeDataError
from schemes.rows import grouped, number, one

SITE_DATA, FOOTPRINT, CERTIFICATE = (
    "validity-site-data-years",
    "validity-pact-default-years",
    "validity-label-certificate-years",
)
DAYS: Final = ("start", "end", "validFrom", "validUntil", "issued")


def validity(calculation: Calculation, product: str) -> list[dict[str, Any]]:
    """Judge the period and validity of everything the graph states about a product: studies, footprints, certificates.

    Args:
        calculation: state of the graph.
        product: IRI of the product.

    Returns:
        For each: iri, kind, start, end, whole_years (None where no period is stated), expires (the last day of validity,
        stated or by default), by_default, and remarks with text_en and text_zh.

    Raises:
        SchemeDataError: a day is stated twice or is none; the years are not in the graph.
    """
    years = _years(calculation)
    rows = grouped(calculation.graph.query(load("validity-facts"), {"product": iri_term(product)}).dicts(), "node")
    return [_judged(node, mine, years) for node, mine in rows.items()]


def later(day: dt.date, years: Fraction) -> dt.date:
    """Return the same day some whole years later; the 28th of February for a 29th that does not come.

    >>> later(dt.date(2025, 1, 1), Fraction(3)), later(dt.date(2024, 2, 29), Fraction(1))
    (datetime.date(2028, 1, 1), datetime.date(2025, 2, 28))
    """
    target = day.year + int(years)
    try:
        return day.replace(year=target)
    except ValueError:
        return day.replace(year=target, day=28)


def _years(calculation: Calculation) -> dict[str, Fraction]:
    group = iri_term(f"{ID}parameter-group/validity")
    rows = grouped(calculation.graph.query(load("reference-values"), {"group": group}).dicts(), "value")
    found = {}
    for key in (SITE_DATA, FOOTPRINT, CERTIFICATE):
        iri = f"{ID}reference-value/{key}"
        if iri not in rows:
            raise SchemeDataError(f"The graph has no period <{iri}>. Load the reference knowledge: `tanmai init`.")
        found[key] = number(rows[iri], "amount", iri)
        if found[key].denominator != 1 or found[key] < 1:
            raise SchemeDataError(f"<{iri}> is {found[key]}, which is no whole number of years. Correct its tm:amount.")
    return found


def _judged(node: str, rows: Sequence[Mapping[str, object]], years: Mapping[str, Fraction]) -> dict[str, Any]:
    kind = str(one(rows, "kind", node))
    days = {key: _day(node, key, one(rows, key, node)) for key in DAYS}
    start, end, stated = days["start"], days["end"], days["validUntil"]
    counted_from = days["issued"] or days["validFrom"] if kind == "certificate" else end
    limit = (
        None
        if counted_from is None
        else later(counted_from, years[CERTIFICATE if kind == "certificate" else FOOTPRINT])
    )
    remarks = [*_period(start, end, years[SITE_DATA]), *_end(days, stated, limit)]
    return {
        "iri": node,
        "kind": kind,
        "start": start,
        "end": end,
        "whole_years": None if start is None or end is None else _whole(start, end, years[SITE_DATA]),
        "expires": stated or limit,
        "by_default": stated is None and limit is not None,
        "remarks": remarks,
    }


def _day(node: str, key: str, value: object) -> dt.date | None:
    if value is None or isinstance(value, dt.date):
        return value
    raise SchemeDataError(f"<{node}> states {value!r} as {key}, which is no day. State an xsd:date such as 2025-01-01.")


def _whole(start: dt.date, end: dt.date, years: Fraction) -> bool:
    """Whether a period is the natural years asked for: from a first of January, so many years long."""
    return (start.month, start.day) == (1, 1) and end == later(start, years)


def _period(start: dt.date | None, end: dt.date | None, years: Fraction) -> list[dict[str, str]]:
    if start is None or end is None:
        return [_remark("no reference period is stated.", "未注明基准期。")]
    if end <= start:
        return [
            _remark(
                f"the period ends on {end}, not after its start {start}.", f"基准期结束日 {end} 不晚于开始日 {start}。"
            )
        ]
    if not _whole(start, end, years):
        return [
            _remark(
                f"the period {start} to {end} is not one calendar year, which GB/T 44905 asks of site data.",
                f"基准期 {start} 至 {end} 不是一个自然年（GB/T 44905 对现场数据的要求）。",
            )
        ]
    return []


def _end(days: Mapping[str, dt.date | None], stated: dt.date | None, limit: dt.date | None) -> list[dict[str, str]]:
    """What is wrong with a stated end of validity: not after its beginning or the period, or later than is allowed."""
    if stated is None or limit is None:
        return []
    start, period = days["validFrom"], days["end"]
    if (start is not None and stated <= start) or (period is not None and stated < period):
        return [_remark(f"it is valid until {stated}, before it begins.", f"有效期截止日 {stated} 早于其开始。")]
    if stated > limit:
        return [
            _remark(
                f"it is valid until {stated}, later than {limit} allows.", f"有效期截止日 {stated} 晚于允许的 {limit}。"
            )
        ]
    return []


def _remark(en: str, zh: str) -> dict[str, str]:
    return {"text_en": en, "text_zh": zh}
