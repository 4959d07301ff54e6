"""What is said about outside vocabularies: every term of theirs exists in the version named, every term of ours here."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
import pytest

import ontology
from ontology import PREFIXES, TM

OPENAPI = "https://raw.githubusercontent.com/wbcsd/data-exchange-protocol/v3.0.3/spec/v3/openapi.yaml"
PLACES = {
    "pcf.": "CarbonFootprint/properties/",
    "pf.": "ProductFootprint/properties/",
    "dqi.": "DataQualityIndicators/properties/",
    "verification.": "Verification/properties/",
}
"""Where attributes of PACT stand in its OpenAPI document."""


@dataclass(frozen=True)
class Outside:
    """Terms of an outside vocabulary, looked up in the file that its publisher gives out.

    Attributes:
        namespace: beginning of their IRIs.
        version: the publication, and the file in which each name below was found.
        names: the names, after the namespace.
    """

    namespace: str
    version: str
    names: str

    def terms(self) -> set[str]:
        """IRIs of the terms."""
        return {self.namespace + _full(name) for name in self.names.split()}


def _full(name: str) -> str:
    for short, long in PLACES.items():
        if name.startswith(short):
            return long + name.removeprefix(short)
    return name


PUBLISHED = {
    "bonsai": Outside(
        "http://ontology.bonsai.uno/core#",
        "BONSAI core ontology, core/ontology_v0.2.ttl",
        """
        Activity Agent Flow FlowObject hasDeterminingFlow hasLocation hasObjectType hasTemporalExtent isInputOf
        isOutputOf
        """,
    ),
    "ecfo": Outside(
        "https://w3id.org/ecfo#",
        "ECFO, release/1.0.0/ontology.ttl",
        """
        ChemicalCompound EmissionConversionFactor hasApplicableLocation hasApplicablePeriod hasEmissionSource
        hasEmissionTarget hasSourceUnit
        """,
    ),
    "gs1": Outside(
        "https://ref.gs1.org/voc/",
        "GS1 Web Vocabulary, v1.16/gs1Voc.ttl",
        """
        AdditionalProductClassificationDetails CertificationDetails CertificationStatus-ACTIVE
        CertificationStatus-INACTIVE Organization Place Product QuantitativeValue additionalProductClassification certificationEndDate
        certificationIdentification certificationStartDate certificationStatus manufacturingPlant netWeight unitCode
        value
        """,
    ),
    "olca": Outside(
        "http://openlca.org/schema/v2.0/",
        "olca-schema 2: context.jsonld (namespace) and yaml/*.yaml (names), at d1d5263",
        """
        Actor AllocationFactor CAUSAL_ALLOCATION DQIndicator DQSystem ECONOMIC_ALLOCATION ELEMENTARY_FLOW Epd Exchange
        Flow FlowProperty FlowPropertyFactor ImpactFactor LCI_RESULT LOG_NORMAL_DISTRIBUTION Location
        NORMAL_DISTRIBUTION NO_ALLOCATION PHYSICAL_ALLOCATION PRODUCT_FLOW Parameter Process ProductSystem Result Source
        TRIANGLE_DISTRIBUTION UNIFORM_DISTRIBUTION UNIT_PROCESS Uncertainty UnitGroup WASTE_FLOW allocationFactors
        allocationType amount amountFormula baseUncertainty cas category defaultAllocationMethod defaultProvider
        distributionType dqEntry exchanges flow flowProperties formula geomMean geomSd isAvoidedProduct isInput
        isQuantitativeReference location maximum mean minimum mode parameters processType product provider reviewers sd
        technologyDescription uncertainty unit unitGroup units version
        """,
    ),
    "pact": Outside(
        f"{OPENAPI}#/components/schemas/",
        "PACT data exchange protocol, tag v3.0.3, spec/v3/openapi.yaml",
        """
        CarbonFootprint pcf.aircraftGhgEmissions pcf.allocationRulesDescription pcf.biogenicCO2Uptake
        pcf.biogenicCarbonContent pcf.biogenicNonCO2Emissions pcf.ccsTechnologicalCO2Capture pcf.crossSectoralStandards
        pcf.declaredUnitAmount pcf.declaredUnitOfMeasurement pcf.dqi pcf.exemptedEmissionsPercent
        pcf.fossilCarbonContent pcf.fossilGhgEmissions pcf.geographyCountry pcf.geographyCountrySubdivision
        pcf.geographyRegionOrSubregion pcf.ipccCharacterizationFactors pcf.landManagementBiogenicCO2Emissions
        pcf.landManagementBiogenicCO2Removals pcf.landManagementFossilGhgEmissions pcf.landUseChangeGhgEmissions
        pcf.outboundLogisticsGhgEmissions pcf.packagingGhgEmissions pcf.pcfExcludingBiogenicUptake
        pcf.pcfIncludingBiogenicUptake pcf.primaryDataShare pcf.productMassPerDeclaredUnit pcf.recycledCarbonContent
        pcf.referencePeriodEnd pcf.referencePeriodStart pcf.technologicalCO2Removals pcf.verification
        dqi.geographicalDQR dqi.technologicalDQR dqi.temporalDQR ProductFootprint pf.productClassifications
        pf.productIds pf.specVersion pf.status pf.validityPeriodEnd pf.validityPeriodStart verification.completedAt verification.providerName
        """,
    ),
    "peco": Outside(
        "https://w3id.org/peco#",
        "PECO, release/1.0.0/ontology.ttl",
        """
        EmissionCalculationActivity EmissionGenerationActivity EmissionScore hasEmissionScore
        """,
    ),
    "schemaorg": Outside(
        "https://schema.org/",
        "schema.org 30.0, data/releases/30.0/schemaorg-all-https.ttl",
        """
        CategoryCode Certification CertificationActive CertificationInactive CreativeWork DataCatalog Dataset
        Legislation Organization Place Product QuantitativeValue category certificationIdentification
        certificationStatus expires issuedBy latitude longitude unitCode validFrom value version
        """,
    ),
}
OWN = "https://w3id.org/tanmai/"
WRITTEN_IN = (OWN, *(PREFIXES[name] for name in ("rdf", "rdfs", "owl", "dcterms", "skos")), "https://www.apache.org/")
SUPERCLASSES = {
    "ecfo": {PREFIXES["prov"] + "Entity"},
    "peco": {PREFIXES["prov"] + "Activity"},
}
"""Classes of PROV under which those two vocabularies put terms of their own."""
MAPPINGS = {PREFIXES["rdfs"] + name for name in ("subClassOf", "subPropertyOf")} | {
    PREFIXES["skos"] + name + "Match" for name in ("exact", "close", "broad", "narrow", "related")
}


@pytest.fixture(params=sorted(PUBLISHED))
def name(request) -> str:
    return request.param


def parsed(name: str) -> ox.Store:
    store = ox.Store()
    store.load(ontology.path(f"alignments/{name}.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    return store


def mappings(store: ox.Store) -> list[tuple[str, str, str]]:
    """Statements about a term of ours that lead to a term outside."""
    return [
        (q.subject.value, q.predicate.value, q.object.value)
        for q in store
        if isinstance(q.subject, ox.NamedNode)
        and isinstance(q.object, ox.NamedNode)
        and q.subject.value.startswith(OWN)
        and q.predicate.value in MAPPINGS
    ]


def answers(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    return sorted(tuple(term.value for term in row) for row in store.query(query, prefixes=PREFIXES))


def test_an_alignment_names_just_the_terms_that_were_found_in_the_published_vocabulary(name):
    """Both ways: what a file no longer names leaves the list too."""
    store = parsed(name)
    terms = {term for quad in store for term in (quad.subject, quad.predicate, quad.object)}
    header = {
        iri for (iri,) in answers(store, "SELECT ?v { ?o a owl:Ontology ; dcterms:source ?v . FILTER(isIRI(?v)) }")
    }
    named = {t.value for t in terms if isinstance(t, ox.NamedNode) and not t.value.startswith(WRITTEN_IN)}
    assert named - header - SUPERCLASSES.get(name, set()) == PUBLISHED[name].terms()


def test_every_mapping_leads_from_a_term_or_concept_of_ours_to_one_of_theirs(shipped, name):
    found = mappings(parsed(name))
    known = answers(shipped, "SELECT DISTINCT ?t { { ?t rdfs:isDefinedBy ?o } UNION { ?t skos:inScheme ?s } }")
    ours = {iri for (iri,) in known}
    assert found
    assert [subject for subject, _, _ in found if subject not in ours] == []
    assert [target for _, _, target in found if not target.startswith(PUBLISHED[name].namespace)] == []


def test_a_note_explains_a_mapping_that_stands_in_the_file_in_both_languages(name):
    """A note on a statement that is not made would be read by nobody."""
    store = parsed(name)
    query = """SELECT ?s ?p ?o ?zh ?en {
        ?note a owl:Axiom ; owl:annotatedSource ?s ; owl:annotatedProperty ?p ; owl:annotatedTarget ?o ; skos:note ?zh, ?en .
        FILTER(LANG(?zh) = "zh" && LANG(?en) = "en") }"""
    explained = [row[:3] for row in answers(store, query)]
    assert len(explained) == len(answers(store, "SELECT ?n { ?n a owl:Axiom }"))
    assert set(explained) <= set(mappings(store))


def test_a_header_says_in_both_languages_what_is_aligned(name):
    query = "SELECT ?lang { ?o a owl:Ontology ; dcterms:title ?t ; dcterms:source ?s . BIND(LANG(?t) AS ?lang) }"
    assert answers(parsed(name), query) == [("en",), ("zh",)]


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "word"),
    [
        ("bonsai", f"{TM}input", "isInputOf", "direction"),
        ("ecfo", f"{TM}EmissionFactor", "EmissionConversionFactor", "n factors"),
        ("gs1", f"{TM}unit", "unitCode", "Recommendation 20"),
        ("olca", f"{TM}PropertyValue", "FlowPropertyFactor", "inverse"),
        ("pact", f"{TM}primaryDataShare", "pcf.primaryDataShare", "percent"),
        ("pact", f"{TM}co2eWithBiogenic", "pcf.pcfIncludingBiogenicUptake", "release"),
        ("peco", f"{TM}ofProcess", "hasEmissionScore", "direction"),
        ("schemaorg", f"{TM}unit", "unitCode", "UN/CEFACT"),
    ],
)
def test_where_unit_sign_or_direction_differs_the_mapping_says_so(name, ours, theirs, word):
    query = f"""SELECT ?note {{ ?n owl:annotatedSource <{ours}> ; owl:annotatedTarget <{PUBLISHED[name].namespace}{_full(theirs)}> ;
        skos:note ?note . FILTER(LANG(?note) = "en" && CONTAINS(?note, "{word}")) }}"""
    assert len(answers(parsed(name), query)) == 1


def test_instances_keep_the_class_that_an_alignment_gives_them(shipped):
    """One of each strength that a query over outside terms relies on, through the committed closure."""
    query = """SELECT DISTINCT ?class { <https://w3id.org/tanmai/id/electricity-factor/footprint-CN-hydro-2024>
        a/rdfs:subClassOf ?class . FILTER(STRSTARTS(STR(?class), "https://w3id.org/ecfo#")) }"""
    assert answers(shipped, query) == [("https://w3id.org/ecfo#EmissionConversionFactor",)]
