"""Which nodes a shape is evaluated for, as a pattern that stands in front of every query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from shapes.engine.paths import SparqlPath
from shapes.engine.vocabulary import INSTANCE_OF


@dataclass(frozen=True)
class Scope:
    """The focus nodes of a shape: those of targets, or the value nodes of an outer shape.

    Attributes:
        targets: patterns in which `{0}` stands for the variable; together they name the focus nodes.
        steps: paths to follow from there, one after another.
    """

    targets: tuple[str, ...]
    steps: tuple[SparqlPath, ...] = ()

    def through(self, path: SparqlPath) -> Scope:
        """Return the scope of the nodes that a path leads to."""
        return Scope(self.targets, (*self.steps, path))

    @cached_property
    def pattern(self) -> str:
        """A pattern that binds `?this` to each focus node, rarely more than once.

        Only the instances of a class are taken as they come. Wherever many nodes may lead to one, such as exchanges to their
        unit, nodes are made distinct first: else every check would run once for each way to a node, and ways multiply.
        """
        return self._to("?this", len(self.steps))

    @cached_property
    def nodes(self) -> str:
        """A pattern that binds `?this` to each focus node once and hides everything else."""
        return _distinct("?this", self.pattern)

    def _to(self, name: str, depth: int) -> str:
        if depth > 0:
            before = f"?scope{depth}"
            return _distinct(name, f"{self._to(before, depth - 1)} {self.steps[depth - 1].step(before, name)}")
        if len(self.targets) == 1 and INSTANCE_OF in self.targets[0]:
            return self.targets[0].format(name)
        return _distinct(name, " UNION ".join(f"{{ {target.format(name)} }}" for target in self.targets))


def _distinct(name: str, pattern: str) -> str:
    return f"{{ SELECT DISTINCT {name} WHERE {{ {pattern} }} }}"
