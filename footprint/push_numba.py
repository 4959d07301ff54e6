"""Loops of ``local``, compiled by numba; the machine code is cached on disk, so only the first run ever compiles.

Rows that are reached get numbers of their own, and what they need is copied beside each other: the part of the system that is
walked through again and again then fits into the fastest memory. Arrays by number are as long as the system has rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numba
import numpy as np

if TYPE_CHECKING:
    from footprint.system import FloatArray, IntArray

    Pattern: TypeAlias = tuple[IntArray, IntArray, FloatArray, FloatArray]
    Reached: TypeAlias = tuple[IntArray, IntArray, FloatArray, IntArray]
    Copy: TypeAlias = tuple[IntArray, FloatArray]

__all__ = ["follow"]

FIRST, SHRINK = 0.01, 0.5
"""What is passed on in the first round, as a part of the demand, and by how much less is enough in each round after it."""


def follow(
    pattern: Pattern, errors: tuple[FloatArray, FloatArray], worth: FloatArray, start: int, enough: float, budget: int
) -> tuple[IntArray, FloatArray, float]:
    """Make what is asked for, and what that asks for, the larger part first; see ``local.local_column``.

    Args:
        pattern: indptr, indices and data of the adjoint equations, a row holding what an activity needs, and the sums of
            absolute values behind the data.
        errors: relative errors of evaluating a row of the forward equations, and of the coefficients of a row here.
        worth: what one unit of each row counts.
        start: the row that one unit is asked of.
        enough: stop when all that is left to be made is worth less.
        budget: stop when so many entries were used.

    Returns:
        Number given to each row (-1: not reached), what was made by number, and a bound of what the residual of that is worth.
    """
    indptr, indices, data, gross = pattern
    n, entries = len(worth), len(indices)
    number, rows, size = np.full(n, -1, dtype=np.int32), np.empty(n, dtype=np.int32), np.empty(n)
    ends, made, rest = np.zeros((n, 2), dtype=np.int32), np.zeros(n), np.zeros(n)
    copy = np.empty(entries, dtype=np.int32), np.empty(entries)
    number[start], rows[0], size[0], rest[0] = 0, start, worth[start], 1.0
    reached = number, rows, size, ends
    count = _passed_on(indptr, indices, data, worth, reached, copy, made, rest, enough, budget)
    left = _left(indptr, gross, errors, reached, copy, made, rest, count)
    return number, made[:count].copy(), left


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _passed_on(
    indptr: IntArray,
    indices: IntArray,
    data: FloatArray,
    worth: FloatArray,
    reached: Reached,
    copy: Copy,
    made: FloatArray,
    rest: FloatArray,
    enough: float,
    budget: int,
) -> int:
    """Go in rounds through the rows that were reached; return how many they are."""
    _, _, size, ends = reached
    needs, part = copy
    count, copied, spent, threshold, left = 1, 0, 0, FIRST * size[0], size[0]
    while left > enough and spent <= budget:
        at = 0
        while at < count:  # which grows
            amount = rest[at]
            if abs(amount) * size[at] > threshold:
                if ends[at, 1] == 0:
                    count, copied = _copied(indptr, indices, data, worth, reached, copy, at, count, copied)
                rest[at] = 0.0
                made[at] += amount
                for p in range(ends[at, 0], ends[at, 1]):
                    rest[needs[p]] += part[p] * amount
                spent += ends[at, 1] - ends[at, 0]
            at += 1
        left = 0.0
        for k in range(count):
            left += abs(rest[k]) * size[k]
        spent += count
        threshold *= SHRINK
    return count


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _copied(
    indptr: IntArray,
    indices: IntArray,
    data: FloatArray,
    worth: FloatArray,
    reached: Reached,
    copy: Copy,
    at: int,
    count: int,
    copied: int,
) -> tuple[int, int]:
    """Copy what a row needs behind ``copied`` entries, and number the rows that it reaches first."""
    number, rows, size, ends = reached
    needs, part = copy
    ends[at, 0] = copied
    for p in range(indptr[rows[at]], indptr[rows[at] + 1]):
        other = indices[p]
        if number[other] < 0:
            number[other], rows[count], size[count] = count, other, worth[other]
            count += 1
        needs[copied], part[copied] = number[other], data[p]
        copied += 1
    ends[at, 1] = copied
    return count, copied


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _left(
    indptr: IntArray,
    gross: FloatArray,
    errors: tuple[FloatArray, FloatArray],
    reached: Reached,
    copy: Copy,
    made: FloatArray,
    rest: FloatArray,
    count: int,
) -> float:
    """Evaluate the residual anew, with all that rounding can have done to it (``Equations.rounding``), by what it is worth."""
    row_error, column_error = errors
    _, rows, size, ends = reached
    needs, part = copy
    rest[:count] = 0.0
    rest[0] = 1.0
    slack: float = size[0] * row_error[rows[0]]
    for k in range(count):
        row, amount = rows[k], made[k]
        slack += size[k] * row_error[row] * abs(amount)
        for p in range(ends[k, 0], ends[k, 1]):
            other = needs[p]
            rest[other] += part[p] * amount
            turnover = abs(gross[indptr[row] + p - ends[k, 0]] * amount)
            slack += turnover * size[other] * (row_error[rows[other]] + column_error[row])
    for k in range(count):
        slack += abs(rest[k] - made[k]) * size[k]
    return slack
