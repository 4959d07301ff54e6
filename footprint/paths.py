"""The tree of supply paths behind a footprint, largest branches first, nothing lost.

The footprint y of every product is known, so the value of a branch is exact before it is opened: amount x y. Branches
are opened best first; what falls below the cut-off, or beyond a limit, is the remainder of its node. At every node,
and for the whole tree, direct emissions + branches shown + remainder = value.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from footprint.errors import InvalidQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from footprint.compile import Compiled, Cost
    from footprint.solve import Scores
    from footprint.system import FloatArray, IntArray

__all__ = ["PathTree", "path_tree"]


@dataclass(frozen=True, slots=True)
class PathTree:
    """A tree as arrays, one item per node; node 0 is the demand, every parent stands before its children.

    Attributes:
        parent: node above, -1 for the root, int32.
        depth: 0 for the root, int32.
        activity: activity that supplies the branch, int32.
        exchange: position in ``tech_amount`` of the exchange that demands it, -1 for the root, int32.
        amount: units of the activity's reference flow; negative for a credit.
        runs: runs of the activity.
        value: kg CO2e of the branch with all that is upstream; negative for a credit.
        direct: kg CO2e emitted by the activity itself.
        remainder: value less direct less the branches shown.
        loop: whether the activity already stands above itself; such a branch is not opened again.
        total: value of the root.
        cutoff: kg CO2e below which (in size) branches went into the remainder.
        truncated: whether the limit of nodes was reached.
    """

    parent: IntArray
    depth: IntArray
    activity: IntArray
    exchange: IntArray
    amount: FloatArray
    runs: FloatArray
    value: FloatArray
    direct: FloatArray
    remainder: FloatArray
    loop: NDArray[np.bool_]
    total: float
    cutoff: float
    truncated: bool

    def __len__(self) -> int:
        return len(self.parent)

    def walk(self) -> Iterator[int]:
        """Yield the nodes depth first, larger branches before smaller ones: the order to print them in."""
        children: list[list[int]] = [[] for _ in range(len(self))]
        for node in range(1, len(self)):
            children[self.parent[node]].append(node)
        stack = [0]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(sorted(children[node], key=lambda child: abs(self.value[child])))


@dataclass(slots=True)
class _Node:
    parent: int
    depth: int
    activity: int
    exchange: int
    amount: float
    runs: float
    value: float
    direct: float
    remainder: float
    loop: bool


class _Branches:
    """The inputs of an activity and what each brings."""

    def __init__(self, compiled: Compiled, scores: Scores, cost: Cost) -> None:
        self.compiled = compiled
        self.per_run = cost.values
        self.order, self.start = compiled.exchanges_of
        self.worth = compiled.sign * scores.values

    def above(self, node: _Node, cutoff: float) -> Iterator[tuple[int, int, float, float]]:
        """Yield (provider, exchange, amount, value) of the inputs worth at least the cut-off."""
        system = self.compiled.system
        exchanges = self.order[self.start[node.activity] : self.start[node.activity + 1]]
        providers = system.tech_provider[exchanges]
        amounts = system.tech_amount[exchanges] * node.runs
        values = amounts * self.worth[providers]
        # self-use is folded into the net production
        for i in np.flatnonzero((np.abs(values) >= cutoff) & (values != 0) & (providers != node.activity)):
            provider = int(providers[i])
            amount = float(amounts[i] * self.compiled.sign[provider])
            yield provider, int(exchanges[i]), amount, float(values[i])

    def node(self, parent: int, branch: tuple[int, int, float, float], nodes: list[_Node]) -> _Node:
        """Make a node; it is a loop when its activity stands among its ancestors."""
        activity, exchange, amount, value = branch
        runs = amount / float(self.compiled.scale[activity])
        direct = float(self.per_run[activity]) * runs
        above, loop = parent, False
        while above >= 0 and not loop:
            loop, above = nodes[above].activity == activity, nodes[above].parent
        depth = nodes[parent].depth + 1 if parent >= 0 else 0
        return _Node(parent, depth, activity, exchange, amount, runs, value, direct, value - direct, loop)


def path_tree(
    compiled: Compiled,
    scores: Scores,
    cost: Cost,
    activity: int,
    amount: float = 1.0,
    *,
    cutoff: float = 1e-3,
    max_depth: int = 50,
    max_nodes: int = 10_000,
) -> PathTree:
    """Open the supply paths of a demand, best first.

    Self-use is folded into the net production and draws no branch.

    Args:
        compiled: the system.
        scores: footprints of all products under the cost.
        cost: one characterisation.
        activity: activity whose reference flow is demanded.
        amount: how much of it.
        cutoff: part of the total below which a branch is not shown (of the largest branch, where the total is zero).
        max_depth: depth beyond which nothing is shown.
        max_nodes: most nodes of the tree; the largest branches are the ones opened.

    Raises:
        InvalidQuery: unknown activity, several characterisations or those of another system, a cut-off that is not positive.
    """
    _check(compiled, cost, activity, cutoff)
    branches = _Branches(compiled, scores, cost)
    root = branches.node(-1, (activity, -1, amount, float(scores.values[activity] * amount)), [])
    limit = cutoff * _reference(root, branches)
    nodes, truncated = _grown(root, branches, limit, max_depth, max_nodes)
    return _arrays(nodes, limit, truncated)


def _grown(root: _Node, branches: _Branches, limit: float, max_depth: int, max_nodes: int) -> tuple[list[_Node], bool]:
    """Open the largest branch next until none is left above the limit; also tells whether nodes ran out."""
    nodes, heap, truncated = [root], [(-abs(root.value), 0)], False
    while heap:
        number = heapq.heappop(heap)[1]
        node = nodes[number]
        if node.loop or node.depth >= max_depth:
            continue
        for branch in branches.above(node, limit):
            if len(nodes) >= max_nodes:
                truncated = True
                break
            child = branches.node(number, branch, nodes)
            node.remainder -= child.value
            heapq.heappush(heap, (-abs(child.value), len(nodes)))
            nodes.append(child)
    return nodes, truncated


def _check(compiled: Compiled, cost: Cost, activity: int, cutoff: float) -> None:
    if not 0 <= activity < compiled.n:
        raise InvalidQuery(f"activity {activity} does not exist: the system has {compiled.n}, numbered from 0.")
    compiled.check_cost(cost)
    if cost.values.ndim != 1:
        raise InvalidQuery("a path tree is made for one characterisation: pass factors with one value per row.")
    if not cutoff > 0:
        raise InvalidQuery(f"the cut-off is {cutoff}: state a positive part of the total, such as 0.001.")


def _reference(root: _Node, branches: _Branches) -> float:
    """What the cut-off is a part of: the total, or the largest part of it where parts cancel to zero."""
    if root.value != 0:
        return abs(root.value)
    return max([abs(root.direct)] + [abs(value) for *_, value in branches.above(root, 0.0)])


def _arrays(nodes: list[_Node], cutoff: float, truncated: bool) -> PathTree:
    def column(name: str, kind: type) -> NDArray[np.generic]:
        return np.array([getattr(node, name) for node in nodes], dtype=kind)

    integers = {name: column(name, np.int32) for name in ("parent", "depth", "activity", "exchange")}
    floats = {name: column(name, np.float64) for name in ("amount", "runs", "value", "direct", "remainder")}
    loop = column("loop", np.bool_)
    columns: dict[str, NDArray[np.generic]] = {**integers, **floats, "loop": loop}
    return PathTree(**columns, total=nodes[0].value, cutoff=cutoff, truncated=truncated)  # type: ignore[arg-type]
