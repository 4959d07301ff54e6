"""Which assessment method fits a question: by the scale of what is assessed and the data at hand (UC-17).

Scales, needs, limits and the order of preference are statements about the methods in the graph. A method is recommended
when it suits the scale and its data are there; of several, the first in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from footprint.errors import FootprintError, InvalidQuery
from footprint.inventory import Bools
from footprint.solve import supply
from graphstore.answers.graph import ID, Calculation
from graphstore.answers.names import Names
from graphstore.answers.products import find, products
from graphstore.answers.sectors import Sectors, sectors
from graphstore.queries import load

SCALE, NEED = f"{ID}assessment-scale/", f"{ID}data-need/"
PROCESS_MODEL, COST_DATA, SECTOR_TABLE = (f"{NEED}{key}" for key in ("process-model", "cost-data", "sector-table"))


@dataclass(slots=True)
class _Method:
    """A method as the graph states it."""

    iri: str
    order: int
    average: bool
    scales: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)


def limits_of(calculation: Calculation, notation: str, names: Names) -> list[dict[str, Any]]:
    """Return the limits of a method with their texts and sources."""
    rows = calculation.graph.query(load("method-limits"), {"notation": notation}).dicts()
    return described(calculation, [str(row["limit"]) for row in rows], names)


def described(calculation: Calculation, concepts: list[str], names: Names) -> list[dict[str, Any]]:
    """Return concepts with definition in both languages, sources and confidence, in the order given."""
    found: dict[str, dict[str, Any]] = {}
    rows = calculation.about(load("concept-texts"), "concept", concepts)
    told = (str(row[key]) for row in rows for key in ("source", "confidence") if row[key])
    names.learn([*concepts, *(node for node in told if "://" in node)])  # a source may be a text
    for row in rows:
        iri = str(row["concept"])
        entry = found.setdefault(
            iri,
            {**names[iri].as_dict(), "key": row["notation"], "text_en": row["en"], "text_zh": row["zh"], "sources": []},
        )
        source = str(row["source"])
        entry["sources"].append(names[source].as_dict() if "://" in source else {"name_any": source})
        if row["confidence"]:
            entry["confidence"] = names[str(row["confidence"])].as_dict()
    return [found[iri] for iri in concepts if iri in found]


def advise(
    calculation: Calculation, scale: str, product: str | None = None, have: Sequence[str] = ()
) -> dict[str, Any]:
    """Recommend a method.

    Args:
        calculation: State of the graph and settings.
        scale: Notation of the scale: product, organisation, sector, household, region.
        product: What is assessed, by IRI or part of a name, where the graph holds it.
        have: Notations of data that are there though the graph does not hold them.

    Returns:
        scale, product, `data` (each kind of data and whether it is there), `recommended` (a method, or None), `sector_average`
        (whether only an average of a sector can be had), and `methods`: each with whether it suits the scale, the data that are
        missing, its limits with sources, and a verdict; `unreadable`: why the store tells nothing of its data, if so.

    Raises:
        InvalidQuery: an unknown scale or kind of data.
        UnknownNameError: no such product, or several.
    """
    methods, names = _methods(calculation), Names(calculation)
    wanted = _known(SCALE, scale, {each for method in methods for each in method.scales}, "scale")
    needs = sorted({need for method in methods for need in method.needs})
    told = {_known(NEED, key, set(needs), "kind of data") for key in have}
    held = _held(calculation, product, names)
    data = held.kinds | told
    judged = [_judged(calculation, method, wanted, data, names) for method in methods]
    fitting = [each for each in judged if each["verdict"] == "fits"]
    only_average = not fitting and any(m.average and m.needs <= data for m in methods)
    names.learn((*needs, wanted))
    return {
        "scale": names[wanted].as_dict(),
        "product": held.product,
        "data": [{**names[need].as_dict(), "at_hand": need in data, "told": need in told} for need in needs],
        "recommended": fitting[0]["method"] if fitting else None,
        "sector_average": bool(fitting and fitting[0]["sector_average"]) or only_average,
        "methods": judged,
        "unreadable": held.unreadable,
    }


def _known(kind: str, key: str, known: set[str], what: str) -> str:
    if kind + key not in known:
        listed = ", ".join(sorted(each.removeprefix(kind) for each in known))
        raise InvalidQuery(f"{key!r} is no known {what}. Choose one of: {listed}.")
    return kind + key


def _methods(calculation: Calculation) -> list[_Method]:
    found: dict[str, _Method] = {}
    for row in calculation.graph.query(load("assessment-methods")).dicts():
        iri = str(row["method"])
        method = found.setdefault(iri, _Method(iri, int(str(row["order"])), bool(row["average"])))
        method.scales.add(str(row["scale"]))
        method.needs.add(str(row["need"]))
    return sorted(found.values(), key=lambda method: (method.order, method.iri))


def _judged(calculation: Calculation, method: _Method, scale: str, data: set[str], names: Names) -> dict[str, Any]:
    missing = sorted(method.needs - data)
    suits = scale in method.scales
    names.learn((method.iri, *missing))
    notation = method.iri.rpartition("/")[2]
    return {
        "method": described(calculation, [method.iri], names)[0],
        "suits_scale": suits,
        "missing": [names[need].as_dict() for need in missing],
        "sector_average": method.average,
        "limits": limits_of(calculation, notation, names),
        "verdict": "other-scale" if not suits else "data-missing" if missing else "fits",
    }


@dataclass(frozen=True, slots=True)
class _Held:
    """The kinds of data that the graph holds, for a product or at all."""

    kinds: set[str]
    product: dict[str, str] | None = None
    unreadable: str = ""


def _held(calculation: Calculation, product: str | None, names: Names) -> _Held:
    try:
        known = sectors(calculation)
    except FootprintError as error:
        return _Held(set(), unreadable=str(error))
    kinds = {SECTOR_TABLE} if np.any(known.activity) else set()
    own = ~known.activity & ~known.factor
    if product is None:
        return _Held(kinds | _of_activities(calculation, known, own))
    row = find(calculation, products(calculation), product, names)
    chain = supply(calculation.snapshot.compiled, row.key)
    modelled = own & (chain.runs != 0)
    return _Held(kinds | _of_activities(calculation, known, modelled), names[row.iri].as_dict())


def _of_activities(calculation: Calculation, known: Sectors, mine: Bools) -> set[str]:
    """Return whether these processes are a model, and whether any of them has costs."""
    system = calculation.snapshot.compiled.system
    found = {PROCESS_MODEL} if np.any(mine) else set()
    if np.any(mine[system.tech_consumer] & known.activity[system.tech_provider]):
        found.add(COST_DATA)
    return found
