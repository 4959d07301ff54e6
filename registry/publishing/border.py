"""Where what an audience reads draws on what it does not, and which products of hidden data have a result of their own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from footprint.inventory import Bools, Ints
from graphstore.answers.board import Board
from graphstore.answers.graph import Calculation
from graphstore.queries import load
from graphstore.store import GraphStore
from graphstore.technosphere.columns import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstore.technosphere.snapshot import Snapshot


@dataclass(frozen=True)
class Whole:
    """The whole store under the settings that totals are published with; solved on first use."""

    store: GraphStore
    calculation: Calculation

    @cached_property
    def board(self) -> Board:
        """All footprints."""
        return Board(self.calculation)

    @cached_property
    def _homes(self) -> pl.DataFrame:
        return table(self.calculation.select, load("makers-by-graph"), "node", "graph")

    @cached_property
    def studied(self) -> pl.DataFrame:
        """Columns graph and product: what studies are about."""
        return table(self.calculation.select, load("studied-products"), "graph", "product")

    @cached_property
    def _processes(self) -> frozenset[str]:
        """Names of the graphs that hold unit processes."""
        text = "SELECT DISTINCT ?graph { GRAPH ?graph { ?process a <https://w3id.org/tanmai/ontology#UnitProcess> } }"
        return frozenset(table(self.calculation.select, text, "graph")["graph"])

    def products_of(self, graphs: Collection[str]) -> set[str]:
        """IRIs of the products that processes of these graphs make or treat."""
        found = table(self.calculation.select, load("products-by-graph"), "graph", "product")
        return set(found.filter(pl.col("graph").is_in(pl.Series(sorted(graphs), dtype=pl.String).implode()))["product"])

    def has_process_in(self, graphs: Collection[str]) -> bool:
        """Whether there is anything to compute in these graphs."""
        return not self._processes.isdisjoint(graphs)

    def standing_in(self, graphs: Collection[str]) -> Bools:
        """Mark the activities whose process or emission factor stands in one of these graphs."""
        wanted = pl.Series(sorted(graphs), dtype=pl.String).implode()
        nodes = self._homes.filter(pl.col("graph").is_in(wanted))["node"].unique().implode()
        snapshot = self.calculation.snapshot
        found = np.zeros(len(snapshot.process), dtype=np.bool_)
        for ids, position in ((snapshot.process_ids, snapshot.process), (snapshot.factor_ids, snapshot.factor)):
            there = pl.Series(list(ids), dtype=pl.String).is_in(nodes).to_numpy()
            here = position >= 0
            found[here] |= there[position[here]]
        return found


@dataclass(frozen=True, slots=True)
class Demand:
    """An exchange that an audience reads and whose supplier it does not.

    Attributes:
        exchange: IRI, or the label of a blank node.
        activity: Index of the supplier in the whole system.
        flow, unit: IRIs.
        chosen: The supplier that data which the audience reads choose for it; empty where they do not.
    """

    exchange: str
    activity: int
    flow: str
    unit: str
    chosen: str


def demands(whole: Whole, graphs: Collection[str]) -> list[Demand]:
    """Return the exchanges standing in these graphs whose suppliers do not, in order of IRI.

    An exchange that data elsewhere add to a process of these graphs is none of them: nobody there knows of it.
    """
    system, seen = whole.calculation.snapshot.compiled.system, whole.standing_in(graphs)
    cross = (system.tech_exchange >= 0) & seen[system.tech_consumer] & ~seen[system.tech_provider]
    pairs = np.unique(np.stack((system.tech_exchange[cross], system.tech_provider[cross].astype(np.int64))), axis=1)
    suppliers: dict[str, int] = {system.exchange_ids[exchange]: activity for exchange, activity in pairs.T.tolist()}
    found: dict[str, Demand] = {}
    for row in whole.calculation.about(load("exchange-places"), "exchange", suppliers):
        exchange = str(row["exchange"])
        if str(row["graph"]) not in graphs or row["displaces"] is not None:
            continue
        chosen = str(row["chosen"]) if row["chosen"] is not None and str(row["chosenIn"]) in graphs else ""
        known = found.get(exchange)
        found[exchange] = Demand(
            exchange, suppliers[exchange], str(row["flow"]), str(row["unit"]), chosen or (known.chosen if known else "")
        )
    return [found[exchange] for exchange in sorted(found)]


def ends(whole: Whole, graphs: Collection[str], hidden: Bools) -> Ints:
    """Return the activities that one dataset has a result for: what its studies are about, else what none of it uses itself.

    Products in between would tell what the result is made of.

    Args:
        whole: The whole store.
        graphs: The graphs of the dataset.
        hidden: Marks the activities that the audience does not read.
    """
    snapshot = whole.calculation.snapshot
    own = whole.standing_in(graphs) & hidden & (snapshot.process >= 0)
    of_studies = whole.studied.filter(pl.col("graph").is_in(pl.Series(sorted(graphs), dtype=pl.String).implode()))
    if len(of_studies):
        about = set(of_studies["product"])
        found: Ints = np.flatnonzero(own & _making(snapshot, about)).astype(np.int64)
        return found
    system = snapshot.compiled.system
    inside = own[system.tech_consumer] & (system.tech_consumer != system.tech_provider)
    used = np.zeros(len(own), dtype=np.bool_)
    used[system.tech_provider[inside]] = True
    left: Ints = np.flatnonzero(own & ~used).astype(np.int64)
    return left


def _making(snapshot: Snapshot, products: Collection[str]) -> Bools:
    ids: Sequence[str] = snapshot.product_ids
    wanted = np.array([iri in products for iri in ids] + [False], dtype=np.bool_)  # the last: no product
    return np.asarray(wanted[snapshot.product], dtype=np.bool_)
