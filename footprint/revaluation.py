"""The part of a system that a simulation solves again and again: the pattern stays, the numbers change.

Only activities that the asked products can reach take part. Layout: places first, draws last, so that one row of the
equations is one run over many draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprint.compile import Compiled, Cost
    from footprint.inventory import Ints
    from footprint.system import FloatArray, IntArray
    from footprint.variables import Places, Variables

__all__ = ["Column", "Pattern", "reached"]


@dataclass(frozen=True, eq=False)
class Column:
    """Numbers of one kind: deterministic values, and per layer the variable that multiplies each (-1: none)."""

    base: FloatArray
    layers: list[Ints]

    @classmethod
    def of(cls, values: FloatArray, places: Places, positions: Ints) -> Column:
        """Take the values at some positions of an array of the system."""
        base = np.ascontiguousarray(values[positions])
        return cls(base, places.among(positions, len(values)).layers(len(base)))

    @property
    def exact(self) -> bool:
        """Whether no variable enters here."""
        return not self.layers

    def values(self, multipliers: FloatArray) -> FloatArray:
        """Return the numbers under draws: float64[size, draws] from multipliers float64[draws, k]."""
        out = np.repeat(self.base[:, None], len(multipliers), axis=1)
        for layer in self.layers:
            touched = np.flatnonzero(layer >= 0)
            out[touched] *= multipliers.T[layer[touched]]
        return out


@dataclass(frozen=True, eq=False)
class Pattern:
    """The reachable part of the adjoint equations ``d y = b + T' y``, with r rows.

    Attributes:
        activity: activity of each row, in the order of the equations, int64[r].
        indptr, indices, blocks: the matrix without values; see ``equations.Matrix``.
        tech: exchanges in the matrix, and for each its entry; amounts carry the sign of their provider.
        entry: entry of each, ascending, int64.
        own: self-use, and for each its row.
        own_row: row of each, int64.
        bio: kg CO2e of each elementary exchange per run.
        bio_row: row of each, int64.
        production: production of each row.
    """

    activity: Ints
    indptr: IntArray
    indices: IntArray
    blocks: IntArray
    tech: Column
    entry: Ints
    own: Column
    own_row: Ints
    bio: Column
    bio_row: Ints
    production: Column

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.activity)

    @classmethod
    def of(cls, compiled: Compiled, cost: Cost, variables: Variables, rows: Ints) -> Pattern:
        """Cut out rows of the equations; they must be closed: every column of a row is among them."""
        system, matrix = compiled.system, compiled.adjoint.matrix
        order = compiled.adjoint.order.astype(np.int64)
        number = np.full(compiled.n, -1, dtype=np.int64)
        number[rows] = np.arange(len(rows))
        row_of = np.empty(compiled.n, dtype=np.int64)  # of each activity, -1 where it takes no part
        row_of[order] = number
        lengths = np.diff(matrix.indptr)[rows]
        indptr = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        within = np.arange(int(indptr[-1])) - np.repeat(indptr[:-1], lengths)
        old = np.repeat(matrix.indptr[rows].astype(np.int64), lengths) + within
        entries = np.full(len(matrix.indices), -1, dtype=np.int64)
        entries[old] = np.arange(len(old))
        block = np.searchsorted(matrix.blocks, rows, side="right")
        starts = np.flatnonzero(np.diff(block, prepend=-1))
        inside = np.flatnonzero(compiled.entry >= 0)
        inside = inside[row_of[system.tech_consumer[inside]] >= 0]
        entry = entries[compiled.entry[inside]]
        by_entry = np.argsort(entry, kind="stable")
        inside, entry = inside[by_entry], entry[by_entry]
        own = np.flatnonzero((compiled.entry == -1) & (row_of[system.tech_consumer] >= 0))
        bio = np.flatnonzero(row_of[system.bio_activity] >= 0)
        return cls(
            activity=order[rows],
            indptr=indptr,
            indices=number[matrix.indices[old]].astype(np.int32),
            blocks=np.append(starts, len(rows)).astype(np.int32),
            tech=Column.of(system.tech_amount * compiled.sign[system.tech_provider], variables.tech, inside),
            entry=entry,
            own=Column.of(system.tech_amount, variables.tech, own),
            own_row=row_of[system.tech_consumer[own]],
            bio=Column.of(system.bio_amount * cost.factors[system.bio_row], variables.bio, bio),
            bio_row=row_of[system.bio_activity[bio]],
            production=Column.of(system.production, variables.production, order[rows]),
        )

    @property
    def technosphere_exact(self) -> bool:
        """Whether all that varies are emissions, so that the supply chain is the same in every draw."""
        return self.tech.exact and self.own.exact and self.production.exact

    def used(self, k: int) -> Ints:
        """Return the variables, among k, that enter anywhere in the pattern, ascending."""
        found = np.zeros(k, dtype=np.bool_)
        for column in (self.tech, self.own, self.bio, self.production):
            for layer in column.layers:
                found[layer[layer >= 0]] = True
        return np.flatnonzero(found)


def reached(compiled: Compiled, activities: Sequence[int]) -> Ints:
    """Return the rows of the adjoint equations that the footprints of some activities depend on, ascending."""
    matrix, order = compiled.adjoint.matrix, compiled.adjoint.order
    row_of = np.empty(compiled.n, dtype=np.int64)
    row_of[order] = np.arange(compiled.n)
    seen = np.zeros(compiled.n, dtype=np.bool_)
    front = np.unique(row_of[np.asarray(activities, dtype=np.int64)])
    while len(front):
        seen[front] = True
        start, lengths = matrix.indptr[front].astype(np.int64), np.diff(matrix.indptr)[front]
        within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        found = np.unique(matrix.indices[np.repeat(start, lengths) + within])
        front = found[~seen[found]]
    return np.flatnonzero(seen)
