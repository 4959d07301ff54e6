"""What the answers need of a store, and the compiled system of its current state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyoxigraph as ox

from footprint.compile import Cost
from footprint.errors import FootprintError
from footprint.gaps import Reading
from footprint.inventory import Bools
from footprint.solve import Scores, scores
from footprint.units import UnitTable
from graphstore.answers.labels import LabelTable, label_table
from graphstore.contract import SparqlStore
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.scenarios import Scenario
from graphstore.store import GraphStore
from graphstore.technosphere.binding import Bound, bind
from graphstore.technosphere.emissions import Characterisation, characterisation
from graphstore.technosphere.quantities import unit_table
from graphstore.technosphere.snapshot import Snapshot, snapshot
from graphstore.technosphere.uncertainty import spreads
from graphstore.terms import PythonValue

_Error = TypeVar("_Error", bound=Exception)

if TYPE_CHECKING:
    from graphstore.answers.overlay import Overlay
    from graphstore.answers.products import ProductTable
    from graphstore.answers.sectors import Sectors
    from graphstore.catalogue import DatasetVersion

ID = "https://w3id.org/tanmai/id/"
_OF_THE_GRAPH = ("labels", "units", "datasets", "state_hash", "avoided", "_refusal")
"""What a calculation keeps that no scenario changes."""
BATCH = 2000
"""Nodes that one query asks about: far below the longest text that the store takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The method settings of a result (rule R30: two results compare only when they agree).

    Attributes:
        gwp: Notation of the GWP set: AR4, AR5, AR6.
        reading: How gaps in the data are read.
        strict: Refuse factors that cannot be restated under the GWP set, instead of reporting them.
        sector_average: Allow a result that rests on sectors of an input-output table alone (rule R11).
        scenario: Changes that are laid over the data; None for the data as they are.
    """

    gwp: str = "AR6"
    reading: Reading = field(default_factory=Reading)
    strict: bool = False
    sector_average: bool = False
    scenario: Scenario | None = None

    @property
    def gwp_set(self) -> str:
        """IRI of the GWP set."""
        return f"{ID}gwp-set/{self.gwp}"

    def as_dict(self) -> dict[str, Any]:
        """The settings by name, and their hash; of a scenario what it changes counts, not what it is called."""
        made: dict[str, Any] = {
            "gwp": self.gwp,
            "unlinked": self.reading.unlinked,
            "coproducts": self.reading.coproducts,
            "recycling": self.reading.recycling or "stated",
            "strict": self.strict,
            "sector_average": self.sector_average,
        }
        if self.scenario is None:
            return made | {"hash": digest(made)}
        stated = self.scenario.stated()
        hashed = digest(made | {"scenario": sorted(digest(change) for change in stated)})
        return made | {"scenario": self.scenario.iri, "scenario_changes": stated, "hash": hashed}


def digest(value: object) -> str:
    """Return the SHA-256 of a JSON value written in one way: sorted keys, no spaces."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Calculation:
    """One state of the graph under one set of settings; the system is compiled or mapped on first use.

    Attributes:
        graph: The state.
        settings: How to calculate.
        part: The compiled system of a part of the graph, in place of the whole.
        lasting: Whether many questions will be asked, so that it pays to look all names up at once.
    """

    graph: SparqlStore
    settings: Settings = field(default_factory=Settings)
    part: Snapshot | None = None
    lasting: bool = False

    @cached_property
    def snapshot(self) -> Snapshot:
        """The compiled system, with the changes of the scenario made."""
        if self.overlay is None:
            return self.base
        from graphstore.answers.overlay import overlaid  # it needs this module

        return overlaid(self.base, self.overlay)

    @cached_property
    def overlay(self) -> Overlay | None:
        """What the scenario changes in the system; None without one."""
        if self.settings.scenario is None:
            return None
        from graphstore.answers.overlay import overlay  # it needs this module

        return overlay(self, self.base, self.settings.scenario.changes, partial=self.part is not None)

    @cached_property
    def base(self) -> Snapshot:
        """The compiled system of the data as they are: of the part of the graph that was given, else of the whole."""
        if self.part is not None:
            return self.part
        if self._refusal:
            raise _again(self._refusal[0])
        reading = self.settings.reading
        try:
            return snapshot(self.select, reading.coproducts, self._cache(), reading.recycling)
        except (FootprintError, ExtractionError) as error:
            self._refusal.append(_again(error))
            raise

    @cached_property
    def _refusal(self) -> list[FootprintError | ExtractionError]:
        """Why the whole cannot be compiled, once that is known: finding out takes as long as compiling."""
        return []

    def under(self, scenario: Scenario | None) -> Calculation:
        """Return the same state of the graph under a scenario; what is compiled of the data serves it too."""
        made = replace(self, settings=replace(self.settings, scenario=scenario))
        with suppress(FootprintError):  # where the whole cannot be compiled, what is upstream of a product may be
            made.__dict__["base"] = self.base
        made.__dict__.update({name: self.__dict__[name] for name in _OF_THE_GRAPH if name in self.__dict__})
        return made

    def _cache(self) -> Path | None:
        """Folder for the compiled system; none in memory, behind an endpoint, nor where the store may only be read."""
        try:
            return self.graph.cache_dir() if isinstance(self.graph, GraphStore) and not self.graph.in_memory else None
        except OSError:
            return None

    @cached_property
    def characterisation(self) -> Characterisation:
        """What one kilogram of each emission row counts under the GWP set."""
        return characterisation(self.select, self.snapshot.compiled.system.rows, self.settings.gwp_set)

    @cached_property
    def cost(self) -> Cost:
        """Direct emissions of every activity in kg CO2e, biogenic CO2 apart."""
        return self.snapshot.compiled.cost(self.characterisation.excluding_biogenic)

    @cached_property
    def scores(self) -> Scores:
        """The footprint of one unit of every product."""
        return scores(self.snapshot.compiled, self.cost)

    @cached_property
    def products(self) -> ProductTable:
        """Every product of the system."""
        from graphstore.answers.products import assembled_products  # it needs this module

        return assembled_products(self)

    @cached_property
    def labels(self) -> LabelTable:
        """Every label of the graph."""
        return label_table(self.select, self._cache())

    @cached_property
    def units(self) -> UnitTable:
        """Every unit of the graph."""
        return unit_table(self.select)

    @cached_property
    def avoided(self) -> frozenset[str]:
        """Exchanges that are avoided products, credits of a system expansion."""
        rows = self.graph.query(load("avoided-exchanges")).dicts()
        return frozenset(str(row["exchange"]) for row in rows)

    @cached_property
    def datasets(self) -> list[DatasetVersion]:
        """The current dataset versions that a footprint may follow from."""
        from graphstore.answers.inputs import is_input  # it needs this module

        return [dataset for dataset in self.graph.datasets() if is_input(dataset)]

    @cached_property
    def state_hash(self) -> str:
        """One hash of the data of the graph; see `graphstore.answers.inputs.state_hash`."""
        from graphstore.answers.inputs import state_hash  # it needs this module

        return state_hash(self.graph)

    @cached_property
    def sectors(self) -> Sectors:
        """The sectors of input-output tables among the activities."""
        from graphstore.answers.sectors import found_sectors  # it needs this module

        return found_sectors(self)

    @cached_property
    def uncertain(self) -> Bound:
        """All numbers with a stated spread, and their places in the system."""
        return bind(spreads(self.select, self._cache()), self.snapshot, self.base.compiled.system.production)

    def require_complete(self, inside: Bools | None = None) -> None:
        """Refuse the gaps that the reading does not allow, in the processes marked or in all.

        Raises:
            AllocationError, IncompleteInventory: see `Reading.require`.
        """
        found = self.snapshot
        self.settings.reading.require(found.cut_offs, found.process_ids, found.product_ids, inside)

    def select(self, text: str) -> bytes:
        """Run a SELECT and return CSV."""
        return self.graph.query(text).serialize("csv")

    def about(self, text: str, variable: str, iris: Iterable[str]) -> list[dict[str, PythonValue | None]]:
        """Run a shipped query for many nodes: its empty `VALUES ?variable {}` is filled with them as terms.

        They are asked in batches in ascending order, so a query that is ordered by the variable gives ordered rows.
        A blank node has no name that a query could state; with one among them, all nodes are asked and theirs are kept.
        """
        wanted, gap = dict.fromkeys(iris), f"VALUES ?{variable} {{}}"
        if any(iri.startswith("_:") for iri in wanted):
            return [row for row in self.graph.query(text.replace(gap, "")).dicts() if str(row[variable]) in wanted]
        terms = [str(ox.NamedNode(iri)) for iri in sorted(wanted)]
        rows: list[dict[str, PythonValue | None]] = []
        for start in range(0, len(terms), BATCH):
            values = f"VALUES ?{variable} {{ {' '.join(terms[start : start + BATCH])} }}"
            rows += self.graph.query(text.replace(gap, values)).dicts()
        return rows


def _again(error: _Error) -> _Error:
    """The same error, raised by nobody yet.

    One that was raised holds everything that was on its way. Kept by a calculation that was on its way too, it would keep all
    of that until the garbage collector comes, also answers of the engine, which may be dropped by their own thread alone.
    """
    made = type(error).__new__(type(error), *error.args)  # not by its arguments: some errors make their text of others
    made.__dict__.update(error.__dict__)
    return made
