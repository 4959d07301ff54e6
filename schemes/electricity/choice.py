"""The factor for each share of the electricity under each scheme, the reason, and the number that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from graphstore.answers.graph import ID, Calculation
from graphstore.answers.inputs import inputs
from graphstore.answers.names import Names
from schemes.electricity import rules as treatments
from schemes.electricity.factors import GENERATION, Chosen, ElectricityFactor, Factors, electricity_factors
from schemes.electricity.places import Places
from schemes.electricity.remarks import Remarks, missing_conditions
from schemes.electricity.rules import Conditions, ElectricityRule, find_scheme, rule_for, rules_by_scheme
from schemes.electricity.supply import GRID_METHODS, METHOD, Supply, of_site, parse
from schemes.errors import NoFactorError, SchemeDataError, SupplyError
from schemes.exact import bounded, exact

FIRST_YEAR, LAST_YEAR = 1000, 9998
"""Years that the calendar of the graph can hold with the year after."""
KG, KG_PER_KWH = "kg CO2e", "kg CO2e/kWh"
AVERAGE = f"{GENERATION}grid_average"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        place: Code, name or IRI of the place; not needed with a site.
        year: Year in which the electricity is used.
        site: IRI or name of a site of the graph that states its supply; instead of `supply`.
        supply: Shares, as `schemes.electricity.supply.parse` reads them; empty: all from the grid.
        schemes: Notations or IRIs of schemes; empty for all that have rules.
        kwh: How much electricity; None for the number per kilowatt-hour.
        with_delivery: Also give the number with transmission and distribution added where the scheme's rule allows it.
        nearest_year: Allow a factor of the nearest year, reported, where the year has none.
        sector: Notation or IRI of the CBAM sector of the good.
    """

    year: int
    place: str | None = None
    site: str | None = None
    supply: Sequence[str] = ()
    schemes: Sequence[str] = ()
    kwh: object = None
    with_delivery: bool = False
    nearest_year: bool = False
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question with everything found that it names."""

    place: str
    year: int
    supplies: Sequence[Supply]
    sector: str | None
    amount: Fraction
    unit: str
    with_delivery: bool
    factors: Factors
    conditions: Conditions
    names: Names


@dataclass(frozen=True, slots=True)
class _Line:
    """One share under one scheme; `refused_by` is the rule that did not accept it for what it is."""

    supply: Supply
    rule: ElectricityRule
    chosen: Chosen | None = None
    delivery: Chosen | None = None
    refused_by: ElectricityRule | None = None
    missing: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class _Scheme:
    """One scheme being answered: its rules in order, and what has to be said beside the numbers."""

    iri: str
    rules: Sequence[ElectricityRule]
    asked: _Asked
    remarks: Remarks


def choose(calculation: Calculation, question: Question) -> dict[str, Any]:
    """Choose factors for every share of the electricity under every scheme asked for.

    Returns:
        place, year, amount, supply, `schemes` (one entry per scheme: verdict, total, lines with factor, reason, rule and
        documents, assumptions), `not_allowed` (factors of the place that may not enter a footprint, with what they would
        wrongly give), settings, inputs. Numbers in kg CO2e, or per kilowatt-hour where no amount is asked for.

    Raises:
        SupplyError: the question cannot be read: no such place, site, scheme or sector, or shares that do not make a whole.
        NoFactorError: no factor of the year.
        WrongFactorKindError: a supply names a factor that may not enter a footprint.
        SchemeDataError: rules or factors contradict themselves.
    """
    names = Names(calculation)
    factors = Factors(electricity_factors(calculation), Places.of(calculation), names, question.nearest_year)
    conditions = Conditions.of(calculation)
    asked = _asked(calculation, question, factors, conditions, names)
    rules = rules_by_scheme(calculation)
    wanted = [find_scheme(rules, text) for text in question.schemes] or list(rules)
    names.learn([*wanted, *factors.factors, *(s.method for s in asked.supplies), *conditions.by_notation.values()])
    return {
        "place": names[asked.place].as_dict(),
        "year": question.year,
        "amount": {"value": float(asked.amount), "unit": "kWh"} if question.kwh is not None else None,
        "supply": [_described(supply, names) for supply in asked.supplies],
        "supply_stated": bool(question.supply or question.site),
        "schemes": [_answered(_Scheme(iri, rules[iri], asked, Remarks(names))) for iri in wanted],
        "not_allowed": _not_allowed(asked),
        "settings": calculation.settings.as_dict(),
        "inputs": inputs(calculation),
    }


def _asked(
    calculation: Calculation, question: Question, factors: Factors, conditions: Conditions, names: Names
) -> _Asked:
    amount, unit = _amount(question.kwh)
    if not FIRST_YEAR <= question.year <= LAST_YEAR:
        raise SupplyError(f"{question.year} is no year of use. Give a year of four digits, such as 2024.")
    if question.site is not None:
        if question.supply:
            raise SupplyError("A site states its own supply. Give either a site or supplies, not both.")
        found = of_site(calculation, question.site, question.year, factors.places, conditions)
        place, supplies = found.place, found.supplies
    elif question.place is None:
        raise SupplyError("Neither a place nor a site is given. Factors depend on the place: give one, such as CN.")
    else:
        place = factors.places.find(question.place)
        known = {f.generation for f in factors.factors.values() if f.usable and f.generation and f.kind}
        supplies = parse(question.supply, conditions, known, factors.factors) if question.supply else [_GRID]
    return _Asked(
        place, question.year, supplies, _sector(calculation, question.sector), amount, unit, question.with_delivery,
        factors, conditions, names,
    )  # fmt: skip


_GRID = Supply(f"{METHOD}grid-consumption-mix", Fraction(1))


def _amount(kwh: object) -> tuple[Fraction, str]:
    if kwh is None:
        return Fraction(1), KG_PER_KWH
    try:
        amount = exact(kwh)
    except ValueError:
        raise SupplyError(f"{kwh!r} is no amount of electricity. Give kilowatt-hours as a number.") from None
    if amount <= 0:
        raise SupplyError(f"The amount of electricity is {float(amount):g} kWh. Give a positive number.")
    return amount, KG


def _sector(calculation: Calculation, text: str | None) -> str | None:
    if text is None:
        return None
    sectors = {s for rules in rules_by_scheme(calculation).values() for rule in rules for s in rule.sectors}
    for iri in (text, f"{ID}cbam-sector/{text}"):
        if iri in sectors:
            return iri
    known = ", ".join(sorted(iri.rpartition("/")[2] for iri in sectors))
    raise SupplyError(f"No rule is about the sector {text!r}. Known are: {known}.")


def _described(supply: Supply, names: Names) -> dict[str, Any]:
    what = supply.factor or supply.generation
    return {
        "method": names[supply.method].as_dict(),
        "what": names[what].as_dict() if what else None,
        "share": float(supply.share),
        "meets": [names[each].as_dict() for each in sorted(supply.meets)],
        "fails": [names[each].as_dict() for each in sorted(supply.fails)],
        "node": supply.node or None,
    }


def _answered(scheme: _Scheme) -> dict[str, Any]:
    """Answer for one scheme: each share, then the whole."""
    asked = scheme.asked
    lines = [_line(scheme, supply) for supply in asked.supplies]
    if asked.sector is None:
        scheme.remarks.sectors({sector for line in lines for sector in line.rule.sectors})
    used = {line.rule.treatment for line in lines}
    verdict = next((v for t, v in _VERDICTS if t in used), "footprint")
    total = sum((_value(asked, line) for line in lines), Fraction(0))
    added = sum((_delivered(asked, line) for line in lines), Fraction(0))
    counted = verdict in {"footprint", "not-charged"}
    return {
        **asked.names[scheme.iri].as_dict(),
        "verdict": verdict,
        "total": bounded(total, asked.unit) if counted else None,
        "total_with_delivery": bounded(total + added, asked.unit) if counted and added else None,
        "would_give": bounded(total, _co2(asked.unit)) if verdict == "not-a-footprint" else None,
        "lines": [_shown(asked, line) for line in lines],
        "assumptions": scheme.remarks.as_list(),
    }


def _co2(unit: str) -> str:
    """Return the unit of what is CO2 alone."""
    return unit.replace("CO2e", "CO2")


_VERDICTS = (
    (treatments.CO2_ONLY, "not-a-footprint"),
    (treatments.ELSEWHERE, "charged-elsewhere"),
    (treatments.NOT_CHARGED, "not-charged"),
)


def _line(scheme: _Scheme, supply: Supply) -> _Line:
    """Apply the rule of the scheme for one share."""
    if supply.method in GRID_METHODS and any(rule.method in GRID_METHODS for rule in scheme.rules):
        return _from_grid(scheme, supply)
    rule = rule_for(scheme.rules, supply.method, scheme.asked.sector)
    if rule is None:
        raise SchemeDataError(
            f"<{scheme.iri}> has no rule for <{supply.method}>. Add a tm:ElectricityRule that says how it is treated."
        )
    scheme.remarks.rule(rule)
    if rule.treatment == treatments.AS_GRID:
        return _from_grid(scheme, supply, rule)
    if rule.treatment == treatments.PLANT:
        return _from_plant(scheme, supply, rule)
    if rule.treatment == treatments.CO2_ONLY:
        found = _co2_factors(scheme.asked, rule.generation or AVERAGE)
        return _Line(supply, rule, Chosen(found[0]) if found else None)
    if rule.treatment == treatments.GRID:
        raise SchemeDataError(f"<{rule.iri}> gives a grid factor to every supply. State its tm:electricityMethod.")
    return _Line(supply, rule)


def _from_plant(scheme: _Scheme, supply: Supply, rule: ElectricityRule) -> _Line:
    """Take the factor of the plant or of its generation type; without the conditions of the rule, that of the grid."""
    asked, remarks = scheme.asked, scheme.remarks
    missing = missing_conditions(rule, supply, asked.conditions, asked.names)
    if missing:
        return _from_grid(scheme, supply, rule, missing)
    if supply.factor is not None:
        chosen = asked.factors.named(supply.factor, asked.place, asked.year)
    elif supply.generation is not None:
        chosen = asked.factors.choose(asked.place, asked.year, supply.generation)
    else:
        raise SupplyError(
            f"<{supply.node}> states neither what generates it (tm:generationType) nor a factor (tm:supplyFactor). State one."
        )
    remarks.chosen(chosen, asked.year)
    remarks.conditions(rule, supply)
    if not (asked.with_delivery and rule.delivery is not None):
        return _Line(supply, rule, chosen)
    delivery = asked.factors.choose(asked.place, asked.year, rule.delivery)
    remarks.chosen(delivery, asked.year)
    return _Line(supply, rule, chosen, delivery)


def _from_grid(
    scheme: _Scheme,
    supply: Supply,
    refused_by: ElectricityRule | None = None,
    missing: Sequence[dict[str, Any]] = (),
) -> _Line:
    """Take a factor of the grid by the rules of the scheme in order: the residual mix where there is one, else the average."""
    asked, remarks = scheme.asked, scheme.remarks
    own = [rule for rule in scheme.rules if rule.method in GRID_METHODS]
    for rule in own:
        if rule.generation is None:
            raise SchemeDataError(f"<{rule.iri}> does not say which mix it takes. State its tm:generationType.")
        try:
            chosen = asked.factors.choose(asked.place, asked.year, rule.generation)
        except NoFactorError:
            if rule is own[-1]:
                raise
            remarks.not_available(rule.generation)
            continue
        remarks.rule(rule)
        remarks.chosen(chosen, asked.year)
        return _Line(supply, rule, chosen, refused_by=refused_by, missing=missing)
    raise SchemeDataError(f"<{scheme.iri}> has no rule for electricity from the grid. Add a tm:ElectricityRule for it.")


def _co2_factors(asked: _Asked, generation: str) -> list[ElectricityFactor]:
    """Return the refused factors of the nearest place that has any, the newest up to the year first."""
    found = asked.factors.all_for(asked.place, generation, usable=False)
    nearest = [f for f in found if f.place == found[0].place and (f.year or 0) <= asked.year]
    return sorted(nearest, key=lambda f: (-(f.year or 0), f.iri))


def _value(asked: _Asked, line: _Line) -> Fraction:
    return asked.amount * line.supply.share * line.chosen.factor.value if line.chosen else Fraction(0)


def _delivered(asked: _Asked, line: _Line) -> Fraction:
    return asked.amount * line.supply.share * line.delivery.factor.value if line.delivery else Fraction(0)


def _shown(asked: _Asked, line: _Line) -> dict[str, Any]:
    """One line for machines; the deciding rule is the one that refused, where one did."""
    names, rule = asked.names, line.refused_by or line.rule
    treatment = treatments.AS_GRID if line.refused_by else rule.treatment
    names.learn([rule.iri, *rule.sources])
    return {
        "supply": _described(line.supply, names),
        "share": float(line.supply.share),
        "amount_kwh": float(asked.amount * line.supply.share) if asked.unit == KG else None,
        "accepted": line.refused_by is None and line.rule.treatment != treatments.CO2_ONLY,
        "treatment": names[f"{ID}electricity-treatment/{treatment}"].as_dict(),
        "missing_conditions": list(line.missing),
        "factor": line.chosen.factor.as_dict(names) if line.chosen else None,
        "delivery_factor": line.delivery.factor.as_dict(names) if line.delivery else None,
        "value": bounded(_value(asked, line), asked.unit) if line.rule.treatment not in _WITHOUT_VALUE else None,
        "reason_en": rule.reason.get("en", ""),
        "reason_zh": rule.reason.get("zh", ""),
        "rule": {"iri": rule.iri, "identifier": rule.identifier},
        "documents": [names[source].as_dict() for source in rule.sources],
        "legal_status": names[rule.status].as_dict() if rule.status else None,
        "confidence": names[rule.confidence].as_dict() if rule.confidence else None,
        "unverified": rule.unverified,
    }


_WITHOUT_VALUE = {treatments.ELSEWHERE, treatments.CO2_ONLY}


def _not_allowed(asked: _Asked) -> list[dict[str, Any]]:
    """The newest CO2 factor of the place: what it would wrongly give, so that nobody has to try."""
    return [
        factor.as_dict(asked.names) | {"would_give": bounded(asked.amount * factor.value, _co2(asked.unit))}
        for factor in _co2_factors(asked, AVERAGE)[:1]
    ]
