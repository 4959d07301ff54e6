"""Uncertain numbers of the graph, and the places where each enters a system.

A variable is one number that somebody stated: the amount of an exchange, an emission factor as a whole, a mass of one gas
in a factor. However often it enters (an exchange shared among co-products, a factor used by many processes), it is one
variable and one draw. Every place holds its deterministic value times the multipliers of its variables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from footprint.distributions import Distributions
from footprint.errors import InvalidQuery

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = ["Places", "Variables"]


@dataclass(frozen=True, eq=False)
class Places:
    """Where variables enter one array of a system: pairs of variable and position, int64 each."""

    variable: Ints
    position: Ints

    @classmethod
    def of(cls, pairs: Sequence[tuple[int, int]] = ()) -> Places:
        """Build from (variable, position) pairs."""
        columns = np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)
        return cls(columns[:, 0].copy(), columns[:, 1].copy())

    def layers(self, size: int) -> list[Ints]:
        """Return arrays that give for each of ``size`` positions its variable or -1; one array for each overlap.

        A position under two variables (a factor as a whole, and the mass of one of its gases) needs two layers.
        """
        made: list[Ints] = []
        variable, position = self.variable, self.position
        while len(position):
            _, firsts = np.unique(position, return_index=True)
            layer = np.full(size, -1, dtype=np.int64)
            layer[position[firsts]] = variable[firsts]
            made.append(layer)
            rest = np.ones(len(position), dtype=np.bool_)
            rest[firsts] = False
            variable, position = variable[rest], position[rest]
        return made

    def among(self, positions: Ints, size: int) -> Places:
        """Return the places at some positions, renumbered by their order in ``positions``."""
        number = np.full(size, -1, dtype=np.int64)
        number[positions] = np.arange(len(positions))
        kept = number[self.position] >= 0
        return Places(self.variable[kept], number[self.position[kept]])


@dataclass(frozen=True, eq=False)
class Variables:
    """k uncertain numbers of a system.

    Attributes:
        ids: identifier of each.
        distributions: distributions of their multipliers.
        tech: places in ``System.tech_amount``.
        bio: places in ``System.bio_amount``.
        production: places in ``System.production``.
    """

    ids: Sequence[str]
    distributions: Distributions
    tech: Places
    bio: Places
    production: Places

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.distributions):
            raise InvalidQuery(
                f"{len(self.ids)} variables have {len(self.distributions)} distributions: give one for each."
            )

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, chosen: Ints) -> Variables:
        """Return some of the variables, in the order given; the others become exact."""
        number = np.full(len(self), -1, dtype=np.int64)
        number[chosen] = np.arange(len(chosen))

        def renumbered(places: Places) -> Places:
            kept = number[places.variable] >= 0
            return Places(number[places.variable[kept]], places.position[kept])

        return Variables(
            [self.ids[int(v)] for v in chosen],
            self.distributions[chosen],
            renumbered(self.tech),
            renumbered(self.bio),
            renumbered(self.production),
        )
