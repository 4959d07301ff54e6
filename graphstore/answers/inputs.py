"""What a result was computed from and by: dataset versions, generation, engine."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from footprint.solve import SolveInfo
from graphstore.answers.graph import Calculation, digest
from graphstore.digest import local_statements


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
        for dataset in calculation.graph.datasets()
    ]


def input_hash(calculation: Calculation, product: str, amount: float) -> str:
    """Return one hash of all that a number follows from: data, settings, engine version, the question.

    The data are the datasets by checksum, the local statements, and the day of a view of the past.
    """
    graph = calculation.graph
    return digest(
        {
            "datasets": sorted(dataset.sha256 for dataset in graph.datasets()),
            "local": local_statements(graph.engine, graph.base),
            "known_on": graph.known_on and str(graph.known_on),
            "settings": calculation.settings.as_dict(),
            "engine": version("tanmai"),
            "product": product,
            "amount": amount,
        }
    )


def engine(calculation: Calculation, info: SolveInfo) -> dict[str, Any]:
    """Return the version of the engine, the state of the graph and how the numbers were found."""
    return {
        "name": "tanmai",
        "version": version("tanmai"),
        "generation": calculation.graph.generation,
        "processes": int((calculation.snapshot.process >= 0).sum()),
        "exchanges": len(calculation.snapshot.compiled.system.exchange_ids),
        "method": info.method,
        "sweeps": info.sweeps,
    }
