"""Loops of ``local``, compiled by numba; the machine code is cached on disk, so only the first run ever compiles."""

from __future__ import annotations

import numba

__all__ = ["remaining", "spread"]

FIRST, SHRINK = 0.01, 0.5
"""What is passed on in the first round, as a part of the demand, and by how much less is enough in each round after it."""


@numba.njit(cache=True, error_model="numpy", nogil=True)
def spread(indptr, indices, data, start, worth, enough, budget, x, rest, rows, listed):  # type: ignore[no-untyped-def]
    """Make what is asked for, and what that asks for, the larger part first; returns how many rows were reached.

    In rounds, all rows that have more than a threshold left pass it on to their inputs, until all that is left is worth
    less than ``enough`` (or the budget, in entries of the matrix, is spent).
    """
    rest[start], rows[0], listed[start] = 1.0, start, True
    count, spent, threshold, left = 1, 0, FIRST * worth[start], worth[start]
    while left > enough and spent <= budget:
        at = 0
        while at < count:
            row = rows[at]
            at += 1
            made = rest[row]
            if not abs(made) * worth[row] > threshold:
                continue
            rest[row] = 0.0
            x[row] += made
            spent += indptr[row + 1] - indptr[row]
            for p in range(indptr[row], indptr[row + 1]):
                other = indices[p]
                rest[other] += data[p] * made
                if not listed[other]:
                    listed[other], rows[count] = True, other
                    count += 1
        left = 0.0
        for k in range(count):
            left += abs(rest[rows[k]]) * worth[rows[k]]
        spent += count
        threshold *= SHRINK
    return count


@numba.njit(cache=True, error_model="numpy", nogil=True)
def remaining(indptr, indices, data, gross, start, worth, row_error, column_error, x, rows, net, size):  # type: ignore[no-untyped-def]
    """Return what the residual of x is worth, with everything that rounding can have done to it.

    The residual is evaluated anew from x; ``net`` and ``size`` are zero on entry. See ``Equations.rounding``.
    """
    for k in range(len(rows)):
        row = rows[k]
        if x[row] != 0:
            for p in range(indptr[row], indptr[row + 1]):
                net[indices[p]] += data[p] * x[row]
                size[indices[p]] += abs(gross[p] * x[row])
    total = 0.0
    for k in range(len(rows)):
        row = rows[k]
        asked = 1.0 if row == start else 0.0
        turnover = asked + abs(x[row]) + size[row]
        total += worth[row] * (abs(asked - x[row] + net[row]) + row_error[row] * turnover)
        size[row] = 0.0
    for k in range(len(rows)):
        row = rows[k]
        if x[row] != 0:
            for p in range(indptr[row], indptr[row + 1]):
                size[indices[p]] += abs(gross[p] * x[row]) * column_error[row]
    for k in range(len(rows)):
        total += worth[rows[k]] * size[rows[k]]
    return total
