"""What the Python entry returns of analyses: comparison, uncertainty, what-if, variants, contributions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from tanmai.results import Shown, name_of

_TEXT, _NUMBER = pl.String, pl.Float64


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Two results side by side; the difference is that of the second less the first.

    Attributes:
        data: everything, as ``tanmai compare --json`` prints it.
        lang: language of what is shown.
    """

    data: Mapping[str, Any]
    lang: str = "en"

    def __repr__(self) -> str:
        told = "not comparable" if self.difference is None else f"{self.difference!r} kg CO2e"
        return f"<Comparison {' with '.join(product['iri'] for product in self.data['products'])}: {told}>"

    @property
    def comparable(self) -> bool:
        """Whether the rule allows to compare the two."""
        return bool(self.data["comparable"])

    @property
    def differing(self) -> list[str]:
        """The keys in which the two must agree and do not."""
        return list(self.data["differing"])

    @property
    def difference(self) -> float | None:
        """The second less the first, in kg CO2e; None where the two are not comparable, unless that was asked for anyway."""
        return float(self.data["difference"]["value"]) if "difference" in self.data else None

    @property
    def terms(self) -> pl.DataFrame:
        """The difference term by term, largest first: name, process, a, b, difference, share; empty when not comparable."""
        lines = self.data.get("terms", ())
        return _frame(
            {
                "name": (_TEXT, (name_of(line["name"], self.lang) for line in lines)),
                "process": (_TEXT, (name_of(line.get("process"), self.lang) for line in lines)),
                "a": (_NUMBER, ((line["a"] or {}).get("value", 0.0) for line in lines)),
                "b": (_NUMBER, ((line["b"] or {}).get("value", 0.0) for line in lines)),
                "difference": (_NUMBER, (line["difference"] for line in lines)),
                "share": (_NUMBER, (line["share"] for line in lines)),
            }
        )

    @property
    def processes(self) -> pl.DataFrame:
        """By process: iri, name, a, b, difference."""
        return self._sides("processes")

    @property
    def gases(self) -> pl.DataFrame:
        """By gas: iri, name, a, b, difference."""
        return self._sides("gases")

    @property
    def stages(self) -> pl.DataFrame:
        """By life-cycle stage: iri, name, a, b, difference."""
        return self._sides("stages")

    def _sides(self, key: str) -> pl.DataFrame:
        lines = self.data.get(key, ())
        numbers = {side: (_NUMBER, [line[side] for line in lines]) for side in ("a", "b", "difference")}
        return _frame(_named(lines, self.lang) | numbers)

    def _show(self) -> None:
        from tanmai.render.compare import show

        show(self.data, self._language)


@dataclass(frozen=True, repr=False)
class Uncertainty(Shown):
    """How sure a footprint is, or the difference of two under the same draws.

    Attributes:
        data: everything, as ``tanmai uncertainty --json`` prints it.
        lang: language of what is shown.
    """

    data: Mapping[str, Any]
    lang: str = "en"

    def __repr__(self) -> str:
        low, high = self.interval
        return f"<Uncertainty {self.data['product']['iri']}: {self.total!r} kg CO2e, 95 % from {low!r} to {high!r}>"

    @property
    def total(self) -> float:
        """The deterministic footprint, in kg CO2e."""
        return float(self.data["total"]["value"])

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval in kg CO2e: percentiles of the draws where there are any, else to first order."""
        drawn = self.data["monte_carlo"]
        if drawn is None:
            return float(self.data["first_order"]["low"]), float(self.data["first_order"]["high"])
        return float(drawn["percentiles"]["2.5"]), float(drawn["percentiles"]["97.5"])

    @property
    def probability_first_lower(self) -> float | None:
        """Share of the draws in which the first product is lower than the other; None without another, or without draws."""
        drawn = self.data.get("difference", {}).get("monte_carlo")
        return None if drawn is None else float(drawn["probability_first_lower"])

    @property
    def drivers(self) -> pl.DataFrame:
        """The numbers that cause most of the spread: iri, process, name, share_of_variance, half_width_alone, distribution."""
        lines = self.data["drivers"]
        named = [line.get("flow") or line.get("factor") or line.get("gas") for line in lines]
        return _frame(
            {
                "iri": (_TEXT, (line["iri"] for line in lines)),
                "process": (_TEXT, (name_of(line.get("process"), self.lang) for line in lines)),
                "name": (_TEXT, (name_of(node, self.lang) for node in named)),
                "share_of_variance": (_NUMBER, (line["share_of_variance"] for line in lines)),
                "half_width_alone": (_NUMBER, (line["half_width_alone"] for line in lines)),
                "distribution": (_TEXT, (line["distribution"] for line in lines)),
            }
        )

    def _show(self) -> None:
        from tanmai.render.uncertainty import show

        show(self.data, self._language)


@dataclass(frozen=True, repr=False)
class WhatIf(Shown):
    """A footprint before and after a few changes.

    Attributes:
        data: everything, as ``tanmai whatif --json`` prints it.
        lang: language of what is shown.
    """

    data: Mapping[str, Any]
    lang: str = "en"

    def __repr__(self) -> str:
        return f"<WhatIf {self.data['product']['iri']}: {self.base!r} -> {self.new!r} kg CO2e>"

    @property
    def base(self) -> float:
        """The footprint of the data as they are, in kg CO2e."""
        return float(self.data["base"]["value"])

    @property
    def new(self) -> float:
        """The footprint with the changes, in kg CO2e."""
        return float(self.data["new"]["value"])

    @property
    def difference(self) -> float:
        """New less base, in kg CO2e."""
        return float(self.data["difference"]["value"])

    @property
    def changes(self) -> pl.DataFrame:
        """What is changed: process, name (of the flow or factor), old, new, unit, old_provider, new_provider."""
        lines = self.data["changes"]
        return _frame(
            {
                "process": (_TEXT, (name_of(line.get("process"), self.lang) for line in lines)),
                "name": (_TEXT, (name_of(line.get("flow") or line.get("factor"), self.lang) for line in lines)),
                "old": (_NUMBER, (line["old"] for line in lines)),
                "new": (_NUMBER, (line["new"] for line in lines)),
                "unit": (_TEXT, (name_of(line["unit"], self.lang) for line in lines)),
                "old_provider": (_TEXT, (name_of(line.get("old_provider"), self.lang) for line in lines)),
                "new_provider": (_TEXT, (name_of(line.get("new_provider"), self.lang) for line in lines)),
            }
        )

    @property
    def moved(self) -> pl.DataFrame:
        """The contributions that changed most: exchange, process, flow, base, new, difference."""
        lines = self.data["moved"]
        return _frame(
            {
                "exchange": (_TEXT, (line["exchange"] for line in lines)),
                "process": (_TEXT, (name_of(line.get("process"), self.lang) for line in lines)),
                "flow": (_TEXT, (name_of(line.get("flow"), self.lang) for line in lines)),
                **{key: (_NUMBER, [line[key] for line in lines]) for key in ("base", "new", "difference")},
            }
        )

    def _show(self) -> None:
        from tanmai.render.whatif import show

        show(self.data, self._language)


@dataclass(frozen=True, repr=False)
class Variants(Shown):
    """One product under several methods of allocation or recycling.

    Attributes:
        data: everything, as ``tanmai variants --json`` prints it.
        lang: language of what is shown.
    """

    data: Mapping[str, Any]
    lang: str = "en"

    def __repr__(self) -> str:
        return f"<Variants {self.data['product']['iri']} by {self.data['by']}: {len(self.data['rows'])} rows>"

    @property
    def frame(self) -> pl.DataFrame:
        """The methods, the stated one first: method, name, kg_co2e, error_bound, ratio, reason.

        The ratio is that to what is stated; the reason says why a method cannot be carried out.
        """
        rows = self.data["rows"]
        totals = [row["total"] or {} for row in rows]
        return _frame(
            {
                "method": (_TEXT, (row["method"].get("notation", row["method"]["iri"]) for row in rows)),
                "name": (_TEXT, (name_of(row["method"], self.lang) for row in rows)),
                "kg_co2e": (_NUMBER, (total.get("value") for total in totals)),
                "error_bound": (_NUMBER, (total.get("error_bound") for total in totals)),
                "ratio": (_NUMBER, (row.get("ratio") for row in rows)),
                "reason": (_TEXT, (row["reason"] for row in rows)),
            }
        )

    def _show(self) -> None:
        from tanmai.render.variants import show

        show(self.data, self._language)


@dataclass(frozen=True, repr=False)
class Contributions(Shown):
    """A footprint divided across the whole chain, one way.

    Attributes:
        data: everything, as ``tanmai contributions --json`` prints it.
        lang: language of what is shown.
    """

    data: Mapping[str, Any]
    lang: str = "en"

    def __repr__(self) -> str:
        return f"<Contributions {self.data['product']['iri']} by {self.data['by']}: {len(self.data['groups'])} parts>"

    @property
    def frame(self) -> pl.DataFrame:
        """The parts, largest first: iri, process, name, kg_co2e, share; of hot spots the iri is that of the exchange.

        What is not listed stands in ``data["rest"]``.
        """
        lines = self.data["groups"]
        return _frame(
            {
                "iri": (_TEXT, (line.get("exchange") or line.get("iri") for line in lines)),
                "process": (_TEXT, (name_of(line.get("process"), self.lang) for line in lines)),
                "name": (_TEXT, (name_of(line.get("flow") or line, self.lang) for line in lines)),
                "kg_co2e": (_NUMBER, (line["value"] for line in lines)),
                "share": (_NUMBER, (line["share"] for line in lines)),
            }
        )

    def _show(self) -> None:
        from tanmai.render.contributions import show

        show(self.data, self._language)


def _frame(columns: Mapping[str, tuple[Any, Iterable[Any]]]) -> pl.DataFrame:
    """A frame whose columns have their types even where there is no row."""
    return pl.DataFrame(
        {name: list(values) for name, (_, values) in columns.items()},
        schema={name: kind for name, (kind, _) in columns.items()},
    )


def _named(lines: Iterable[Mapping[str, Any]], lang: str) -> dict[str, tuple[Any, list[Any]]]:
    known = list(lines)
    return {
        "iri": (_TEXT, [line["iri"] for line in known]),
        "name": (_TEXT, [name_of(line, lang) for line in known]),
    }
