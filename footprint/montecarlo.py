"""Monte Carlo: the footprints of products under draws of all uncertain numbers, the same draw wherever a number is used.

Each draw revalues the equations of the part of the system that matters and solves them from the deterministic footprints;
one adjoint solve serves all products, so a comparison of two uses the same draws. Where only emissions vary the supply
chain is fixed, and all draws are one matrix product. What a draw makes unproductive is counted, never left out in silence.
A sample of draws is solved again with certified errors, to tell how good the fast solutions are.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from footprint.errors import FootprintError, InvalidQuery, UnsolvableSystem
from footprint.kernels import numba_available
from footprint.revaluation import Pattern, reached
from footprint.solve import scores, supply

if TYPE_CHECKING:
    from footprint.compile import Compiled, Cost
    from footprint.draws_numpy import Solved
    from footprint.inventory import Bools, Ints
    from footprint.system import FloatArray
    from footprint.variables import Places, Variables

__all__ = ["DEFAULT_SEED", "Demand", "Moments", "Plan", "Simulation", "moments", "simulate"]

DEFAULT_SEED = 20261120
"""Seed where none is asked for: a fixed one, so that the same question has the same answer."""
PORTION = 8_000_000
"""Numbers in the arrays of one portion of draws, 64 MB each time they are held."""
WORTH_COMPILING = 200_000_000
"""Entries times draws from which loading numba (0.5 s) pays."""
WIDE = 50_000
"""Entries from which a row of the equations over the draws of one portion is too short for numpy."""
KERNELS = ("auto", "numba", "numpy", "scipy")
RESCUES = (50, 5_000, 20_000_000)
"""Draws that are tried again with every solver there is: at least, at most, and the entries of the matrix times draws
between the two. Further ones that do not settle stay undecided."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to simulate.

    Attributes:
        draws: how many.
        seed: of the random numbers.
        tolerance: a footprint is settled when a sweep changes it by no more than this part of its terms.
        sweeps: most sweeps over a loop.
        checked: draws that are solved again with certified errors.
        kernel: one of ``KERNELS``: numba and scipy solve draw by draw, numpy all draws of a portion at once.
    """

    draws: int = 10_000
    seed: int = DEFAULT_SEED
    tolerance: float = 1e-8
    sweeps: int = 500
    checked: int = 5
    kernel: str = "auto"


Demand = tuple[int, float]
"""An activity, and how much of its reference flow is asked for."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """Footprints of demands under shared draws.

    Attributes:
        values: kg CO2e, float64[draws that succeeded, demands].
        tracked: multipliers of the variables that were asked for, float64[draws that succeeded, tracked].
        plan: how it was made.
        variables: how many numbers were drawn.
        failed: draws without an answer: activities that would use up what they make; and the undecided ones.
        undecided: draws of which no solver that was tried said whether there is an answer.
        rescued: draws that needed another solver than Gauss-Seidel.
        method: how the draws were solved: "fixed supply chain", or "gauss-seidel" with its kernel.
        checked: draws that were solved again with certified errors.
        largest_error: largest difference to them, with their bounds, kg CO2e.
    """

    values: FloatArray
    tracked: FloatArray
    plan: Plan
    variables: int
    failed: int
    undecided: int
    rescued: int
    method: str
    checked: int
    largest_error: float


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and standard deviation of the footprint of one unit of every product, float64[n], and the failed draws."""

    mean: FloatArray
    deviation: FloatArray
    draws: int
    failed: int


class _Solve(Protocol):
    def __call__(
        self, pattern: Pattern, multipliers: FloatArray, start: FloatArray, tolerance: float, sweeps: int
    ) -> Solved: ...


def simulate(
    compiled: Compiled,
    cost: Cost,
    variables: Variables,
    demands: Sequence[Demand],
    plan: Plan,
    tracked: Sequence[int] = (),
    told: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Draw all uncertain numbers that the demands depend on, and compute the footprints of the demands.

    Args:
        compiled: the system.
        cost: one characterisation.
        variables: the uncertain numbers; drawn in their order, so sort them by identifier.
        demands: products and amounts, all under the same draws.
        plan: how.
        tracked: variables whose multipliers are kept.
        told: is told before each portion how many draws were made, and of how many.

    Raises:
        InvalidQuery: no draws, an unknown activity or kernel, a negative seed, the cost of a system of another size.
        UnproductiveLoop and others: the deterministic system cannot be solved (see ``scores``).
    """
    _check(compiled, cost, demands, plan)
    run = _Run(compiled, cost, variables, reached(compiled, [activity for activity, _ in demands]), plan, told)
    if run.pattern.technosphere_exact:
        return run.fixed(demands, tracked)
    return run.solved(demands, tracked)


def moments(compiled: Compiled, cost: Cost, variables: Variables, plan: Plan) -> Moments:
    """Compute mean and standard deviation of every product at once; memory does not grow with the draws.

    Raises:
        InvalidQuery, UnproductiveLoop and others: as for ``simulate``.
    """
    _check(compiled, cost, (), plan)
    run = _Run(compiled, cost, variables, np.arange(compiled.n, dtype=np.int64), plan)
    count, mean, squares = 0, np.zeros(compiled.n), np.zeros(compiled.n)
    for _, _, values, good in run.portions():
        kept = values[:, good]
        if not kept.shape[1]:
            continue
        # Chan, Golub and LeVeque 1983: the moments of portions are combined, which keeps the digits that sums of squares lose
        middle = kept.mean(axis=1)
        step, total = middle - mean, count + kept.shape[1]
        squares += ((kept - middle[:, None]) ** 2).sum(axis=1) + step**2 * (count * kept.shape[1] / total)
        mean += step * (kept.shape[1] / total)
        count = total
    _refuse_none(compiled, count, plan)
    out, spread = np.empty(compiled.n), np.empty(compiled.n)
    out[run.pattern.activity] = mean
    spread[run.pattern.activity] = np.sqrt(squares / (count - 1)) if count > 1 else np.nan
    return Moments(out, spread, count, plan.draws - count)


def _check(compiled: Compiled, cost: Cost, demands: Sequence[Demand], plan: Plan) -> None:
    compiled.check_cost(cost)
    if plan.draws < 1:
        raise InvalidQuery(f"{plan.draws} draws were asked for: ask for at least 1; rule R15 recommends 10,000.")
    if plan.seed < 0:
        raise InvalidQuery(f"the seed is {plan.seed}: state zero or a positive integer.")
    if plan.kernel not in KERNELS:
        raise InvalidQuery(f"kernel {plan.kernel!r} is unknown: choose one of {', '.join(KERNELS)}.")
    if plan.kernel == "numba" and not numba_available():
        raise InvalidQuery("kernel 'numba' needs numba: install tanmai[fast], or choose another or 'auto'.")
    for activity, amount in demands:
        if not (0 <= activity < compiled.n and np.isfinite(amount)):
            raise InvalidQuery(f"a demand of {amount} from activity {activity} cannot be simulated: correct it.")


def _refuse_none(compiled: Compiled, succeeded: int, plan: Plan) -> None:
    if not succeeded:
        raise InvalidQuery(
            f"none of {plan.draws} draws (seed {plan.seed}) of this system of {compiled.n} activities has a footprint: in each "
            "an activity or a loop uses up all it makes. Check the spreads of inputs in loops and of reference outputs."
        )


class _Run:
    """One simulation: the equations, the draws, and how they are solved."""

    def __init__(
        self,
        compiled: Compiled,
        cost: Cost,
        variables: Variables,
        rows: Ints,
        plan: Plan,
        told: Callable[[int, int], None] | None = None,
    ) -> None:
        self.compiled, self.cost, self.plan, self.told = compiled, cost, plan, told
        self.used = Pattern.of(compiled, cost, variables, rows).used(len(variables))
        self.variables = variables.only(self.used)
        self.pattern = Pattern.of(compiled, cost, self.variables, rows)
        least, most, work = RESCUES
        self.rescues_left = max(least, min(most, work // (len(self.pattern.indices) + 1)))
        self.rescued = self.undecided = 0

    def multipliers(self) -> Iterator[tuple[int, FloatArray]]:
        """Yield the draws in portions: number of the first, and multipliers of the variables that are used.

        The next portion is drawn while the one before it is solved.
        """
        pattern, k = self.pattern, len(self.variables)
        size = len(pattern.tech.base) + len(pattern.bio.base) + 2 * pattern.n + 2 * k + 1
        starts = range(0, self.plan.draws, max(1, PORTION // size))
        sampler = self.variables.distributions.sampler(self.plan.seed)
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(sampler.draw, starts.step)
            for first in starts:
                if self.told is not None:
                    self.told(first, self.plan.draws)
                portion, coming = coming, ahead.submit(sampler.draw, starts.step if first != starts[-1] else 0)
                yield first, portion.result()[: self.plan.draws - first]

    def followed(self, multipliers: FloatArray, tracked: Sequence[int]) -> FloatArray:
        """Return the multipliers of some of all variables; 1 for one that is not used."""
        out = np.ones((len(multipliers), len(tracked)))
        place = np.searchsorted(self.used, tracked)
        for column, (wanted, found) in enumerate(zip(tracked, place.tolist(), strict=True)):
            if found < len(self.used) and self.used[found] == wanted:
                out[:, column] = multipliers[:, found]
        return out

    def portions(self) -> Iterator[tuple[int, FloatArray, FloatArray, Bools]]:
        """Yield solved portions: first draw, multipliers, footprints float64[rows, draws], and which succeeded."""
        solve = self._solver()
        start = scores(self.compiled, self.cost).values[self.pattern.activity]
        for first, multipliers in self.multipliers():
            solved = solve(self.pattern, multipliers, start, self.plan.tolerance, self.plan.sweeps)
            good = ~(solved.unproductive | solved.unsettled)
            self._rescue(solved, multipliers, good)
            yield first, multipliers, solved.values, good

    def _rescue(self, solved: Solved, multipliers: FloatArray, good: Bools) -> None:
        """Try draws that did not settle with every solver, those that grew least first: a slow loop may be sound."""
        tried = np.flatnonzero(solved.unsettled)
        with np.errstate(over="ignore", invalid="ignore"):
            size = np.abs(solved.values[:, tried]).max(axis=0, initial=0.0)
        for draw in tried[np.argsort(size, kind="stable")]:  # NaN comes last
            if not self.rescues_left:
                self.undecided += 1
                continue
            self.rescues_left -= 1
            try:
                solved.values[:, draw] = self._certified(multipliers[draw])[0][self.pattern.activity]
            except UnsolvableSystem:
                continue  # it has no answer
            except FootprintError:
                self.undecided += 1
                continue
            self.rescued += 1
            good[draw] = True

    def solved(self, demands: Sequence[Demand], tracked: Sequence[int]) -> Simulation:
        """Simulate by solving every draw."""
        row, amount = self._rows(demands)
        kept: list[FloatArray] = []
        followed: list[FloatArray] = []
        differences: list[float] = []
        wanted = self._sample()
        for first, multipliers, values, good in self.portions():
            asked = values[row].T * amount
            kept.append(asked[good])
            followed.append(self.followed(multipliers, tracked)[good])
            chosen = [int(draw) for draw in np.flatnonzero(good) if first + int(draw) in wanted]
            differences += self._differences(multipliers[chosen], asked[chosen], demands)
        kernel = self._solver().__module__.rpartition("_")[2]
        return self._made(kept, followed, f"gauss-seidel ({kernel})", differences)

    def fixed(self, demands: Sequence[Demand], tracked: Sequence[int]) -> Simulation:
        """Simulate emissions on a fixed supply chain: runs times emissions, all draws in one product."""
        bio = self.pattern.bio
        where = self.pattern.activity[self.pattern.bio_row]
        runs = np.stack([supply(self.compiled, activity, amount).runs[where] for activity, amount in demands], axis=1)
        touched = np.zeros(len(bio.base), dtype=np.bool_)
        for layer in bio.layers:
            touched |= layer >= 0
        constant = bio.base[~touched] @ runs[~touched]
        moving = type(bio)(bio.base[touched], [layer[touched] for layer in bio.layers])
        wanted = self._sample()
        kept: list[FloatArray] = []
        followed: list[FloatArray] = []
        differences: list[float] = []
        for first, multipliers in self.multipliers():
            values = constant + moving.values(multipliers).T @ runs[touched]
            kept.append(values)
            followed.append(self.followed(multipliers, tracked))
            chosen = [draw - first for draw in wanted if first <= draw < first + len(values)]
            differences += self._differences(multipliers[chosen], values[chosen], demands)
        return self._made(kept, followed, "fixed supply chain", differences)

    def _made(
        self, kept: list[FloatArray], followed: list[FloatArray], method: str, differences: list[float]
    ) -> Simulation:
        values = np.concatenate(kept)
        _refuse_none(self.compiled, len(values), self.plan)
        return Simulation(
            values=values,
            tracked=np.concatenate(followed),
            plan=self.plan,
            variables=len(self.used),
            failed=self.plan.draws - len(values),
            undecided=self.undecided,
            rescued=self.rescued,
            method=method,
            checked=len(differences),
            largest_error=max(differences, default=0.0),
        )

    def _solver(self) -> _Solve:
        """Choose the kernel; numba is loaded only where it pays."""
        entries = len(self.pattern.indices)
        large = entries >= WIDE or entries * self.plan.draws >= WORTH_COMPILING
        if self.plan.kernel == "numba" or (self.plan.kernel == "auto" and large and numba_available()):
            name = "numba"
        elif self.plan.kernel == "scipy" or (self.plan.kernel == "auto" and entries >= WIDE):
            name = "scipy"
        else:
            name = "numpy"
        solve: _Solve = importlib.import_module(f"footprint.draws_{name}").solve
        return solve

    def _rows(self, demands: Sequence[Demand]) -> tuple[Ints, FloatArray]:
        row_of = np.full(self.compiled.n, -1, dtype=np.int64)
        row_of[self.pattern.activity] = np.arange(self.pattern.n)
        return row_of[[activity for activity, _ in demands]], np.array([amount for _, amount in demands])

    def _sample(self) -> frozenset[int]:
        """Draws to be checked, evenly spaced."""
        return frozenset(int(draw) for draw in np.linspace(0, self.plan.draws - 1, self.plan.checked))

    def _certified(self, multipliers: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Solve one draw with certified errors: footprints of all activities and their bounds."""
        system, made = self.compiled.system, self.variables
        changed = self.compiled.with_amounts(
            tech=_changes(made.tech, system.tech_amount, multipliers),
            bio=_changes(made.bio, system.bio_amount, multipliers),
            production=_changes(made.production, system.production, multipliers),
        )
        found = scores(changed, changed.cost(self.cost.factors))
        return found.values, found.bounds

    def _differences(self, multipliers: FloatArray, values: FloatArray, demands: Sequence[Demand]) -> list[float]:
        """Largest difference of each draw to its certified solution, that solution's own bound included.

        A draw whose solution cannot be certified counts as not checked.
        """
        found: list[float] = []
        for drawn, row in zip(multipliers, values, strict=True):
            with suppress(FootprintError):
                footprints, bounds = self._certified(drawn)
                found.append(
                    max(
                        abs(float(value) - amount * float(footprints[activity])) + abs(amount) * float(bounds[activity])
                        for value, (activity, amount) in zip(row, demands, strict=True)
                    )
                )
        return found


def _changes(places: Places, values: FloatArray, multipliers: FloatArray) -> dict[int, float]:
    """Return the numbers under one draw by position."""
    out = values.copy()
    np.multiply.at(out, places.position, multipliers[places.variable])
    touched = np.unique(places.position)
    return dict(zip(touched.tolist(), out[touched].tolist(), strict=True))
