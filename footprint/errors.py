"""Errors of the calculation engine.

    FootprintError                  root: everything this package raises on purpose
    ├── InvalidInventory            what the graph states cannot be read as processes and exchanges
    │   ├── IncompleteInventory     a demand is linked to nothing, and leaving it out was not asked for
    │   ├── AllocationError         co-products without a usable way to share the burden
    │   └── RecyclingError          a recycling model that cannot be applied to what the data state
    ├── UnitError                   an unknown unit, or two units that cannot be converted
    ├── InvalidSystem               the arrays do not describe a system (NaN, infinity, zero production, bad index)
    ├── InvalidQuery                a question the system cannot be asked (unknown activity, wrong vector length)
    ├── UnsolvableSystem            the system has no answer that means anything
    │   ├── UnproductiveLoop        activities that use up at least all they make: names them
    │   └── SingularSystem          no unique solution, though no single loop can be blamed
    ├── NotConverged                every solver was tried, none reached the tolerance
    └── NotCertified                there is a number, but no rigorous bound of its error: it is withheld

Each message says what is wrong, where, why, and how to mend it.
"""
# ruff: noqa: N818 -- the tree says "error" once, at its root; the names below it say what is wrong.

from collections.abc import Sequence

__all__ = [
    "AllocationError",
    "FootprintError",
    "IncompleteInventory",
    "InvalidInventory",
    "InvalidQuery",
    "InvalidSystem",
    "NotCertified",
    "NotConverged",
    "RecyclingError",
    "SingularSystem",
    "UnitError",
    "UnproductiveLoop",
    "UnsolvableSystem",
]


class FootprintError(Exception):
    """Root of the errors of this package."""


class InvalidInventory(FootprintError):
    """What the graph states about processes and exchanges cannot be calculated as it stands."""


class IncompleteInventory(InvalidInventory):
    """A demand has no provider, and the reading does not allow to cut it off."""


class AllocationError(InvalidInventory):
    """The burden of a process cannot be shared among its co-products."""


class RecyclingError(InvalidInventory):
    """The recycling model cannot be applied: it is unknown, a parameter or a term is missing, or it would count twice."""


class UnitError(FootprintError):
    """A unit is unknown, or an amount cannot be converted to the unit that is asked for."""


class InvalidSystem(FootprintError):
    """The arrays handed to the engine do not describe a system that can be calculated.

    Attributes:
        activity: identifier of the activity at fault, or None.
        exchange: identifier of the exchange at fault, or None.
    """

    def __init__(self, message: str, *, activity: str | None = None, exchange: str | None = None) -> None:
        super().__init__(message)
        self.activity = activity
        self.exchange = exchange


class InvalidQuery(FootprintError):
    """The question does not fit the system: unknown activity, vector of the wrong length, not a number."""


class UnsolvableSystem(FootprintError):
    """The system of equations has no meaningful solution."""


class UnproductiveLoop(UnsolvableSystem):
    """A knot of activities consumes at least as much of its own products as it makes.

    Attributes:
        activities: identifiers of the activities in the smallest knot found, strongest first.
        radius: spectral radius of the knot (1 or more: nothing is left for anybody else).
    """

    def __init__(self, activities: Sequence[str], radius: float) -> None:
        self.activities = tuple(activities)
        self.radius = radius
        shown = ", ".join(f"<{activity}>" for activity in self.activities[:8])
        more = f" and {len(self.activities) - 8} more" if len(self.activities) > 8 else ""
        super().__init__(
            f"unproductive loop: {shown}{more}. One round through it uses {radius:.6g} times what it makes of its own "
            "products, so no amount of running supplies a demand. Check the amounts and units of the exchanges between "
            "these activities; usually one is too large or stands in the wrong unit."
        )


class SingularSystem(UnsolvableSystem):
    """The equations have no unique solution.

    Attributes:
        activities: identifiers of activities in the singular part, as far as they are known.
    """

    def __init__(self, message: str, activities: Sequence[str] = ()) -> None:
        self.activities = tuple(activities)
        super().__init__(message)


class NotConverged(FootprintError):
    """All solvers were tried and none reached the tolerance."""


class NotCertified(FootprintError):
    """A solution was found but its error cannot be bounded rigorously, so it is not reported."""
