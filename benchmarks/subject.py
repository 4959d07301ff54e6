"""What is measured: one system as RDF, in a store, as our snapshot and as the peer's datapackage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.generate import factors, generate
from benchmarks.graph import GWP_SET, ntriples
from benchmarks.peer_brightway import missing, write_package
from footprint.assemble import assemble
from footprint.compile import Compiled, Cost
from footprint.gaps import Reading
from footprint.solve import Scores, Settings, scores
from footprint.system import System
from graphstore import GraphStore
from graphstore.technosphere.columns import Select
from graphstore.technosphere.emissions import characterisation
from graphstore.technosphere.extract import extract
from graphstore.technosphere.snapshot import Snapshot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Data", "Prepared", "prepare", "select_of", "synthetic", "uslci"]

GWP = "https://w3id.org/tanmai/id/gwp-set/"
USLCI_FILES = ("data/uslci/uslci-olca1.5-jsonld.zip", "data/uslci/flow-map.csv")
CUT_OFF = Reading("cutoff", "unallocated")


@dataclass(frozen=True, slots=True)
class Data:
    """A system as RDF.

    Attributes:
        name: for the report.
        triples: N-Triples to load.
        knowledge: whether the reference knowledge is needed beside them.
        reading: how gaps are read.
        gwp_set: notation of the GWP set.
        system, factors: the arrays the triples were made from; None where they came from a file.
    """

    name: str
    triples: bytes
    knowledge: bool
    reading: Reading
    gwp_set: str
    system: System | None = None
    factors: Floats | None = None


def synthetic(n: int) -> Data:
    """Return a generated system of `n` activities."""
    system = generate(n)
    return Data(f"synthetic {n:,}", ntriples(system, factors()), False, Reading(), GWP_SET, system, factors())


def uslci(fixtures: Path) -> Data:
    """Return the U.S. Life Cycle Inventory database, converted; gaps are cut off and co-products not allocated."""
    from mappings.flowmap import FlowMap
    from mappings.olca import convert, read_package

    package, table = (fixtures / name for name in USLCI_FILES)
    base = "https://w3id.org/tanmai/local"
    made = convert(read_package(package), base=base, flow_map=FlowMap.load(table), dataset_key="uslci")
    return Data("USLCI", made.data + (made.linking or b""), True, CUT_OFF, "AR5")


def select_of(store: GraphStore) -> Select:
    """Return what the extraction asks its queries by."""
    return lambda text: store.query(text).serialize("csv")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A system at rest: everything that calculations start from.

    Attributes:
        name: for the report.
        snapshot: our file.
        potentials: file with kg CO2e per kg of each emission row of the snapshot.
        package: folder with the peer's datapackage; None where it cannot be written.
        position: activity of the snapshot for each activity of the peer.
        unit: demand of the peer that is one unit of the reference flow: 1, or -1 where waste is treated.
    """

    name: str
    snapshot: Path
    potentials: Path
    package: Path | None
    position: NDArray[np.int64]
    unit: Floats

    def open(self) -> tuple[Compiled, Cost]:
        """Map our snapshot and characterise its emissions."""
        compiled = Snapshot.read(self.snapshot).compiled
        return compiled, compiled.cost(np.load(self.potentials))

    def all_products(self, kernel: str) -> tuple[Compiled, Cost, Scores]:
        """Score all products from the snapshot."""
        compiled, cost = self.open()
        return compiled, cost, scores(compiled, cost, Settings(kernel=kernel))


def prepare(data: Data, select: Select, folder: Path, *, peer: bool = True) -> Prepared:
    """Extract a system and write our snapshot and, where it can be had and is wanted, the peer's datapackage."""
    inventory = extract(select)
    snapshot = Snapshot.of(inventory, assemble(inventory, data.reading))
    snapshot.write(folder / "system.arrays")
    ours = snapshot.compiled.system
    potentials = characterisation(select, ours.rows, GWP + data.gwp_set).excluding_biogenic
    np.save(folder / "potentials.npy", potentials)
    theirs, factor = data.system or ours, potentials if data.factors is None else data.factors
    known = {name: j for j, name in enumerate(ours.activity_ids)}
    package = folder / "datapackage" if peer and not missing("Jacobi-GMRES") else None
    if package is not None:
        write_package(package, theirs, factor)
    return Prepared(
        data.name,
        folder / "system.arrays",
        folder / "potentials.npy",
        package,
        np.array([known[name] for name in theirs.activity_ids]),
        np.sign(theirs.production),
    )
