"""Analyses of a graph from Python: the questions that follow the first number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from footprint.errors import InvalidQuery
from tanmai.method import Method

if TYPE_CHECKING:
    from graphstore.answers.graph import Calculation
    from tanmai.analyses import Comparison, Contributions, Uncertainty, Variants, WhatIf


class Analysing(ABC):
    """What a graph can be asked beyond a footprint.

    In every method, products are named by IRI or a unique part of a name, ``amount`` is in ``unit`` (symbol or IRI; the
    product's own when None), and the settings are those of :class:`Method`. The errors are those of ``Graph.footprint``.
    """

    lang: str

    @abstractmethod
    def calculation(self, **method: Unpack[Method]) -> Calculation:
        """Return the compiled state of the graph under some settings."""

    def compare(
        self,
        product: str,
        other: str | None = None,
        amount: float = 1.0,
        unit: str | None = None,
        *,
        against: Method | None = None,
        anyway: bool = False,
        most: int = 20,
        **method: Unpack[Method],
    ) -> Comparison:
        """Compare the footprints of two products, or of one under two settings, term by term.

        Args:
            product: what is compared.
            other: with what; the same product when None.
            amount: how much of each.
            unit: of the amount.
            against: settings of the second result where they differ: ``{"gwp": "AR5"}``, ``{"scenario": "hydropower"}``.
            anyway: compare what the rule says is not comparable.
            most: how many terms to list.
            **method: settings of both.

        Raises:
            InvalidQuery: neither another product nor another setting is given.
        """
        from graphstore.answers.compare import Asked, compare
        from tanmai.analyses import Comparison

        require_counts(most=most)
        changed: Method = {**method, **(against or {})}
        first, second = self.calculation(**method), self.calculation(**changed)
        if other is None and first.settings == second.settings:
            raise InvalidQuery(
                "there is nothing to compare with: give a second product, or another setting in `against`."
            )
        sides = Asked(first, product), Asked(second, other or product)
        return Comparison(compare(*sides, amount, unit_iri(first, unit), anyway=anyway, most=most), self.lang)

    def uncertainty(
        self,
        product: str,
        against: str | None = None,
        amount: float = 1.0,
        unit: str | None = None,
        *,
        method: str = "both",
        draws: int = 10_000,
        seed: int | None = None,
        drivers: int = 10,
        unusable: str = "error",
        **settings: Unpack[Method],
    ) -> Uncertainty:
        """Say how sure a footprint is and what drives the spread, or how sure the difference of two is.

        Args:
            product: what is asked for.
            against: a second product, under the same draws.
            amount: how much of each.
            unit: of the amount.
            method: ``first-order``, ``monte-carlo`` or ``both``.
            draws: of the simulation.
            seed: of the random numbers; the one that the command line takes when None.
            drivers: how many of the numbers that cause most of the spread to list.
            unusable: spreads stated inconsistently: ``error``, or ``exact`` to take those numbers as exact and list them.
            **settings: see :class:`Method`.

        Raises:
            UncertaintyError: spreads that cannot be used; an unknown method; two products without a common unit.
        """
        from footprint.montecarlo import DEFAULT_SEED
        from graphstore.answers.uncertainty import Asked, uncertainty
        from tanmai.analyses import Uncertainty

        require_counts(drivers=drivers)
        calculation = self.calculation(**settings)
        asked = Asked(method, draws, DEFAULT_SEED if seed is None else seed, drivers, unusable)
        return Uncertainty(
            uncertainty(calculation, product, amount, unit_iri(calculation, unit), against, asked), self.lang
        )

    def whatif(
        self,
        product: str,
        amount: float = 1.0,
        unit: str | None = None,
        *,
        set: Sequence[str] = (),  # noqa: A002 - the change is called --set
        swap: Sequence[str] = (),
        share: Sequence[str] = (),
        moved: int = 10,
        products: int = 0,
        **method: Unpack[Method],
    ) -> WhatIf:
        """Say what a footprint would be with a few numbers changed; the data stay as they are.

        Args:
            product: what is asked for.
            amount: how much of it.
            unit: of the amount.
            set: new numbers, written as for ``tanmai whatif --set``: ``["anode@electrolysis=0.40 t"]``, ``["...=+10%"]``.
            swap: other providers or factors, as for ``--swap``.
            share: shares of two inputs of one process, as for ``--share``.
            moved: how many contributions that moved to list.
            products: how many other products that change to list.
            **method: see :class:`Method`; with a scenario, its changes are made first.

        Raises:
            ScenarioError: no change is given, or one does not fit the graph.
        """
        from graphstore.answers.whatif import whatif
        from tanmai.analyses import WhatIf

        require_counts(moved=moved, products=products)
        calculation = self.calculation(**method)
        given = {"set": set, "swap": swap, "share": share}
        texts = [(way, text) for way, listed in given.items() for text in _several(way, listed)]
        wanted = unit_iri(calculation, unit)
        return WhatIf(
            whatif(calculation, product, amount, wanted, texts=texts, moved=moved, products=products), self.lang
        )

    def variants(
        self,
        product: str,
        amount: float = 1.0,
        unit: str | None = None,
        *,
        by: str = "allocation",
        **method: Unpack[Method],
    ) -> Variants:
        """Put the methods of allocation, or of recycling (``by="recycling"``), side by side for one product.

        Raises:
            InvalidQuery: nothing in the chain could vary, or `by` is neither.
        """
        from graphstore.answers.variants import variants
        from tanmai.analyses import Variants

        calculation = self.calculation(**method)
        return Variants(variants(calculation, product, amount, unit_iri(calculation, unit), by), self.lang)

    def contributions(
        self,
        product: str,
        by: str = "hot-spots",
        amount: float = 1.0,
        unit: str | None = None,
        *,
        share: float | None = None,
        most: int = 50,
        **method: Unpack[Method],
    ) -> Contributions:
        """Divide a footprint across the whole chain.

        Args:
            product: what is asked for.
            by: ``hot-spots``, ``supplier``, ``country``, ``region``, or a contribution group: ``electricity``, ``transport``.
            amount: how much of it.
            unit: of the amount.
            share: what hot spots make up together; as the graph states it when None.
            most: how many parts to list; hot spots are all listed.
            **method: see :class:`Method`.

        Raises:
            InvalidQuery: a share for another division, or one that is no part of one.
        """
        from graphstore.answers.transversal import HOT_SPOTS, contributions
        from tanmai.analyses import Contributions

        require_counts(most=most)
        if share is not None and by != HOT_SPOTS:
            raise InvalidQuery(f"share is for by={HOT_SPOTS!r}; leave it out, or divide by {HOT_SPOTS}.")
        calculation = self.calculation(**method)
        wanted = unit_iri(calculation, unit)
        return Contributions(contributions(calculation, product, by, amount, wanted, share=share, most=most), self.lang)


def unit_iri(calculation: Calculation, unit: str | None) -> str | None:
    """Return the IRI of a unit that is written as symbol, name or IRI; None stays None."""
    from graphstore.answers.units import find_unit

    return None if unit is None else find_unit(calculation, unit)


def _several(way: str, texts: Sequence[str]) -> Sequence[str]:
    """Refuse a single text, which would be read letter by letter."""
    if isinstance(texts, str):
        raise InvalidQuery(f"{way} is the text {texts!r}. Give a list of texts: {way}=[{texts!r}].")
    return texts


def require_counts(**counts: int) -> None:
    """Refuse a number of lines to list that is negative: it would leave out the last ones instead."""
    for name, count in counts.items():
        if count < 0:
            raise InvalidQuery(f"{name} is {count}: state zero or a positive integer.")
