"""Which nodes a shape is evaluated for, as a pattern that stands in front of every query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Scope:
    """The focus nodes of a shape: those of targets, or the value nodes of an outer shape.

    Attributes:
        targets: patterns in which `{0}` stands for the variable; together they name the focus nodes.
        steps: paths to follow from there, one after another.
    """

    targets: tuple[str, ...]
    steps: tuple[str, ...] = ()

    def through(self, path: str) -> Scope:
        """Return the scope of the nodes that a path leads to."""
        return Scope(self.targets, (*self.steps, path))

    @cached_property
    def pattern(self) -> str:
        """A pattern that binds `?this` to each focus node; a node may come more than once."""
        name: Callable[[int], str] = lambda depth: "?this" if depth == len(self.steps) else f"?scope{depth}"  # noqa: E731
        start = " UNION ".join(f"{{ {target.format(name(0))} }}" for target in self.targets)
        if len(self.targets) == 1:
            start = self.targets[0].format(name(0))
        return " ".join((start, *(f"{name(i)} {step} {name(i + 1)} ." for i, step in enumerate(self.steps))))

    @cached_property
    def nodes(self) -> str:
        """A pattern that binds `?this` to each focus node once and hides everything else."""
        return f"{{ SELECT DISTINCT ?this WHERE {{ {self.pattern} }} }}"
