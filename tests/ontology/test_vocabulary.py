"""The vocabulary defines what the rest of the system relies on, and the concepts say what the rules need."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ontology
from ontology import ID, PREFIXES, TM

OBJECT_PROPERTIES = """
    output input emission quantitativeReference flow unit perUnit referenceUnit hasProperty property geography stage dataKind
    defaultProvider linkedTo linkingRule gas emissionCategory gwpSet gasMass activity lifeCycleScope allocationMethod allocatedTo
    confidence legalStatus quality uncertainty
"""
DATATYPE_PROPERTIES = """
    amount avoided aircraftEmission co2e timeHorizon countsInTotal countsInTotalWithBiogenic referenceYear allocationFactor
    illustrative
"""
CLASSES = """
    Flow Product WasteFlow ElementaryFlow UnitProcess Exchange LinkingModel EmissionFactor ElectricityFootprintFactor
    ElectricityCO2Factor GasMass GreenhouseGas CharacterizationFactor PropertyValue Submission FootprintStudy Footprint
    MethodSettings Standard ProductCategoryRule Requirement Organization Site CertificationBody DataQualityScore Uncertainty
    Verification Certificate CarbonLabel Baseline GradeAssignment Policy PolicyTarget Source Claim Dataset DatasetVersion
    StatusEvent Release Generation
"""


def rows(store, query, *columns):
    found = store.query(query, prefixes={**PREFIXES, "id": ID})
    return sorted(tuple(row[c].value if row[c] is not None else None for c in columns) for row in found)


@pytest.mark.parametrize(
    ("kind", "names"),
    [("ObjectProperty", OBJECT_PROPERTIES), ("DatatypeProperty", DATATYPE_PROPERTIES), ("Class", CLASSES)],
)
def test_terms_that_calculation_and_imports_rely_on_are_defined(shipped, kind, names):
    defined = {iri for (iri,) in rows(shipped, f"SELECT ?t {{ ?t a owl:{kind} }}", "t")}
    assert [n for n in names.split() if TM + n not in defined] == []


def test_header_carries_the_version_of_the_loader(shipped):
    header = rows(
        shipped, "SELECT ?v ?n { <https://w3id.org/tanmai/ontology> owl:versionIRI ?v ; owl:versionInfo ?n }", "v", "n"
    )
    assert header == [(f"https://w3id.org/tanmai/ontology/{ontology.VERSION}", ontology.VERSION)]


def test_every_predicate_of_the_vocabulary_is_declared_or_built_in(checks):
    """OWL 2 DL wants each annotation property of another vocabulary declared."""
    store = checks.load([ontology.path("tanmai.ttl").read_bytes()])
    declared = {
        iri
        for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
        for (iri,) in rows(store, f"SELECT ?p {{ ?p a owl:{kind} }}", "p")
    }
    built_in = tuple(PREFIXES[p] for p in ("rdf", "rdfs", "owl"))
    used = {iri for (iri,) in rows(store, "SELECT DISTINCT ?p { ?s ?p ?o }", "p")}
    assert {p for p in used if not p.startswith(built_in)} - declared == set()


def test_what_may_and_may_not_enter_a_footprint_by_its_class(shipped):
    """Of the electricity factors only the footprint series; no carbon credits and no avoided emissions (rule R09)."""
    found = rows(shipped, "SELECT ?c ?u { ?c tm:usableInFootprint ?u }", "c", "u")
    assert found == [
        (TM + "AvoidedEmissionsClaim", "false"),
        (TM + "CarbonCredit", "false"),
        (TM + "ElectricityCO2Factor", "false"),
        (TM + "ElectricityFootprintFactor", "true"),
    ]


@pytest.mark.parametrize(
    ("scheme", "notations"),
    [
        ("stage", "distribution end-of-life manufacturing raw-material-acquisition use"),
        ("boundary", "business-to-business cradle-to-cradle cradle-to-gate cradle-to-grave gate-to-gate"),
        ("data-kind", "estimated illustrative primary secondary"),
        ("gwp-set", "AR4 AR5 AR6 unknown"),
        ("allocation", "economic energy mass price-ratio stated subdivision system-expansion unallocated"),
        ("linking-rule", "cut-off default-provider lowest-identifier stated unique-producer"),
        ("recycling-model", "cff closed-loop cut-off none"),
        (
            "recycling-role",
            "displaced-energy displaced-virgin-material disposal energy-recovery recycled-material recycling-at-end-of-life virgin-material",
        ),
        ("dataset-status", "current retired superseded"),
    ],
)
def test_members_of_a_scheme(shipped, scheme, notations):
    found = rows(shipped, f"SELECT ?n {{ ?c skos:inScheme <{ID}scheme/{scheme}> ; skos:notation ?n }}", "n")
    assert " ".join(n for (n,) in found) == notations


def test_stages_are_in_the_order_of_life(shipped):
    found = rows(shipped, "SELECT ?o ?n { ?c a tm:LifeCycleStage ; tm:order ?o ; skos:notation ?n }", "o", "n")
    assert [n for _, n in found] == ["raw-material-acquisition", "manufacturing", "distribution", "use", "end-of-life"]


def test_cradle_to_grave_covers_five_stages_and_cradle_to_gate_two(shipped):
    found = rows(
        shipped, "SELECT ?n (COUNT(?s) AS ?k) { ?b tm:coversStage ?s ; skos:notation ?n } GROUP BY ?n", "n", "k"
    )
    assert found == [
        ("business-to-business", "3"),
        ("cradle-to-cradle", "5"),
        ("cradle-to-gate", "2"),
        ("cradle-to-grave", "5"),
        ("gate-to-gate", "1"),
    ]


def test_emission_categories_enter_the_totals_as_pact_prescribes(shipped):
    """Columns: counts without biogenic CO2, counts with it, is a removal (PACT 3.0.3)."""
    query = """SELECT ?n ?a ?b ?r { ?c a tm:EmissionCategory ; skos:notation ?n ; tm:countsInTotal ?a ;
               tm:countsInTotalWithBiogenic ?b ; tm:isRemoval ?r }"""
    assert rows(shipped, query, "n", "a", "b", "r") == [
        ("biogenic-co2-release", "false", "true", "false"),
        ("biogenic-co2-uptake", "false", "true", "true"),
        ("biogenic-non-co2", "true", "true", "false"),
        ("ccs-capture", "true", "true", "true"),
        ("fossil", "true", "true", "false"),
        ("land-management-biogenic-co2", "true", "true", "false"),
        ("land-management-biogenic-removal", "true", "true", "true"),
        ("land-management-fossil", "false", "false", "false"),
        ("land-use-change", "true", "true", "false"),
        ("packaging", "false", "false", "false"),
        ("technological-removal", "true", "true", "true"),
    ]


@pytest.mark.parametrize(
    ("state", "following"),
    [
        ("draft", "submitted withdrawn"),
        ("submitted", "accepted rejected withdrawn"),
        ("accepted", "superseded under-verification withdrawn"),
        ("under-verification", "rejected superseded verified withdrawn"),
        ("verified", "published superseded withdrawn"),
        ("published", "superseded withdrawn"),
        ("superseded", ""),
        ("withdrawn", ""),
        ("rejected", ""),
    ],
)
def test_what_may_follow_a_state_of_a_submission(shipped, state, following):
    query = f"SELECT ?n {{ <{ID}submission-status/{state}> tm:allowedNext/skos:notation ?n }}"
    assert " ".join(n for (n,) in rows(shipped, query, "n")) == following


@pytest.mark.parametrize(
    ("gas", "formula", "cas", "group"),
    [
        ("CO2", "CO2", "124-38-9", "CO2"),
        ("CH4_fossil", "CH4", "74-82-8", "CH4"),
        ("CH4_biogenic", "CH4", "74-82-8", "CH4"),
        ("N2O", "N2O", "10024-97-2", "N2O"),
        ("SF6", "SF6", "2551-62-4", "SF6"),
        ("NF3", "NF3", "7783-54-2", "NF3"),
        ("CF4", "CF4", "75-73-0", "PFC"),
        ("C2F6", "C2F6", "76-16-4", "PFC"),
        ("HFC-134a", "C2H2F4", "811-97-2", "HFC"),
    ],
)
def test_gases(shipped, gas, formula, cas, group):
    query = (
        f"SELECT ?f ?c ?g {{ <{ID}gas/{gas}> tm:chemicalFormula ?f ; tm:casNumber ?c ; tm:gasGroup/skos:notation ?g }}"
    )
    assert rows(shipped, query, "f", "c", "g") == [(formula, cas, group)]


def test_cas_numbers_have_a_right_check_digit(shipped):
    numbers = {cas for (cas,) in rows(shipped, "SELECT ?c { ?g tm:casNumber ?c }", "c")}
    assert len(numbers) > 30
    for number in numbers:
        *digits, check = [int(d) for d in number.replace("-", "")]
        assert sum(place * digit for place, digit in enumerate(reversed(digits), 1)) % 10 == check, number


def test_seven_groups_are_in_the_reported_basket(shipped):
    found = rows(shipped, "SELECT ?n { ?g tm:inKyotoBasket true ; skos:notation ?n }", "n")
    assert [n for (n,) in found] == ["CH4", "CO2", "HFC", "N2O", "NF3", "PFC", "SF6"]


def test_the_flows_that_hand_made_data_need_are_shipped(shipped):
    query = f"""SELECT ?n ?a {{ ?f a tm:ElementaryFlow ; tm:gas <{ID}gas/CO2> ; skos:notation ?n .
                OPTIONAL {{ ?f tm:aircraftEmission ?a }} }}"""
    assert rows(shipped, query, "n", "a") == [
        ("CO2-biogenic-co2-release", None),
        ("CO2-biogenic-co2-uptake", None),
        ("CO2-ccs-capture", None),
        ("CO2-fossil", None),
        ("CO2-fossil-aircraft", "true"),
        ("CO2-land-management-biogenic-co2", None),
        ("CO2-land-management-biogenic-removal", None),
        ("CO2-land-use-change", None),
        ("CO2-technological-removal", None),
    ]


def test_every_gas_but_co2e_has_an_elementary_flow(shipped):
    query = "SELECT ?n { ?g a tm:GreenhouseGas ; skos:notation ?n . FILTER NOT EXISTS { ?f a tm:ElementaryFlow ; tm:gas ?g } }"
    assert rows(shipped, query, "n") == [("CO2e",)]


def test_files_come_vocabulary_first_and_in_order():
    names = [f.name for f in ontology.files()]
    assert names[0] == "tanmai.ttl"
    assert names.index("gases.ttl") < names.index("prov.ttl") < names.index("subclasses.ttl") < names.index("units.ttl")
    assert [f.name for f in ontology.reference_files()] == sorted(f.name for f in ontology.reference_files())


def test_an_unknown_file_is_refused_with_what_there_is():
    with pytest.raises(
        ontology.UnknownFileError,
        match=r"'alignments/owl\.ttl'.*dcat\.ttl, ecfo\.ttl, .*prov\.ttl, qudt\.ttl, schemaorg\.ttl, skos\.ttl",
    ):
        ontology.path("alignments/owl.ttl")


def test_importing_the_loader_brings_in_no_rdf_library():
    code = "import ontology, sys; print(sorted({'pyoxigraph', 'rdflib', 'owlready2', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_examples_in_the_loader_run():
    assert doctest.testmod(ontology) == (0, 2)


@pytest.mark.parametrize(
    ("code", "datatype", "scheme"),
    [
        ("ISO14067", "pactCode", "iso-14067"),
        ("PACT-3.0", "pactCode", "pact"),
        ("0173-1#07-ACC008#001", "eclassCode", "pas-2050"),
    ],
)
def test_codes_of_exchange_formats_lead_to_the_scheme(shipped, code, datatype, scheme):
    found = rows(shipped, f'SELECT ?c {{ ?c skos:notation "{code}"^^tm:{datatype} }}', "c")
    assert found == [(f"{ID}calculation-scheme/{scheme}",)]


@pytest.mark.parametrize("package", ["graphstore", "mappings", "tanmai"])
def test_terms_that_other_packages_write_and_query_are_defined(shipped, package):
    """A query for a misspelt term answers nothing, silently."""
    root = Path(ontology.__file__).parents[1] / package
    texts = {
        file: file.read_text(encoding="utf-8") for file in root.rglob("*.*") if file.suffix in {".rq", ".ttl", ".py"}
    }
    used = {
        (TM + term, str(file.relative_to(root)))
        for file, text in texts.items()
        for term in re.findall(r"""\btm:([A-Za-z]\w*)|\btm\(["'](\w+)["']\)""", text)
        for term in filter(None, term)
    }
    defined = {iri for (iri,) in rows(shipped, f"SELECT DISTINCT ?t {{ ?t rdfs:isDefinedBy <{TM[:-1]}> }}", "t")}
    assert used
    assert sorted((term, file) for term, file in used if term not in defined) == []
