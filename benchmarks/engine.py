"""Calculation beside bw2calc: first answers from the snapshot, all products, and the path tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import peer_brightway as brightway
from benchmarks.report import Row, relative_difference
from benchmarks.subject import Prepared
from benchmarks.timing import Timed, measure
from footprint.compile import Compiled
from footprint.kernels import numba_available
from footprint.paths import PathTree, path_tree
from footprint.solve import Settings, supply

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["rows", "tree_difference"]

RUNS = 7
FURTHER = 25
"""Products that the peer scores one by one; the time of its loop over all is extrapolated from them."""
CUTOFF = 1e-3
DIRECT, ITERATIVE = 1e-8, 1e-4
"""Largest relative differences to a direct solver, and to GMRES, which stops at a residual of 1e-8."""
SMALL = 1e-3
"""Part of the median score below which a score of GMRES is not held to its own digits."""


@dataclass(frozen=True, slots=True)
class _Peer:
    """What one solver of bw2calc needed: for one product from its datapackage, and for each further one."""

    solver: str
    start: int
    score: float
    first: Timed[Any]
    further: Timed[float]
    difference: float
    tolerance: float


def rows(case: Prepared, *, targets: bool) -> Iterator[Row]:
    """Measure one system; `targets` says whether the promises hold for its size."""
    kernels = ["numba", "scipy"] if numba_available() else ["scipy"]
    for kernel in kernels:
        case.all_products(kernel)  # imports, and machine code from its cache
    ours = {kernel: measure(lambda kernel=kernel: case.all_products(kernel), RUNS) for kernel in kernels}  # type: ignore[misc]
    values = ours[kernels[0]].value[2].values
    peers = list(_peers(case, values))
    fastest = min(peers, key=lambda peer: peer.first.median, default=None)
    quickest = min(peers, key=_loop(len(values)), default=None)
    for kernel in kernels:
        named = f"all products ({'fast' if kernel == 'numba' else 'without numba'})"
        promised = targets and kernel == "numba"
        both = relative_difference(ours[kernel].value[2].values, values)
        for peer in peers:
            yield _first(case, named, ours[kernel], peer, 3.0 if promised and peer is fastest else None, both)
        for peer in peers:
            yield _all(case, named, ours[kernel], peer, 5000.0 if promised and peer is quickest else None)
    yield from _one(case, kernels, peers)
    if not peers:
        reason = brightway.missing("Jacobi-GMRES")
        yield Row(case.name, "all products, first answer", kernels[0], ours[kernels[0]].median, note=reason)
        return
    yield from _tree(case, kernels[0], targets=targets)
    yield from _adjoint(case, ours[kernels[0]], values)


def _peers(case: Prepared, values: Floats) -> Iterator[_Peer]:
    """Time each solver on some products, drawn with a fixed seed."""
    if case.package is None:
        return
    chosen = np.random.default_rng(7).choice(len(case.position), min(FURTHER, len(case.position)), replace=False)
    for solver in brightway.SOLVERS:
        if brightway.missing(solver):
            continue
        start = int(chosen[0])
        first = measure(lambda: brightway.one(case.package, solver, start, case.unit[start]), 3)  # type: ignore[arg-type]  # noqa: B023
        times: list[float] = []
        lca, scored = first.value, [float(first.value.score)]
        for j in chosen[1:].tolist():
            again = measure(lambda: brightway.again(lca, j, case.unit[j]), 1)  # noqa: B023
            scored.append(again.value)
            times += again.seconds
        theirs, direct = np.array(scored), solver == "PARDISO"
        floor = 0.0 if direct else SMALL * float(np.median(np.abs(theirs)))
        difference = relative_difference(values[case.position[chosen]], theirs, floor)
        further = Timed(tuple(times), scored[-1])
        yield _Peer(solver, start, scored[0], first, further, difference, DIRECT if direct else ITERATIVE)


def _loop(n: int) -> Any:
    return lambda peer: peer.first.median + (n - 1) * peer.further.median


def _first(case: Prepared, named: str, ours: Timed[Any], peer: _Peer, target: float | None, both: float) -> Row:
    """All of ours beside one of theirs, each from its file."""
    return Row(
        case.name,
        f"{named}, first answer from the snapshot",
        "all",
        ours.median,
        f"bw2calc {peer.solver}, one product",
        peer.first.median,
        target=target,
        difference=max(peer.difference, both),
        tolerance=peer.tolerance,
    )


def _all(case: Prepared, named: str, ours: Timed[Any], peer: _Peer, target: float | None) -> Row:
    """All of ours beside their loop."""
    n = len(case.position)
    return Row(
        case.name,
        f"{named}, against a loop",
        "all",
        ours.median,
        f"bw2calc {peer.solver}, loop",
        _loop(n)(peer),
        target=target,
        difference=peer.difference,
        tolerance=peer.tolerance,
        note=f"loop extrapolated: first + {n - 1:,} x {peer.further.median * 1000:.3g} ms, the median of {FURTHER - 1}",
    )


def _one(case: Prepared, kernels: list[str], peers: list[_Peer]) -> Iterator[Row]:
    """One product with its whole supply chain, from the snapshot."""
    start = peers[0].start if peers else 0

    def chain(kernel: str) -> Floats:
        compiled, cost = case.open()
        return supply(compiled, int(case.position[start]), 1.0, Settings(kernel=kernel)).total(cost).values

    for kernel in kernels:
        ours = measure(lambda kernel=kernel: chain(kernel), RUNS)  # type: ignore[misc]
        named = f"one product ({'fast' if kernel == 'numba' else 'without numba'}), first answer from the snapshot"
        for peer in peers:
            yield Row(
                *(case.name, named, "one", ours.median, f"bw2calc {peer.solver}, one", peer.first.median),
                difference=relative_difference(ours.value, np.array(peer.score)),
                tolerance=peer.tolerance,
            )


def _tree(case: Prepared, kernel: str, *, targets: bool) -> Iterator[Row]:
    """The path tree of the product whose direct emissions are the median share of its footprint."""
    if case.package is None or brightway.missing("PARDISO"):
        yield Row(case.name, "path tree at 1e-3", "", None, note=brightway.missing("PARDISO"))
        return
    compiled, cost, found = case.all_products(kernel)
    mine = case.position
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.abs(cost.values[mine] / compiled.scale[mine] / found.values[mine])
    candidates = np.flatnonzero((share > 0) & (share < 1))
    j = int(candidates[np.argsort(share[candidates], kind="stable")[len(candidates) // 2]])

    def grow() -> PathTree:
        compiled.__dict__.pop("exchanges_of", None)  # the index of inputs is made anew, as on a first question
        return path_tree(compiled, found, cost, int(mine[j]), cutoff=CUTOFF, max_depth=10**6, max_nodes=10**7)

    ours = measure(grow, RUNS)
    lca = brightway.one(case.package, "PARDISO", j, case.unit[j])
    brightway.traverse(lca, 0.9)  # its solver factorises here, so that the traversal is measured alone
    theirs = measure(lambda: brightway.traverse(lca, CUTOFF), 1)
    names = {int(position): number for number, position in enumerate(mine)}
    tree = brightway.tree_of(theirs.value)
    yield Row(
        *(case.name, "path tree at 1e-3", f"{len(ours.value):,} nodes", ours.median),
        *(f"bw_graph_tools, {len(tree.values):,} nodes", theirs.median),
        target=1000.0 if targets else None,
        difference=tree_difference(compiled, ours.value, tree, names),
        note="scores at hand on our side, factorised matrix on theirs",
    )


def tree_difference(compiled: Compiled, ours: PathTree, theirs: brightway.Tree, names: dict[int, int]) -> float:
    """Return the largest relative difference between the nodes of two trees.

    They are the same tree read in two ways: the peer adds up parallel exchanges of one pair of activities, which we keep
    apart, and opens a loop again, which we name and close. Compared is every path of ours whose steps are one exchange
    each, and the other way round every such path of theirs without a loop; one that only one of them shows counts as a
    difference of 1, unless its value lies at the cut-off.
    """
    parallel = _parallel(compiled, names)
    mine: dict[tuple[int, ...], float] = {}
    paths: list[tuple[int, ...]] = []
    for node, parent in enumerate(ours.parent.tolist()):
        paths.append((*(paths[parent] if parent >= 0 else ()), names[int(ours.activity[node])]))
        mine[paths[-1]] = float(ours.value[node])
    limit = ours.cutoff * (1 + 1e-9)
    worst = 0.0
    for path in mine.keys() | theirs.values.keys():
        if parallel & set(pairwise(path)) or (path not in mine and len(set(path[:-1])) < len(path) - 1):
            continue
        value, other = mine.get(path), theirs.values.get(path)
        if value is None or other is None:
            worst = max(worst, float(abs(value or other or 0.0) > limit))
        else:
            worst = max(worst, abs(value - other) / abs(other))
    return worst


def _parallel(compiled: Compiled, names: dict[int, int]) -> set[tuple[int, int]]:
    """Return (consumer, provider) pairs, by the peer's numbers, that several exchanges join."""
    system = compiled.system
    pairs = np.stack((system.tech_consumer, system.tech_provider), axis=1)
    found, count = np.unique(pairs, axis=0, return_counts=True)
    return {(names[c], names[p]) for c, p in found[count > 1].tolist()}


def _adjoint(case: Prepared, ours: Timed[Any], values: Floats) -> Iterator[Row]:
    """The peer's own way to all products, which it has had since version 3.1; it asks for no promise."""
    import bw2calc

    reason = brightway.missing("PARDISO")
    if case.package is None or reason or not hasattr(bw2calc.FastScoresOnlyMultiLCA, "solve_adjoint"):
        yield Row(case.name, "all products, adjoint", "", None, note=reason or "bw2calc is older than 3.1")
        return
    package = case.package
    theirs = measure(lambda: brightway.adjoint(package, case.unit), 3)
    yield Row(
        *(case.name, "all products, first answer from the snapshot", "all", ours.median),
        *("bw2calc PARDISO, adjoint of all", theirs.median),
        difference=relative_difference(values[case.position], theirs.value),
    )
