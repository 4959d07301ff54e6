"""What the Python entry returns: data as it is, frames to work with, and what a terminal or a notebook shows of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from tanmai.words import Language, word

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from graphstore import QueryResult


class Shown(ABC):
    """Something that knows how it is shown: in a terminal by rich, in a notebook as HTML, else as text."""

    lang: str

    @abstractmethod
    def _show(self) -> None:
        """Print on the console of the renderers."""

    def __str__(self) -> str:
        from tanmai.render.tables import recorded

        return recorded(self._show).export_text().strip("\n")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What ``rich.print`` shows."""
        from rich.text import Text

        from tanmai.render.tables import recorded

        yield Text.from_ansi(recorded(self._show, options.max_width).export_text(styles=True).strip("\n"))

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return f'<pre lang="{self.lang}" style="line-height:1.35">{escape(str(self))}</pre>'

    @property
    def _language(self) -> Language:
        return cast("Language", self.lang)


@dataclass(frozen=True, repr=False)
class Footprint(Shown):
    """A footprint: the number, what it is made of, and what it rests on.

    Attributes:
        data: everything, as ``tanmai footprint --json`` prints it.
        lang: language of what is shown.
    """

    data: Mapping[str, Any]
    lang: str = "en"

    @property
    def total(self) -> float:
        """Kilograms of CO2e for the amount asked for, biogenic CO2 apart."""
        return float(self.data["total"]["value"])

    @property
    def error_bound(self) -> float:
        """Rigorous bound of the numerical error of the total, in kg CO2e."""
        return float(self.data["total"]["error_bound"])

    def __float__(self) -> float:
        return self.total

    def __repr__(self) -> str:
        return f"<Footprint {self.data['product']['iri']}: {self.total!r} kg CO2e>"

    @property
    def contributions(self) -> pl.DataFrame:
        """The terms, largest first: exchange, process, flow, provider, amount, unit, factor, kg_co2e, share."""
        lines = self.data["contributions"]
        columns = {
            "exchange": [line["exchange"] for line in lines],
            **{key: [name_of(line.get(key), self.lang) for line in lines] for key in ("process", "flow", "provider")},
            "amount": [line["amount"] for line in lines],
            "unit": [name_of(line.get("unit"), self.lang) for line in lines],
            "factor": [line["factor"] for line in lines],
            "kg_co2e": [line["value"] for line in lines],
            "share": [line["share"] for line in lines],
        }
        return pl.DataFrame(columns)

    @property
    def stages(self) -> pl.DataFrame:
        """By life-cycle stage: iri, name, kg_co2e, share."""
        return _listed(self.data["stages"], self.lang, "value")

    @property
    def gases(self) -> pl.DataFrame:
        """By gas and category: iri, name, mass_kg, gwp, kg_co2e."""
        gases = self.data["gases"]
        frame = _listed(gases, self.lang, "co2e")
        return frame.with_columns(
            mass_kg=pl.Series([gas["mass_kg"] for gas in gases], dtype=pl.Float64),
            gwp=pl.Series([gas["gwp"] for gas in gases], dtype=pl.Float64),
        ).select("iri", "name", "mass_kg", "gwp", "kg_co2e")

    @property
    def assumptions(self) -> list[str]:
        """What the result assumes, one sentence each."""
        return [assumption[f"text_{self.lang}"] for assumption in self.data["assumptions"]]

    def _show(self) -> None:
        from tanmai.render.footprint import show

        show(self.data, self._language)


@dataclass(frozen=True, repr=False)
class Explanation(Shown):
    """The supply chain behind a footprint, line by line.

    Attributes:
        data: nested lines, as ``tanmai explain --json`` prints them.
        lang: language of what is shown.
    """

    data: Mapping[str, Any]
    lang: str = "en"

    def __repr__(self) -> str:
        return f"<Explanation {self.data['product']['iri']}: {self.data['total']['value']!r} kg CO2e>"

    def mermaid(self) -> str:
        """Return the tree as a mermaid flow chart."""
        from tanmai.render.explanation import mermaid

        return mermaid(self.data, self._language)

    def html(self) -> str:
        """Return the tree as a page that stands alone."""
        from tanmai.render.explanation import html

        return html(self.data, self._language)

    def _show(self) -> None:
        from tanmai.render.explanation import text
        from tanmai.render.tables import console

        console().print(text(self.data, self._language), soft_wrap=True)


@dataclass(frozen=True, repr=False)
class Table(Shown):
    """The answer to a query.

    Attributes:
        kind: ``select`` (a table), ``ask`` (yes or no) or ``graph`` (triples).
        columns: names of the columns.
        rows: rows of Python values; None where unbound.
        answer: for ``ask`` the answer, else whether there is any row.
        failures: why values of extension functions are missing, each reason with its count.
    """

    kind: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    answer: bool
    failures: Mapping[str, int]
    lang: str = "en"

    @classmethod
    def of(cls, result: QueryResult, lang: str = "en") -> Table:
        """Read a result."""
        rows: list[tuple[Any, ...]] = [] if result.kind == "ask" else list(result.values())
        return cls(result.kind, result.columns, rows, bool(result), result.failures, lang)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The rows as a polars frame; ``.to_pandas()`` of it gives pandas. A column of mixed kinds holds texts."""
        return pl.DataFrame({name: _series([row[i] for row in self.rows]) for i, name in enumerate(self.columns)})

    def __bool__(self) -> bool:
        return self.answer

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<Table {self.kind}, {len(self.rows)} rows of {', '.join(self.columns)}>"

    def _show(self) -> None:
        from tanmai.render.tables import console, table

        out = console()
        if self.kind == "ask":
            out.print("true" if self.answer else "false")
        else:
            cells = [["" if value is None else str(value) for value in row] for row in self.rows]
            out.print(table("", [(name, False) for name in self.columns], cells))
        if self.failures:
            from tanmai.translate import translated  # read when something is missing, never before

            out.print(word("not_computed", self._language, count=sum(self.failures.values())))
            for reason, count in self.failures.items():
                out.print(f"  {count} x {translated(reason, self._language)}", soft_wrap=True)

    def _repr_html_(self) -> str:
        if self.kind == "ask":
            return super()._repr_html_()
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(str(value)) if value is not None else str()}</td>' for value in row)}</tr>"
            for row in self.rows
        )
        told = "".join(f"<p>{count} x {escape(reason)}</p>" for reason, count in self.failures.items())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{told}"


def _series(values: list[Any]) -> pl.Series:
    """One column: numbers stay numbers; what is mixed becomes text."""
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) <= 1 or kinds <= {int, float}:
        return pl.Series(values=values, strict=False)
    return pl.Series(values=[None if value is None else str(value) for value in values])


def _listed(items: list[dict[str, Any]], lang: str, value: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "iri": [item["iri"] for item in items],
            "name": [name_of(item, lang) for item in items],
            "kg_co2e": [item[value] for item in items],
            "share": [item.get("share") for item in items],
        },
        schema={"iri": pl.String, "name": pl.String, "kg_co2e": pl.Float64, "share": pl.Float64},
    )


def name_of(item: Mapping[str, Any] | None, lang: str) -> str | None:
    """The name of a node in a language; for a unit its symbol."""
    from tanmai.render.names import named, symbol

    if item is None:
        return None
    chosen: Callable[[Any, Language], str] = symbol if "symbol" in item else named
    return chosen(item, cast("Language", lang))
