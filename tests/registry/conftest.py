"""A small study and what stands around it: upstream metal in the store, an ingot in the file that is handed in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from studies import METAL

import ontology
from graphstore import GraphStore, Transaction
from graphstore.shipped import key_of

NOT_ASKED = frozenset(
    [
        "battery_dates",
        "carbon_labels",
        "cbam_benchmarks",
        "cbam_default_values",
        "cbam_facts",
        "cbam_goods",
        "cbam_phase_in",
        "cca",
        "cca_bills",
        "claims",
        "databases",
        "electricity",
        "geography",
        "organizations",
        "pilot_places",
        "pilot_regions",
        "policies",
        "policy_targets",
        "process-kinds",
        "standard_catalogues",
        "standards",
        "standards_comparison",
        "zero_carbon_factory",
    ]
)
"""Tables of the reference knowledge that no submission draws on: most of it, which would be copied for every test."""

EXPLAINING = frozenset(
    [
        "http://purl.org/dc/terms/bibliographicCitation",
        "http://purl.org/dc/terms/source",
        "http://www.w3.org/2000/01/rdf-schema#isDefinedBy",
        "http://www.w3.org/2004/02/skos/core#definition",
        "http://www.w3.org/2004/02/skos/core#example",
        "http://www.w3.org/2004/02/skos/core#note",
    ]
)
"""What the knowledge says to who reads it, and no rule asks for: a third of the statements that are left."""


def fill(transaction: Transaction) -> None:
    """Load what is needed of the reference knowledge, as the package ships it, and the upstream metal."""
    for file in ontology.files():
        if file.name.removesuffix(".ttl") not in NOT_ASKED and file.parent.name != "alignments":
            transaction.load_bytes(file.read_bytes(), key=key_of(str(file)), format="turtle", name=file.name)
    transaction.load_bytes(METAL, key="metal", format="turtle")


@pytest.fixture(scope="session")
def statements() -> list[ox.Quad]:
    """The reference knowledge, but for what only explains it, and the upstream metal."""
    with GraphStore.open() as opened:
        with opened.transaction("knowledge") as transaction:
            fill(transaction)
        return [quad for quad in opened.engine if quad.predicate.value not in EXPLAINING]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on disk, to be copied: that takes a hundredth of the time of reading the knowledge."""
    path = tmp_path_factory.mktemp("registry") / "store"
    with GraphStore.open(path) as opened, opened.transaction("knowledge") as transaction:
        fill(transaction)
    return path


@pytest.fixture
def disk(filled: Path, tmp_path: Path) -> Callable[[], GraphStore]:
    """A copy of it for one test; each call opens it for writing."""
    path = Path(shutil.copytree(filled, tmp_path / "store"))
    return lambda: GraphStore.open(path)


@pytest.fixture
def store(statements: list[ox.Quad]) -> Iterator[GraphStore]:
    """The same in memory for each test to change: a copy, since reading the knowledge takes longer than most tests."""
    with GraphStore.open() as opened:
        opened.engine.extend(statements)
        yield opened
