"""Which nodes a shape is evaluated for, as a pattern that stands in front of every query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from shapes.engine.paths import SparqlPath


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
        """A pattern that binds `?this` to each focus node; a node may come more than once."""
        names = [*(f"?scope{depth}" for depth in range(len(self.steps))), "?this"]
        start = " UNION ".join(f"{{ {target.format(names[0])} }}" for target in self.targets)
        if len(self.targets) == 1:
            start = self.targets[0].format(names[0])
        return " ".join((start, *(step.step(*pair) for step, pair in zip(self.steps, pairwise(names), strict=True))))

    @cached_property
    def nodes(self) -> str:
        """A pattern that binds `?this` to each focus node once and hides everything else."""
        return f"{{ SELECT DISTINCT ?this WHERE {{ {self.pattern} }} }}"
