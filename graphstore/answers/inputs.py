"""What a result was computed from and by: dataset versions, generation, engine."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

from footprint.solve import SolveInfo
from graphstore.answers.graph import Calculation, digest
from graphstore.catalogue import ASSESSMENTS, RECORDS, RESULTS, DatasetVersion
from graphstore.contract import SparqlStore
from graphstore.queries import load


def is_input(dataset: DatasetVersion) -> bool:
    """Whether a footprint may follow from a dataset."""
    return not dataset.key.startswith((RESULTS, ASSESSMENTS, RECORDS))


def inputs(calculation: Calculation) -> list[dict[str, Any]]:
    """Return the current dataset versions with their titles, issue dates and checksums."""
    return [
        {
            "dataset": dataset.key,
            "version": dataset.number,
            "title": dataset.title,
            "issued": dataset.issued and str(dataset.issued),
            "sha256": dataset.sha256,
        }
        for dataset in calculation.datasets
    ]


def state_hash(graph: SparqlStore) -> str:
    """Return one hash of the data of a graph: its datasets by checksum, the local statements, the day of a view of the past.

    A graph that `tanmai scenario add` made is no part of the data: results under it have its changes in their settings.
    """
    kept = {str(row["graph"]) for row in graph.query(load("scenario-graphs")).dicts()}
    local = graph.local_statements()
    return digest(
        {
            "datasets": sorted(dataset.sha256 for dataset in graph.datasets() if is_input(dataset)),
            "local": {name: found for name, found in local.items() if name not in kept},
            "known_on": graph.known_on and str(graph.known_on),
        }
    )


@cache
def engine_version() -> str:
    """Return the version of the engine; looking it up among the installed packages takes a millisecond."""
    return version("tanmai")


def data_hash(state: str, settings: str) -> str:
    """Return one hash of what every result of a state of the graph under some settings follows from, the engine included."""
    return digest({"state": state, "settings": settings, "engine": engine_version()})


def input_hash(calculation: Calculation, product: str, amount: float) -> str:
    """Return one hash of all that a number follows from: data, settings, engine version, the question.

    The data are the datasets by checksum, the local statements, and the day of a view of the past.
    """
    settings = str(calculation.settings.as_dict()["hash"])
    return digest({"data": data_hash(calculation.state_hash, settings), "product": product, "amount": amount})


def engine(calculation: Calculation, info: SolveInfo) -> dict[str, Any]:
    """Return the version of the engine, the state of the graph and how the numbers were found."""
    return {
        "name": "tanmai",
        "version": engine_version(),
        "generation": calculation.graph.generation,
        "processes": int((calculation.snapshot.process >= 0).sum()),
        "exchanges": len(calculation.snapshot.compiled.system.exchange_ids),
        "method": info.method,
        "sweeps": info.sweeps,
    }
