"""Which product is meant: by IRI, or by a piece of its name in Chinese or English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from footprint.activities import treated_wastes
from footprint.inventory import Direction, FlowKind, Inventory
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.errors import UnknownNameError
from graphstore.queries import load
from graphstore.terms import iri

MOST_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product and what makes it.

    Attributes:
        key: Number of the activity (or of the process, in an inventory that is not assembled).
        iri: IRI of the product.
        process: IRI of the process.
        output: IRI of the activity: the process, or the output exchange where the process has several products.
        unit: IRI of the product's reference unit.
    """

    key: int
    iri: str
    process: str
    output: str
    unit: str


class ProductTable(tuple[ProductRow, ...]):
    """Products in the order of their system, and which of them an IRI means."""

    @cached_property
    def by_iri(self) -> dict[str, tuple[ProductRow, ...]]:
        """The rows that each IRI stands for: of a product, a process or an output exchange."""
        found: dict[str, tuple[ProductRow, ...]] = {}
        for row in self:
            for node in dict.fromkeys((row.iri, row.process, row.output)):
                found[node] = (*found.get(node, ()), row)
        return found


def products(calculation: Calculation) -> ProductTable:
    """Return every product with its process, in the order of the system; emission factors are not products."""
    found: ProductTable = calculation.products
    return found


def assembled_products(calculation: Calculation) -> ProductTable:
    """Read the products of a compiled system; `Calculation.products` keeps them."""
    snapshot = calculation.snapshot
    outputs = snapshot.compiled.system.activity_ids
    return ProductTable(
        ProductRow(a, str(snapshot.product_of(a)), snapshot.maker(a), outputs[a], snapshot.unit_of(a))
        for a in np.flatnonzero(snapshot.process >= 0).tolist()
    )


def unassembled_products(inventory: Inventory) -> ProductTable:
    """Return every product that an inventory states, keyed by process; for a store that cannot be assembled whole."""
    table = inventory.exchanges
    stated = (table.direction == Direction.OUTPUT) & (inventory.flows.kind[table.flow] == FlowKind.PRODUCT)
    stated |= treated_wastes(inventory)
    stated[inventory.processes.reference[inventory.processes.reference >= 0]] = True
    rows = []
    for e in np.flatnonzero(stated & (table.flow >= 0) & (table.process >= 0)).tolist():
        process = inventory.processes.ids[int(table.process[e])]
        unit = inventory.unit_ids[int(table.unit[e])] if table.unit[e] >= 0 else ""
        rows.append(
            ProductRow(int(table.process[e]), inventory.flows.ids[int(table.flow[e])], process, table.ids[e], unit)
        )
    return ProductTable(rows)


def find(calculation: Calculation, rows: ProductTable, text: str, names: Names) -> ProductRow:
    """Return the product that is meant.

    An IRI (of a product, a process, a co-product's output, or a study of a product) must match whole. A name may be any unique
    part, in either language and any case; an exact name wins over longer ones that contain it.

    Raises:
        UnknownNameError: nothing matches, or several do; the candidates are listed.
    """
    if not rows:
        raise UnknownNameError(
            "The graph holds no product that can be calculated. Bring processes in with `tanmai load` or `tanmai import`, or run "
            "`tanmai demo`."
        )
    by_iri = rows.by_iri.get(text)
    if by_iri is not None:
        return _one(text, by_iri, names)
    if "://" in text or text.startswith("urn:"):
        studied = _studied(calculation, rows, text)
        if studied:
            return _one(text, studied, names)
        raise UnknownNameError(f"No product or process <{text}> in the current graph. `tanmai products` lists them.")
    needle = text.strip().lower()
    if not needle:
        raise UnknownNameError("The name of the product is empty. Give an IRI or a part of its name.")
    hits = calculation.graph.query(load("find-by-name"), {"needle": needle}).dicts()
    exact = {str(hit["node"]) for hit in hits if str(hit["label"]).strip().lower() == needle}
    for matching in (exact, {str(hit["node"]) for hit in hits}):
        for found in ([r for r in rows if r.iri in matching], [r for r in rows if r.process in matching]):
            if found:
                return _one(text, found, names)
    raise UnknownNameError(
        f"No product whose name contains {text!r}. `tanmai products` lists all {len(rows)}; try a shorter part of the name."
    )


def _studied(calculation: Calculation, rows: Sequence[ProductRow], study: str) -> list[ProductRow]:
    """Return the product of a study as the processes that the study includes make it."""
    try:
        found = calculation.graph.query(load("study-processes"), {"study": iri(study)}).dicts()
    except ValueError:  # no IRI, so no study
        return []
    made = {(str(row["product"]), str(row["process"])) for row in found}
    return [row for row in rows if (row.iri, row.process) in made]


def outputs_of(calculation: Calculation, texts: Sequence[str]) -> list[str]:
    """Return the output exchange or process that makes each of the products meant, see `find`."""
    names, rows = Names(calculation), products(calculation)
    return [find(calculation, rows, text, names).output for text in texts]


def _one(text: str, found: Sequence[ProductRow], names: Names) -> ProductRow:
    if len(found) == 1:
        return found[0]
    names.learn(iri for row in found[:MOST_CANDIDATES] for iri in (row.iri, row.process))
    lines = [
        f"  {names[row.iri].in_language('en')} / {names[row.iri].in_language('zh')}  "
        f"({names[row.process].in_language('en')})  <{row.output}>"
        for row in found[:MOST_CANDIDATES]
    ]
    more = f"\n  and {len(found) - MOST_CANDIDATES} more" if len(found) > MOST_CANDIDATES else ""
    listed = "\n".join(lines)
    raise UnknownNameError(
        f"{text!r} fits {len(found)} products; give a longer part of the name, or an IRI:\n{listed}{more}"
    )
