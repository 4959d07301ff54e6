"""Small systems from lists, random systems for hypothesis, and an exact solver to judge the engine by."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from scipy.linalg import lu_factor, lu_solve

from footprint.system import EmissionRow, System

CO2 = EmissionRow("CO2", "fossil")
CH4 = EmissionRow("CH4_fossil", "fossil")
UPTAKE = EmissionRow("CO2", "biogenic-co2-uptake")
ROWS = (CO2, CH4, UPTAKE)
FACTORS = np.array([1.0, 29.8, 1.0])
STAGES = ("raw", "making", "use")


def system(production, tech=(), bio=(), rows=ROWS, names=None):
    """`tech`: (provider, consumer, amount[, stage]); `bio`: (activity, row, kg[, stage]); stage -1 by default."""
    n, m, q = len(production), len(tech), len(bio)
    tech = [(*item, -1)[:4] for item in tech]
    bio = [(*item, -1)[:4] for item in bio]

    def column(items, position, kind):
        return np.array([item[position] for item in items], dtype=kind)

    return System(
        activity_ids=list(names or [f"activity-{j}" for j in range(n)]),
        production=np.array(production, dtype=np.float64),
        tech_provider=column(tech, 0, np.int32),
        tech_consumer=column(tech, 1, np.int32),
        tech_amount=column(tech, 2, np.float64),
        tech_exchange=np.arange(m, dtype=np.int64),
        tech_stage=column(tech, 3, np.int16),
        bio_activity=column(bio, 0, np.int32),
        bio_row=column(bio, 1, np.int16),
        bio_amount=column(bio, 2, np.float64),
        bio_exchange=np.arange(m, m + q, dtype=np.int64),
        bio_stage=column(bio, 3, np.int16),
        rows=rows,
        stage_ids=STAGES,
        exchange_ids=[f"exchange-{e}" for e in range(m + q)],
    )


def from_matrix(requirements, emissions):
    """A system with production 1 from a matrix of technical coefficients and one CO2 intensity per column."""
    a = np.asarray(requirements, dtype=float)
    tech = [(i, j, a[i, j]) for i, j in zip(*np.nonzero(a), strict=True)]
    return system([1.0] * len(a), tech, [(j, 0, kg) for j, kg in enumerate(emissions)])


def technosphere(s):
    """The matrix A of the contract, exactly: production on the diagonal, less what is used."""
    a = [[Fraction(0)] * s.n for _ in range(s.n)]
    for j in range(s.n):
        a[j][j] += Fraction(float(s.production[j]))
    for i, j, amount in zip(s.tech_provider, s.tech_consumer, s.tech_amount, strict=True):
        a[int(i)][int(j)] -= Fraction(float(amount))
    return a


def solve_exactly(a, b):
    """Gauss-Jordan in fractions; None for a singular matrix."""
    n = len(a)
    rows = [[*row, value] for row, value in zip(a, b, strict=True)]
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k] != 0), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(n):
            if i != k and rows[i][k] != 0:
                rows[i] = [x - rows[i][k] * y for x, y in zip(rows[i], rows[k], strict=True)]
    return [row[n] for row in rows]


def exact_scores(s, factors=FACTORS):
    """Footprint of one unit of every reference flow, as fractions."""
    b = [Fraction(0)] * s.n
    for j, row, kg in zip(s.bio_activity, s.bio_row, s.bio_amount, strict=True):
        b[int(j)] += Fraction(float(factors[row])) * Fraction(float(kg))
    y = solve_exactly([list(column) for column in zip(*technosphere(s), strict=True)], b)
    return None if y is None else [value * int(np.sign(p)) for value, p in zip(y, s.production, strict=True)]


def exact_runs(s, activity, amount):
    """Runs of every activity for a demand, as fractions."""
    demand = [Fraction(0)] * s.n
    demand[activity] = Fraction(float(amount)) * int(np.sign(s.production[activity]))
    return solve_exactly(technosphere(s), demand)


def dense_scores(compiled, cost):
    """All footprints by a dense solve, refined with residuals in extended precision (units span many orders)."""
    order = compiled.adjoint.order
    a = np.eye(compiled.n) - compiled.adjoint.matrix.sparse.toarray()
    rhs = (cost.values / compiled.scale)[order]
    factors = lu_factor(a)
    x, exact = lu_solve(factors, rhs).astype(np.longdouble), a.astype(np.longdouble)
    for _ in range(8):
        x += lu_solve(factors, (rhs - exact @ x).astype(np.float64))
    out = np.empty(compiled.n)
    out[order] = x
    return out


def assert_bounded(values, bounds, exact):
    """Every error is within its bound, judged in exact arithmetic."""
    for value, bound, truth in zip(np.ravel(values), np.ravel(bounds), exact, strict=True):
        assert abs(Fraction(float(value)) - truth) <= Fraction(float(bound)), (value, bound, float(truth))


@st.composite
def systems(draw, max_n=7, credits_=False, waste=True, stages=True):
    """Productive systems: the inputs of an activity are worth less than its output, in units of any size.

    With credits, signs are mixed; the absolute values still leave the system productive.
    """
    n = draw(st.integers(1, max_n))
    treat = [waste and draw(st.booleans()) and draw(st.booleans()) for _ in range(n)]
    unit = [10.0 ** draw(st.integers(-4, 4)) for _ in range(n)]
    production = [draw(st.sampled_from([0.1, 1.0, 250.0])) * (-1 if t else 1) for t in treat]
    label = st.integers(-1, len(STAGES) - 1) if stages else st.just(-1)
    tech, bio = [], []
    for j in range(n):
        inputs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.floats(0.001, 1.0), st.booleans()), max_size=4))
        worth = 0.9 * draw(st.floats(0.05, 1.0)) / max(1.0, sum(w for _, w, _ in inputs))
        for i, w, negative in inputs:
            amount = worth * w * abs(production[j]) * unit[i] / unit[j] * (-1 if treat[i] else 1)
            tech.append((i, j, -amount if credits_ and negative else amount, draw(label)))
        kinds = draw(st.lists(st.tuples(st.integers(0, 2), st.just(0.0) | st.floats(1e-6, 10.0)), max_size=3))
        bio += [(j, row, (-kg if row == 2 else kg) * abs(production[j]), draw(label)) for row, kg in kinds]
    return system(production, tech, bio)
