"""The footprint of every product, looked up by IRI: what queries ask for row by row, and what is written into the graph.

One adjoint solve gives them all; which of them rest on a gap that the reading does not allow follows from one walk
downstream of the gaps, so that no product needs a solve of its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from footprint.errors import AllocationError, FootprintError, IncompleteInventory
from footprint.gaps import CutOffReason
from footprint.inventory import Bools
from footprint.solve import Scores, scores, supply
from footprint.system import System
from graphstore.answers.graph import Calculation
from graphstore.answers.sectors import Sectors, require_sound, sectors
from graphstore.errors import ExtractionError, UnknownNameError
from graphstore.queries import load

MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Board:
    """All footprints under one set of settings; solved on first use."""

    calculation: Calculation

    @cached_property
    def scores(self) -> Scores:
        """Per unit of every activity's product, three rows: the total, that with biogenic CO2, and what cannot be restated."""
        weights, compiled = self.calculation.characterisation, self.calculation.snapshot.compiled
        fixed = np.zeros(len(compiled.system.rows))
        fixed[list(weights.not_restated)] = weights.excluding_biogenic[list(weights.not_restated)]
        return scores(
            compiled, compiled.cost(np.stack((weights.excluding_biogenic, weights.including_biogenic, fixed)))
        )

    @cached_property
    def incomplete(self) -> Bools:
        """Activities whose supply chain holds a gap that the reading does not allow."""
        snapshot, reading = self.calculation.snapshot, self.calculation.settings.reading
        shared = snapshot.cut_offs.reason == CutOffReason.UNALLOCATED_PRODUCT
        return self._with_gap((shared & (reading.coproducts == "error")) | (~shared & (reading.unlinked == "error")))

    @cached_property
    def cut_off(self) -> Bools:
        """Activities whose supply chain leaves something out, allowed by the reading or not."""
        return self._with_gap(np.ones(len(self.calculation.snapshot.cut_offs.process), dtype=np.bool_))

    @cached_property
    def illustrative(self) -> Bools:
        """Activities whose supply chain holds a figure that is marked illustrative."""
        system = self.calculation.snapshot.compiled.system
        named = {str(row["exchange"]) for row in self.calculation.graph.query(load("illustrative-terms")).dicts()}
        marked = np.array(
            [iri in named for iri in system.exchange_ids] + [False], dtype=np.bool_
        )  # the last: no exchange
        found = np.zeros(system.n, dtype=np.bool_)
        found[system.tech_consumer[marked[system.tech_exchange]]] = True
        found[system.bio_activity[marked[system.bio_exchange]]] = True
        return downstream(system, found)

    @property
    def sectors(self) -> Sectors:
        """The sectors of input-output tables among the activities."""
        return sectors(self.calculation)

    @cached_property
    def on_sectors(self) -> Bools:
        """Activities whose supply chain draws on a sector."""
        return downstream(self.calculation.snapshot.compiled.system, self.sectors.activity)

    @cached_property
    def _on_processes(self) -> Bools:
        """Activities whose supply chain holds a process, no sector, that emits or uses an emission factor."""
        direct = self.sectors.direct(self.calculation)
        return downstream(self.calculation.snapshot.compiled.system, ~self.sectors.activity & (direct.values != 0))

    def _require_sound(self, activity: int) -> None:
        """Refuse what rules R11 and R12 refuse of a supply chain with sectors; the cheap verdict first."""
        if not self._on_processes[activity] and self.calculation.settings.sector_average:
            return
        require_sound(self.calculation, supply(self.calculation.snapshot.compiled, activity))

    def _with_gap(self, which: Bools) -> Bools:
        """Activities downstream of the processes of these gaps."""
        snapshot = self.calculation.snapshot
        gaps = np.zeros(len(snapshot.process_ids) + 1, dtype=np.bool_)  # the last stands for "no process"
        gaps[snapshot.cut_offs.process[which]] = True
        return downstream(snapshot.compiled.system, gaps[snapshot.process])

    def activity(self, iri: str) -> int:
        """Return the activity that makes a product: named by product, process or output exchange.

        Raises:
            UnknownNameError: nothing by that IRI can be calculated, or several processes make the product.
        """
        found = self._by_iri.get(iri, ())
        if len(found) == 1:
            return found[0]
        if not found:
            raise UnknownNameError(f"No product or process <{iri}> in the current graph. `tanmai products` lists them.")
        makers = ", ".join(
            f"<{self.calculation.snapshot.compiled.system.activity_ids[a]}>" for a in found[:MOST_CANDIDATES]
        )
        raise UnknownNameError(f"<{iri}> is made by {len(found)} processes; name one of them instead: {makers}.")

    def value(self, activity: int) -> tuple[float, float]:
        """Return the footprint of one unit of an activity's product and its error bound, in kg CO2e.

        Raises:
            IncompleteInventory: its supply chain holds a gap that the reading does not allow.
            InvalidInventory: it rests on sectors of an input-output table alone, or an input is covered twice.
            ExtractionError: strict, and a part of it cannot be restated under the GWP set.
        """
        self.require(activity)
        return float(self.scores.values[0, activity]), float(self.scores.bounds[0, activity])

    def require(self, activity: int) -> None:
        """Refuse an activity whose footprint may not be given under these settings; see `value`."""
        iri = self.calculation.snapshot.compiled.system.activity_ids[activity]
        if self.incomplete[activity]:
            raise IncompleteInventory(
                f"the supply chain of <{iri}> holds an input that nothing supplies, or co-products without an allocation "
                "method. `tanmai footprint` names them; complete the data, or ask for a reading that cuts off or allocates."
            )
        if self.on_sectors[activity]:
            self._require_sound(activity)
        if self.calculation.settings.strict and self.scores.values[2, activity] != 0:
            raise ExtractionError(
                f"strict: a part of the footprint of <{iri}> comes from factors that state only CO2e and cannot be restated. "
                "Use factors that state masses of gases, or leave strict out."
            )

    def failure(self, activity: int) -> str | None:
        """Why the footprint of an activity may not be given; None where it may."""
        try:
            self.require(activity)
        except (AllocationError, FootprintError, ExtractionError) as error:
            return str(error)
        return None

    @cached_property
    def _by_iri(self) -> dict[str, list[int]]:
        snapshot = self.calculation.snapshot
        found: defaultdict[str, list[int]] = defaultdict(list)
        for activity in np.flatnonzero(snapshot.process >= 0).tolist():
            names = {snapshot.maker(activity), snapshot.compiled.system.activity_ids[activity]}
            for iri in names | {str(snapshot.product_of(activity))}:
                found[iri].append(activity)
        return found


def downstream(system: System, marked: Bools) -> Bools:
    """Return the marked activities and all that draw on them, directly or through others."""
    reached = marked.copy()
    provider = system.tech_provider[system.tech_amount != 0]
    consumer = system.tech_consumer[system.tech_amount != 0]
    while True:
        found = np.unique(consumer[reached[provider]])
        found = found[~reached[found]]
        if not len(found):
            return reached
        reached[found] = True
