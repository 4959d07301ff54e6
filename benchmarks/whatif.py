"""What-ifs beside a full solve of ours, and beside bw2calc with the changed matrix solved again.

At hand before each measurement, on both sides: the matrices in memory, and the answer for the product as it is. "First time" is
the first question put to a `WhatIf` made for that answer (the making is not measured); "again" is a further question about the
same exchange, the mean of some asked in a row. The full solve is ours: new coefficients in the known pattern, and the footprints of all products with their
bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks import peer_brightway as brightway
from benchmarks.report import Row, relative_difference
from benchmarks.subject import Prepared
from benchmarks.timing import Timed, measure
from footprint.compile import Compiled, Cost
from footprint.edits import Edit
from footprint.incremental import changed, downstream, matched, rescored
from footprint.kernels import numba_available
from footprint.solve import Scores, Settings, Supply, scores, supply
from footprint.whatif import Outcome, WhatIf

__all__ = ["pick", "rows"]

RUNS = 9
IN_A_ROW = 20
TARGET = 50.0
FACTOR = 1.1
"""Each question raises one number by a tenth."""
DIRECT, ITERATIVE = 1e-8, 1e-4


@dataclass(frozen=True, slots=True)
class _Case:
    """One question: what is changed, whether the answer to a first one is at hand, and what is promised."""

    name: str
    edit: Edit
    fresh: bool
    target: float | None


def rows(case: Prepared, *, targets: bool) -> Iterator[Row]:
    """Measure one system; `targets` says whether the promises hold for its size."""
    compiled, cost = case.open()
    settings = Settings(kernel="numba" if numba_available() else "scipy")
    found = scores(compiled, cost, settings)
    chosen = pick(compiled, found)
    if chosen is None:
        yield Row(case.name, "what-if", "", None, note="no product of this system draws on a loop")
        return
    product, inside, outside = chosen
    chain = supply(compiled, product, 1.0, settings)
    emission = int(np.argmax(np.abs(compiled.system.bio_amount * chain.runs[compiled.system.bio_activity])))
    amounts = compiled.system.tech_amount
    loop = Edit(tech={inside: float(amounts[inside]) * FACTOR})
    promised = TARGET if targets else None
    cases = (
        _Case("exchange in the largest loop, first time", loop, True, None),
        _Case("exchange in the largest loop, again", loop, False, promised),
        _Case(
            "exchange outside loops, first time", Edit(tech={outside: float(amounts[outside]) * FACTOR}), True, promised
        ),
        _Case(
            "emission, first time",
            Edit(bio={emission: float(compiled.system.bio_amount[emission]) * FACTOR}),
            True,
            promised,
        ),
    )
    for question in cases:
        yield _beside_full_solve(case, (chain, cost, found, settings), question)
    for where, edit in (("outside loops", cases[2].edit), ("in the largest loop", loop)):
        yield _recomputed(case, (chain, cost, found, settings), where, edit)
    yield from _beside_peer(case, (chain, cost, found, settings), inside, loop)


def pick(compiled: Compiled, found: Scores) -> tuple[int, int, int] | None:
    """Choose a product that draws on the largest loop, the input in that loop that weighs most, and one outside of it.

    Returns:
        Activity, position of an exchange between two activities of the loop, position of one that closes no loop; None
        where there is no such product.
    """
    system, equations = compiled.system, compiled.adjoint
    blocks = equations.matrix.blocks
    label = np.empty(compiled.n, dtype=np.int64)
    label[equations.order] = np.repeat(np.arange(len(blocks) - 1), np.diff(blocks))
    largest = int(np.argmax(np.diff(blocks)))
    provider, consumer = label[system.tech_provider], label[system.tech_consumer]
    users = np.flatnonzero((provider == largest) & (consumer != largest) & (system.tech_amount != 0))
    if not len(users) or np.diff(blocks).max() < 2:
        return None
    outside = int(users[-1])
    product = int(system.tech_consumer[outside])
    chain = supply(compiled, product)
    weight = np.abs(system.tech_amount * chain.runs[system.tech_consumer] * found.values[system.tech_provider])
    in_loop = (provider == largest) & (consumer == largest) & (system.tech_provider != system.tech_consumer)
    return product, int(np.argmax(np.where(in_loop, weight, -1.0))), outside


_Solved = tuple[Supply, Cost, Scores, Settings]


def _asking(solved: _Solved, edit: Edit, *, fresh: bool) -> Callable[[], Outcome]:
    """Return the question: put to one that was never asked before, or to one that was."""
    chain, cost, found, settings = solved
    made = [WhatIf(chain, cost, found, settings) for _ in range(RUNS + 1 if fresh else 1)]
    made[-1].total(edit)
    return (lambda: made.pop(0).total(edit)) if fresh else (lambda: [made[0].total(edit) for _ in range(IN_A_ROW)][-1])


def _asked(solved: _Solved, edit: Edit, *, fresh: bool) -> tuple[float, NDArray[np.float64]]:
    """Return the seconds of one question and its answer."""
    timed = measure(_asking(solved, edit, fresh=fresh), RUNS)
    return timed.median / (1 if fresh else IN_A_ROW), np.array([float(timed.value.new.values)])


def _full(solved: _Solved, edit: Edit) -> Timed[float]:
    chain, cost, _, settings = solved

    def solve() -> float:
        changed = chain.compiled.with_amounts(tech=edit.tech, bio=edit.bio)
        return float(scores(changed, changed.cost(cost.factors), settings).values[chain.activity])

    solve()
    return measure(solve, RUNS)


def _beside_full_solve(case: Prepared, solved: _Solved, question: _Case) -> Row:
    seconds, value = _asked(solved, question.edit, fresh=question.fresh)
    full = _full(solved, question.edit)
    return Row(
        *(case.name, f"what-if, {question.name}", "update", seconds, "ours, full solve", full.median),
        target=question.target,
        difference=relative_difference(value, np.array([full.value])),
    )


def _recomputed(case: Prepared, solved: _Solved, where: str, edit: Edit) -> Row:
    """All footprints after a change of the data: finding and solving what is downstream of it, beside solving everything."""
    chain, cost, found, settings = solved
    before = chain.compiled
    after = before.with_amounts(tech=edit.tech)
    match = matched(before.system.activity_ids, after.system.activity_ids)

    def part() -> tuple[int, Scores]:
        reached = downstream(after, changed(before, cost, after, cost, match))
        return int(reached.sum()), rescored(after, cost, found, match, reached, settings)

    def everything() -> Scores:
        return scores(before.with_amounts(tech=edit.tech), cost, settings)

    ours, full = measure(part, RUNS), measure(everything, RUNS)
    return Row(
        *(case.name, f"recompute, exchange {where}", f"{ours.value[0]:,} of {before.n:,}", ours.median),
        *("ours, all", full.median),
        difference=relative_difference(ours.value[1].values, full.value.values),
        note="from two compiled systems; extraction is not in either time",
    )


def _beside_peer(case: Prepared, solved: _Solved, position: int, edit: Edit) -> Iterator[Row]:
    """The same change of one exchange in the largest loop; the peer changes its matrix and solves again."""
    if case.package is None:
        yield Row(case.name, "what-if beside bw2calc", "", None, note=brightway.missing("Jacobi-GMRES"))
        return
    chain = solved[0]
    system = chain.compiled.system
    number = {int(activity): theirs for theirs, activity in enumerate(case.position)}
    product = number[chain.activity]
    link = number[int(system.tech_provider[position])], number[int(system.tech_consumer[position])]
    change = edit.tech[position] - float(system.tech_amount[position])
    for solver in brightway.SOLVERS:
        if brightway.missing(solver):
            continue
        lca = brightway.one(case.package, solver, product, case.unit[product])
        brightway.change(lca, link, change)
        theirs = measure(lambda: brightway.resolved(lca), 3)  # noqa: B023
        for fresh in (True, False):
            seconds, value = _asked(solved, edit, fresh=fresh)
            when = "first time" if fresh else "again"
            yield Row(
                *(case.name, f"what-if, exchange in the largest loop, {when}", "update", seconds),
                *(f"bw2calc {solver}, matrix changed and solved again", theirs.median),
                difference=relative_difference(value, np.array([theirs.value])),
                tolerance=DIRECT if solver == "PARDISO" else ITERATIVE,
            )
