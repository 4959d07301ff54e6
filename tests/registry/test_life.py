"""After the judgement: states that may follow, verifications that the register allows, certificates."""

import datetime as dt

import pytest
from studies import INGOT, approving, study

from graphstore import GraphStore
from graphstore.answers.footprint import calculate
from graphstore.answers.graph import Calculation
from graphstore.errors import GraphStoreError
from registry.bodies import bodies, find_body
from registry.certificates import apply
from registry.certificates import change as take
from registry.errors import RightsError, SubmissionError, TransitionError, UnknownSubmissionError, VerificationError
from registry.life import Said, Verified, change, verify
from registry.receipt import named_verifications, story
from registry.rights import Acting, require_right
from registry.states import SUBMISSION, States
from registry.submissions import find, submissions
from registry.submitting import Handed, submit

CQC = "CNCA-R-2002-001"
"""Approved for electrolytic aluminium, among others."""
CEMENT_ONLY = "CNCA-RF-2004-38"


@pytest.fixture(scope="module")
def handed_in(statements):
    """The statements that an accepted study of aluminium ingots adds to the store, and the id of the study."""
    with GraphStore.open() as opened:
        opened.engine.extend(statements)
        before = set(statements)
        identifier = submit(opened, Handed(study(), "ingots.ttl", by="Works A"), approving).id
        return [quad for quad in opened.engine if quad not in before], identifier


@pytest.fixture
def accepted(store, handed_in):
    """The id of that study, which the store has."""
    added, identifier = handed_in
    store.engine.extend(added)
    return identifier


@pytest.fixture(scope="module")
def unchanged(statements, handed_in):
    """Such a store for tests in which nothing is changed, and the id."""
    added, identifier = handed_in
    with GraphStore.open() as opened:
        opened.engine.extend([*statements, *added])
        yield opened, identifier


@pytest.fixture
def verified(store, accepted):
    """The same, verified by CQC on 2025-05-20."""
    change(store, accepted, "under-verification", Said("Works A", "contract signed"))
    verify(store, accepted, Verified(CQC, "reasonable", dt.date(2025, 5, 20)))
    return accepted


def test_each_change_is_an_event_with_who_when_why_and_both_states(store, verified):
    told = [
        (e["from"] and e["from"]["notation"], e["to"]["notation"], e["by"]["iri"].rpartition("/")[2], e["why"])
        for e in story(store, find(store, verified))
    ]
    assert told == [
        (None, "submitted", "works-a", None),
        ("submitted", "accepted", "tanmai", None),
        ("accepted", "under-verification", "works-a", "contract signed"),
        ("under-verification", "verified", CQC, None),
    ]
    assert all(e["time"].startswith("20") for e in story(store, find(store, verified)))


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        ("published", "under-verification (under verification / 核查中)"),
        ("draft", "withdrawn (withdrawn / 已撤回)"),
        ("rejected", "superseded (superseded / 已被替代)"),
    ],
)
def test_a_jump_is_refused_with_the_states_that_may_follow(unchanged, state, allowed):
    store, accepted = unchanged
    before = len(store.engine)
    with pytest.raises(TransitionError, match="Allowed next: ") as refused:
        change(store, accepted, state, Said("Works A"))
    assert allowed in str(refused.value)
    assert find(store, accepted).state == "accepted"
    assert len(store.engine) == before


@pytest.mark.parametrize("state", ["verified", "superseded", "accepted", "submitted"])
def test_states_that_rest_on_something_are_not_set_by_hand(unchanged, state):
    store, accepted = unchanged
    with pytest.raises(TransitionError, match="by hand"):
        change(store, accepted, state, Said("Works A"))


def test_the_transitions_are_data(store, accepted):
    states = "https://w3id.org/tanmai/id/submission-status/"
    with pytest.raises(TransitionError):
        change(store, accepted, "published", Said("Works A"))
    store.load_bytes(
        f"<{states}accepted> <https://w3id.org/tanmai/ontology#allowedNext> <{states}published> .".encode(),
        key="house-rules",
        format="turtle",
    )
    change(store, accepted, "published", Said("Works A"))
    assert find(store, accepted).state == "published"


def test_deprecated_states_are_out_of_the_way(unchanged):
    store, accepted = unchanged
    assert "validated" not in {state.notation for state in States.of(store, SUBMISSION).by_iri.values()}
    with pytest.raises(TransitionError, match="There is no state 'validated'"):
        change(store, accepted, "validated", Said("Works A"))


def test_a_withdrawn_study_leaves_the_graph_and_stays_in_the_archive(store, accepted):
    change(store, accepted, "已撤回", Said("Works A", "error in the meter"))
    assert find(store, accepted).state == "withdrawn"
    with pytest.raises(GraphStoreError, match="No product"):
        calculate(Calculation(store), INGOT)
    with pytest.raises(TransitionError, match="none, this state is final"):
        change(store, accepted, "published", Said("Works A"))


def test_a_body_outside_its_scope_is_refused_and_those_that_fit_are_named(store, accepted):
    """Five bodies of the register are approved for electrolytic aluminium (UC-35)."""
    change(store, accepted, "under-verification", Said("Works A"))
    before = len(store.engine)
    with pytest.raises(VerificationError, match="is not approved for electrolytic-aluminium") as refused:
        verify(store, accepted, Verified(CEMENT_ONLY, "limited", dt.date(2025, 5, 20)))
    fitting = str(refused.value).partition("Approved are: ")[2].split("; ")
    assert len(fitting) == 5
    assert any(CQC in body for body in fitting)
    assert len(store.engine) == before


def test_the_register_has_26_bodies_and_takes_numbers_and_names(unchanged):
    store, _ = unchanged
    assert len(bodies(store)) == 26
    assert find_body(store, "中国质量认证中心").number == CQC
    assert find_body(store, "cnca-r-2002-001").number == CQC
    with pytest.raises(VerificationError, match="fits 8 bodies"):
        find_body(store, "北京")
    with pytest.raises(VerificationError, match="none of the 26 bodies"):
        find_body(store, "Uncle Bob")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Verified(CQC, "total", dt.date(2025, 5, 20)), "no assurance level 'total'. Known: limited"),
        (Verified(CQC, "limited", dt.date(2999, 1, 1)), "a day to come"),
    ],
)
def test_a_verification_that_cannot_be(store, accepted, said, told):
    change(store, accepted, "under-verification", Said("Works A"))
    with pytest.raises(VerificationError, match=told):
        verify(store, accepted, said)
    assert named_verifications(store, find(store, accepted)) == []


def test_a_verification_is_not_older_than_the_period_of_the_study(store):
    late = study(more='i:study tm:periodEnd "2025-01-01"^^xsd:date .')
    submitted = submit(store, Handed(late, "ingots.ttl", by="Works A"), approving).id
    change(store, submitted, "under-verification", Said("Works A"))
    with pytest.raises(VerificationError, match="before the period"):
        verify(store, submitted, Verified(CQC, "limited", dt.date(2024, 12, 31)))
    assert verify(store, submitted, Verified(CQC, "limited", dt.date(2025, 1, 1))).state == "verified"


def test_only_what_is_under_verification_is_verified(unchanged):
    store, accepted = unchanged
    with pytest.raises(TransitionError, match="under-verification"):
        verify(store, accepted, Verified(CQC, "limited", dt.date(2025, 5, 20)))


def test_the_verification_names_body_level_day_and_scope(store, verified):
    (record,) = named_verifications(store, find(store, verified))
    assert record["body"]["name_zh"] == "中国质量认证中心有限公司"
    assert record["level"]["name_en"] == "reasonable assurance" or record["level"]["iri"].endswith("/reasonable")
    assert record["completed"] == "2025-05-20"
    assert [group["iri"].rpartition("/")[2] for group in record["groups"]] == ["electrolytic-aluminium"]


def test_a_verified_study_can_be_corrected(store, verified):
    new = submit(store, Handed(study(total=10.45, raw=10.4, metal=1040), "b.ttl", by="Works A"), approving)
    assert find(store, verified).state == "superseded"
    assert find(store, new.id).state == "accepted"


def test_a_certificate_does_not_jump_from_applied_to_valid(store, verified):
    """UC-37."""
    made = apply(store, verified, CQC, Said("Works A"))
    with pytest.raises(TransitionError, match=r"Allowed next: .*under-review") as refused:
        take(store, made.id, "valid", Said(CQC))
    assert "审查中" in str(refused.value)


def test_a_certificate_without_a_verification_that_holds_is_refused(store, accepted):
    """UC-34: never verified, then verified by another body, then too long ago."""
    made = apply(store, accepted, CQC, Said("Works A"))
    take(store, made.id, "under-review", Said(CQC))
    with pytest.raises(VerificationError, match="has no verification"):
        take(store, made.id, "valid", Said(CQC))
    change(store, accepted, "under-verification", Said("Works A"))
    verify(store, accepted, Verified("CNCA-R-2002-002", "limited", dt.date(2025, 5, 20)))
    with pytest.raises(VerificationError, match="has no verification by"):
        take(store, made.id, "valid", Said(CQC), dt.date(2025, 6, 30))


def test_a_certificate_holds_for_two_years(store, verified):
    """Rule R10: issued 2025-06-30, it holds until 2027-06-30; the years are a reference value."""
    made = apply(store, verified, CQC, Said("Works A"))
    take(store, made.id, "审查中", Said(CQC))
    with pytest.raises(VerificationError, match="at most 2 years old"):
        take(store, made.id, "valid", Said(CQC), dt.date(2027, 5, 21))
    issued = take(store, made.id, "valid", Said(CQC), dt.date(2025, 6, 30))
    assert (issued.valid_from, issued.valid_until) == ("2025-06-30", "2027-06-30")
    take(store, made.id, "suspended", Said(CQC, "complaint"))
    again = take(store, made.id, "valid", Said(CQC), dt.date(2026, 1, 1))
    assert again.valid_until == "2027-06-30"
    take(store, made.id, "suspended", Said(CQC))
    with pytest.raises(VerificationError, match="held until 2027-06-30"):
        take(store, made.id, "valid", Said(CQC), dt.date(2027, 7, 1))


def test_a_certificate_needs_a_body_whose_scope_fits_and_a_study_that_stands(store, verified):
    with pytest.raises(VerificationError, match="LAB-01"):
        apply(store, verified, CEMENT_ONLY, Said("Works A"))
    with pytest.raises(VerificationError, match="does not say how long"):
        apply(store, verified, CQC, Said("Works A"), "https://w3id.org/tanmai/id/carbon-label/cn-low-carbon-product")
    change(store, verified, "withdrawn", Said("Works A"))
    with pytest.raises(VerificationError, match="accepted and stands"):
        apply(store, verified, CQC, Said("Works A"))


def test_a_study_names_the_submission_of_it_that_stands(store, accepted):
    iri = find(store, accepted).study
    rejected = submit(store, Handed(study(total=99), "wrong.ttl", by="Works A"), approving).id
    assert find(store, iri).id == accepted
    assert change(store, iri, "withdrawn", Said("Works A")).id == accepted
    assert find(store, iri).id == rejected


def test_unknown_and_ambiguous_submissions(unchanged):
    store, accepted = unchanged
    assert find(store, accepted[:4]).id == accepted
    assert find(store, submissions(store)[0].study).id == accepted
    with pytest.raises(UnknownSubmissionError, match=f"Known: {accepted}"):
        find(store, "zzz")
    with pytest.raises(UnknownSubmissionError):
        find(store, "")
    with pytest.raises(SubmissionError, match="empty"):
        change(store, accepted, "withdrawn", Said(" "))


@pytest.mark.parametrize(
    ("state", "roles", "organisation", "may"),
    [
        ("under-verification", {"curator"}, "", True),
        ("under-verification", {"submitter"}, "", False),
        ("verified", {"verifier"}, "urn:v", True),
        ("verified", {"curator", "submitter"}, "urn:v", False),
        ("withdrawn", {"submitter"}, "urn:other", False),
        ("withdrawn", {"submitter"}, "own", True),
        ("withdrawn", {"curator"}, "urn:other", True),
        ("superseded", {"curator", "verifier", "submitter"}, "", False),
    ],
)
def test_a_state_says_which_roles_set_it(unchanged, state, roles, organisation, may):
    store, accepted = unchanged
    found = find(store, accepted)
    acting = Acting(roles, found.by if organisation == "own" else organisation)
    wanted = States.of(store, SUBMISSION).named(state)
    if may:
        require_right(store, found, wanted, acting)
    else:
        with pytest.raises(RightsError, match=found.id):
            require_right(store, found, wanted, acting)


def test_which_role_sets_a_state_is_data(store, accepted):
    wanted = States.of(store, SUBMISSION).named("published")
    store.update(f'INSERT DATA {{ <{wanted.iri}> <https://w3id.org/tanmai/ontology#settingRole> "reader" }}')
    require_right(store, find(store, accepted), wanted, Acting({"reader"}, "urn:x"))
