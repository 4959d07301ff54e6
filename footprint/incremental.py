"""Footprints after a change of the data, computed anew only where they can have changed.

A footprint depends on the numbers of its own activity and on the footprints of its providers. So with the activities marked
whose own numbers differ between two systems, only what is downstream of them can have another footprint; the rest is taken
over with its bounds, and the equations of the marked part are solved alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from footprint.equations import EPS, Equations, Matrix
from footprint.solve import DEFAULT, Scores, Settings, SolveInfo, certified, scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from footprint.compile import Compiled, Cost
    from footprint.system import FloatArray, IntArray, System

    Bools = NDArray[np.bool_]

ROUNDS = 64
"""Steps downstream that are taken for all activities at once before single links are followed."""

__all__ = ["changed", "downstream", "matched", "rescored"]


def matched(before: Sequence[str], after: Sequence[str]) -> IntArray:
    """Return for each activity after a change its number before it, -1 for one that is new; matched by identifier."""
    known = {name: number for number, name in enumerate(before)}
    return np.fromiter((known.get(name, -1) for name in after), dtype=np.int32, count=len(after))


def changed(before: Compiled, cost_before: Cost, after: Compiled, cost_after: Cost, match: IntArray) -> Bools:
    """Mark the activities of the later system whose own numbers differ: production, inputs, direct emissions.

    Args:
        before: the earlier system.
        cost_before: its characterised emissions.
        after: the later system.
        cost_after: its characterised emissions.
        match: from ``matched``.
    """
    old = np.maximum(match, 0)
    marked: Bools = match < 0
    if before.n:
        marked |= before.system.production[old] != after.system.production
        marked |= cost_before.values[old] != cost_after.values
    marked[_different_inputs(before.system, after.system, match)] = True
    return marked


def _different_inputs(before: System, after: System, match: IntArray) -> IntArray:
    """Return the consumers, by their later number, whose lists of (provider, amount) differ."""
    if _same_links(before, after, match):
        return np.unique(after.tech_consumer[before.tech_amount != after.tech_amount])
    number = np.full(before.n, -1, dtype=np.int32)
    known = np.flatnonzero(match >= 0).astype(np.int32)
    number[match[known]] = known
    consumer, provider = number[before.tech_consumer], number[before.tech_provider]
    kept = consumer >= 0
    provider = np.where(
        provider < 0, after.n + before.tech_provider, provider
    )  # a provider that is gone equals no other
    columns: list[NDArray[Any]] = [
        np.concatenate((consumer[kept], after.tech_consumer)),
        np.concatenate((provider[kept], after.tech_provider)),
        np.concatenate((before.tech_amount[kept], after.tech_amount)),
    ]
    side = np.repeat([-1, 1], [int(kept.sum()), len(after.tech_amount)])
    order = np.lexsort(columns[::-1])
    same = np.ones(len(order), dtype=np.bool_)
    for column in columns:
        same[1:] &= column[order][1:] == column[order][:-1]
    group = np.cumsum(~same) if len(same) else np.empty(0, dtype=np.int64)
    balance = np.bincount(group, side[order]) if len(order) else np.empty(0)
    return np.unique(columns[0][order][balance[group] != 0]).astype(np.int32)


def _same_links(before: System, after: System, match: IntArray) -> bool:
    """Whether only amounts can differ: the same activities and exchanges in the same order."""
    links = ("tech_provider", "tech_consumer")
    return np.array_equal(match, np.arange(before.n)) and all(
        np.array_equal(getattr(before, name), getattr(after, name)) for name in links
    )


def downstream(compiled: Compiled, marked: Bools) -> Bools:
    """Mark the activities that use the products of marked ones, directly or through others, and those themselves."""
    equations = compiled.adjoint
    # by pattern, not by value: where an input and a credit cancel, what is left is rounding, not nothing
    uses = equations.matrix.like(np.ones(len(equations.matrix.data))).astype(np.bool_)
    reached, count = marked[equations.order], -1
    for _ in range(ROUNDS):
        count, reached = int(reached.sum()), reached | (uses @ reached)
        if int(reached.sum()) == count:
            break
    else:
        return _searched(compiled, marked)
    out = np.empty(compiled.n, dtype=np.bool_)
    out[equations.order] = reached
    return out


def _searched(compiled: Compiled, marked: Bools) -> Bools:
    """The same by a search link by link, for long chains."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order  # 80 ms that most questions do not need

    n, system = compiled.n, compiled.system
    starts = np.flatnonzero(marked).astype(np.int32)
    used = system.tech_amount != 0
    source = np.concatenate((system.tech_provider[used], np.full(len(starts), n, dtype=np.int32)))
    target = np.concatenate((system.tech_consumer[used], starts))
    links = coo_array((np.ones(len(source)), (source, target)), shape=(n + 1, n + 1)).tocsr()
    reached = breadth_first_order(links, n, directed=True, return_predecessors=False)
    out = np.zeros(n + 1, dtype=np.bool_)
    out[reached] = True
    return out[:n]


def rescored(
    compiled: Compiled, cost: Cost, known: Scores, match: IntArray, affected: Bools, settings: Settings = DEFAULT
) -> Scores:
    """Compute the footprints of all products where only some can differ from known ones.

    Args:
        compiled: the later system.
        cost: one characterisation of its direct emissions.
        known: footprints of the earlier system.
        match: from ``matched``.
        affected: from ``downstream`` of ``changed``.
        settings: how to solve.

    Raises:
        InvalidQuery, UnsolvableSystem, NotConverged, NotCertified: as for ``scores``.
    """
    compiled.check_cost(cost)
    if affected.all():
        return scores(compiled, cost, settings)
    kept = match[~affected]
    values, bounds = np.empty(compiled.n), np.empty(compiled.n)
    values[~affected], bounds[~affected] = known.values[kept], known.bounds[kept]
    if not affected.any():
        return Scores(values, bounds, SolveInfo(known.info.method, 0, known.info.converged))
    equations, rhs, rounding = _part(compiled, cost, values, bounds, affected)
    y, errors, info = certified(compiled, equations, rhs, rounding, settings, None)
    values[equations.order], bounds[equations.order] = y, errors
    return Scores(values, bounds, info)


def _part(
    compiled: Compiled, cost: Cost, values: FloatArray, bounds: FloatArray, affected: Bools
) -> tuple[Equations, FloatArray, FloatArray]:
    """Return the equations of the affected activities; what comes from the others stands on the right-hand side."""
    whole = compiled.adjoint
    rows = np.flatnonzero(affected[whole.order])
    rest = np.flatnonzero(~affected[whole.order])
    order = whole.order[rows]
    gross = whole.matrix.magnitude if whole.gross is None else whole.matrix.like(whole.gross)
    across = whole.matrix.sparse[rows][:, rest]
    across_gross = gross[rows][:, rest]
    y, error = values[whole.order[rest]], bounds[whole.order[rest]]
    size = across_gross @ (np.abs(y) + error)
    own = cost.values[order] / compiled.scale[order]
    rhs = own + across @ y
    rounding = (cost.errors[order] / compiled.scale[order] + across_gross @ error) * (1 + 8 * EPS)
    rounding += 2 * whole.row_error[rows] * (np.abs(own) + size)
    return Equations(order, *_inside(whole, rows), whole.row_error[rows], None), rhs, rounding


def _inside(whole: Equations, rows: NDArray[np.int64]) -> tuple[Matrix, FloatArray | None]:
    """Cut the matrix of some rows out; they hold each loop as a whole."""
    position: Any = whole.matrix.like(np.arange(len(whole.matrix.data), dtype=np.float64))[rows][:, rows]
    kept = position.data.astype(np.int64)
    block = np.searchsorted(whole.matrix.blocks, rows, side="right")
    starts = np.concatenate(([0], np.flatnonzero(np.diff(block)) + 1, [len(rows)])).astype(np.int32)
    matrix = Matrix(
        position.indptr.astype(np.int32), position.indices.astype(np.int32), whole.matrix.data[kept], starts
    )
    return matrix, None if whole.gross is None else whole.gross[kept]
