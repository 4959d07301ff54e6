"""How far two places are apart in the tree of places (province, country, continent, world)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphstore.answers.graph import Calculation
from graphstore.queries import load
from graphstore.technosphere.columns import table


@dataclass(frozen=True, slots=True)
class Places:
    """The wider places of each place."""

    wider: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, calculation: Calculation) -> Places:
        """Read the tree from the graph."""
        found: dict[str, tuple[str, ...]] = {}
        for place, wider in (
            table(calculation.select, load("wider-places"), "place", "wider").sort("place", "wider").iter_rows()
        ):
            found[place] = (*found.get(place, ()), wider)
        return cls(found)

    def steps(self, first: str | None, second: str | None) -> int | None:
        """Return the fewest steps up from both places to one that holds both; 0 for the same place.

        None where a place is not stated, or nothing in the graph holds both.

        >>> tree = Places({"Shenzhen": ("Guangdong",), "Guangdong": ("China",), "Yunnan": ("China",)})
        >>> tree.steps("Guangdong", "China"), tree.steps("Shenzhen", "Yunnan"), tree.steps("Yunnan", "France")
        (1, 3, None)
        """
        if first is None or second is None:
            return None
        up, other = self._above(first), self._above(second)
        return min((steps + other[place] for place, steps in up.items() if place in other), default=None)

    def _above(self, place: str) -> dict[str, int]:
        """Return all places that hold a place, itself included, with the steps up to them."""
        found, front, steps = {place: 0}, [place], 0
        while front:
            steps += 1
            above = [wider for node in front for wider in self.wider.get(node, ())]
            front = [node for node in dict.fromkeys(above) if node not in found]
            found |= dict.fromkeys(front, steps)
        return found
