"""Footprints as statements in the graph: computed once, written with their provenance, replaced when they are stale.

Results of one set of settings are one dataset (`results/...`), so that a new computation is a new version and the old one
goes to the archive. They are stale when the hash over everything they follow from is no longer that of the graph; results
themselves are no input, so writing them makes nothing stale.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
import pyoxigraph as ox

from footprint.inventory import Ints
from graphstore.answers.board import Board
from graphstore.answers.graph import Calculation, Settings, digest
from graphstore.answers.inputs import data_hash, is_input, state_hash
from graphstore.catalogue import RESULTS, DatasetVersion
from graphstore.contract import SparqlStore, embedded
from graphstore.errors import ScenarioError, UnknownNameError
from graphstore.queries import load
from graphstore.store import GraphStore
from graphstore.terms import PREFIXES, typed

TM, PROV, RDF = PREFIXES["tm"], PREFIXES["prov"], PREFIXES["rdf"]
_SETTING: Final = {
    "unlinked": "unlinkedReading",
    "coproducts": "coproductReading",
    "recycling": "recyclingReading",
    "strict": "strictReading",
    "sector_average": "sectorAverageReading",
}
"""Settings that are written as plain values, and the properties that state them."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A product whose footprint is not written, and why."""

    iri: str
    reason: str


@dataclass(frozen=True, slots=True)
class Written:
    """What materialising did.

    Attributes:
        dataset: key of the dataset of results.
        footprints: how many it holds.
        refused: products without a footprint under these settings, with the reason.
        changed: False where the results in the graph were fresh already.
        input_hash: hash of everything the results follow from.
    """

    dataset: str
    footprints: int
    refused: Sequence[Refused]
    changed: bool
    input_hash: str


@dataclass(frozen=True, slots=True)
class Stored:
    """Results in the graph: their dataset, how many, and whether the graph has changed since (`fresh`)."""

    dataset: str
    footprints: int
    settings: str
    computed: str
    fresh: bool


def dataset_key(settings: Settings) -> str:
    """Return the key of the dataset that holds the results of these settings."""
    return f"{RESULTS}{str(settings.as_dict()['hash'])[:16]}"


def materialize(calculation: Calculation, products: Iterable[str] | None = None) -> Written:
    """Write footprints into the graph; the store must be open for writing.

    Args:
        calculation: a store open for writing, and the settings.
        products: IRIs of products, processes or outputs; those written before under the same settings stay among the
            results. None for every product.

    Raises:
        ScenarioError: the settings lay a scenario over the data; what is written are results of the data as they are.
        UnknownNameError: a named product cannot be calculated, or several processes make it; there is no product at all.
        FootprintError: the system cannot be solved.
    """
    if calculation.settings.scenario is not None:
        raise ScenarioError(
            "a footprint under a scenario is not written into the graph: nothing there would tell it from one of the data as "
            "they are. Leave the scenario out, or make the change in the data."
        )
    graph, key, board = (
        embedded(calculation.graph, "keep computed footprints"),
        dataset_key(calculation.settings),
        Board(calculation),
    )
    wanted = data_hash(state_hash(graph), str(calculation.settings.as_dict()["hash"]))
    before = _rows(graph, key)
    activities = _chosen(board, products, before)
    reasons = {activity: board.failure(activity) for activity in activities.tolist()}
    refused = [Refused(_name(board, activity), reason) for activity, reason in reasons.items() if reason is not None]
    kept = np.array([activity for activity, reason in reasons.items() if reason is None], dtype=np.int64)
    names = [_footprint_iri(board, a) for a in kept.tolist()]
    if {(row["footprint"], row["inputHash"]) for row in before} == {(name, wanted) for name in names}:
        return Written(key, len(kept), refused, changed=False, input_hash=wanted)
    if len(kept):
        systems = _cached_systems(graph)
        title = f"computed footprints, {calculation.settings.gwp}"
        graph.load_bytes(
            _statements(board, kept, names, wanted),
            key=key,
            format="ntriples",
            title=title,
            issued=dt.datetime.now(dt.UTC).date(),
        )
        _carry(systems, graph)
    elif before:
        graph.retire(key)  # nothing of it holds any more
    return Written(key, len(kept), refused, changed=bool(len(kept) or before), input_hash=wanted)


def stored(graph: GraphStore) -> list[Stored]:
    """Return what results the graph holds, and whether each set is fresh."""
    state = state_hash(graph)
    keys = {dataset.iri(graph.base).value: dataset.key for dataset in graph.datasets()}
    return [
        Stored(
            dataset=keys.get(str(row["graph"]), str(row["graph"])),
            footprints=int(str(row["footprints"])),
            settings=str(row["settingsHash"]),
            computed=str(row["ended"]),
            fresh=row["inputHash"] == data_hash(state, str(row["settingsHash"])),
        )
        for row in graph.query(load("stored-results")).dicts()
    ]


def retire(graph: GraphStore) -> list[DatasetVersion]:
    """Take all results out of the current graph; they stay in the archive."""
    keys = [dataset.key for dataset in graph.datasets() if dataset.key.startswith(RESULTS)]
    with graph.transaction("retire results") as transaction:
        return [transaction.retire(key) for key in keys]


def _chosen(board: Board, products: Iterable[str] | None, before: Sequence[Mapping[str, str]]) -> Ints:
    """Return the activities to write: those asked for, and those written before that still exist."""
    system = board.calculation.snapshot.compiled.system
    if products is None:
        every: Ints = np.flatnonzero(board.calculation.snapshot.process >= 0).astype(np.int64)
        if not len(every) and not before:
            raise UnknownNameError(
                "The graph holds no product that can be calculated. Bring processes in with `tanmai load` or `tanmai import`, or run "
                "`tanmai demo`."
            )
        return every
    existing = set(system.activity_ids)
    kept = [row["activity"] for row in before if row["activity"] in existing]
    return np.unique(np.array([board.activity(iri) for iri in (*products, *kept)], dtype=np.int64))


def _rows(graph: GraphStore, key: str) -> list[dict[str, str]]:
    """Return the results that the current version of a dataset holds: footprint, activity, inputHash."""
    held = [dataset for dataset in graph.datasets() if dataset.key == key]
    if not held:
        return []
    rows = graph.query(load("results-in-graph"), {"graph": held[0].iri(graph.base)}).dicts()
    return [{name: str(value) for name, value in row.items()} for row in rows]


def _name(board: Board, activity: int) -> str:
    return board.calculation.snapshot.compiled.system.activity_ids[activity]


def _footprint_iri(board: Board, activity: int) -> str:
    """A name that follows from activity and settings alone, so that a newer result keeps it."""
    calculation = board.calculation
    hashed = [_name(board, activity), calculation.settings.as_dict()["hash"]]
    return f"{calculation.graph.base}/id/footprint/{digest(hashed)[:24]}"


def _statements(board: Board, activities: Ints, names: Sequence[str], input_hash: str) -> bytes:
    """Return the results as N-Triples: one node each, one for the settings, one for the calculation."""
    calculation = board.calculation
    base, hashed = calculation.graph.base, str(calculation.settings.as_dict()["hash"])
    settings, run = f"<{base}/id/settings/{hashed[:24]}>", f"<{base}/id/calculation/{input_hash[:24]}-{hashed[:12]}>"
    lines = [*_settings_lines(calculation, settings, hashed), *_run_lines(calculation, run, input_hash)]
    snapshot = calculation.snapshot
    columns = board.scores.values[:, activities].T.tolist(), board.scores.bounds[0, activities].tolist()
    for activity, name, value, bound in zip(activities.tolist(), names, *columns, strict=True):
        node = f"<{name}>"
        share = abs(value[2] / value[0]) if value[0] else 0.0
        lines += [
            f"{node} <{RDF}type> <{TM}ComputedFootprint> .",
            f"{node} <{TM}ofProduct> {_node(str(snapshot.product_of(activity)))} .",
            f"{node} <{TM}ofProcess> {_node(snapshot.maker(activity))} .",
            f"{node} <{TM}ofActivity> {_node(_name(board, activity))} .",
            f"{node} <{TM}amount> {typed('1', 'decimal')} .",
            f"{node} <{TM}unit> {_node(snapshot.unit_of(activity))} .",
            f"{node} <{TM}co2e> {_double(value[0])} .",
            f"{node} <{TM}co2eWithBiogenic> {_double(value[1])} .",
            f"{node} <{TM}errorBound> {_double(bound)} .",
            f"{node} <{TM}shareNotRestatable> {_double(share)} .",
            f"{node} <{TM}hasCutOffs> {typed(str(bool(board.cut_off[activity])).lower(), 'boolean')} .",
            f"{node} <{TM}settings> {settings} .",
            f"{node} <{TM}calculation> {run} .",
            f"{node} <{PROV}wasGeneratedBy> {run} .",
        ]
        if board.illustrative[activity]:
            lines.append(f"{node} <{TM}illustrative> {typed('true', 'boolean')} .")
    return ("\n".join(lines) + "\n").encode()


def _settings_lines(calculation: Calculation, node: str, hashed: str) -> list[str]:
    stated = calculation.settings.as_dict()
    return [
        f"{node} <{RDF}type> <{TM}MethodSettings> .",
        f"{node} <{TM}gwpSet> <{calculation.settings.gwp_set}> .",
        f"{node} <{TM}settingsHash> {ox.Literal(hashed)} .",
        *(
            f"{node} <{TM}{name}> {ox.Literal(value)} ."
            for key, name in _SETTING.items()
            if (value := stated[key]) is not None
        ),
    ]


def _run_lines(calculation: Calculation, node: str, input_hash: str) -> list[str]:
    ended = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return [
        f"{node} <{RDF}type> <{TM}Calculation> .",
        f"{node} <{RDF}type> <{PROV}Activity> .",
        f"{node} <{TM}engineVersion> {ox.Literal(version('tanmai'))} .",
        f"{node} <{TM}inputHash> {ox.Literal(input_hash)} .",
        f"{node} <{PROV}endedAtTime> {typed(ended, 'dateTime')} .",
        *_generation_lines(calculation.graph, node),
        *(
            f"{node} <{PROV}used> {dataset.iri(calculation.graph.base)} ."
            for dataset in calculation.graph.datasets()
            if is_input(dataset)
        ),
    ]


def _generation_lines(graph: SparqlStore, run: str) -> list[str]:
    """The published state that was read; a store in memory has none."""
    if graph.generation is None:
        return []
    generation = _node(f"{graph.base}/id/generation/{graph.generation}")
    return [f"{generation} <{RDF}type> <{TM}Generation> .", f"{run} <{TM}inGeneration> {generation} ."]


def _node(iri: str) -> str:
    return str(ox.NamedNode(iri))


def _double(value: float) -> ox.Literal:
    return typed(repr(value), "double")


def _cached_systems(graph: GraphStore) -> list[Path]:
    """Compiled systems of the present generation: results change nothing in them, so the next generation may have them."""
    with suppress(OSError):
        return [] if graph.in_memory else list(graph.cache_dir().glob("system-*.arrays"))
    return []


def _carry(files: Sequence[Path], graph: GraphStore) -> None:
    """Hand compiled systems to the new generation by hard link; where that fails they are compiled again."""
    for file in files:
        with suppress(OSError):
            os.link(file, graph.cache_dir() / file.name)
