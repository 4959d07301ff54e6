"""Which product is meant: by IRI, or by a piece of its name in Chinese or English."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.errors import UnknownNameError
from graphstore.queries import load

MOST_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product and the process that makes it."""

    activity: int
    iri: str
    process: str
    unit: str


def products(calculation: Calculation) -> list[ProductRow]:
    """Return every product with its process, in the order of the system; emission factors are not products."""
    snapshot = calculation.snapshot
    return [
        ProductRow(activity, str(snapshot.product_of(activity)), snapshot.maker(activity), snapshot.unit_of(activity))
        for activity in np.flatnonzero(snapshot.process >= 0).tolist()
    ]


def find(calculation: Calculation, text: str, names: Names) -> int:
    """Return the activity whose product, process or co-product output is meant.

    An IRI must match whole. A name may be any unique part, in either language and any case; an exact name wins over
    longer ones that contain it.

    Raises:
        UnknownNameError: nothing matches, or several do; the candidates are listed.
    """
    rows = products(calculation)
    by_iri = [
        row.activity
        for row in rows
        if text in {row.iri, row.process, calculation.snapshot.compiled.system.activity_ids[row.activity]}
    ]
    if len(by_iri) == 1:
        return by_iri[0]
    if by_iri:
        raise UnknownNameError(_several(text, [row for row in rows if row.activity in by_iri], names))
    if "://" in text or text.startswith("urn:"):
        raise UnknownNameError(f"No product or process <{text}> in the current graph. `tanmai products` lists them.")
    return _by_name(calculation, text, rows, names)


def _by_name(calculation: Calculation, text: str, rows: list[ProductRow], names: Names) -> int:
    needle = text.strip().lower()
    if not needle:
        raise UnknownNameError("The name of the product is empty. Give an IRI or a part of its name.")
    hits = calculation.graph.query(load("find-by-name"), {"needle": needle}).dicts()
    exact = {str(hit["node"]) for hit in hits if str(hit["label"]).strip().lower() == needle}
    for matching in (exact, {str(hit["node"]) for hit in hits}):
        for found in ([r for r in rows if r.iri in matching], [r for r in rows if r.process in matching]):
            if len(found) == 1:
                return found[0].activity
            if found:
                raise UnknownNameError(_several(text, found, names))
    raise UnknownNameError(
        f"No product whose name contains {text!r}. `tanmai products` lists all {len(rows)}; try a shorter part of the name."
    )


def _several(text: str, found: list[ProductRow], names: Names) -> str:
    names.learn(iri for row in found[:MOST_CANDIDATES] for iri in (row.iri, row.process))
    lines = [
        f"  {names[row.iri].in_language('en')} / {names[row.iri].in_language('zh')}  "
        f"({names[row.process].in_language('en')})  <{row.process}>"
        for row in found[:MOST_CANDIDATES]
    ]
    more = f"\n  and {len(found) - MOST_CANDIDATES} more" if len(found) > MOST_CANDIDATES else ""
    listed = "\n".join(lines)
    return f"{text!r} fits {len(found)} products; give a longer part of the name, or an IRI:\n{listed}{more}"
