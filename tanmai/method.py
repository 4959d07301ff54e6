"""How the Python entry calculates: settings by the names of the command line."""

from __future__ import annotations

from typing import TypedDict

from graphstore.answers.graph import Settings
from graphstore.answers.settings import STATED, method_settings


class Method(TypedDict, total=False):
    """How to calculate: the options of the command line, with the same names and defaults.

    Attributes:
        gwp: GWP set: AR4, AR5, AR6.
        unlinked: inputs that nothing supplies: ``error`` or ``cutoff``.
        coproducts: products without a stated method: ``error``, ``unallocated``, ``mass``, ``energy``, ``economic``,
            ``system-expansion``, ``price-ratio``.
        recycling: recycling model: ``stated``, ``cut-off``, ``closed-loop``, ``cff``.
        strict: refuse factors that cannot be restated.
        sector_average: allow a result that rests on sectors of an input-output table alone.
        scenario: name, label or IRI of a scenario of the graph that is laid over the data.
    """

    gwp: str
    unlinked: str
    coproducts: str
    recycling: str
    strict: bool
    sector_average: bool
    scenario: str | None


_SWITCHES = {"strict", "sector_average"}


def settings_of(method: Method) -> Settings:
    """Return the settings that a method says, without its scenario: that one is looked up in a graph.

    Raises:
        TypeError: a setting that does not exist, which would leave the default in force unseen; or a value of another kind.
    """
    known = Method.__optional_keys__
    if unknown := sorted(method.keys() - known):
        raise TypeError(f"there is no setting {', '.join(unknown)}: choose from {', '.join(sorted(known))}.")
    for key, value in method.items():
        kind = bool if key in _SWITCHES else str
        if not isinstance(value, kind) and not (key == "scenario" and value is None):
            raise TypeError(f"{key} is {value!r}: state {'True or False' if kind is bool else 'a text'}.")
    return method_settings(
        method.get("gwp", "AR6"),
        method.get("unlinked", "error"),
        method.get("coproducts", "error"),
        method.get("recycling", STATED),
        strict=method.get("strict", False),
        sector_average=method.get("sector_average", False),
    )
