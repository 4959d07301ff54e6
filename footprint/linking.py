"""Linking: which activity supplies a demand.

A choice stored in a linking graph beats the provider stated in the data, which beats the activity whose product is the
flow that is asked for. Where several activities make the flow and nobody chose, the one with the lowest identifier is
taken and the decision is reported; where none makes it, the demand stays unlinked and the caller decides what that means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from footprint.inventory import NONE, Bools, Ints


@dataclass(frozen=True, slots=True)
class Producers:
    """The activities that make each flow: `flow` ascending, beside it the `activity`."""

    flow: Ints
    activity: Ints

    @classmethod
    def of(cls, product: Ints, ids: Sequence[str]) -> Producers:
        """Index activities by product flow; among the producers of one flow the lowest identifier comes first."""
        order = np.argsort(product, kind="stable")
        flow = product[order]
        activity = order.astype(np.int64)
        first, count = np.unique(flow, return_index=True, return_counts=True)[1:]
        for start, size in zip(first[count > 1], count[count > 1], strict=True):
            group = activity[start : start + size]
            activity[start : start + size] = sorted(group, key=lambda a: ids[a])
        return cls(flow, activity)

    def find(self, flow: Ints) -> tuple[Ints, Ints]:
        """Return for each flow its first producer (-1: none) and how many producers it has."""
        low = np.searchsorted(self.flow, flow, side="left")
        count = np.searchsorted(self.flow, flow, side="right") - low
        found = np.full(len(flow), NONE, dtype=np.int64)
        hit = count > 0
        found[hit] = self.activity[low[hit]]
        return found, count.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Links:
    """The provider activity of each demand (-1: unlinked), and which were decided by the lowest identifier."""

    activity: Ints
    by_lowest_identifier: Bools


def link(flow: Ints, stated: Ints, producers: Producers) -> Links:
    """Resolve demands.

    `stated` is the provider activity that the data or a linking graph names: -1 where they are silent, and
    `UNKNOWN_PROVIDER` where they name one that the graph does not hold, which stays unlinked.
    """
    activity = stated.copy()
    silent = stated == NONE
    found, count = producers.find(flow[silent])
    activity[silent] = found
    lowest = np.zeros(len(flow), dtype=np.bool_)
    lowest[silent] = count > 1
    return Links(activity, lowest)
