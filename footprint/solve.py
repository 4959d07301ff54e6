"""Footprints of all products, and the supply chain of one, each number with a rigorous bound of its error.

Gauss-Seidel first; where it does not converge (credits can do that), GMRES preconditioned with it; then a direct
solver. Whatever was used, the result is certified (``certify``) or refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from footprint import certify, fallback
from footprint.compile import Compiled, Cost
from footprint.equations import EPS, Equations
from footprint.errors import InvalidQuery, NotCertified, NotConverged, UnproductiveLoop
from footprint.kernels import choose
from footprint.knots import unproductive_knot

if TYPE_CHECKING:
    from footprint.kernels import Relax
    from footprint.system import FloatArray, IntArray

__all__ = ["Bounded", "Scores", "Settings", "SolveInfo", "Supply", "certified", "scores", "supply"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to solve.

    Attributes:
        tolerance: Gauss-Seidel stops when no unknown changes by more than this part of the terms that make it up.
        sweeps: most passes of Gauss-Seidel.
        kernel: auto, numba or scipy.
        fallback: whether to go on with GMRES and a direct solver; without it the last iterate is returned as it is,
            with its (large) bound.
    """

    tolerance: float = 1e-13
    sweeps: int = 200
    kernel: str = "auto"
    fallback: bool = True


DEFAULT = Settings()


@dataclass(frozen=True, slots=True)
class SolveInfo:
    """How a solution was found: method (gauss-seidel, gmres, direct), its sweeps, and whether it converged."""

    method: str
    sweeps: int
    converged: bool


@dataclass(frozen=True, slots=True)
class Bounded:
    """Values, and bounds of their absolute errors, of equal shape."""

    values: FloatArray
    bounds: FloatArray


@dataclass(frozen=True, slots=True)
class Scores:
    """Footprint of one unit of the reference flow of every activity (made; or treated, where production is negative).

    Attributes:
        values: kg CO2e per unit, float64[n], or float64[k, n] for k characterisations.
        bounds: rigorous bounds of their absolute errors, same shape.
        info: how they were found.
    """

    values: FloatArray
    bounds: FloatArray
    info: SolveInfo


@dataclass(frozen=True, slots=True)
class Supply:
    """All activities run for a demand of one product.

    Attributes:
        compiled: the system.
        activity: the activity whose reference flow is demanded.
        amount: how much of it.
        runs: runs of every activity, float64[n].
        bounds: rigorous bounds of their absolute errors.
        info: how they were found.
    """

    compiled: Compiled
    activity: int
    amount: float
    runs: FloatArray
    bounds: FloatArray
    info: SolveInfo

    def total(self, cost: Cost) -> Bounded:
        """Return the footprint of the demand: shape () or (k,) as the cost is (n,) or (k, n).

        Raises:
            InvalidQuery: the cost is that of a system of another size.
            NotCertified: it is too large for a float64.
        """
        self.compiled.check_cost(cost)
        values = np.atleast_2d(cost.values)
        errors = np.atleast_2d(cost.errors)
        with np.errstate(over="ignore", invalid="ignore"):
            terms = values * self.runs
            size = np.abs(self.runs) + self.bounds
            bounds = np.abs(values) @ self.bounds + errors @ size + 2 * EPS * (np.abs(values) @ size)
            gross = np.abs(terms).sum(axis=-1)
        refuse_overflow(gross, bounds)
        totals = np.array([math.fsum(row) for row in terms])
        shape = cost.values.shape[:-1]
        return Bounded(totals.reshape(shape), (bounds * (1 + self.compiled.n * EPS)).reshape(shape))

    def inventory(self) -> Bounded:
        """Return kg of each emission row, float64[rows]: gases and categories kept apart, nothing characterised."""
        system = self.compiled.system
        rows = len(system.rows)
        runs, errors = self.runs[system.bio_activity], self.bounds[system.bio_activity]
        size = np.abs(system.bio_amount)
        terms = np.bincount(system.bio_row, minlength=rows) + 2.0
        values = np.bincount(system.bio_row, system.bio_amount * runs, minlength=rows)
        rounding = terms * EPS * np.bincount(system.bio_row, size * (np.abs(runs) + errors), minlength=rows)
        bounds = np.bincount(system.bio_row, size * errors, minlength=rows) * (1 + EPS * terms) + rounding
        return Bounded(values.astype(np.float64), bounds.astype(np.float64))


def refuse_overflow(*numbers: FloatArray) -> None:
    """Refuse numbers that are not finite.

    Raises:
        NotCertified: a number is too large for a float64.
    """
    if not all(np.isfinite(each).all() for each in numbers):
        raise NotCertified("the result is too large to be computed: a number of it overflowed. Check the amounts.")


def scores(compiled: Compiled, cost: Cost, settings: Settings = DEFAULT, start: Scores | None = None) -> Scores:
    """Compute the footprints of all products at once (one adjoint solve).

    Args:
        compiled: the system.
        cost: characterised direct emissions, from ``Compiled.cost``.
        settings: how to solve.
        start: a solution of a similar system to start from.

    Raises:
        InvalidQuery: the cost is that of a system of another size.
        UnproductiveLoop: activities that use up all they make; named.
        SingularSystem: no unique solution.
        NotConverged: no solver reached the tolerance.
        NotCertified: the errors cannot be bounded.
    """
    compiled.check_cost(cost)
    equations = compiled.adjoint
    order = equations.order
    rhs = _rows(cost.values / compiled.scale, order)
    rounding = _rows(cost.errors / compiled.scale, order) * (1 + 4 * EPS)
    first = None if start is None else _rows(start.values, order)
    x, bounds, info = certified(compiled, equations, rhs, rounding, settings, first)
    values, errors = np.empty_like(cost.values), np.empty_like(cost.values)
    values[..., order], errors[..., order] = x.T, bounds.T
    return Scores(values, errors, info)


def supply(compiled: Compiled, activity: int, amount: float = 1.0, settings: Settings = DEFAULT) -> Supply:
    """Compute how often every activity runs to supply a demand (one forward solve).

    Args:
        compiled: the system.
        activity: the activity whose reference flow is demanded.
        amount: units of its reference flow to be made, or treated where its production is negative.
        settings: how to solve.

    Raises:
        InvalidQuery: unknown activity, or an amount that is no finite number.
        UnproductiveLoop, SingularSystem, NotConverged, NotCertified: as for ``scores``.
    """
    if not 0 <= activity < compiled.n:
        raise InvalidQuery(f"activity {activity} does not exist: the system has {compiled.n}, numbered from 0.")
    if not math.isfinite(amount):
        raise InvalidQuery(f"the amount demanded is {amount}: state a finite number.")
    equations = compiled.forward
    order = equations.order
    size, power = math.frexp(amount)  # solved near 1, and scaled by a power of two, which rounds nothing
    rhs = np.where(order == activity, size, 0.0)
    x, bounds, info = certified(compiled, equations, rhs, np.zeros(compiled.n), settings, None)
    runs, errors = np.empty(compiled.n), np.empty(compiled.n)
    runs[order], errors[order] = x, bounds
    with np.errstate(over="ignore", invalid="ignore"):
        runs, errors = np.ldexp(runs, power) / compiled.scale, np.ldexp(errors, power)
        errors = errors / compiled.scale * (1 + 4 * EPS)
        errors += (compiled.scale_error + 2 * EPS) * (np.abs(runs) + errors)
    refuse_overflow(runs, errors)
    return Supply(compiled, activity, float(amount), runs, errors, info)


def _rows(values: FloatArray, order: IntArray) -> FloatArray:
    """Bring values by activity into row order; several right-hand sides become columns."""
    return np.ascontiguousarray(values[..., order].T)


def certified(
    compiled: Compiled,
    equations: Equations,
    rhs: FloatArray,
    rounding: FloatArray,
    settings: Settings,
    first: FloatArray | None,
) -> tuple[FloatArray, FloatArray, SolveInfo]:
    """Solve, then bound the error.

    Args:
        compiled: the system whose activities the rows stand for.
        equations: its equations, or some of them that need no others.
        rhs: right-hand side, float64[rows] or float64[rows, k], in the order of the equations.
        rounding: bound of the error of the right-hand side, same shape.
        settings: how to solve.
        first: a solution to start from.

    Returns:
        The unknowns, rigorous bounds of their errors, and how they were found.

    Raises:
        UnproductiveLoop, SingularSystem, NotConverged, NotCertified: as for ``scores``.
    """
    relax = choose(settings.kernel, len(equations.matrix.data))
    comparison = _comparison(compiled, equations, relax)
    x, info = _solved(compiled, equations, rhs, relax, settings, first)
    if comparison is None:
        comparison = _knotted(compiled, equations, relax)
    residual = np.abs(equations.residual(rhs, x)) + equations.rounding(rhs, x) + rounding
    return x, comparison.bound(residual, relax), info


def _comparison(compiled: Compiled, equations: Equations, relax: Relax) -> certify.Comparison | None:
    """The comparison matrix, once per system; None where credits keep it from existing.

    Raises:
        UnproductiveLoop: there are no credits to hope for.
    """
    kept = equations.matrix.workspace
    if "comparison" not in kept:
        kept["comparison"] = certify.compare(equations, relax)
    comparison: certify.Comparison | None = kept["comparison"]
    if comparison is None and equations.matrix.nonnegative:
        knot = unproductive_knot(equations.matrix)
        if knot is None:
            raise NotCertified(
                "the system is so close to an unproductive loop that no digit of a footprint would be certain. "
                "Look for an activity that uses nearly all of its own product through others."
            )
        names = [compiled.system.activity_ids[int(j)] for j in equations.order[knot[0]]]
        raise UnproductiveLoop(names, knot[1])
    return comparison


def _solved(
    compiled: Compiled,
    equations: Equations,
    rhs: FloatArray,
    relax: Relax,
    settings: Settings,
    first: FloatArray | None,
) -> tuple[FloatArray, SolveInfo]:
    """Try one solver after the other."""
    x = np.zeros_like(rhs) if first is None else first
    relaxed = relax(equations.matrix, rhs, x, settings.tolerance, settings.sweeps)
    finite = bool(np.isfinite(relaxed.x).all())
    if finite and (relaxed.converged or not settings.fallback):
        return relaxed.x, SolveInfo("gauss-seidel", relaxed.sweeps, relaxed.converged)
    if not settings.fallback:
        raise NotConverged(
            f"Gauss-Seidel diverged within {settings.sweeps} sweeps and fall-backs are off: switch them on."
        )
    found = fallback.gmres(equations, rhs, relax)
    if found is not None:
        return found, SolveInfo("gmres", relaxed.sweeps, converged=True)
    names = compiled.system.activity_ids
    return fallback.direct(equations, rhs, names), SolveInfo("direct", relaxed.sweeps, converged=True)


def _knotted(compiled: Compiled, equations: Equations, relax: Relax) -> certify.Comparison:
    """The comparison matrix around the knot of mixed signs, once per system."""
    kept = equations.matrix.workspace
    if kept.get("knotted") is None:
        fallback.refuse_singular(equations, compiled.system.activity_ids)
        kept["knotted"] = certify.compare_around_knot(equations, relax)
    knotted: certify.Comparison | None = kept["knotted"]
    if knotted is None:
        raise NotCertified(
            "a solution was found, but credits are so strong in loops that its error cannot be bounded, so it is "
            "withheld. Look for credits (avoided products) that feed back into their own supply chain."
        )
    return knotted
