"""Scenarios: named sets of changes that are laid over the data for a calculation; the data stay as they are.

A scenario is a resource like any other: it comes with a dataset that is loaded, or it is kept as local statements in a
named graph of its own. What its changes do to the numbers of a product system is decided in ``answers.overlay``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from graphstore.errors import ScenarioError, UnknownNameError
from graphstore.queries import load
from graphstore.terms import PREFIXES

if TYPE_CHECKING:
    from graphstore.contract import SparqlStore

TM = PREFIXES["tm"]


@dataclass(frozen=True, slots=True)
class AmountChange:
    """A new amount of an exchange with its unit (its own unit when None), or a relative change (-0.1: ten per cent less)."""

    exchange: str
    amount: float | None = None
    unit: str | None = None
    relative: float | None = None


@dataclass(frozen=True, slots=True)
class ProviderSwap:
    """Another process or factor supplies one exchange, or all exchanges that `old` supplies; the amount stays."""

    new: str
    old: str | None = None
    exchange: str | None = None


@dataclass(frozen=True, slots=True)
class FactorChange:
    """An emission factor with another value (kg CO2e per its unit), or with all its gases changed by one part."""

    factor: str
    co2e: float | None = None
    relative: float | None = None


@dataclass(frozen=True, slots=True)
class ShareShift:
    """Of the sum of two inputs of one process, which stays, `exchange` takes this share and `other` the rest."""

    exchange: str
    other: str
    share: float


Change: TypeAlias = AmountChange | ProviderSwap | FactorChange | ShareShift


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes under a name; without an IRI they are those of one question.

    Attributes:
        iri: the scenario, empty for changes that are not kept.
        changes: what it changes, in the order of their IRIs.
        labels, definitions: by language tag.
        source: where it comes from.
    """

    iri: str
    changes: tuple[Change, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    @property
    def name(self) -> str:
        """The last part of the IRI."""
        return self.iri.rstrip("/#").rpartition("/")[2].rpartition("#")[2]

    def stated(self) -> list[dict[str, str | float]]:
        """The changes by property, nothing else: what a result under the scenario depends on."""
        return [
            {"kind": type(change).__name__}
            | {key: value for key in change.__slots__ if (value := getattr(change, key)) is not None}
            for change in self.changes
        ]

    def as_dict(self) -> dict[str, object]:
        """The scenario for machines."""
        named = {f"name_{tag or 'any'}": text for tag, text in sorted(self.labels.items())}
        said = {f"definition_{tag or 'any'}": text for tag, text in sorted(self.definitions.items())}
        return {"iri": self.iri, **named, **said, "source": self.source, "changes": self.stated()}


def all_scenarios(graph: SparqlStore) -> list[Scenario]:
    """Read every scenario of the graph, by IRI.

    Raises:
        ScenarioError: one of them is not stated properly.
    """
    return [replace(scenario, changes=_changes(graph, scenario.iri)) for scenario in _named(graph)]


def _changes(graph: SparqlStore, iri: str) -> tuple[Change, ...]:
    """Read the changes of one scenario."""
    changes: list[Change] = []
    seen: set[str] = set()
    for row in graph.query(load("scenario-changes")).dicts():
        read = {key: str(value) for key, value in row.items() if value is not None}
        if read["scenario"] != iri:
            continue
        if read["change"] in seen:
            raise ScenarioError(f"<{read['change']}> states a property of a change twice; keep one of them.")
        seen.add(read["change"])
        changes.append(_change(read))
    return tuple(changes)


def _named(graph: SparqlStore) -> list[Scenario]:
    """Read what every scenario is called, without its changes: one that is stated wrongly does not hide the others."""
    said: dict[str, dict[str, dict[str, str]]] = {}
    for row in graph.query(load("scenarios")).dicts():
        mine = said.setdefault(str(row["scenario"]), {"label": {}, "definition": {}, "source": {}})
        if row["property"] is not None:
            mine[str(row["property"])].setdefault(str(row["tag"]).split("-")[0], str(row["value"]))
    return [
        Scenario(iri, (), told["label"], told["definition"], next(iter(told["source"].values()), ""))
        for iri, told in sorted(said.items())
    ]


def find_scenario(graph: SparqlStore, text: str) -> Scenario:
    """Return the scenario that is meant by an IRI, the last part of it, or a label.

    Raises:
        UnknownNameError: there is none, or several.
        ScenarioError: it changes nothing, or is not stated properly.
    """
    every = _named(graph)
    wanted = text.strip().lower()
    found = [s for s in every if s.iri == text] or [
        s for s in every if wanted in {s.name.lower(), *(label.lower() for label in s.labels.values())}
    ]
    if not found:
        listed = ", ".join(s.name for s in every) or "none"
        raise UnknownNameError(f"There is no scenario {text!r}. Known: {listed}. `tanmai scenario add` makes one.")
    if len(found) > 1:
        raise UnknownNameError(f"{text!r} may mean {', '.join(f'<{s.iri}>' for s in found)}. Give the IRI.")
    scenario = replace(found[0], changes=_changes(graph, found[0].iri))
    if not scenario.changes:
        raise ScenarioError(f"<{scenario.iri}> changes nothing. State at least one tm:change.")
    return scenario


def _change(row: Mapping[str, str]) -> Change:
    """Read one change, or say what is missing."""
    kind = row.get("kind", "").removeprefix(TM)
    reader = _READERS.get(kind)
    if reader is None:
        raise ScenarioError(
            f"<{row['change']}> is no change of a known kind. Type it as one of {', '.join(f'tm:{k}' for k in _READERS)}."
        )
    return reader(row)


def _amount_change(row: Mapping[str, str]) -> Change:
    exchange = _stated(row, "exchange", "changedExchange")
    amount, relative = _either(row, "amount", "relative")
    if amount is not None and "unit" not in row:
        raise ScenarioError(f"<{row['change']}> states a new amount without a tm:unit. State it; no unit is assumed.")
    return AmountChange(exchange, amount, row.get("unit"), relative)


def _provider_swap(row: Mapping[str, str]) -> Change:
    if "old" not in row and "exchange" not in row:
        raise ScenarioError(
            f"<{row['change']}> does not say what is swapped. State tm:replacedProvider or tm:changedExchange."
        )
    return ProviderSwap(_stated(row, "new", "newProvider"), row.get("old"), row.get("exchange"))


def _factor_change(row: Mapping[str, str]) -> Change:
    return FactorChange(_stated(row, "factor", "changedFactor"), *_either(row, "co2e", "relative"))


def _share_shift(row: Mapping[str, str]) -> Change:
    share = _number(row, "share")
    if share is None or not 0 <= share <= 1:
        raise ScenarioError(f"<{row['change']}> needs a tm:share from 0 to 1.")
    return ShareShift(_stated(row, "exchange", "changedExchange"), _stated(row, "other", "shiftedWith"), share)


_READERS = {
    "AmountChange": _amount_change,
    "ProviderSwap": _provider_swap,
    "FactorChange": _factor_change,
    "ShareShift": _share_shift,
}


def _stated(row: Mapping[str, str], column: str, predicate: str) -> str:
    if column not in row:
        raise ScenarioError(f"<{row['change']}> states no tm:{predicate}. State it.")
    return row[column]


def _either(row: Mapping[str, str], column: str, relative: str) -> tuple[float | None, float | None]:
    """Read a new value or a relative change: one of them, not both."""
    new, part = _number(row, column), _number(row, relative)
    if (new is None) == (part is None):
        raise ScenarioError(
            f"<{row['change']}> needs a new value (tm:{column}) or a tm:relativeChange: one of the two."
        )
    return new, part


def _number(row: Mapping[str, str], column: str) -> float | None:
    if column not in row:
        return None
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ScenarioError(f"{row[column]!r} of <{row['change']}> is no finite number.")
    return value
