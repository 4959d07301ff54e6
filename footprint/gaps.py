"""What a product system leaves out, and when that is an error.

A gap is an exchange that nothing supplies, a waste that nothing treats, or a co-product that carries nothing because its
process states no allocation method. A reading says whether gaps are errors; they are looked for in the supply chain that is
asked about, so that an incomplete process elsewhere in a store stops nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from footprint.errors import AllocationError, IncompleteInventory, InvalidInventory
from footprint.inventory import AllocationMethod, Bools, Ints

METHODS = {
    "mass": AllocationMethod.MASS,
    "energy": AllocationMethod.ENERGY,
    "economic": AllocationMethod.ECONOMIC,
    "system-expansion": AllocationMethod.SYSTEM_EXPANSION,
    "price-ratio": AllocationMethod.PRICE_RATIO,
}
"""Allocation methods that may be asked for by name for processes that state none."""

UNALLOCATED = "unallocated"
"""The reading in which a process's reference product carries everything and its other products are cut off."""


class CutOffReason(IntEnum):
    """Why an exchange is outside the system."""

    UNLINKED_INPUT = 0
    UNTREATED_WASTE = 1
    UNALLOCATED_PRODUCT = 2
    UNKNOWN_PROVIDER = 3


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Exchanges outside the system: indices of exchange, flow and process, and a `CutOffReason` for each."""

    exchange: Ints
    flow: Ints
    process: Ints
    reason: Ints


class Assumption(IntEnum):
    """What was assumed about an exchange that is inside the system."""

    LOWEST_IDENTIFIER = 0
    SUBSTITUTED_PROVIDER = 1
    NEGATIVE_UPTAKE = 2
    NEGATIVE_AMOUNT = 3
    NEGATIVE_REFERENCE = 4
    NO_GAS = 5
    FEW_PRICE_YEARS = 6
    PRICE_RATIO_RULE = 7


@dataclass(frozen=True, slots=True)
class Assumed:
    """Exchanges that rest on an assumption: indices of exchange and process, and an `Assumption` for each.

    The provider was chosen by rule among several (the lowest identifier); the stated provider makes another flow than the
    one asked for; an uptake is stated with a negative amount and was read as it stands, as a release; an input or an
    emission is stated with a negative amount, though it is neither a removal nor marked as avoided (rule R01); a product is
    stated with a negative amount as the quantitative reference, and the process is read as its treatment; an elementary flow
    names no greenhouse gas, so it counts nothing; a product is valued by prices of fewer years than the rule asks for; the
    rule of the price ratio chose the method by which its process is shared.
    """

    exchange: Ints
    process: Ints
    kind: Ints


@dataclass(frozen=True, slots=True)
class Reading:
    """How gaps in the data are read.

    Attributes:
        unlinked: `error`, or `cutoff` to leave out demands that no process supplies and to list each.
        coproducts: `error`, `unallocated`, or an allocation method for processes that state none.
        recycling: Name of the recycling model; empty for the one that each process states.
    """

    unlinked: str = "error"
    coproducts: str = "error"
    recycling: str = ""

    def __post_init__(self) -> None:
        if self.unlinked not in {"error", "cutoff"}:
            raise InvalidInventory(f"unlinked is {self.unlinked!r}; choose error or cutoff.")
        known = {"error", UNALLOCATED, *METHODS}
        if self.coproducts not in known:
            raise InvalidInventory(f"coproducts is {self.coproducts!r}; choose one of {', '.join(sorted(known))}.")

    def require(
        self, cut: CutOffs, process_ids: Sequence[str], flow_ids: Sequence[str], inside: Bools | None = None
    ) -> None:
        """Refuse the gaps that this reading does not allow.

        Args:
            cut: All gaps of the system.
            process_ids: IRIs of its processes.
            flow_ids: IRIs of its flows.
            inside: Marks the processes of the supply chain that is asked about; all of them when None.

        Raises:
            AllocationError: co-products without a method.
            IncompleteInventory: demands that nothing supplies.
        """
        here = np.ones(len(cut.exchange), dtype=np.bool_) if inside is None else inside[cut.process]
        shared = here & (cut.reason == CutOffReason.UNALLOCATED_PRODUCT)
        if self.coproducts == "error" and np.any(shared):
            raise AllocationError(_no_method(cut, np.flatnonzero(shared), process_ids, flow_ids))
        open_ended = here & (cut.reason != CutOffReason.UNALLOCATED_PRODUCT)
        if self.unlinked == "error" and np.any(open_ended):
            raise IncompleteInventory(_unlinked(cut, np.flatnonzero(open_ended), process_ids, flow_ids))


def _no_method(cut: CutOffs, gaps: Ints, process_ids: Sequence[str], flow_ids: Sequence[str]) -> str:
    processes = np.unique(cut.process[gaps])
    first = int(processes[0])
    flows = cut.flow[gaps[cut.process[gaps] == first]]
    products = ", ".join(f"<{flow_ids[int(f)]}>" for f in flows[:4])
    return (
        f"{len(processes)} processes have several products, or treat several wastes, and state no allocation method, first "
        f"<{process_ids[first]}> with {products} beside its reference. State tm:allocationMethod (mass, energy, economic, stated, "
        "system-expansion) or tm:allocatedTo on its exchanges, or ask for a reading: --coproducts unallocated | mass | "
        "energy | economic | system-expansion | price-ratio."
    )


def _unlinked(cut: CutOffs, gaps: Ints, process_ids: Sequence[str], flow_ids: Sequence[str]) -> str:
    flows, counts = np.unique(cut.flow[gaps], return_counts=True)
    most = np.argsort(-counts, kind="stable")[:5]
    first = {int(flow): int(gap) for gap, flow in zip(gaps[::-1], cut.flow[gaps][::-1], strict=True)}
    listed = ", ".join(
        f"<{flow_ids[int(flows[i])]}> ({counts[i]} times, first in <{process_ids[int(cut.process[first[int(flows[i])]])]}>)"
        if counts[i] > 1
        else f"<{flow_ids[int(flows[i])]}> (in <{process_ids[int(cut.process[first[int(flows[i])]])]}>)"
        for i in most
    )
    unknown = int(np.sum(cut.reason[gaps] == CutOffReason.UNKNOWN_PROVIDER))
    named = f" {unknown} of them name a provider that the graph does not hold." if unknown else ""
    side = np.intersect1d(flows, cut.flow[cut.reason == CutOffReason.UNALLOCATED_PRODUCT])
    beside = (
        f" <{flow_ids[int(side[0])]}> is a co-product of a process without an allocation method (see --coproducts)."
        if len(side)
        else ""
    )
    return (
        f"{len(gaps)} exchanges ask for {len(flows)} flows that no process or factor supplies, among them {listed}."
        f"{named}{beside} Load a process that makes them, name a provider (tm:defaultProvider, or tm:linkedTo in a linking graph), or ask "
        "for the reading --unlinked cutoff, which lists each of them in the result."
    )
