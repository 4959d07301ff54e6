"""The Turtle of the reference tables is up to date, deterministic, complete and free of dangling references."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from ontology import ID, TM, reference_files, vocabulary_files

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "build_reference.py"
TABLES = ROOT / "ontology" / "reference" / "tables"
NOT_FROM_TABLES = {"units.ttl", "geography.ttl"}

DC_SOURCE = ox.NamedNode("http://purl.org/dc/terms/source")
DC_TITLE = ox.NamedNode("http://purl.org/dc/terms/title")
SOURCE = ox.NamedNode(f"{TM}Source")
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="needs the checkout: scripts/ is not shipped in the wheel")

NODES_PER_ROW = {
    "carbon_labels": ("CarbonLabel", "carbon_labels"),
    "cbam_benchmarks": ("CbamBenchmark", "cbam_benchmarks"),
    "cbam_default_values": ("CbamDefaultValue", "cbam_default_values"),
    "cbam_facts": ("CbamFact", "cbam_facts"),
    "cbam_goods": ("CbamGood", "cbam_goods"),
    "cbam_phase_in": ("CbamPhaseIn", "cbam_phase_in"),
    "cca": ("CarbonChargeYear", "cca"),
    "cca_bills": ("Bill", "cca_bills"),
    "certification_bodies": ("CertificationBody", "certification_bodies"),
    "claims": ("Claim", "claims"),
    "databases": ("BackgroundDatabase", "databases"),
    "electricity_factors": ("EmissionFactor", "electricity"),
    "electricity_rules": ("ElectricityRule", "electricity_rules"),
    "eu_battery_dates": ("BatteryObligation", "battery_dates"),
    "organizations": ("Organization", "organizations"),
    "pilot_places": ("Location", "pilot_places"),
    "pilot_regions": ("LabelPilot", "pilot_regions"),
    "plausibility_checks": ("PlausibilityCheck", "plausibility_checks"),
    "policies": ("Policy", "policies"),
    "policy_targets": ("PolicyTarget", "policy_targets"),
    "product_groups": ("ProductGroup", "product_groups"),
    "reference_values": ("ReferenceValue", "reference_values"),
    "sources": ("Source", "sources"),
    "standard_catalogues": ("StandardCatalogue", "standard_catalogues"),
    "standards": ("Standard", "standards"),
    "zero_carbon_factory_grades": ("FactoryGrade", "zero_carbon_factory"),
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False)


def rows(table: str) -> list[dict[str, str]]:
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def graph_of(name: str) -> set[ox.Triple]:
    path = ROOT / "ontology" / "reference" / f"{name}.ttl"
    return set(ox.parse(path=path, format=ox.RdfFormat.TURTLE))


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the tables that a test may damage."""
    return Path(shutil.copytree(TABLES, tmp_path / "tables"))


@pytest.fixture(scope="module")
def shipped() -> ox.Store:
    store = ox.Store()
    for file in (*vocabulary_files(), *reference_files()):
        store.load(file.read_bytes(), format=ox.RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def generated() -> dict[str, set[ox.Triple]]:
    names = [Path(file.name).stem for file in reference_files() if file.name not in NOT_FROM_TABLES]
    return {name: graph_of(name) for name in names}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_files_are_up_to_date() -> None:
    result = run("--check")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_changed_table_makes_its_file_stale(tables: Path) -> None:
    edit(tables / "gwp.csv", "6630", "6631")
    result = run("--check", "--tables", str(tables))
    assert result.returncode == 1
    assert "gwp.ttl is out of date" in result.stderr
    assert "electricity.ttl" not in result.stderr


def test_check_writes_nothing(tables: Path, tmp_path: Path) -> None:
    assert run("--check", "--tables", str(tables), "--out", str(tmp_path / "out")).returncode == 1
    assert not (tmp_path / "out").exists()


def test_two_runs_give_equal_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second):
        assert run("--out", str(out)).returncode == 0
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


def test_row_order_of_a_table_does_not_matter(tables: Path, tmp_path: Path) -> None:
    head, *lines = (tables / "gwp.csv").read_text(encoding="utf-8").splitlines()
    (tables / "gwp.csv").write_text("\n".join([head, *reversed(lines)]) + "\n", encoding="utf-8")
    assert run("--tables", str(tables), "--out", str(tmp_path / "out")).returncode == 0
    assert (tmp_path / "out" / "gwp.ttl").read_bytes() == (ROOT / "ontology/reference/gwp.ttl").read_bytes()


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("gwp", "6630", "6,630e0", "cells for"),
        ("gwp", "6630", "6.63e3", "no decimal number"),
        ("electricity_factors", "2025-09-28", "28.9.2025", "no date"),
        ("standards", "ISO-TS-14067-2013,", "ISO-TS-14067-1999,", "supersedes"),
        ("certification_bodies", "cqc-slides-2025", "cqc-slides-1925", "no key of sources.csv"),
        ("certification_bodies", "key,number", "key,nummer", "columns that nothing reads: nummer"),
        ("certification_bodies", "CNCA-R-2002-002,2", "CNCA-R-2002-001,2", "twice"),
        ("cbam_goods", "true", "yes", "neither true nor false"),
        ("policy_targets", "pcf-rules:about:50", "pcf-rules:50", "measure:qualifier:amount"),
        ("claims", "policy/cnca-2024-63", "cnca-2024-63", "is not kind/key"),
    ],
)
def test_a_wrong_cell_is_refused_by_name(
    tables: Path, tmp_path: Path, table: str, old: str, new: str, message: str
) -> None:
    edit(tables / f"{table}.csv", old, new)
    result = run("--tables", str(tables), "--out", str(tmp_path / "out"))
    assert result.returncode == 2
    assert f"table {table}.csv" in result.stderr
    assert message in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_missing_table_is_named(tables: Path) -> None:
    (tables / "cca.csv").unlink()
    result = run("--check", "--tables", str(tables))
    assert result.returncode == 2
    assert "cca.csv does not exist" in result.stderr


@pytest.mark.parametrize("table", sorted(NODES_PER_ROW))
def test_every_row_is_one_node(table: str) -> None:
    cls, name = NODES_PER_ROW[table]
    nodes = [t for t in graph_of(name) if t.predicate == TYPE and t.object == ox.NamedNode(f"{TM}{cls}")]
    assert len(nodes) == len(rows(table))


def test_every_gwp_cell_is_one_factor_and_an_empty_cell_none() -> None:
    cells = [row[f"gwp100_{s}"] for row in rows("gwp") for s in ("ar4", "ar5", "ar6")]
    factors = [t for t in graph_of("gwp") if t.object == ox.NamedNode(f"{TM}CharacterizationFactor")]
    assert len(factors) == len([cell for cell in cells if cell]) == len(cells) - 1


def test_no_file_names_a_working_paper(generated: dict[str, set[ox.Triple]]) -> None:
    word = re.compile(r"\bseeds?\b", re.IGNORECASE)
    tables = [TABLES / f"{name}.csv" for name in (*NODES_PER_ROW, "gwp", "standards_comparison")]
    turtle = [ROOT / "ontology" / "reference" / f"{name}.ttl" for name in generated]
    scripts = [SCRIPT, *(ROOT / "scripts" / "reference_tables").glob("*.py")]
    assert [path.name for path in (*tables, *turtle, *scripts) if word.search(path.read_text(encoding="utf-8"))] == []


def test_every_node_has_a_source_with_a_title(generated: dict[str, set[ox.Triple]]) -> None:
    everything = set().union(*generated.values())
    titled = {t.subject for t in everything if t.predicate == DC_TITLE}
    sources = {t.subject for t in everything if t.object == SOURCE}
    assert sources <= titled
    cited = {t.subject: t.object for t in everything if t.predicate == DC_SOURCE}
    assert {t.object for t in everything if t.predicate == DC_SOURCE} <= sources
    described = {t.subject for t in everything if t.predicate == TYPE}
    assert described - sources - set(cited) == set()


def test_every_statement_has_a_time_unless_its_sources_have_none(shipped: ox.Store) -> None:
    timeless = {"Organization", "Location", "ProductGroup", "Source", "CarbonLabel"}
    classes = " ".join(f"tm:{cls}" for cls, _ in NODES_PER_ROW.values() if cls not in timeless)
    query = f"""
        PREFIX tm: <{TM}>
        PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT DISTINCT ?s WHERE {{
            VALUES ?class {{ {classes} tm:StandardAspect }}
            ?s a ?class ; dcterms:source/dcterms:issued ?known .
            FILTER NOT EXISTS {{
                ?s dcterms:issued|tm:validFrom|tm:referenceYear|tm:applicableYear|tm:dateInLaw|tm:targetYear ?time
            }}
        }}"""
    solutions = shipped.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    kinds = {solution["s"].value.removeprefix(ID).split("/")[0] for solution in solutions}
    assert kinds <= {"standard", "policy"}  # a standard or policy named without its year in the publications


def test_every_named_node_and_term_exists(shipped: ox.Store, generated: dict[str, set[ox.Triple]]) -> None:
    known = {quad.subject for quad in shipped}
    ours = (ID, TM, "http://qudt.org/vocab/unit/")
    named = {term for triples in generated.values() for t in triples for term in (t.predicate, t.object)}
    assert {t for t in named if isinstance(t, ox.NamedNode) and t.value.startswith(ours)} - known == set()


@pytest.mark.parametrize("axiom", ["domain", "range"])
def test_domains_and_ranges_are_kept(shipped: ox.Store, axiom: str) -> None:
    end = "?s" if axiom == "domain" else "?o"
    query = f"""
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        SELECT DISTINCT ?p ?class WHERE {{
            ?p rdfs:{axiom} ?class . ?class a owl:Class . FILTER(!isBlank(?class))
            ?s ?p ?o . FILTER(STRSTARTS(STR(?s), "{ID}"))
            FILTER NOT EXISTS {{ {end} a/rdfs:subClassOf* ?class }}
        }}"""
    solutions = shipped.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [(s["p"].value, s["class"].value) for s in solutions] == []
