"""Our own footprints as PACT records, from a small study whose numbers are known by hand.

1 t of foil: 3 kg CO2 fossil, 0.5 kg CO2 of land-use change, uptake of 2 kg and release of 0.75 kg of biogenic CO2, all per tonne.
"""

import datetime as dt
import json

import pytest
from chains import EX, HEAD
from pact_records import FIRST, encoded, record

from graphstore.answers.graph import Calculation, Settings
from graphstore.audiences import changes
from graphstore.audiences.visibility import Audience, Extent, Level, Visibility
from mappings.errors import RecordError
from mappings.pact import check, dumps, import_records, publish, read_records
from mappings.pact import record as one
from mappings.pact import records as listed

NOW = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)

FOIL = """
:foil a tm:Product ; rdfs:label "foil"@en ; dcterms:identifier "urn:gtin:06901234567892", "F-7" ; tm:hasProperty :carbon .
:carbon a tm:PropertyValue ; tm:property property:fossil-carbon-content ; tm:amount 1.5 ; tm:unit unit:GM ; tm:perUnit unit:KiloGM .
:foil-out a tm:Exchange ; tm:flow :foil ; tm:amount 1 ; tm:unit unit:TONNE .
:e1 a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 3 ; tm:unit unit:KiloGM .
:e2 a tm:Exchange ; tm:flow flow:CO2-land-use-change ; tm:amount 0.5 ; tm:unit unit:KiloGM .
:e3 a tm:Exchange ; tm:flow flow:CO2-biogenic-co2-uptake ; tm:amount -2 ; tm:unit unit:KiloGM .
:e4 a tm:Exchange ; tm:flow flow:CO2-biogenic-co2-release ; tm:amount 0.75 ; tm:unit unit:KiloGM .
:making a tm:UnitProcess ; tm:quantitativeReference :foil-out ; tm:output :foil-out ; tm:emission :e1, :e2, :e3, :e4 .
:study a tm:FootprintStudy ; tm:studyProduct :foil ; tm:declaredUnit :unit ; dcterms:creator :works ; tm:geography id:geography\\/CN ;
    tm:systemBoundary id:boundary\\/cradle-to-gate ; tm:periodStart "2024-01-01"^^xsd:date ; tm:periodEnd "2025-01-01"^^xsd:date ;
    tm:calculationScheme id:calculation-scheme\\/iso-14067, id:calculation-scheme\\/gbt-24067 ; tm:cutOff :straps, :labels .
:unit a tm:Quantity ; tm:amount 1 ; tm:unit unit:TONNE .
:works a tm:Organization ; rdfs:label "Works"@en, "工厂"@zh ; dcterms:identifier "urn:lei:300300ABCDEFGHIJKL12" .
:straps a tm:CutOff ; tm:share 0.004 . :labels a tm:CutOff ; tm:share 0.0005 .
"""


@pytest.fixture
def store(knowledge_store):
    """The store with the knowledge; what a test published or took in is gone afterwards."""
    yield knowledge_store
    for each in knowledge_store.datasets():
        if each.key.startswith(("pact-", "records/")):
            knowledge_store.retire(each.key)


@pytest.fixture
def published(store):
    def make(text=FOIL, gwp="AR6", now=NOW, **options):
        store.load_bytes((HEAD + text).encode(), key="case", format="turtle")
        return publish(Calculation(store, Settings(gwp)), f"{EX}foil", now=now, **options)

    return make


def test_a_footprint_becomes_a_record(published):
    made = published().record
    assert {key: value for key, value in made.items() if key != "id"} == {
        "specVersion": "3.0.3",
        "created": "2025-06-01T12:00:00Z",
        "status": "Active",
        "companyName": "Works / 工厂",
        "companyIds": ["urn:lei:300300ABCDEFGHIJKL12"],
        "productDescription": "foil",
        "productIds": ["urn:gtin:06901234567892"],
        "productNameCompany": "foil",
        "pcf": {
            "declaredUnitOfMeasurement": "kilogram",
            "declaredUnitAmount": "1000",
            "productMassPerDeclaredUnit": "1000",
            "referencePeriodStart": "2024-01-01T00:00:00Z",
            "referencePeriodEnd": "2025-01-01T00:00:00Z",
            "geographyCountry": "CN",
            "pcfExcludingBiogenicUptake": "3.5",
            "pcfIncludingBiogenicUptake": "2.25",
            "fossilGhgEmissions": "3",
            "landUseChangeGhgEmissions": "0.5",
            "biogenicCO2Uptake": "-1.25",
            "fossilCarbonContent": "1.5",
            "ipccCharacterizationFactors": ["AR6"],
            "crossSectoralStandards": ["GB/T 24067-2024", "ISO14067"],
            "exemptedEmissionsPercent": "0.45",
        },
    }


def test_what_leaves_is_a_record_and_says_what_it_cannot_say(published):
    made = published()
    assert not [finding for finding in check(made.record) if finding.severity == "error"]
    assert {(loss.pointer, loss.kind) for loss in made.losses} == {
        ("/pcf/declaredUnitOfMeasurement", "changed"),
        ("/pcf/biogenicCO2Uptake", "computed"),
        ("/pcf", "dropped"),
    }


def test_what_a_reader_must_know_leaves_and_the_bill_of_materials_does_not(published):
    inputs = """
:alloy a tm:Product ; rdfs:label "secret alloy"@en .
:in a tm:Exchange ; tm:flow :alloy ; tm:amount 2 ; tm:unit unit:KiloGM ; tm:defaultProvider :factor ; tm:illustrative true .
:making tm:input :in .
:factor a tm:EmissionFactor ; rdfs:label "factor of the secret alloy"@en ; tm:perUnit unit:KiloGM ; tm:co2e 10 ;
    tm:gwpSet set:unknown ; dcterms:source :database ; tm:referenceYear "2023"^^xsd:gYear .
:database a tm:Source ; rdfs:label "Database of metals"@en .
"""
    made = published(FOIL + inputs)
    assert made.record["pcf"]["pcfExcludingBiogenicUptake"] == "23.5"
    assert made.record["pcf"]["secondaryEmissionFactorSources"] == [{"name": "Database of metals", "version": "2023"}]
    assert "illustrative" in made.record["comment"]
    assert "cannot be restated" in made.record["comment"]
    assert "alloy" not in dumps(made.record)


def test_the_same_footprint_is_the_same_record(store, published):
    first = published()
    again = published(now=NOW + dt.timedelta(days=9))
    assert (first.changed, again.changed) == (True, False)
    assert again.record == first.record == one(store, first.record["id"])
    store.retire(f"records/pact-{first.record['id']}")
    anew = published(now=NOW + dt.timedelta(days=9))
    assert anew.changed
    assert anew.record["id"] == first.record["id"]


def test_another_result_is_another_record_that_replaces_the_first(store, published):
    first = published().record
    later = NOW + dt.timedelta(days=9)
    second = published(FOIL.replace("tm:amount 3 ;", "tm:amount 4 ;"), now=later)
    assert second.record["pcf"]["pcfExcludingBiogenicUptake"] == "4.5"
    assert second.record["precedingPfIds"] == [first["id"]] == list(second.replaced)
    assert [(each["id"], each["status"]) for each in listed(store)] == [
        (first["id"], "Deprecated"),
        (second.record["id"], "Active"),
    ]


@pytest.fixture
def audiences(store):
    """Two audiences, and what a test shares with them, are gone afterwards."""
    for name in ("buyer", "rival"):
        changes.add(store, name, Audience(name))
    yield
    for name in ("buyer", "rival"):
        changes.remove(store, name)


@pytest.mark.usefixtures("audiences")
def test_who_was_given_a_number_is_given_the_one_that_takes_its_place(store, published):
    first = published()
    assert first.shared == {}
    changes.share(store, f"records/pact-{first.record['id']}", "buyer", Extent.DATA)
    changes.set_level(store, f"records/pact-{first.record['id']}", Level.RESTRICTED)
    second = published(FOIL.replace("tm:amount 3 ;", "tm:amount 4 ;"))
    assert second.shared == {"buyer": Extent.DATA}
    key = f"records/pact-{second.record['id']}"
    known = Visibility.of(store)
    assert (known.extent(key, "buyer"), known.extent(key, "rival")) == (Extent.DATA, None)
    assert known.level(key) is Level.RESTRICTED
    changes.unshare(store, key, "buyer")
    third = published(FOIL.replace("tm:amount 3 ;", "tm:amount 5 ;"))
    assert third.shared == {}, "what was taken back is not given again"
    reasons = store.query("SELECT ?reason { ?event tm:reason ?reason FILTER(CONTAINS(?reason, 'place')) }").values()
    assert {str(reason) for (reason,) in reasons} == {
        "shared with buyer as data, access level restricted, as what it takes the place of",
        "shared with nobody by name, access level restricted, as what it takes the place of",
    }


@pytest.mark.usefixtures("audiences")
def test_what_takes_the_place_of_several_is_shared_as_each_of_them_is(store):
    for key in ("one", "two", "new"):
        store.load_bytes(b"<urn:a> <urn:b> 1 .", key=key, format="turtle")
    for name in ("buyer", "rival"):
        changes.share(store, "one", name, Extent.DATA)
    changes.share(store, "two", "buyer", Extent.DATA)
    changes.share(store, "two", "rival", Extent.RESULT)
    changes.set_level(store, "two", Level.PUBLIC)
    with store.transaction("new") as transaction:
        assert changes.inherit(store, transaction, "new", ["one", "two"]) == {"buyer": Extent.DATA}
        assert changes.inherit(store, transaction, "new", []) == {}
    assert Visibility.of(store).stated.get("new") is None
    for key in ("one", "two", "new"):
        store.retire(key)


def test_other_settings_are_another_record_beside_the_first(store, published):
    published()
    published(gwp="AR5")
    found = {(*each["pcf"]["ipccCharacterizationFactors"], each["status"]) for each in listed(store)}
    assert found == {("AR5", "Active"), ("AR6", "Active")}


def test_publishing_makes_no_result_stale(store, published):
    from graphstore.answers.inputs import state_hash

    store.load_bytes((HEAD + FOIL).encode(), key="case", format="turtle")
    before = state_hash(store)
    published()
    assert state_hash(store) == before


def test_a_partner_cannot_deprecate_what_we_published(store, published):
    made = published().record
    thief = record(FIRST, precedingPfIds=[made["id"]], companyIds=made["companyIds"])
    assert import_records(store, read_records(encoded(thief), "f.json")).deprecated == ()
    gone = {**made, "status": "Deprecated"}
    assert import_records(store, read_records(dumps(gone).encode(), "f.json")).deprecated == ()
    assert one(store, made["id"]) == made


MISSING = [
    ('dcterms:identifier "urn:gtin:06901234567892", "F-7" ; ', "", "productIds"),
    ('; dcterms:identifier "urn:lei:300300ABCDEFGHIJKL12" ', "", "companyIds"),
    ("tm:hasProperty :carbon ", "", "fossilCarbonContent"),
    ("tm:cutOff :straps, :labels", "", "exemptedEmissionsPercent"),
    ("tm:share 0.004 ", "", "exemptedEmissionsPercent"),
    (
        "tm:calculationScheme id:calculation-scheme\\/iso-14067, id:calculation-scheme\\/gbt-24067 ;",
        "",
        "crossSectoralStandards",
    ),
    ('tm:periodStart "2024-01-01"^^xsd:date ;', "", "referencePeriodStart"),
    ("tm:geography id:geography\\/CN ;", "", "geography"),
    ("dcterms:creator :works ;", "", "companyName"),
    ("tm:declaredUnit :unit ;", "", "declaredUnitOfMeasurement"),
    ("cradle-to-gate", "cradle-to-grave", "from cradle to gate"),
    ("tm:amount 0.75", "tm:amount 2.75", "biogenic CO2 that is released"),
]


@pytest.mark.parametrize(("old", "new", "named"), MISSING)
def test_a_missing_fact_is_named(published, old, new, named):
    assert FOIL.count(old) == 1
    with pytest.raises(RecordError, match=named) as error:
        published(FOIL.replace(old, new))
    assert "no PACT record can be made" in str(error.value)


def test_all_missing_facts_are_named_at_once(store, published):
    text = FOIL
    for old, new, _ in MISSING[:3]:
        text = text.replace(old, new)
    with pytest.raises(RecordError) as error:
        published(text)
    for _, _, named in MISSING[:3]:
        assert named in str(error.value)
    assert list(listed(store)) == []


def test_without_a_study_there_is_no_record(published):
    with pytest.raises(RecordError, match="has no study"):
        published(FOIL.replace("tm:studyProduct :foil", "tm:studyProduct :other"))


def test_of_several_studies_one_must_be_named(published):
    more = FOIL + ":second a tm:FootprintStudy ; tm:studyProduct :foil ."
    with pytest.raises(RecordError, match="several studies"):
        published(more)
    assert published(more, study=f"{EX}study").changed
    with pytest.raises(RecordError, match="is no study of"):
        published(more, study=f"{EX}other")


def test_pieces_need_their_mass(published):
    by_piece = FOIL.replace("unit:TONNE", "unit:NUM").replace("tm:perUnit unit:KiloGM", "tm:perUnit unit:NUM")
    with pytest.raises(RecordError, match="productMassPerDeclaredUnit"):
        published(by_piece)
    mass = ":foil tm:hasProperty :mass . :mass tm:property property:mass-per-piece ; tm:amount 250 ; tm:unit unit:GM ; tm:perUnit unit:NUM ."
    made = published(by_piece + mass).record["pcf"]
    assert (made["declaredUnitOfMeasurement"], made["productMassPerDeclaredUnit"]) == ("piece", "0.25")
    assert made["fossilCarbonContent"] == "0.0015"


def test_the_shapes_agree_with_the_checks(published):
    from mappings.pact.shacl import violations

    made = published().record
    assert violations(made) == []
    wrong = json.loads(dumps(made))
    wrong["pcf"]["biogenicCO2Uptake"] = "1.25"
    assert len(violations(wrong)) == 1


def test_a_footprint_under_a_scenario_is_not_published(store):
    from graphstore.scenarios import Scenario

    store.load_bytes((HEAD + FOIL).encode(), key="case", format="turtle")
    settings = Settings("AR6", scenario=Scenario(iri=f"{EX}s", changes=()))
    with pytest.raises(RecordError, match="under a scenario is not published"):
        publish(Calculation(store, settings), f"{EX}foil")


def test_from_python(tmp_path):
    import tanmai

    (tmp_path / "partner.json").write_bytes(encoded(record()))
    with tanmai.open(None) as graph:
        assert graph.import_records(tmp_path / "partner.json").added == (FIRST,)
        (tmp_path / "foil.ttl").write_text(HEAD + FOIL, encoding="utf-8")
        graph.load(tmp_path / "foil.ttl")
        made = graph.publish_record("foil")
        assert made.record["pcf"]["pcfExcludingBiogenicUptake"] == "3.5"
        assert {each["id"] for each in listed(graph.store)} == {FIRST, made.record["id"]}


RATED = """
:study tm:quality :t, :g, :m .
:t a tm:DataQualityScore ; tm:indicator id:data-quality\\/technological ; tm:score 2.50 ; tm:scale id:data-quality-scale\\/pact-3-1-5 .
:g a tm:DataQualityScore ; tm:indicator id:data-quality\\/geographical ; tm:score 1 ; tm:scale id:data-quality-scale\\/pact-3-1-5 .
:m a tm:DataQualityScore ; tm:indicator id:data-quality\\/temporal ; tm:score 3 ; tm:scale id:data-quality-scale\\/pact-3-1-5 .
"""
VERIFIED = """
:study tm:verification :v .
:v a tm:Verification ; tm:verifier :body ; tm:completedOn "2025-05-20"^^xsd:date ; tm:assuranceLevel id:assurance-level\\/limited ;
    dcterms:conformsTo :iso .
:iso a tm:Standard ; dcterms:identifier "ISO 14064-3:2019" .
:body a tm:Organization ; rdfs:label "Body"@en, "机构"@zh .
"""


def test_ratings_and_verification_leave_as_the_graph_states_them(published):
    made = published(FOIL + RATED + VERIFIED)
    pcf = made.record["pcf"]
    assert pcf["dqi"] == {"technologicalDQR": "2.5", "geographicalDQR": "1", "temporalDQR": "3"}
    assert pcf["verification"] == {
        "providerName": "Body / 机构",
        "completedAt": "2025-05-20T00:00:00Z",
        "standardName": "ISO 14064-3:2019",
    }
    assert ("/pcf/verification", "dropped") in {(loss.pointer, loss.kind) for loss in made.losses}


def test_what_the_declared_result_of_a_study_says_of_itself_counts_too(published):
    stated = (RATED + VERIFIED).replace(":study tm:", ":result tm:") + ":study tm:declares :result ."
    pcf = published(FOIL + stated).record["pcf"]
    assert pcf["dqi"]["technologicalDQR"] == "2.5"
    assert pcf["verification"]["completedAt"] == "2025-05-20T00:00:00Z"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tm:quality :t, :g, :m", "tm:quality :t, :g", "temporalDQR"),
        ("pact-3-1-5", "pef-1-5", "another scale"),
        (":m a tm:DataQualityScore ;", ":m a tm:DataQualityScore ; tm:score 4 ;", "temporalDQR"),
    ],
)
def test_ratings_that_are_not_whole_and_on_the_scale_stay_here(published, old, new, said):
    made = published(FOIL + RATED.replace(old, new))
    assert "dqi" not in made.record["pcf"]
    (loss,) = [each for each in made.losses if each.pointer == "/pcf/dqi"]
    assert said in loss.messages["en"]


def test_a_rating_beyond_the_scale_is_not_published(published):
    with pytest.raises(RecordError, match="technologicalDQR"):
        published(FOIL + RATED.replace("2.50", "5.5"))


def test_the_latest_of_several_verifications_leaves(published):
    older = (
        ':study tm:verification :w . :w a tm:Verification ; tm:verifier :body ; tm:completedOn "2024-05-20"^^xsd:date .'
    )
    made = published(FOIL + VERIFIED + older)
    assert made.record["pcf"]["verification"]["completedAt"] == "2025-05-20T00:00:00Z"
    assert any("1 other verification" in loss.messages["en"] for loss in made.losses)


def test_what_the_registry_holds_of_a_submission_counts(store, published):
    """A verification that the registry recorded stands in the catalogue, about the submission of the study."""
    import pyoxigraph as ox

    from graphstore.terms import catalogue_iri

    def iri(text):
        return ox.NamedNode(f"https://w3id.org/tanmai/ontology#{text}")

    graph, handed_in, verification, body = (
        catalogue_iri(store.base),
        *(ox.NamedNode(EX + name) for name in ("handed-in", "check", "tuev")),
    )
    label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    day = ox.Literal("2025-03-01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"))
    added = [
        ox.Quad(handed_in, iri("describesStudy"), ox.NamedNode(f"{EX}study"), graph),
        ox.Quad(handed_in, iri("verification"), verification, graph),
        ox.Quad(verification, iri("verifier"), body, graph),
        ox.Quad(verification, iri("completedOn"), day, graph),
        ox.Quad(body, label, ox.Literal("The body", language="en"), graph),
    ]
    with store.transaction("verify") as transaction:
        transaction.describe([], added)
    try:
        assert published().record["pcf"]["verification"] == {
            "providerName": "The body",
            "completedAt": "2025-03-01T00:00:00Z",
        }
    finally:
        with store.transaction("undo") as transaction:
            transaction.describe(added, [])


def test_without_ratings_and_verification_there_is_neither(published):
    assert not {"dqi", "verification"} & set(published().record["pcf"])
