"""Brightway's calculation engine (bw2calc) as a peer, fed from a datapackage on disk, without bw2data.

The technosphere matrix has the production on its diagonal and the inputs beside it with the opposite sign. Rows and
columns carry the same identifiers, which is how its graph traversal recognises production.
"""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from footprint.system import System

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "SOLVERS",
    "Tree",
    "adjoint",
    "again",
    "change",
    "draw",
    "drawing",
    "missing",
    "one",
    "resolved",
    "traverse",
    "write_package",
]

FIRST_FLOW = 1_000_000_000
"""Identifier of the first biosphere flow; activities are numbered from 1."""
SOLVERS = {"PARDISO": "LCA", "Jacobi-GMRES": "JacobiGMRESLCA"}
"""Classes of bw2calc by the solver they use."""
METHOD = ("GWP100",)


def missing(solver: str) -> str:
    """Return why a solver cannot be had; empty when it can."""
    needed = ["bw2calc", "bw_processing", "bw_graph_tools"] + (["pypardiso"] if solver == "PARDISO" else [])
    absent = [name for name in needed if importlib.util.find_spec(name) is None]
    if absent:
        return f"{', '.join(absent)} not installed: pip install '.[benchmark]'"
    import bw2calc

    return (
        "" if solver != "PARDISO" or bw2calc.PYPARDISO else "pypardiso cannot be loaded here (it needs x86-64 and MKL)"
    )


def write_package(folder: Path, system: System, factors: Floats, sigma: float = 0.0) -> None:
    """Write technosphere, biosphere and characterisation of a system as a datapackage into a new folder.

    With `sigma`, the standard deviation of the logarithm, every input and every emission is lognormal around its mean.
    """
    import bw_processing as bwp

    folder.mkdir(parents=True)
    package = bwp.create_datapackage(fs=bwp.generic_directory_filesystem(dirpath=folder), name="benchmark")
    own, n = np.arange(1, system.n + 1), system.n
    rows = np.concatenate((own, system.tech_provider.astype(np.int64) + 1))
    columns = np.concatenate((own, system.tech_consumer.astype(np.int64) + 1))
    amounts = np.concatenate((system.production, system.tech_amount))
    inputs = np.arange(len(rows)) >= n
    spread = _lognormal(amounts, np.where(inputs, sigma, 0.0)) if sigma else None
    _add(package, "technosphere_matrix", rows, columns, amounts, inputs, spread=spread)
    flows = system.bio_row.astype(np.int64) + FIRST_FLOW
    emitters = system.bio_activity.astype(np.int64) + 1
    spread = _lognormal(system.bio_amount, np.full(len(flows), sigma)) if sigma else None
    _add(package, "biosphere_matrix", flows, emitters, system.bio_amount, spread=spread)
    every = np.arange(len(system.rows)) + FIRST_FLOW
    _add(package, "characterization_matrix", every, np.zeros_like(every), factors, identifier=METHOD)
    package.finalize_serialization()


def _add(
    package: Any,
    matrix: str,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    values: Floats,
    flip: NDArray[np.bool_] | None = None,
    identifier: tuple[str, ...] | None = None,
    spread: NDArray[Any] | None = None,
) -> None:
    import bw_processing as bwp

    indices = np.empty(len(rows), dtype=bwp.INDICES_DTYPE)
    indices["row"], indices["col"] = rows, columns
    extra: dict[str, Any] = {} if flip is None else {"flip_array": flip}
    if identifier is not None:
        extra |= {"identifier": list(identifier), "global_index": 0}
    if spread is not None:
        extra |= {"distributions_array": spread}
    package.add_persistent_vector(
        matrix=matrix, name=matrix.replace("_", "-"), indices_array=indices, data_array=values, **extra
    )


def _lognormal(amounts: Floats, sigma: Floats) -> NDArray[Any]:
    """Return lognormal distributions (code 2) that keep the mean; where sigma is zero the amount itself (code 1)."""
    import bw_processing as bwp

    made = np.zeros(len(amounts), dtype=bwp.UNCERTAINTY_DTYPE)
    spread = (sigma > 0) & (amounts != 0)
    made["uncertainty_type"] = np.where(spread, 2, 1)
    with np.errstate(divide="ignore"):
        made["loc"] = np.where(spread, np.log(np.abs(amounts)) - sigma**2 / 2, amounts)
    made["scale"] = np.where(spread, sigma, np.nan)
    for name in ("shape", "minimum", "maximum"):
        made[name] = np.nan
    made["negative"] = amounts < 0
    return made


def drawing(folder: Path, solver: str, activity: int, amount: float) -> Any:
    """Load a datapackage with distributions; each `next` of what is returned draws all numbers and scores the demand."""
    import bw2calc

    with _quiet():
        seed = {"use_distributions": True, "seed_override": 7}
        lca = getattr(bw2calc, SOLVERS[solver])({activity + 1: amount}, data_objs=[_loaded(folder)], **seed)
        lca.lci()
        lca.lcia()
    return lca


def draw(lca: Any) -> float:
    """Draw once more and score."""
    with _quiet():
        next(lca)
    return float(lca.score)


def _loaded(folder: Path) -> Any:
    import bw_processing as bwp

    return bwp.load_datapackage(bwp.generic_directory_filesystem(dirpath=folder))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without warnings about solvers and deprecations, which say nothing about results."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def one(folder: Path, solver: str, activity: int, amount: float) -> Any:
    """Load the datapackage and score one demand; returns the LCA object."""
    import bw2calc

    with _quiet():
        lca = getattr(bw2calc, SOLVERS[solver])({activity + 1: amount}, data_objs=[_loaded(folder)])
        lca.lci()
        lca.lcia()
    return lca


def again(lca: Any, activity: int, amount: float) -> float:
    """Score a further demand with the matrices, and the factors of a direct solver, at hand."""
    with _quiet():
        lca.lci(demand={activity + 1: amount})
        lca.lcia()
    return float(lca.score)


def change(lca: Any, link: tuple[int, int], amount: float) -> None:
    """Raise the amount that an activity takes from a provider (provider, consumer), in the matrix at hand."""
    provider, consumer = link
    row, column = lca.dicts.product[provider + 1], lca.dicts.activity[consumer + 1]
    lca.technosphere_matrix[row, column] -= amount


def resolved(lca: Any) -> float:
    """Score the demand at hand anew with a changed matrix; a direct solver factorises it again."""
    with _quiet():
        lca._delete_solver_state()
        lca.lci_calculation()
        lca.lcia_calculation()
    return float(lca.score)


def adjoint(folder: Path, amounts: Floats) -> Floats:
    """Score a demand of each product through the adjoint direction (bw2calc from 3.1; needs PARDISO)."""
    import bw2calc

    demands = {str(j): {j + 1: float(amount)} for j, amount in enumerate(amounts)}
    with _quiet():
        lca = bw2calc.FastScoresOnlyMultiLCA(
            demands, method_config={"impact_categories": [METHOD]}, data_objs=[_loaded(folder)], direction="adjoint"
        )
        next(lca)
    return np.asarray(lca.scores.values[0], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Tree:
    """A supply tree of the peer: the value of each node by the activities from the demand down to it."""

    values: dict[tuple[int, ...], float]


def traverse(lca: Any, cutoff: float) -> Any:
    """Traverse the supply chain of the demand of a calculated LCA, with no limit but the cut-off."""
    traversal = importlib.import_module("bw_graph_tools.graph_traversal")

    with _quiet():
        settings = traversal.GraphTraversalSettings(cutoff=cutoff, max_calc=100_000_000, separate_biosphere_flows=False)
        graph = traversal.NewNodeEachVisitGraphTraversal(lca, settings)
        graph.traverse()
    return graph


def tree_of(graph: Any) -> Tree:
    """Name each node of a traversal by the activities on its path; parallel edges are one node there."""
    above = {edge.producer_unique_id: edge.consumer_unique_id for edge in graph.edges}
    paths: dict[int, tuple[int, ...]] = {}
    for number, node in sorted(graph.nodes.items()):
        if number < 0:
            paths[number] = ()
        else:
            paths[number] = (*paths[above[number]], int(node.activity_datapackage_id) - 1)
    return Tree({paths[number]: float(node.cumulative_score) for number, node in graph.nodes.items() if number >= 0})
