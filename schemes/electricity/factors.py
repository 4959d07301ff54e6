"""Electricity factors of the graph, and which of them fits a place, a year and a kind of generation.

A factor of another year, or of a kind that may not enter a footprint, is never put in the place of a missing one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from graphstore.answers.graph import ID, Calculation
from graphstore.answers.names import Names
from graphstore.queries import load
from graphstore.terms import iri as iri_term
from schemes.electricity.places import Places
from schemes.errors import NoFactorError, SchemeDataError, WrongFactorKindError
from schemes.rows import grouped, number, one
from schemes.rows import year as year_of

GENERATION = f"{ID}generation/"


@dataclass(frozen=True, slots=True)
class ElectricityFactor:
    """One factor, per kilowatt-hour.

    Attributes:
        iri: The factor.
        kind: Class of the published series it belongs to; None for a factor of a plant or supplier.
        usable: Whether it may enter a product footprint.
        place, generation: IRIs; None where not stated.
        year: Year of the data; None where not stated.
        stated: Kilograms per kilowatt-hour; or, for a factor whose gases cannot be weighted, why: said only where it is used.
        states_co2e: It states CO2e, not masses of gases: it holds for the GWP set it was made with.
        losses_unknown: It does not say whether transmission and distribution are inside.
        issued: Date of the document, as text; empty where not stated.
        identifier, sources: Number and IRIs of the document.
    """

    iri: str
    kind: str | None
    usable: bool
    place: str | None
    generation: str | None
    year: int | None
    stated: Fraction | str
    states_co2e: bool
    losses_unknown: bool
    issued: str
    identifier: str | None
    sources: tuple[str, ...]

    @property
    def value(self) -> Fraction:
        """Kilograms per kilowatt-hour: CO2e, or CO2 alone for the series of CO2 factors.

        Raises:
            SchemeDataError: a gas in it has no warming potential under the GWP set.
        """
        if isinstance(self.stated, str):
            raise SchemeDataError(self.stated)
        return self.stated

    def as_dict(self, names: Names) -> dict[str, Any]:
        """The factor for machines, with names and documents."""
        return {
            **names[self.iri].as_dict(),
            "kind": names[self.kind].as_dict() if self.kind else None,
            "usable_in_footprint": self.usable,
            "value": float(self.value),
            "unit": "kg CO2e/kWh" if self.usable else "kg CO2/kWh",
            "place": names[self.place].as_dict() if self.place else None,
            "generation": names[self.generation].as_dict() if self.generation else None,
            "year": self.year,
            "issued": self.issued or None,
            "document_number": self.identifier,
            "documents": [names[source].as_dict() for source in self.sources],
        }


def electricity_factors(calculation: Calculation) -> dict[str, ElectricityFactor]:
    """Return every electricity factor by IRI.

    Raises:
        SchemeDataError: a factor states a place, year or kind twice.
    """
    rows = calculation.graph.query(load("electricity-factors"), {"set": iri_term(calculation.settings.gwp_set)}).dicts()
    return {iri: factor for iri, mine in grouped(rows, "factor").items() if (factor := _factor(iri, mine)) is not None}


def _factor(iri: str, rows: Sequence[dict[str, object]]) -> ElectricityFactor | None:
    stated = one(rows, "co2e", iri)
    masses = grouped([row for row in rows if row["mass"] is not None], "mass")
    if stated is None and not masses:
        return None  # a factor without a value is a gap, which the calculation reports where it is used
    texts = {key: str(found) if (found := one(rows, key, iri)) is not None else None for key in _TEXTS}
    return ElectricityFactor(
        iri=iri,
        kind=texts["kind"],
        usable=all(row["refused"] is None for row in rows),
        place=texts["place"],
        generation=texts["generation"],
        year=year_of(rows, "year", iri),
        stated=_per_kilowatt_hour(iri, rows, masses),
        states_co2e=stated is not None,
        losses_unknown=(texts["loss"] or "").endswith("/unknown"),
        issued=texts["issued"] or "",
        identifier=texts["identifier"],
        sources=tuple(sorted({str(row["source"]) for row in rows if row["source"] is not None})),
    )


def _per_kilowatt_hour(
    iri: str, rows: Sequence[dict[str, object]], masses: Mapping[str, Sequence[dict[str, object]]]
) -> Fraction | str:
    """Return the value; or, where it cannot be told, why: another factor must not fail for that."""
    try:
        per_unit = number(rows, "perUnit", iri) / number(rows, "hour", iri)
        if one(rows, "co2e", iri) is not None:
            return number(rows, "co2e", iri) / per_unit
        return sum((_counted(mass, mine) for mass, mine in masses.items()), Fraction(0)) / per_unit
    except SchemeDataError as error:
        return str(error)


_TEXTS = ("kind", "place", "generation", "loss", "issued", "identifier")


def _counted(mass: str, rows: Sequence[dict[str, object]]) -> Fraction:
    """Return kg CO2e of one mass of gas; a category outside the total counts nothing."""
    if one(rows, "potential", mass) is None:
        raise SchemeDataError(
            f"<{mass}> is a mass of a gas that has no warming potential under this GWP set. Choose another --gwp."
        )
    if any(row["counts"] is False for row in rows):
        return Fraction(0)
    return number(rows, "amount", mass) * number(rows, "kilograms", mass) * number(rows, "potential", mass)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A factor that fits, and what had to be assumed for it: (code, subject) pairs."""

    factor: ElectricityFactor
    assumed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Factors:
    """All factors and places, to choose from; `nearest_year` allows another year where the asked one has none."""

    factors: Mapping[str, ElectricityFactor]
    places: Places
    names: Names
    nearest_year: bool = False

    def choose(self, place: str, year: int, generation: str) -> Chosen:
        """Return the footprint factor for a kind of generation at a place, or at the nearest place that contains it.

        Raises:
            NoFactorError: none for that year; the message names the years that there are.
        """
        fitting = self.all_for(place, generation)
        exactly = [factor for factor in fitting if factor.year == year]
        if exactly:
            return self._latest(exactly, place)
        dated = [factor for factor in fitting if factor.year is not None]
        if self.nearest_year and dated:
            best = min(dated, key=lambda f: (abs(_year(f) - year), -_year(f), self._distance(place, f)))
            chosen = self._latest([f for f in dated if (f.year, f.place) == (best.year, best.place)], place)
            return Chosen(chosen.factor, (*chosen.assumed, ("other-year", str(best.year))))
        raise self._none(place, year, generation, dated)

    def all_for(self, place: str, generation: str, *, usable: bool = True) -> list[ElectricityFactor]:
        """Return the factors for a kind of generation at a place and at all that contain it, the nearest place first."""
        chain = self.places.chain(place)
        found = [
            f
            for f in self.factors.values()
            if f.usable == usable and f.generation == generation and f.place in chain and (f.kind or not usable)
        ]
        return sorted(found, key=lambda f: (self._distance(place, f), f.year or 0, f.iri))

    def _distance(self, place: str, factor: ElectricityFactor) -> int:
        return self.places.chain(place).index(str(factor.place))

    def _latest(self, found: Iterable[ElectricityFactor], place: str) -> Chosen:
        """Return the factor of the nearest place; of several there the one issued last, which is then said."""
        ranked = sorted(found, key=lambda f: self._distance(place, f))
        nearest = [f for f in ranked if f.place == ranked[0].place]
        chosen = max(nearest, key=lambda f: (f.issued, f.iri))
        assumed = [("wider-place", str(chosen.place))] if chosen.place != place else []
        if len(nearest) > 1:
            assumed.append(("latest-issued", chosen.iri))
        return Chosen(chosen, tuple(assumed))

    def _none(self, place: str, year: int, generation: str, dated: Sequence[ElectricityFactor]) -> NoFactorError:
        years = sorted({_year(factor) for factor in dated})
        if not years:
            return NoFactorError(
                f"No footprint factor of <{generation}> is known for <{place}> or a place that contains it. "
                "Load one with its source (tm:ElectricityFootprintFactor); nothing is put in its place."
            )
        known = ", ".join(str(each) for each in years)
        return NoFactorError(
            f"No footprint factor of <{generation}> is known for <{place}> in {year}; there are factors for {known}. Ask for "
            "one of these years, or allow the nearest one with --nearest-year, which is then reported."
        )

    def named(self, iri: str, place: str, year: int) -> Chosen:
        """Return the factor of a plant or supplier that is named; that it is of another year or place is an assumption.

        Raises:
            NoFactorError: there is none with this IRI.
            WrongFactorKindError: it may not enter a product footprint.
        """
        factor = self.factors.get(iri)
        if factor is None:
            raise NoFactorError(
                f"There is no electricity factor <{iri}> with a value per unit of energy. Load it, or name a generation type."
            )
        if not factor.usable:
            kind = f"of the kind <{factor.kind}>" if factor.kind else "of a refused kind"
            raise WrongFactorKindError(
                f"<{iri}> is {kind}: {float(factor.value):g} kg CO2 per kWh of the generation stage only, for the accounting of "
                "organizations. It may not enter a product footprint; `tanmai electricity why` names the right one."
            )
        assumed = []
        if factor.year != year:
            assumed.append(("named-year", str(factor.year or "?")))
        if factor.place is None or not self.places.within(place, factor.place):
            assumed.append(("named-place", factor.place or "?"))
        return Chosen(factor, tuple(assumed))


def _year(factor: ElectricityFactor) -> int:
    return factor.year if factor.year is not None else 0
