"""Emission factors that no exchange uses yet, read when a change brings them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from footprint.errors import InvalidInventory
from footprint.system import EmissionRow
from graphstore.errors import ScenarioError
from graphstore.technosphere.emissions import factors, removal_rows
from graphstore.technosphere.quantities import unit_table

if TYPE_CHECKING:
    from graphstore.answers.graph import Calculation

Emissions: TypeAlias = tuple[tuple[EmissionRow, float], ...]


@dataclass(frozen=True, slots=True)
class NewFactor:
    """An emission factor: its IRI, the unit (IRI) one of which it is stated for, and kinds and kg of emission, mass by mass."""

    iri: str
    unit: str
    emissions: Emissions


def read(calculation: Calculation, iri: str) -> NewFactor:
    """Read an emission factor.

    Raises:
        ScenarioError: there is no process or factor of this IRI.
        InvalidInventory: it may not enter a product footprint.
    """
    found = factors(calculation.select, pl.Series([iri]), [], unit_table(calculation.select))
    if not found.ids:
        raise ScenarioError(
            f"<{iri}> is neither a process of the calculated system nor an emission factor of the graph. Load it, or name "
            "another provider."
        )
    if 0 in found.refusal:
        raise InvalidInventory(f"<{iri}> may not enter a product footprint: {found.refusal[0]}")
    emissions = tuple((row, kg) for _, row, kg in found.emissions)
    if any(
        emissions[position][1] > 0 for position in removal_rows(calculation.select, tuple(row for row, _ in emissions))
    ):
        raise InvalidInventory(f"<{iri}> states a positive amount of a removal. State a removal as a negative amount.")
    return NewFactor(iri, str(found.frame["unit"][0]), emissions)
