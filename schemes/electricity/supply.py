"""How a place is supplied with electricity: shares described on the command line, or at a site of the graph."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from graphstore.answers.graph import ID, Calculation
from graphstore.queries import load
from graphstore.terms import iri as iri_term
from schemes.electricity.places import Places
from schemes.electricity.rules import Conditions
from schemes.errors import SupplyError
from schemes.exact import exact
from schemes.rows import Row, grouped, one
from schemes.rows import year as year_of

METHOD = f"{ID}electricity-method/"
GRID_METHODS = (f"{METHOD}residual-mix", f"{METHOD}grid-consumption-mix")
"""What electricity from the grid may be counted as, the preferred one first (rule R08)."""
SHORT = {
    "own": "own-generation",
    "direct": "direct-connection",
    "contract": "contractual",
    "grid": "grid-consumption-mix",
}
"""Words of the command line for the methods of electricity supply."""
EVERY = "all"
"""Word of the command line for all conditions of a supply."""


@dataclass(frozen=True, slots=True)
class Supply:
    """One share of the electricity.

    Attributes:
        method: IRI of the electricity method.
        share: Part of the whole, above 0 and at most 1.
        generation: IRI of the generation type; None for the grid and where a factor is named.
        factor: IRI of the factor of the plant or supplier; None where the type decides.
        meets, fails: IRIs of conditions that are stated to hold or not to hold.
        why_fails: For a condition that what is stated contradicts (dates, market, beneficiary), how: (English, Chinese).
        node: IRI of the supply in the graph; empty for one of the command line.
    """

    method: str
    share: Fraction
    generation: str | None = None
    factor: str | None = None
    meets: frozenset[str] = frozenset()
    fails: frozenset[str] = frozenset()
    why_fails: dict[str, tuple[str, str]] = field(default_factory=dict)
    node: str = ""


def parse(
    texts: Sequence[str], conditions: Conditions, generations: Iterable[str], factors: Iterable[str]
) -> list[Supply]:
    """Read supplies such as `direct:hydro:0.4`, `contract:wind:0.3:all`, `grid:0.3`; `grid` alone is the rest.

    Args:
        texts: `method:what:share[:conditions]`. The method is own, direct, contract or grid. What supplies is a generation
            type (its notation), or a factor (IRI or key). Conditions are notations joined by commas, `all`, or `!notation`
            for one that does not hold.
        conditions: The conditions there are.
        generations: IRIs of the generation types there are.
        factors: IRIs of the factors there are.

    Raises:
        SupplyError: a text cannot be read, or the shares do not make one whole.
    """
    known = _Known(conditions, frozenset(generations), frozenset(factors))
    parsed = [_parsed(text, known) for text in texts]
    rest = 1 - sum((supply.share for supply in parsed if supply.share), Fraction(0))
    open_ended = [supply for supply in parsed if not supply.share]
    if len(open_ended) > 1:
        raise SupplyError("Several supplies state no share. Only one, the rest from the grid, may leave it out.")
    if open_ended and rest <= 0:
        raise SupplyError(f"The stated shares already make {float(1 - rest):g}, so nothing is left for the grid.")
    made = [supply if supply.share else Supply(supply.method, rest) for supply in parsed]
    require_whole(made)
    return made


@dataclass(frozen=True, slots=True)
class _Known:
    conditions: Conditions
    generations: frozenset[str]
    factors: frozenset[str]


def _parsed(text: str, known: _Known) -> Supply:
    word, _, rest = text.partition(":")
    if word not in SHORT:
        raise SupplyError(
            f"{text!r}: {word!r} is no kind of supply. Write one of {', '.join(SHORT)} before the first colon."
        )
    method = METHOD + SHORT[word]
    if word == "grid":
        return Supply(method, _share(text, rest) if rest else Fraction(0))
    parts = rest.split(":")
    stated = ""
    if len(parts) > 2 and not _is_number(parts[-1]):
        stated = parts.pop()
    if len(parts) < 2 or not _is_number(parts[-1]):
        raise SupplyError(
            f"{text!r} states no share. Write {word}:WHAT:SHARE, for example {word}:hydro:0.4; WHAT is a generation type or a factor."
        )
    share = _share(text, parts.pop())
    generation, factor = _what(text, ":".join(parts), known)
    meets, fails = _conditions(text, stated, known.conditions)
    return Supply(method, share, generation, factor, meets, fails)


def _what(text: str, what: str, known: _Known) -> tuple[str | None, str | None]:
    """Return the generation type or the factor that is meant."""
    if f"{ID}generation/{what}" in known.generations:
        return f"{ID}generation/{what}", None
    for iri in (what, f"{ID}electricity-factor/{what}"):
        if iri in known.factors:
            return None, iri
    listed = ", ".join(sorted(iri.rpartition("/")[2] for iri in known.generations))
    raise SupplyError(f"{text!r}: {what!r} is neither a generation type ({listed}) nor a factor of the graph.")


def _conditions(text: str, stated: str, known: Conditions) -> tuple[frozenset[str], frozenset[str]]:
    if stated == EVERY:
        return frozenset(known.by_notation.values()), frozenset()
    meets: set[str] = set()
    fails: set[str] = set()
    for each in filter(None, stated.split(",")):
        name = each.removeprefix("!")
        if name not in known.by_notation:
            raise SupplyError(
                f"{text!r}: {name!r} is no condition of supply. Known are {', '.join(sorted(known.by_notation))}; or write {EVERY}."
            )
        (fails if each.startswith("!") else meets).add(known.by_notation[name])
    return frozenset(meets), frozenset(fails)


def _is_number(text: str) -> bool:
    try:
        exact(text)
    except ValueError:
        return False
    return True


def _share(where: str, value: object) -> Fraction:
    try:
        share = exact(value)
    except ValueError:
        raise SupplyError(
            f"{where}: {value!r} is no share. Write a number above 0 and at most 1, for example 0.4."
        ) from None
    if not 0 < share <= 1:
        raise SupplyError(f"{where}: the share is {float(share):g}. It must be above 0 and at most 1; 40 % is 0.4.")
    return share


def require_whole(supplies: Sequence[Supply]) -> None:
    """Refuse shares that do not add up to one, exactly.

    Raises:
        SupplyError: they do not.
    """
    total = sum((supply.share for supply in supplies), Fraction(0))
    if total != 1:
        raise SupplyError(
            f"The shares of the electricity add up to {float(total):g}, not to 1. Add what is missing, for example the rest as `grid`."
        )


@dataclass(frozen=True, slots=True)
class SiteSupply:
    """What the graph states about a site: where it is and how it is supplied in a year."""

    site: str
    place: str
    supplies: list[Supply]


def of_site(calculation: Calculation, text: str, year: int, places: Places, conditions: Conditions) -> SiteSupply:
    """Read the supplies that a site of the graph states for a year; those without a year hold for every year.

    Args:
        calculation: State of the graph.
        text: IRI of the site, or its name.
        year: The year.
        places: Places, to compare the market of an instrument with.
        conditions: The conditions there are.

    Raises:
        SupplyError: no such site, no place or supply stated, or shares that do not make one whole.
    """
    site, rows = _site(calculation, text)
    place = one(rows, "place", site)
    if place is None:
        raise SupplyError(f"<{site}> states no place. Add tm:geography, so that the factors of its grid can be found.")
    stated = calculation.graph.query(load("electricity-supplies"), {"site": iri_term(site)}).dicts()
    beneficiaries = {site, *(str(row["operator"]) for row in rows if row["operator"] is not None)}
    here = _Here(year, str(place), frozenset(beneficiaries), places, conditions)
    supplies = [
        _stated(node, mine, here) for node, mine in grouped(stated, "supply").items() if _in_year(node, mine, year)
    ]
    if not supplies:
        raise SupplyError(
            f"<{site}> states no electricity supply for {year}. Add tm:electricitySupply with share and method."
        )
    require_whole(supplies)
    return SiteSupply(site, str(place), supplies)


@dataclass(frozen=True, slots=True)
class _Here:
    year: int
    place: str
    beneficiaries: frozenset[str]
    places: Places
    conditions: Conditions


def _site(calculation: Calculation, text: str) -> tuple[str, list[Row]]:
    sites = grouped(calculation.graph.query(load("sites")).dicts(), "site")
    if text in sites:
        return text, sites[text]
    needle = text.strip().lower()
    found = [
        iri for iri, rows in sites.items() if needle and any(needle in str(r["label"] or "").lower() for r in rows)
    ]
    if len(found) == 1:
        return found[0], sites[found[0]]
    if found:
        raise SupplyError(f"{text!r} fits {len(found)} sites: {', '.join(f'<{iri}>' for iri in found)}. Give the IRI.")
    raise SupplyError(f"No site {text!r} in the graph. Give the IRI or a part of the name of a tm:Site.")


def _in_year(node: str, rows: Sequence[Row], year: int) -> bool:
    return year_of(rows, "year", node) in {None, year}


def _stated(node: str, rows: Sequence[Row], here: _Here) -> Supply:
    method, share = one(rows, "method", node), one(rows, "share", node)
    if method is None or share is None:
        raise SupplyError(
            f"<{node}> states no tm:electricityMethod or no tm:share. Both are needed to choose a factor."
        )
    generation, factor = one(rows, "generation", node), one(rows, "factor", node)
    contradicted = _contradicted(node, rows, here)
    meets = {str(row["meets"]) for row in rows if row["meets"] is not None} | _shown(rows, here, contradicted)
    fails = {str(row["fails"]) for row in rows if row["fails"] is not None} | set(contradicted)
    return Supply(
        method=str(method),
        share=_share(f"<{node}>", share),
        generation=None if generation is None else str(generation),
        factor=None if factor is None else str(factor),
        meets=frozenset(meets - fails),
        fails=frozenset(fails),
        why_fails=contradicted,
        node=node,
    )


def _shown(rows: Sequence[Row], here: _Here, contradicted: dict[str, tuple[str, str]]) -> set[str]:
    """Return the conditions that dates and market of the instrument show to be met."""
    shown = set()
    for notation, needed in (("period", ("start", "end")), ("same-market", ("market",))):
        condition = here.conditions.by_notation.get(notation)
        if condition and condition not in contradicted and all(any(r[key] is not None for r in rows) for key in needed):
            shown.add(condition)
    return shown


def _contradicted(node: str, rows: Sequence[Row], here: _Here) -> dict[str, tuple[str, str]]:
    """Return the conditions that dates, market or beneficiary of the instrument contradict, with how."""
    found = {}
    start, end = one(rows, "start", node), one(rows, "end", node)
    known = here.conditions.by_notation
    if "period" in known and not _covers(start, end, here.year):
        found[known["period"]] = (
            f"its period {start or '?'} to {end or '?'} is not inside {here.year}",
            f"其期间 {start or '?'} 至 {end or '?'} 不在 {here.year} 年内",
        )
    market = one(rows, "market", node)
    if "same-market" in known and market is not None and not here.places.within(here.place, str(market)):
        found[known["same-market"]] = (
            f"its market <{market}> does not contain <{here.place}>",
            f"其市场 <{market}> 不包含 <{here.place}>",
        )
    retired = {str(row["retiredFor"]) for row in rows if row["retiredFor"] is not None}
    if "tracked-and-retired" in known and retired and not retired & here.beneficiaries:
        found[known["tracked-and-retired"]] = (
            f"it was retired for {', '.join(f'<{each}>' for each in sorted(retired))}, not for this site",
            f"其注销受益方为 {'、'.join(f'<{each}>' for each in sorted(retired))}，并非本场所",
        )
    return found


def _covers(start: object, end: object, year: int) -> bool:
    """Whether a period that is stated lies inside a year; the end is the day after the last one. Unstated: not contradicted."""
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    begins, ends = _day(start, first), _day(end, after)
    return begins is not None and ends is not None and first <= begins < ends <= after


def _day(stated: object, otherwise: dt.date) -> dt.date | None:
    """Return a stated day, the other one where none is stated, and None for what is stated and is no day."""
    if isinstance(stated, dt.datetime):
        return stated.date()
    return otherwise if stated is None else stated if isinstance(stated, dt.date) else None
