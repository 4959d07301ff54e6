"""Choice of the Gauss-Seidel kernel: numba where it pays, scipy otherwise; the same results within the bound.

Both kernels export ``relax(matrix, rhs, x, tolerance, sweeps) -> Relaxed`` and overwrite ``x``.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from footprint.errors import InvalidQuery

if TYPE_CHECKING:
    from footprint.equations import Matrix
    from footprint.system import FloatArray

__all__ = ["KERNELS", "Relax", "Relaxed", "choose", "numba_available", "uses_numba"]

KERNELS = ("auto", "numba", "scipy")
WORTH_IMPORTING_NUMBA = 2_000_000
"""Entries of a matrix from which loading numba (about 0.5 s) can pay within one command."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Outcome of a relaxation.

    Attributes:
        x: the last iterate, shape of the right-hand side.
        sweeps: passes over the block that needed most.
        converged: whether the last pass changed every unknown by no more than the tolerance.
    """

    x: FloatArray
    sweeps: int
    converged: bool


class Relax(Protocol):
    """Gauss-Seidel by blocks on ``x = rhs + T x``."""

    def __call__(self, matrix: Matrix, rhs: FloatArray, x: FloatArray, tolerance: float, sweeps: int) -> Relaxed:
        """Sweep until no unknown changes by more than ``tolerance * (|rhs| + |T||x|)``, at most ``sweeps`` times."""


def numba_available() -> bool:
    """Whether numba is installed (it is not loaded to find out)."""
    return importlib.util.find_spec("numba") is not None


def choose(name: str, entries: int) -> Relax:
    """Return the kernel of that name for a matrix of so many entries.

    Raises:
        InvalidQuery: unknown name, or numba asked for and not installed.
    """
    return _load("footprint.kernels_numba" if uses_numba(name, entries) else "footprint.kernels_scipy")


def uses_numba(name: str, entries: int) -> bool:
    """Return whether the kernel of that name is the one of numba for a matrix of so many entries.

    Raises:
        InvalidQuery: unknown name, or numba asked for and not installed.
    """
    if name not in KERNELS:
        raise InvalidQuery(f"kernel {name!r} is unknown: choose one of {', '.join(KERNELS)}.")
    if name == "scipy" or (name == "auto" and sys.modules.get("numba") is None and entries < WORTH_IMPORTING_NUMBA):
        return False
    found = sys.modules.get("numba") is not None or numba_available()
    if name == "numba" and not found:
        raise InvalidQuery("kernel 'numba' needs numba: install tanmai[fast], or choose 'scipy' or 'auto'.")
    return found


def _load(module: str) -> Relax:
    """Import a kernel only when it is chosen: each brings a large library with it."""
    relax: Relax = importlib.import_module(module).relax
    return relax
