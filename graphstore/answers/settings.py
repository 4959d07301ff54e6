"""Method settings from the words that people choose: the same ones for the command line, the Python entry and the server."""

from __future__ import annotations

from footprint.gaps import Reading
from graphstore.answers.graph import Settings

STATED = "stated"
"""The recycling model that the data state, which is none that is asked for."""


def method_settings(
    gwp: str = "AR6",
    unlinked: str = "error",
    coproducts: str = "error",
    recycling: str = STATED,
    *,
    strict: bool = False,
    sector_average: bool = False,
) -> Settings:
    """Return the settings that are meant, without a scenario: that one is looked up in a graph.

    Args:
        gwp: GWP set in any case: AR4, AR5, AR6.
        unlinked: Inputs that nothing supplies: ``error`` or ``cutoff``.
        coproducts: Products without a stated method; see :class:`footprint.gaps.Reading`.
        recycling: Recycling model: ``stated``, ``cut-off``, ``closed-loop``, ``cff``.
        strict: Refuse factors that cannot be restated.
        sector_average: Allow a result that rests on sectors of an input-output table alone.

    Raises:
        FootprintError: A reading or recycling model that does not exist.
    """
    chosen = "" if recycling == STATED else recycling
    return Settings(gwp.upper(), Reading(unlinked, coproducts, chosen), strict, sector_average)
