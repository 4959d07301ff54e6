"""Real packages: the U.S. Life Cycle Inventory Database, and the samples of other projects."""

import os
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from olca_fixtures import TM, Graph
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from mappings.flowmap import FlowMap
from mappings.olca import convert, read_package

ROOT = Path(os.environ.get("TANMAI_FIXTURES", "")) / "data"


def fixture_path(*parts):
    path = ROOT.joinpath(*parts)
    if "TANMAI_FIXTURES" not in os.environ or not path.exists():
        pytest.skip(f"third-party file {'/'.join(parts)} is not here; set TANMAI_FIXTURES")
    return path


@pytest.fixture(scope="module")
def package():
    return read_package(fixture_path("uslci", "uslci-olca1.5-jsonld.zip"))


@pytest.fixture(scope="module")
def uslci(package):
    return convert(package, dataset_key="uslci", flow_map=FlowMap.load(fixture_path("uslci", "flow-map.csv")))


@pytest.fixture(scope="module")
def data(uslci):
    """All triples of it, which take a second to write."""
    return uslci.data


def test_everything_in_uslci_comes_in(uslci):
    report = uslci.report
    counts = (
        "processes",
        "exchanges",
        "product flows",
        "waste flows",
        "elementary flows",
        "sources",
        "actors",
        "locations",
    )
    assert [report.counts[c] for c in counts] == [766, 32526, 1659, 24, 2918, 686, 77, 11]
    assert report.counts["life-cycle inventory results among them"] == 4
    assert report.counts["processes with several products"] == 132
    assert report.counts["allocation factors kept as statements"] == 12126
    assert report.warnings == []


def test_links_of_uslci(uslci):
    report = uslci.report
    assert report.inputs["unlinked"] == 2755
    assert report.outputs["unlinked"] + report.outputs["co-products beside the reference"] == 330
    assert len(report.table("ambiguous").rows) == 2
    assert sum(row[3] for row in report.table("unlinked").rows if row[2] == "input") == 2755
    assert sum(report.inputs.values()) == 6480


def test_gases_of_uslci(uslci):
    gases = {row[0]: row[2:4] for row in uslci.report.table("gases").rows}
    assert gases == {
        "Carbon dioxide, fossil": ("CO2", "fossil"),
        "Carbon dioxide": ("CO2", "fossil"),
        "Methane, fossil": ("CH4_fossil", "fossil"),
        "Methane": ("CH4_fossil", "fossil"),
        "Dinitrogen monoxide": ("N2O", "fossil"),
        "Sulfur hexafluoride": ("SF6", "fossil"),
    }
    unmapped = {row[0] for row in uslci.report.table("unmapped").rows}
    assert {"Carbon dioxide, in air", "Carbon dioxide, biogenic", "Methane, biogenic"} <= unmapped


def test_the_default_table_on_uslci(package):
    report = convert(package, dataset_key="uslci").report
    gases = {(row[0], row[1]): row[2:4] for row in report.table("gases").rows}
    assert gases["Carbon dioxide, in air", "input"] == ("CO2", "biogenic-co2-uptake")
    assert gases["Methane", "output"] == ("CH4_unspecified", "fossil")
    assert gases["Methane, biogenic", "output"] == ("CH4_biogenic", "biogenic-non-co2")
    assert gases["Ethane, 1,1,1,2-tetrafluoro-, HFC-134a", "output"] == ("HFC-134a", "fossil")
    assert gases["Ethane, hexafluoro-, HFC-116", "output"] == ("C2F6", "fossil")


def test_output_is_the_same_twice(uslci, data):
    chunks = list(uslci.chunks())
    assert b"".join(chunks) == data
    assert all(chunk.endswith(b"\n") for chunk in chunks)


class Matrix:
    """The technosphere of the triples, put together here without the engine."""

    def __init__(self, data, linking):
        graph = Graph(data + linking)
        one = self._one = lambda p: {q.subject.value: q.object.value for q in self._quads(graph, p)}
        self.flow, amount, self.unit, self.reference = (
            one("flow"),
            one("amount"),
            one("unit"),
            one("quantitativeReference"),
        )
        self.amount = {e: float(v) for e, v in amount.items()}
        self.linked = one("linkedTo")
        self.gas = one("gas")
        self.multiplier = self._multipliers(data)
        self.processes = sorted(self.reference)
        self.row = {p: i for i, p in enumerate(self.processes)}
        self.inputs = [(q.subject.value, q.object.value) for q in self._quads(graph, "input")]
        self.emissions = [(q.subject.value, q.object.value) for q in self._quads(graph, "emission")]
        self.label = {p: graph.value(p, "http://www.w3.org/2000/01/rdf-schema#label") for p in self.processes}

    @staticmethod
    def _quads(graph, predicate):
        import pyoxigraph as ox

        return graph.store.quads_for_pattern(None, ox.NamedNode(TM + predicate), None)

    @staticmethod
    def _multipliers(data):
        import pyoxigraph as ox

        from mappings.unittable import UnitNames

        known = {u.iri: u.multiplier for units in UnitNames.shipped().by_name.values() for u in units}
        name = "http://qudt.org/schema/qudt/conversionMultiplier"
        lines = (line for line in data.splitlines() if name.encode() in line)
        local = ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES)
        return known | {q.subject.value: float(q.object.value) for q in local}

    def si(self, exchange):
        return self.amount[exchange] * self.multiplier[self.unit[exchange]]

    def technosphere(self):
        makers = {}
        for process, exchange in sorted(self.reference.items()):
            makers.setdefault(self.flow[exchange], process)
        entries = [(self.row[p], self.row[p], self.amount[e]) for p, e in self.reference.items()]
        for process, exchange in self.inputs:
            maker = self.linked.get(exchange, makers.get(self.flow[exchange]))
            if maker is not None:
                scale = self.multiplier[self.unit[self.reference[maker]]]
                entries.append((self.row[maker], self.row[process], -self.si(exchange) / scale))
        i, j, v = zip(*entries, strict=True)
        return sp.csc_matrix((v, (i, j)), shape=(len(self.row),) * 2)

    def burden(self, gwp):
        b = np.zeros(len(self.row))
        for process, exchange in self.emissions:
            gas = self.gas.get(self.flow[exchange])
            if gas:
                b[self.row[process]] += gwp[gas.rpartition("/")[2]] * self.si(exchange)
        return b


def test_uslci_gives_the_known_footprints(uslci, data):
    matrix = Matrix(data, uslci.linking)
    a = matrix.technosphere()
    y = spsolve(a.T.tocsc(), matrix.burden({"CO2": 1, "CH4_fossil": 30, "N2O": 265, "SF6": 23500}))
    by_name = {matrix.label[p]: y[i] for p, i in matrix.row.items()}
    expected = {
        "Electricity, bituminous coal, at power plant": 1.10575532,
        "Electricity, natural gas, at power plant": 0.75521226,
        "Transport, combination truck, diesel powered": 0.1359835304,
        "Aluminum, primary, ingot, at plant, 1998": 10.6871179521,
    }
    assert {name: by_name[name] for name in expected} == pytest.approx(expected, rel=1e-8)
    loops = connected_components(a, connection="strong")[1]
    assert np.bincount(loops).max() == 32


def test_a_sample_of_another_converter():
    conversion = convert(read_package(fixture_path("conversion-oracle", "openlca")), dataset_key="sample")
    graph = Graph(conversion.data)
    process, exchange = (
        "process/22222222-2222-4222-8222-222222222222",
        "exchange/22222222-2222-4222-8222-222222222222-1",
    )
    uncertainty = graph.value(exchange, "uncertainty")
    assert graph.value(process, "referenceYear") == "2022"
    assert graph.values(
        graph.value(process, "http://purl.org/dc/terms/temporal"), "http://www.w3.org/ns/dcat#endDate"
    ) == ["2025-12-31"]
    assert graph.value(process, "geography") == "geography/US"
    assert float(graph.value(exchange, "amount")) == 0.123456789012345678
    assert graph.value(exchange, "unit") == "http://qudt.org/vocab/unit/KiloGM"
    assert graph.value(uncertainty, "distribution") == "distribution/normal"
    assert graph.value("flow/11111111-1111-4111-8111-111111111111", "casNumber") == "7439-89-6"


def test_the_examples_of_the_schema_are_read():
    package = read_package(fixture_path("olca-schema", "examples"))
    assert package.schema == "2.x"
    assert {kind: len(found) for kind, found in package.entities.items() if found} == {
        "Process": 1,
        "Flow": 1,
        "FlowProperty": 1,
        "UnitGroup": 1,
        "Location": 1,
    }
    assert package.ignored["ProductSystem"] == 1
