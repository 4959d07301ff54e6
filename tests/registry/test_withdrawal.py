"""When a study stands no more: who drew on it is named, its certificates are suspended, and who handed it in keeps a name."""

import datetime as dt

import pytest
from chains import EX, HEAD, process
from studies import INGOT, approving, study

from graphstore import GraphStore
from graphstore.answers.footprint import calculate
from graphstore.answers.graph import Calculation
from registry.certificates import apply, find_certificate
from registry.certificates import change as take
from registry.dependents import dependents, leaving
from registry.errors import VerificationError
from registry.holding import failings
from registry.life import Said, Verified, change, verify
from registry.receipt import named_events, overview, receipt, story
from registry.states import CERTIFICATE
from registry.submissions import find, submissions
from registry.submitting import Handed, submit

CQC = "CNCA-R-2002-001"
COMPANY = "<https://example.org/ingots/works>"
CREATOR = f'i:study dcterms:creator {COMPANY} . {COMPANY} a tm:Organization ; rdfs:label "Works A"@en, "甲厂"@zh .'
ISSUED = dt.date(2025, 6, 30)


def handed(store, data, **said):
    return submit(store, Handed(data, "ingots.ttl", **said), approving)


@pytest.fixture(scope="module")
def certified(statements):
    """What a submission with a certificate that holds adds to the store, and the ids of both."""
    with GraphStore.open() as opened:
        opened.engine.extend(statements)
        before = set(statements)
        made = handed(opened, study(), by="Works A").id
        change(opened, made, "under-verification", Said("Works A"))
        verify(opened, made, Verified(CQC, "reasonable", dt.date(2025, 5, 20)))
        number = apply(opened, made, CQC, Said("Works A")).id
        take(opened, number, "under-review", Said(CQC))
        take(opened, number, "valid", Said(CQC), ISSUED)
        after = set(opened.engine)
    assert before <= after
    return after - before, made, number


@pytest.fixture
def standing(store, certified):
    """A submission, and a certificate of it that holds."""
    added, made, number = certified
    store.engine.extend(added)
    return made, number


def why(store, number, day=ISSUED):
    return [row["kind"] for row in failings(store, find_certificate(store, number), day)]


def last(store, number):
    certificate = find_certificate(store, number)
    return named_events(store, find(store, certificate.submission), certificate.node, CERTIFICATE)[-1]


def test_a_certificate_is_suspended_when_the_study_is_withdrawn_and_never_holds_again(store, standing):
    made, number = standing
    assert why(store, number) == []
    change(store, made, "withdrawn", Said("Works A", "error in the meter"))
    event = last(store, number)
    assert (event["from"]["notation"], event["to"]["notation"]) == ("valid", "suspended")
    assert event["by"]["name_any"] == "Tanmai"
    assert event["why"] == f"{made}: withdrawn (withdrawn / 已撤回); error in the meter"
    assert why(store, number) == ["state", "study"]
    with pytest.raises(VerificationError, match="accepted and stands"):
        take(store, number, "valid", Said(CQC))
    assert take(store, number, "revoked", Said(CQC)).status.endswith("/revoked")


def test_a_certificate_is_suspended_when_a_revision_takes_the_place_of_the_study(store, standing):
    made, number = standing
    new = handed(store, study(total=10.45, raw=10.4, metal=1040), by="Works A").id
    assert last(store, number)["why"] == f"{made}: superseded (superseded / 已被替代); revised by {new}"
    assert why(store, number) == ["state", "study"]


def test_a_rejected_revision_leaves_the_certificate_as_it_is(store, standing):
    _, number = standing
    handed(store, study(total=99), by="Works A")
    assert why(store, number) == []


def test_what_a_certificate_becomes_is_data(store, standing):
    made, number = standing
    becomes = "https://w3id.org/tanmai/ontology#certificateBecomes"
    states = "https://w3id.org/tanmai/id/"
    for quad in list(store.engine.quads_for_pattern(None, None, None, None)):
        if quad.predicate.value == becomes:
            store.engine.remove(quad)
    house = f"<{states}submission-status/withdrawn> <{becomes}> <{states}certificate-status/revoked> ."
    store.load_bytes(house.encode(), key="house-rules", format="turtle")
    change(store, made, "withdrawn", Said("Works A"))
    assert last(store, number)["to"]["notation"] == "revoked"


def test_a_certificate_that_was_not_issued_stays_as_it_is(store):
    made = handed(store, study(), by="Works A").id
    number = apply(store, made, CQC, Said("Works A")).id
    change(store, made, "withdrawn", Said("Works A"))
    assert last(store, number)["to"]["notation"] == "applied"
    assert why(store, number) == ["state", "study"]


@pytest.mark.parametrize(
    ("day", "kinds"),
    [("2025-06-29", ["early"]), ("2025-06-30", []), ("2027-06-30", []), ("2027-07-01", ["late"])],
)
def test_the_days_of_a_certificate(store, standing, day, kinds):
    assert why(store, standing[1], dt.date.fromisoformat(day)) == kinds


SHEET = HEAD + process("sheet", inputs=((f"<{INGOT}>", 2),)) + process("can", inputs=((":sheet", 1),)) + process("box")
"""Cans of sheet of ingots; boxes of nothing."""


def names(found):
    return [row["iri"].rpartition("/")[2] for row in found.products]


def test_the_products_that_draw_on_a_study_are_named_through_others(store):
    made = find(store, handed(store, study(), by="Works A").id)
    assert not any(dependents(store, made).as_dict().values())
    store.load_bytes(SHEET.encode(), key="sheet", format="turtle")
    found = leaving(store, made.id, "已撤回")
    assert names(found) == ["can", "sheet"]
    assert found.products[0]["process"]["name_en"] == "making can"
    assert leaving(store, made.id, "under-verification") is None
    change(store, made.id, "withdrawn", Said("Works A"))
    assert names(dependents(store, find(store, made.id))) == []


def test_who_uses_a_factor_of_the_study_draws_on_it(store):
    factor = (
        "i:heat a tm:EmissionFactor ; tm:perUnit unit:KiloGM ; tm:co2e 0.5 ; tm:gwpSet set:AR6 . i:steam a tm:Product ."
    )
    made = find(store, handed(store, study(more=factor), by="Works A").id)
    own = f"tm:defaultProvider <{EX}ingots/heat> ;"
    text = HEAD + process("soup", inputs=((f"<{EX}ingots/steam>", 3, "unit:KiloGM", own),)) + process("salad")
    store.load_bytes(text.encode(), key="kitchen", format="turtle")
    assert calculate(Calculation(store), f"{EX}soup").total == 1.5
    assert names(dependents(store, made)) == ["soup"]


def other_study():
    """Sheet of 2 kg of ingots at 10.25 kg each, handed in by somebody else."""
    text = study(20.5, 20.5, 0, metal=2000, provider=f"<{INGOT}>").decode()
    text = text.replace(f"@prefix i: <{EX}ingots/>", f"@prefix i: <{EX}sheets/>")
    return text.replace("tm:amount 50", "tm:amount 0").encode()


def test_the_submissions_that_draw_on_a_study_are_named(store):
    made = handed(store, study(), by="Works A").id
    other = handed(store, other_study(), by="Works B")
    assert receipt(store, find(store, other.id))["details"] == []
    assert find(store, other.id).state == "accepted"
    found = dependents(store, find(store, made))
    assert [row["id"] for row in found.submissions] == [other.id]
    assert dependents(store, find(store, other.id)).submissions == ()


def test_who_takes_the_place_of_a_study_is_told_who_draws_on_it(store):
    handed(store, study(), by="Works A")
    store.load_bytes(SHEET.encode(), key="sheet", format="turtle")
    assert names(handed(store, study(total=10.45, raw=10.4, metal=1040), by="Works A").drawn_on) == ["can", "sheet"]
    assert handed(store, study(total=99), by="Works A").drawn_on is None


def test_statements_of_others_about_the_result_are_named(store):
    made = handed(store, study(), by="Works A").id
    text = f"{HEAD} :claim dcterms:source <{EX}ingots/declared> ; rdfs:label 'claim'@en ."
    store.load_bytes(text.encode(), key="claims", format="turtle")
    (row,) = dependents(store, find(store, made)).references
    assert row["subject"]["name_en"] == "claim"
    assert row["footprint"]["iri"] == f"{EX}ingots/declared"


def test_data_that_cannot_be_compiled_stand_in_no_ones_way(store):
    made = handed(store, study(), by="Works A").id
    store.load_bytes(SHEET.replace(":sheet-out a tm:Exchange ; tm:flow :sheet ; tm:amount 1", ":sheet-out a tm:Exchange ; tm:flow :sheet ; tm:amount 0").encode(), key="sheet", format="turtle")  # fmt: skip
    found = leaving(store, made, "withdrawn")
    assert found.products == ()
    assert "sheet" in found.reason
    assert change(store, made, "withdrawn", Said("Works A")).state == "withdrawn"


def test_who_handed_in_has_a_name_where_the_study_joins_no_graph(store):
    rejected = find(store, handed(store, study(total=99, more=CREATOR)).id)
    assert receipt(store, rejected)["by"]["name_zh"] == "甲厂"
    assert overview(store, submissions(store))[0]["by"]["name_en"] == "Works A"
    assert story(store, rejected)[0]["by"]["name_en"] == "Works A"
    made = handed(store, study(more=CREATOR)).id
    change(store, made, "withdrawn", Said(COMPANY.strip("<>")))
    assert receipt(store, find(store, made))["by"]["name_zh"] == "甲厂"
    assert story(store, find(store, made))[-1]["by"]["name_zh"] == "甲厂"


def test_the_details_of_a_rejected_study_have_the_names_of_its_file(disk):
    with disk() as store:
        made = handed(
            store,
            study(metal=1020, provider="i:scrap", more='i:scrap a tm:Product ; rdfs:label "scrap"@en, "废铝"@zh .'),
        )
        data = receipt(store, find(store, made.id))
        assert "ingots/scrap>" in data["details"][0]
        assert {"iri": f"{EX}ingots/scrap", "name_en": "scrap", "name_zh": "废铝"} in data["detail_names"]
