"""Why an electricity factor may or may not be used in a footprint, and how a factor changed over the years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphstore.answers.graph import ID, Calculation
from graphstore.answers.inputs import inputs
from graphstore.answers.names import Names
from schemes.electricity.factors import GENERATION, ElectricityFactor, Factors, electricity_factors
from schemes.electricity.places import Places
from schemes.electricity.rules import CO2_ONLY, ElectricityRule, rules_by_scheme
from schemes.errors import NoFactorError, SchemeDataError, SupplyError
from schemes.exact import bounded, exact

KG = "kg CO2e"
MOST_CANDIDATES = 12


def why(calculation: Calculation, text: str, kwh: object = None) -> dict[str, Any]:
    """Say whether a factor may be used in a product footprint, by which rule, and what is right in its place.

    Args:
        calculation: State of the graph and settings.
        text: IRI or key of the factor, a part of its name, or its value.
        kwh: Amount of electricity to show the effect on; None for none.

    Returns:
        factor, allowed, reason in both languages, rule, documents, alternative (the footprint factor of the same year at
        the place or what contains it; None when there is none, with `no_alternative`), effect.

    Raises:
        NoFactorError: nothing fits the text, or several factors do.
        SupplyError: the amount is no positive number.
    """
    names = Names(calculation)
    factors = Factors(electricity_factors(calculation), Places.of(calculation), names)
    names.learn(factors.factors)
    factor = _named(factors.factors, names, text)
    rule = _kind_rule(calculation)
    right, none = _alternative(factors, factor) if not factor.usable else (None, "")
    answer: dict[str, Any] = {"factor": factor.as_dict(names), "allowed": factor.usable}
    if factor.usable:
        en, zh = _SERIES if factor.kind else _OTHER
        answer |= {"reason_en": en, "reason_zh": zh, "rule": None, "documents": []}
    else:
        answer |= {
            "reason_en": rule.reason.get("en", ""),
            "reason_zh": rule.reason.get("zh", ""),
            "rule": {"iri": rule.iri, "identifier": rule.identifier},
            "documents": [names[source].as_dict() for source in rule.sources],
        }
    answer |= {"alternative": right.as_dict(names) if right else None, "no_alternative": none}
    return answer | {"effect": _effect(kwh, factor, right), "inputs": inputs(calculation)}


_SERIES = (
    "A life-cycle factor of electricity in CO2e: it may enter a product footprint where place, year and kind of supply fit.",
    "电力生命周期 CO2e 因子：地域、年份和供电方式相符时可用于产品碳足迹。",
)
_OTHER = (
    "Of no refused kind and of no published series: it may enter where it covers the life cycle, and place, year and supply fit.",
    "不属于禁用类型，也不属于已公布的因子系列：涵盖电力生命周期且地域、年份和供电方式相符时可以采用。",
)


def _kind_rule(calculation: Calculation) -> ElectricityRule:
    """Return the rule that keeps CO2 factors out of footprints."""
    found = [rule for rules in rules_by_scheme(calculation).values() for rule in rules if rule.treatment == CO2_ONLY]
    if not found:
        raise SchemeDataError(
            f"The graph has no tm:ElectricityRule with the treatment <{ID}electricity-treatment/{CO2_ONLY}>."
        )
    return found[0]


def _named(factors: Mapping[str, ElectricityFactor], names: Names, text: str) -> ElectricityFactor:
    for iri in (text, f"{ID}electricity-factor/{text}"):
        if iri in factors:
            return factors[iri]
    needle = text.strip().lower()
    found = [f for f in factors.values() if needle and (_has_value(f, text) or _is_called(names, f.iri, needle))]
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoFactorError(f"No electricity factor {text!r}. Give its IRI, its key, a part of its name, or its value.")
    listed = "\n".join(f"  {names[f.iri].in_language('en')}  <{f.iri}>" for f in found[:MOST_CANDIDATES])
    more = f"\n  and {len(found) - MOST_CANDIDATES} more" if len(found) > MOST_CANDIDATES else ""
    raise NoFactorError(
        f"{text!r} fits {len(found)} electricity factors; give one of them by IRI or key:\n{listed}{more}"
    )


def _has_value(factor: ElectricityFactor, text: str) -> bool:
    try:
        return factor.value == exact(text)
    except (ValueError, SchemeDataError):
        return False


def _is_called(names: Names, iri: str, needle: str) -> bool:
    return any(needle in label.lower() for label in names[iri].labels.values())


def _alternative(factors: Factors, factor: ElectricityFactor) -> tuple[ElectricityFactor | None, str]:
    """Return the footprint factor of the same year and generation at the place or what contains it, else why there is none."""
    if factor.place is None or factor.year is None:
        return None, "the factor states no place or no year"
    try:
        return factors.choose(factor.place, factor.year, f"{GENERATION}grid_average").factor, ""
    except NoFactorError as error:
        return None, str(error)


def _effect(kwh: object, factor: ElectricityFactor, right: ElectricityFactor | None) -> dict[str, Any] | None:
    if kwh is None:
        return None
    try:
        amount = exact(kwh)
    except ValueError:
        raise SupplyError(f"{kwh!r} is no amount of electricity. Give kilowatt-hours as a number.") from None
    if amount <= 0:
        raise SupplyError(f"The amount of electricity is {float(amount):g} kWh. Give a positive number.")
    return {
        "kwh": float(amount),
        "with_it": bounded(amount * factor.value, KG if factor.usable else "kg CO2"),
        "with_alternative": bounded(amount * right.value, KG) if right else None,
    }


def history(calculation: Calculation, place: str, generation: str = "grid_average") -> dict[str, Any]:
    """Return the footprint factors of a kind of generation at a place by year, with the change from one to the next.

    Raises:
        SupplyError: no such place.
        NoFactorError: no such kind of generation, or no factor of it there.
    """
    names = Names(calculation)
    places = Places.of(calculation)
    factors = Factors(electricity_factors(calculation), places, names)
    where = places.find(place)
    wanted = generation if "://" in generation else f"{GENERATION}{generation}"
    found = [f for f in factors.all_for(where, wanted) if f.place == where and f.year is not None]
    if not found:
        known = sorted(
            {str(f.generation).rpartition("/")[2] for f in factors.factors.values() if f.usable and f.place == where}
        )
        listed = (
            f" There are factors of {', '.join(known)}."
            if known
            else " Ask for a place that contains it, such as the country."
        )
        raise NoFactorError(f"No footprint factor of {generation!r} is known for <{where}>.{listed}")
    rows: list[dict[str, Any]] = []
    before: ElectricityFactor | None = None
    for factor in found:
        change = float(factor.value / before.value - 1) if before is not None and before.value else None
        rows.append(factor.as_dict(names) | {"change": change})
        before = factor
    return {
        "place": names[where].as_dict(),
        "generation": names[wanted].as_dict(),
        "factors": rows,
        "inputs": inputs(calculation),
    }
