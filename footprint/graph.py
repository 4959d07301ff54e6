"""The loops of a system: strongly connected components in topological order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array

if TYPE_CHECKING:
    from footprint.system import IntArray

__all__ = ["blocks_of", "components"]


def blocks_of(n: int, provider: IntArray, consumer: IntArray) -> tuple[IntArray, IntArray]:
    """Order activities so that providers come before consumers, except within loops.

    Within a loop the given order is kept: on a random core of 12,000 activities no other order that was tried (by
    degree, by column sum, by the dominant eigenvector, reverse Cuthill-McKee) saved a sweep.

    Args:
        n: number of activities.
        provider: provider of each link.
        consumer: consumer of each link.

    Returns:
        The order, int32[n], and the start of each component in it followed by n, int32.
    """
    if n == 0:
        return np.empty(0, dtype=np.int32), np.zeros(1, dtype=np.int32)
    label = components(n, provider, consumer)
    order = np.argsort(label, kind="stable").astype(np.int32)
    sizes = np.bincount(label)
    return order, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)


def components(n: int, provider: IntArray, consumer: IntArray) -> IntArray:
    """Number the strongly connected components topologically: no link leads from a higher to a lower number."""
    from scipy.sparse.csgraph import connected_components  # 80 ms that a snapshot does not need

    links = coo_array((np.ones(len(provider), dtype=np.int8), (provider, consumer)), shape=(n, n))
    count, label = connected_components(links.tocsr(), directed=True, connection="strong")
    label = label.astype(np.int32)
    # scipy numbers them against the direction of the links today, which it does not promise
    if (label[provider] >= label[consumer]).all():
        flipped: IntArray = (count - 1 - label).astype(np.int32)
        return flipped
    if (label[provider] <= label[consumer]).all():
        return label
    return _sorted(count, label, label[provider], label[consumer])


def _sorted(count: int, label: IntArray, source: IntArray, target: IntArray) -> IntArray:
    """Renumber components topologically, level by level (Kahn)."""
    outside = source != target
    source, target = source[outside], target[outside]
    waiting = np.bincount(target, minlength=count)
    by_source = np.argsort(source, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=count))])
    number = np.empty(count, dtype=np.int32)
    ready, done = np.flatnonzero(waiting == 0), 0
    while len(ready):
        number[ready] = np.arange(done, done + len(ready))
        done += len(ready)
        links = np.concatenate([by_source[start[c] : start[c + 1]] for c in ready])
        reached, times = np.unique(target[links], return_counts=True)
        waiting[reached] -= times
        ready = reached[waiting[reached] == 0]
    renumbered: IntArray = number[label]
    return renumbered
