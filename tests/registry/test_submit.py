"""Handing in a study: what is accepted, what is rejected, what is kept of each, and that nothing else changes."""

import hashlib
import re
from dataclasses import replace

import pyoxigraph as ox
import pytest
from chains import EX, HEAD, process
from studies import INGOT, METAL, STUDY, approving, objecting, study

from graphstore import GraphStore
from graphstore.answers.footprint import calculate
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import state_hash
from graphstore.errors import GraphStoreError
from graphstore.terms import iri, name, typed
from registry.errors import SubmissionError
from registry.receipt import receipt, story
from registry.submissions import find, submissions
from registry.submitting import Handed, submit
from shapes.errors import ShapesError

SECTORS = (
    "i:table a tm:InputOutputTable . i:casting a tm:Sector ; tm:inTable i:table . i:ore a tm:Product . "
    "i:mining a tm:UnitProcess, tm:Sector ; tm:inTable i:table ; tm:quantitativeReference i:o ; tm:output i:o ; "
    "tm:emission i:dust . i:o a tm:Exchange ; tm:flow i:ore ; tm:amount 1 ; tm:unit unit:KiloGM . "
    "i:dust a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 10 ; tm:unit unit:KiloGM . "
)
"""The metal replaced by an ore at the same 10 kg, and both processes sectors of an input-output table."""


def handing_in(store):
    """Hand in bytes and return the receipt."""

    def handed(data, file="ingots.ttl", judge=approving, **said):
        made = submit(store, Handed(data, file, **said), judge)
        return receipt(store, find(store, made.id)) | {"new": made.new}

    return handed


@pytest.fixture
def hand_in(store):
    return handing_in(store)


@pytest.fixture(scope="module")
def refusing(statements):
    """A store for tests in which nothing is accepted: no study that one of them hands in joins its graph."""
    with GraphStore.open() as opened:
        opened.engine.extend(statements)
        yield opened
        assert {found.state for found in submissions(opened)} <= {"rejected"}


@pytest.fixture(scope="module")
def accepting(statements):
    """A store into which nobody in particular has handed the study, to be read; and the receipt."""
    with GraphStore.open() as opened:
        opened.engine.extend(statements)
        yield opened, handing_in(opened)(study())


def footprint(store, product=INGOT):
    return calculate(Calculation(store), product).total


def reasons(data):
    return [reason["iri"].rpartition("/")[2] for reason in data["reasons"]]


def test_a_study_that_agrees_is_accepted_and_joins_the_graph(accepting):
    store, data = accepting
    assert (data["verdict"], data["status"]["notation"], reasons(data)) == ("accepted", "accepted", [])
    assert data["total"]["declared"] == 10.25
    assert data["total"]["computed"] == pytest.approx(10.25, rel=1e-12)
    assert {row["stage"]["name_en"]: row["declared"] for row in data["stages"]} == {
        "raw-material acquisition": 10.2,
        "manufacturing": 0.05,
    }
    assert footprint(store) == pytest.approx(10.25, rel=1e-12)
    assert [event["to"]["notation"] for event in story(store, find(store, data["id"]))] == ["submitted", "accepted"]


def test_the_receipt_holds_the_checksum_of_the_bytes_and_what_the_number_follows_from(accepting):
    _, data = accepting
    assert data["sha256"] == hashlib.sha256(study()).hexdigest()
    assert data["id"] == data["sha256"][:12]
    assert data["calculation"]["gwp"] == "AR6"
    assert len(data["calculation"]["input_hash"]) == len(data["calculation"]["settings_hash"]) == 64


def test_the_calculation_says_when_it_ran_in_what_and_for_whom(store, hand_in):
    data = hand_in(study(), by="Works A")
    (run,) = store.query(
        "SELECT ?started ?ended ?label ?used { ?run a tm:Calculation, prov:Activity ; prov:startedAtTime ?started ; "
        "prov:endedAtTime ?ended ; prov:used ?used ; prov:wasAssociatedWith ?software . ?used a tm:Submission . "
        "?software a prov:SoftwareAgent ; rdfs:label ?label }"
    ).dicts()
    assert str(data["received"]) >= str(run["ended"].isoformat())
    assert run["started"] <= run["ended"]
    assert (str(run["used"]), str(run["label"])) == (data["iri"], f"Tanmai {data['calculation']['engine']}")
    agents = store.query("SELECT ?who { ?run a tm:Calculation ; prov:wasAssociatedWith ?who } ORDER BY ?who").values()
    assert [str(who).rpartition("/")[2] for (who,) in agents] == [
        "works-a",
        f"tanmai-{data['calculation']['engine']}",
    ]


def test_a_calculation_for_nobody_that_is_named_has_one_agent(accepting):
    store, _ = accepting
    assert len(store.query("SELECT ?who { ?run a tm:Calculation ; prov:wasAssociatedWith ?who }")) == 1


def test_a_declared_total_beyond_the_tolerance_is_rejected_and_changes_nothing(store, hand_in):
    """1 % of 10.25 is 0.1025: 10.36 is 0.11 too much."""
    before = len(store.query("SELECT * { ?s ?p ?o }"))
    data = hand_in(study(total=10.36, raw=10.25, made=0.05))
    assert (data["verdict"], reasons(data)) == ("rejected", ["difference"])
    assert not data["total"]["within"]
    assert data["total"]["share"] == pytest.approx(0.11 / 10.25)
    assert not store.query("ASK { ?s tm:studyProduct ?o }")
    with pytest.raises(GraphStoreError, match="No product"):
        footprint(store)
    assert len(store.query("SELECT * { ?s ?p ?o }")) > before  # the judgement is kept


def test_a_difference_at_the_tolerance_passes(hand_in):
    """10.3525 is exactly 1 % above; a hair below it passes whatever the rounding."""
    assert hand_in(study(total=10.352, raw=10.302, made=0.05))["verdict"] == "accepted"


def test_stages_are_compared_too(hand_in):
    """The total agrees, but 0.2 kg, 2 % of the total, stand in the wrong stage."""
    data = hand_in(study(total=10.25, raw=10.0, made=0.25))
    assert reasons(data) == ["difference"]
    assert data["total"]["within"]
    assert [row["within"] for row in data["stages"]] == [False, False]


FOSSIL = "<https://w3id.org/tanmai/id/emission-category/fossil>"
LAND_USE = "<https://w3id.org/tanmai/id/emission-category/land-use-change>"


@pytest.mark.parametrize(
    ("category", "value", "within"),
    [(FOSSIL, 10.25, [True]), (FOSSIL, 10.0, [False]), (LAND_USE, 10.25, [False, False])],
)
def test_categories_are_compared_too(hand_in, category, value, within):
    """All 10.25 kg are fossil; a category that is left out counts as nothing where others are declared."""
    part = f"i:c3 a tm:Contribution ; tm:emissionCategory {category} ; tm:co2e {value} ."
    data = hand_in(study(declared=", i:c3", more=part))
    assert [row["within"] for row in data["categories"]] == within
    assert data["verdict"] == ("accepted" if all(within) else "rejected")


def test_categories_are_shown_and_not_judged_where_none_is_declared(accepting):
    _, data = accepting
    (row,) = data["categories"]
    assert (row["declared"], row["computed"], row["within"]) == (None, pytest.approx(10.25), True)
    assert data["verdict"] == "accepted"


@pytest.mark.parametrize(
    ("upstream", "total", "raw", "verdict"),
    [(10, 10.25, 10.2, "accepted"), (12, 10.25, 10.2, "rejected"), (12, 12.29, 12.24, "accepted")],
)
def test_the_recomputation_draws_on_the_store(store, hand_in, upstream, total, raw, verdict):
    """1.02 kg of metal at 12 kg CO2 each is 12.24, and 0.05 of the casting house."""
    metal = HEAD + process("metal", emissions=(("flow:CO2-fossil", upstream),))
    store.load_bytes(metal.encode(), key="metal", format="turtle")
    data = hand_in(study(total=total, raw=raw))
    assert data["verdict"] == verdict
    assert data["total"]["computed"] == pytest.approx(1.02 * upstream + 0.05, rel=1e-12)
    used = store.query("SELECT ?used { ?run a tm:Calculation ; prov:used ?used }").values()
    assert any("metal" in str(node) for (node,) in used)


@pytest.mark.parametrize(("share", "verdict"), [(0.01, "accepted"), (0.004, "rejected"), (0.006, "accepted")])
def test_the_general_tolerance_is_read_from_the_graph(store, hand_in, share, verdict):
    """10.30 is 0.49 % above 10.25."""
    value = iri("https://w3id.org/tanmai/id/reference-value/recomputation-tolerance")
    (quad,) = store.engine.quads_for_pattern(value, name("tm:amount"), None, None)
    store.engine.remove(quad)
    store.engine.add(ox.Quad(value, quad.predicate, typed(str(share), "decimal"), quad.graph_name))
    data = hand_in(study(total=10.30, raw=10.25))
    assert (data["verdict"], data["tolerance"]["share"]) == (verdict, share)


def test_the_tolerance_is_data(store, hand_in):
    value = "<https://w3id.org/tanmai/id/reference-value/recomputation-tolerance>"
    rule = "https://example.org/rule"
    store.load_bytes(
        f"{HEAD} <{rule}> tm:recomputationTolerance :wide . :wide a tm:ReferenceValue ; tm:amount 0.05 .".encode(),
        key="rule",
        format="turtle",
    )

    def loose(case):
        return replace(approving(case), rules=(rule,))

    assert store.query(f"SELECT ?a {{ {value} tm:amount ?a }}").scalar() is not None
    data = hand_in(study(total=10.6, raw=10.55), judge=loose)
    assert (data["verdict"], data["tolerance"]["share"]) == ("accepted", 0.05)
    assert hand_in(study(total=10.6, raw=10.54))["verdict"] == "rejected"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"provider": "i:scrap", "more": "i:scrap a tm:Product ."}, "no process or factor supplies, among them .*scrap"),
        ({"settings": "tm:recyclingModel <urn:x>"}, "no single GWP set"),
        ({"settings": "tm:gwpSet set:AR5, set:AR6"}, "no single GWP set"),
        ({"more": "i:declared tm:gwpSet set:AR5 ."}, "State one GWP set in both"),
        ({"provider": "i:ore", "more": SECTORS}, "sector"),
        ({"unit": "tm:amount 1"}, "no single declared or functional unit"),
        ({"unit": "tm:amount 1 ; tm:unit unit:KiloW-HR"}, "kilowatt|KiloW-HR|convert"),
        ({"total": '"INF"^^xsd:double'}, "one finite number"),
        ({"total": '"a lot"'}, "one finite number"),
        ({"more": "i:study tm:declares i:other . i:other a tm:DeclaredFootprint ; tm:co2e 1 ."}, "declares 2 footprints"),
        ({"more": "i:second a tm:UnitProcess ; tm:output i:o2 . i:study tm:includesProcess i:second . "
          "i:o2 a tm:Exchange ; tm:flow i:ingot ; tm:amount 1 ; tm:unit unit:KiloGM ."}, "2 processes"),
    ],
)  # fmt: skip
def test_what_stops_a_recomputation_is_a_reason_of_its_own(refusing, changed, told):
    data = handing_in(refusing)(study(**changed))
    assert (data["verdict"], reasons(data)) == ("rejected", ["not-recomputable"])
    assert re.search(told, data["details"][0]), data["details"]
    assert data["total"] is None


def test_a_sector_average_is_recomputed_where_the_result_is_marked_as_one(hand_in):
    data = hand_in(study(provider="i:ore", more=SECTORS + "i:declared tm:sectorAverage true ."))
    assert data["details"] == []
    assert (data["verdict"], data["total"]["computed"]) == ("accepted", pytest.approx(10.25))


def test_a_violation_is_a_reason_and_its_report_is_kept(store, hand_in):
    data = hand_in(study(), judge=objecting)
    assert (data["verdict"], reasons(data), data["report"]["violations"]) == ("rejected", ["violation"], 1)
    rows = store.query(
        "SELECT ?focus { ?report <http://www.w3.org/ns/shacl#result>/<http://www.w3.org/ns/shacl#focusNode> ?focus }"
    )
    assert [str(row[0]) for row in rows.values()] == [STUDY]


def test_the_same_bytes_again_are_a_no_op_with_the_earlier_receipt(store, hand_in):
    first = hand_in(study())
    quads = len(store.engine)
    again = hand_in(study(), file="other-name.ttl", by="somebody else")
    assert (first.pop("new"), again.pop("new")) == (True, False)
    assert again == first
    assert len(store.engine) == quads


def test_a_corrected_study_takes_the_place_of_the_old_one(store, hand_in):
    first = hand_in(study())
    second = hand_in(study(total=10.45, raw=10.4, metal=1040))
    assert second["verdict"] == "accepted"
    assert second["revises"] == first["id"]
    assert second["dataset"] == {"key": first["dataset"]["key"], "version": 2, "status": "current"}
    assert find(store, first["id"]).state == "superseded"
    assert footprint(store) == pytest.approx(10.45, rel=1e-12)
    revision = store.query("SELECT ?new ?old { ?new a tm:Submission ; prov:wasRevisionOf ?old }").values()
    assert [(str(new), str(old)) for new, old in revision] == [(second["iri"], first["iri"])]


def test_a_rejected_correction_leaves_the_old_one_standing(store, hand_in):
    first = hand_in(study())
    second = hand_in(study(total=99, metal=1040))
    assert (second["verdict"], second["revises"]) == ("rejected", first["id"])
    assert find(store, first["id"]).state == "accepted"
    assert footprint(store) == pytest.approx(10.25, rel=1e-12)
    third = hand_in(study(total=10.45, raw=10.4, metal=1040))
    assert (third["verdict"], third["revises"]) == ("accepted", first["id"])
    assert [s.state for s in submissions(store)] == ["superseded", "rejected", "accepted"]


def test_an_empty_name_of_the_submitter_is_no_name(refusing):
    with pytest.raises(SubmissionError, match="is empty"):
        handing_in(refusing)(study(), by=" ")


def test_another_organisation_does_not_revise(store, hand_in):
    first = hand_in(study(), by="Works A")
    for said in ({}, {"by": "Works B"}):
        with pytest.raises(SubmissionError, match="State the same organisation"):
            hand_in(study(metal=1040), **said)
    assert [s.id for s in submissions(store)] == [first["id"]]
    assert hand_in(study(total=10.45, raw=10.4, metal=1040), by="Works A")["verdict"] == "accepted"


def test_revises_names_a_study_of_another_iri(store, hand_in):
    first = hand_in(study())
    second = hand_in(study(name="study-2024"), revises=first["id"][:6])
    assert (second["revises"], second["dataset"]["version"]) == (first["id"], 2)
    assert find(store, first["id"]).state == "superseded"


def test_a_study_cannot_revise_two_that_stand(store, hand_in):
    first = hand_in(study())
    other = study(name="other-study").replace(f"{EX}ingots/".encode(), f"{EX}others/".encode())
    second = hand_in(other)
    assert second["verdict"] == "accepted"
    with pytest.raises(SubmissionError, match=f"stands as submission {first['id']}"):
        hand_in(study(metal=1040), revises=second["id"])


@pytest.mark.parametrize(
    "statement",
    [
        ":metal-making tm:emission i:off .",
        "<https://w3id.org/tanmai/id/gas/CO2> rdfs:label 'CO2 of ours'@en .",
        ":metal-emission-1 tm:amount 1 .",
    ],
)
def test_what_other_data_describe_is_not_stated_otherwise(refusing, statement):
    before = footprint(refusing, f"{EX}metal")
    data = handing_in(refusing)(study(more=statement))
    assert (data["verdict"], reasons(data)) == ("rejected", ["stated-twice"])
    assert footprint(refusing, f"{EX}metal") == before == 10


def test_what_other_data_say_may_be_repeated_word_for_word(hand_in):
    repeated = METAL.decode().replace(HEAD, "")
    assert hand_in(study(more=repeated))["verdict"] == "accepted"


@pytest.mark.parametrize(
    "statement",
    [
        "i:cf a tm:CharacterizationFactor ; tm:gas gas:CO2 ; tm:gwpSet set:AR6 ; tm:amount 0 .",
        "i:sub a tm:Submission ; tm:submissionStatus <https://w3id.org/tanmai/id/submission-status/verified> .",
        "i:body a tm:CertificationBody ; tm:approvedFor <https://w3id.org/tanmai/id/product-group/steel> .",
        "i:links a tm:LinkingModel .",
        "i:rule a tm:ProductCategoryRule .",
        "i:rule tm:supersedes <https://w3id.org/tanmai/id/standard/GB-T-44905-2024> .",
        "i:rule tm:recomputationTolerance i:lax . i:lax tm:amount 0.9 .",
        "i:power a tm:ElectricityRule .",
        "i:range a tm:PlausibilityCheck .",
        "i:state <http://www.w3.org/2004/02/skos/core#inScheme> <https://w3id.org/tanmai/id/scheme/submission-status> .",
        "i:nothing tm:countsInTotal false ; tm:countsInTotalWithBiogenic false .",
        "i:years tm:parameterGroup <https://w3id.org/tanmai/id/parameter-group/validity> ; tm:amount 99 .",
        "i:study tm:submissionStatus <https://w3id.org/tanmai/id/submission-status/verified> .",
    ],
)
def test_what_only_the_knowledge_or_the_registry_states_is_refused(refusing, statement):
    data = handing_in(refusing)(study(more=statement))
    assert (data["verdict"], reasons(data)) == ("rejected", ["reserved"])
    assert footprint(refusing, f"{EX}metal") == 10


def test_what_the_knowledge_says_of_its_things_may_be_repeated(hand_in):
    assert hand_in(study(more="gas:CO2 a tm:GreenhouseGas . set:AR6 a tm:GWPSet ."))["verdict"] == "accepted"


def test_a_second_supplier_of_what_others_use_is_refused(store, hand_in):
    """A sheet of 1 kg takes 1 kg of metal and names no supplier; dirty metal at 99 kg must not come to be chosen for it."""
    store.load_bytes((HEAD + process("sheet", inputs=((":metal", 1),))).encode(), key="sheet", format="turtle")
    dirty = (
        "i:a-making a tm:UnitProcess ; tm:quantitativeReference i:a-out ; tm:output i:a-out ; tm:emission i:a-off . "
        "i:a-out a tm:Exchange ; tm:flow :metal ; tm:amount 1 ; tm:unit unit:KiloGM . "
        "i:a-off a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 99 ; tm:unit unit:KiloGM ."
    )
    data = hand_in(study(more=dirty))
    assert (data["verdict"], reasons(data)) == ("rejected", ["changes-others"])
    assert "sheet-in-1" in data["details"][0]
    assert footprint(store, f"{EX}sheet") == 10


@pytest.mark.parametrize(
    ("data", "file", "told"),
    [
        (b"<urn:a> <urn:b> 1 .", "x.ttl", "holds no footprint study"),
        (b"<urn:a> a <urn:b> ; ", "x.ttl", "line 1"),
        (study(more="i:second a tm:FootprintStudy ."), "x.ttl", "holds 2 footprint studies"),
        (study().replace(b"i:study", b"_:study"), "x.ttl", "blank node"),
        (study(), "x.docx", "format is not known"),
    ],
)
def test_what_is_no_submission_is_one_error_and_stores_nothing(refusing, data, file, told):
    before, known = len(refusing.engine), submissions(refusing)
    with pytest.raises((SubmissionError, GraphStoreError, ShapesError), match=told):
        handing_in(refusing)(data, file=file)
    assert len(refusing.engine) == before
    assert submissions(refusing) == known


def test_a_study_with_graphs_of_its_own_is_refused(refusing):
    known, file = submissions(refusing), b"<urn:g> { <urn:a> a <https://w3id.org/tanmai/ontology#FootprintStudy> }"
    with pytest.raises(SubmissionError, match="names graphs of its own"):
        submit(refusing, Handed(file, "x.trig"), approving)
    assert submissions(refusing) == known


def test_a_submission_is_not_changed_by_an_update(accepting):
    store, data = accepting
    with pytest.raises(GraphStoreError, match="catalogue"):
        store.update(
            "DELETE { GRAPH ?g { ?s tm:submissionStatus ?old } } "
            "INSERT { GRAPH ?g { ?s tm:submissionStatus <https://w3id.org/tanmai/id/submission-status/verified> } } "
            "WHERE { GRAPH ?g { ?s tm:submissionStatus ?old } }"
        )
    assert find(store, data["id"]).state == "accepted"


def test_the_judgement_of_a_study_makes_no_other_result_stale(store, hand_in):
    before = state_hash(store)
    hand_in(study(total=99))
    assert state_hash(store) == before
