"""From a system of activities to equations that can be solved.

With ``p`` the production, ``T[i, j]`` the amount of product i that activity j takes from outside itself per run, and
``d = p - self-use`` the net production, supply for a demand f means ``d x = f + T x`` and the footprints y of one unit
of every product obey ``d y = b + T' y`` (``'`` transposed, b the direct emissions per run). Let ``s = sign(p)``
(-1 for a treatment of waste) and ``M[i, j] = s[i] T[i, j] / |d[j]|``: the need of product i per unit of reference flow
of activity j, not negative except for credits, whatever the sign convention for waste. Then

    adjoint   y = b / |d| + M' y           y: footprint of one unit of each reference flow, made or treated
    forward   q = f + M q,  x = q / |d|    q: net reference flow of each activity, x: its runs

Scaling by the net production is the Jacobi scaling; it folds self-use and the waste sign into the coefficients.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array

from footprint.equations import EPS, Equations, Matrix
from footprint.errors import InvalidQuery, InvalidSystem, UnproductiveLoop
from footprint.graph import blocks_of
from footprint.system import EmissionRow, System
from footprint.text import Strings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from footprint.system import AnyArray, FloatArray, IntArray

__all__ = ["ABSENT", "SELF", "Compiled", "Cost", "compile_system"]

SELF, ABSENT = -1, -2
"""Entry of an exchange that is self-use (folded into the diagonal), and of one that is zero (not in the matrix)."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Direct emissions of each activity, characterised.

    Attributes:
        factors: kg CO2e per kg of each emission row, float64[rows] or, for k characterisations, float64[k, rows].
        values: kg CO2e per run, float64[n] or float64[k, n].
        errors: bound of the rounding in them, same shape.
    """

    factors: FloatArray
    values: FloatArray
    errors: FloatArray


@dataclass(frozen=True, eq=False)
class Compiled:
    """A system with its matrix in compressed form.

    Attributes:
        system: the system it stands for.
        scale: absolute net production per run, float64[n].
        scale_error: relative rounding error of it, float64[n].
        sign: +1, or -1 where the reference flow is treated instead of made, float64[n].
        entry: position in the matrix of the adjoint equations of each technosphere exchange, int32[m], or SELF, ABSENT.
        adjoint: the equations of the footprints of all products.
    """

    system: System
    scale: FloatArray
    scale_error: FloatArray
    sign: FloatArray
    entry: IntArray
    adjoint: Equations

    @property
    def n(self) -> int:
        """Number of activities."""
        return self.system.n

    @cached_property
    def forward(self) -> Equations:
        """The equations of the supply chain of a demand, in the reverse order of the adjoint ones."""
        rows = self.adjoint.matrix
        last = self.n - 1
        turned, gross = _transpose(rows, self.adjoint.gross)
        column_error = self.adjoint.row_error[::-1].copy()
        row_error = EPS * (np.diff(turned[0]) + 8.0)
        matrix = Matrix(*turned, blocks=(last + 1 - rows.blocks[::-1]).astype(np.int32))
        return Equations(self.adjoint.order[::-1].copy(), matrix, gross, row_error, column_error)

    @cached_property
    def exchanges_of(self) -> tuple[IntArray, IntArray]:
        """Positions of the technosphere exchanges sorted by consumer, and the start of each consumer in that list."""
        position = np.arange(len(self.system.tech_consumer), dtype=np.int32)
        shape = (self.n, len(position))
        listed = coo_array(
            (np.ones(len(position), np.int8), (self.system.tech_consumer, position)), shape=shape
        ).tocsr()
        return listed.indices.astype(np.int32), listed.indptr.astype(np.int32)

    def cost(self, factors: FloatArray) -> Cost:
        """Characterise the direct emissions.

        Args:
            factors: kg CO2e per kg of each emission row, float64[rows] or float64[k, rows] for k characterisations.

        Raises:
            InvalidQuery: wrong shape, or a factor that is no finite number.
        """
        factors = np.asarray(factors, dtype=np.float64)
        rows = len(self.system.rows)
        if factors.ndim not in {1, 2} or factors.shape[-1] != rows:
            raise InvalidQuery(f"factors have shape {factors.shape}, expected ({rows},) or (k, {rows}): one per row.")
        if not np.isfinite(factors).all():
            row = self.system.rows[int(np.argwhere(~np.isfinite(factors))[0][-1])]
            raise InvalidQuery(f"the factor of {row.gas} ({row.category}) is not a finite number: state one.")
        several = np.atleast_2d(factors)
        values, sizes = zip(*(self._direct(row) for row in several), strict=True)
        terms = EPS * (np.bincount(self.system.bio_activity, minlength=self.n) + 2.0)
        shape = (*factors.shape[:-1], self.n)
        return Cost(factors, np.reshape(values, shape), np.reshape(terms * np.array(sizes), shape))

    def check_cost(self, cost: Cost) -> None:
        """Refuse the emissions of another number of activities: those of a lone one would be taken for those of each.

        Raises:
            InvalidQuery: the cost was made by another system, such as the one before activities were added.
        """
        count = cost.values.shape[-1]
        if count != self.n:
            raise InvalidQuery(
                f"the cost holds the emissions of {count} activities, the system has {self.n}: take the cost of this system."
            )

    def _direct(self, factors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sum the characterised emissions of each activity, with sign and without."""
        terms = factors[self.system.bio_row] * self.system.bio_amount
        where = self.system.bio_activity
        return (
            np.bincount(where, terms, minlength=self.n).astype(np.float64),
            np.bincount(where, np.abs(terms), minlength=self.n).astype(np.float64),
        )

    def with_amounts(
        self,
        *,
        tech: Mapping[int, float] | None = None,
        bio: Mapping[int, float] | None = None,
        production: Mapping[int, float] | None = None,
    ) -> Compiled:
        """Return the system with a few numbers changed; pattern and order are kept, only values are renewed.

        Args:
            tech: new amounts by position in ``tech_amount``.
            bio: new amounts by position in ``bio_amount``.
            production: new production by activity.

        Raises:
            InvalidSystem: a number that is not finite, a zero production.
            UnproductiveLoop: an activity that now uses all it makes itself.
        """
        system = replace(
            self.system,
            tech_amount=_changed(self.system.tech_amount, tech),
            bio_amount=_changed(self.system.bio_amount, bio),
            production=_changed(self.system.production, production),
        )
        system.check()
        revived = any(self.entry[position] == ABSENT and amount != 0 for position, amount in (tech or {}).items())
        if revived or any(np.sign(amount) != self.sign[j] for j, amount in (production or {}).items()):
            return compile_system(system)
        if not tech and not production:
            return replace(self, system=system)
        return _valued(system, self.entry, self.adjoint.order, self.adjoint.matrix)

    def to_arrays(self) -> dict[str, AnyArray]:
        """Return all it consists of as plain arrays (no objects), for a snapshot."""
        arrays: dict[str, AnyArray] = {name: getattr(self.system, name) for name in _SYSTEM_ARRAYS}
        for name in _SYSTEM_STRINGS:
            packed = Strings.of(getattr(self.system, name))
            arrays |= {f"{name}.blob": packed.blob, f"{name}.ends": packed.ends}
        rows = [[row.gas, row.category, row.aircraft, row.gwp_set] for row in self.system.rows]
        arrays["rows"] = np.frombuffer(json.dumps(rows).encode(), dtype=np.uint8)
        arrays |= {"entry": self.entry, "order": self.adjoint.order, "scale": self.scale, "sign": self.sign}
        arrays |= {"scale_error": self.scale_error, "row_error": self.adjoint.row_error}
        arrays |= {f"matrix.{name}": getattr(self.adjoint.matrix, name) for name in _MATRIX_ARRAYS}
        if self.adjoint.gross is not None:
            arrays["matrix.gross"] = self.adjoint.gross
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, AnyArray]) -> Compiled:
        """Rebuild from the arrays of ``to_arrays``, without copying them.

        Raises:
            InvalidSystem: an array is missing.
        """
        missing = {*_SYSTEM_ARRAYS, "rows", "entry", "order", "scale", "sign"} - set(arrays)
        if missing:
            raise InvalidSystem(f"the snapshot lacks {', '.join(sorted(missing))}: delete it and compile again.")
        strings: dict[str, Any] = {
            name: Strings(arrays[f"{name}.blob"], arrays[f"{name}.ends"]) for name in _SYSTEM_STRINGS
        }
        rows = tuple(EmissionRow(*row) for row in json.loads(arrays["rows"].tobytes()))
        columns: dict[str, Any] = {name: arrays[name] for name in _SYSTEM_ARRAYS}
        system = System(**columns, **strings, rows=rows)
        pattern: dict[str, Any] = {name: arrays[f"matrix.{name}"] for name in _MATRIX_ARRAYS}
        matrix = Matrix(**pattern)
        adjoint = Equations(arrays["order"], matrix, arrays.get("matrix.gross"), arrays["row_error"], None)
        return cls(system, arrays["scale"], arrays["scale_error"], arrays["sign"], arrays["entry"], adjoint)


_SYSTEM_ARRAYS = (
    *("production", "tech_provider", "tech_consumer", "tech_amount", "tech_exchange", "tech_stage"),
    *("bio_activity", "bio_row", "bio_amount", "bio_exchange", "bio_stage"),
)
_SYSTEM_STRINGS = ("activity_ids", "stage_ids", "exchange_ids")
_MATRIX_ARRAYS = ("indptr", "indices", "data", "blocks")


def compile_system(system: System) -> Compiled:
    """Check a system, fold its diagonal, find its loops and order its rows.

    Raises:
        InvalidSystem: see ``System.check``.
        UnproductiveLoop: an activity uses at least all it makes of its own product.
    """
    system.check()
    n = system.n
    used = (system.tech_amount != 0) & (system.tech_provider != system.tech_consumer)
    provider, consumer = system.tech_provider[used], system.tech_consumer[used]
    order, blocks = blocks_of(n, provider, consumer)
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n)
    keys, where = np.unique(rank[consumer] * n + rank[provider], return_inverse=True)
    entry = np.where(system.tech_provider == system.tech_consumer, SELF, ABSENT).astype(np.int32)
    entry[used] = where
    row = keys // n if n else keys
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n))]).astype(np.int32)
    indices = (keys - row * n).astype(np.int32)
    pattern = Matrix(indptr, indices, np.empty(len(keys)), blocks)
    return _valued(system, entry, order, pattern)


def _valued(system: System, entry: IntArray, order: IntArray, pattern: Matrix) -> Compiled:
    """Compute the coefficients of a known pattern."""
    net, scale_error = _net_production(system)
    scale, sign = np.abs(net), np.sign(system.production)
    inside = entry >= 0
    amounts, where = system.tech_amount[inside], entry[inside]
    entries = len(pattern.indices)
    total = np.bincount(where, amounts, minlength=entries)
    gross = np.bincount(where, np.abs(amounts), minlength=entries)
    consumer = np.repeat(order, np.diff(pattern.indptr))
    provider = order[pattern.indices]
    with np.errstate(over="ignore"):
        data = sign[provider] * total / scale[consumer]
        size = gross / scale[consumer]
    _check_coefficients(system, size, provider, consumer)
    terms = np.bincount(system.tech_consumer, minlength=system.n) + 8.0
    row_error = (EPS * terms + scale_error)[order]
    cancelled = bool((size != np.abs(data)).any())
    adjoint = Equations(order, pattern.with_data(data), size if cancelled else None, row_error, None)
    return Compiled(system, scale, scale_error, sign, entry, adjoint)


def _net_production(system: System) -> tuple[FloatArray, FloatArray]:
    """Production less self-use, and the relative rounding error of the difference."""
    own = system.tech_provider == system.tech_consumer
    where, amounts = system.tech_consumer[own], system.tech_amount[own]
    used = np.bincount(where, amounts, minlength=system.n)
    net = system.production - used
    bad = np.flatnonzero(net * np.sign(system.production) <= 0)
    if len(bad):
        worst = bad[np.argsort(-(used / system.production)[bad], kind="stable")]
        names = [system.activity_ids[int(j)] for j in worst]
        raise UnproductiveLoop(names[:1], float((used / system.production)[worst[0]]))
    turnover = np.abs(system.production) + np.bincount(where, np.abs(amounts), minlength=system.n)
    terms = np.bincount(where, minlength=system.n) + 1.0
    error: FloatArray = EPS * terms * turnover / np.abs(net)
    return net, error


def _check_coefficients(system: System, size: FloatArray, provider: IntArray, consumer: IntArray) -> None:
    """Amount over net production must not overflow."""
    bad = np.flatnonzero(~np.isfinite(size))
    if len(bad):
        name, other = (system.activity_ids[int(side[bad[0]])] for side in (consumer, provider))
        raise InvalidSystem(
            f"activity {name} needs more than 1e308 units of the product of {other} per unit of its own: "
            "its amount is far too large or its reference output far too small. Check their units.",
            activity=name,
        )


def _transpose(
    rows: Matrix, gross: FloatArray | None
) -> tuple[tuple[IntArray, IntArray, FloatArray], FloatArray | None]:
    """Transpose and number both ways from the other end; returns (indptr, indices, data) and gross."""
    last = rows.n - 1
    # a matrix of positions is transposed by counting, which is faster than sorting
    position = rows.like(np.arange(len(rows.data), dtype=np.float64)).tocsc()
    moved = position.data.astype(np.int64)[::-1]
    indptr = (len(rows.data) - position.indptr[::-1]).astype(np.int32)
    turned = (indptr, (last - position.indices[::-1]).astype(np.int32), rows.data[moved])
    return turned, None if gross is None else gross[moved]


def _changed(values: FloatArray, changes: Mapping[int, float] | None) -> FloatArray:
    """Copy an array with some values replaced; the same array where nothing changes."""
    if not changes:
        return values
    out = values.copy()
    try:
        out[list(changes)] = list(changes.values())
    except IndexError as error:
        raise InvalidQuery(f"a change names a position outside 0 to {len(values) - 1}: {error}.") from None
    return out
