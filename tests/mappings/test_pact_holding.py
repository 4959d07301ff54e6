"""Records in a store: never changed, deprecated by their owner alone, given out word for word, and found by filters."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pact_records import FIRST, SECOND, encoded, old_record, record

from graphstore import GraphStore
from mappings.errors import ArgumentError, RecordError
from mappings.pact import dumps, import_records, matches, read_records, record_text
from mappings.pact import record as one
from mappings.pact import records as listed

THIRD = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
def store():
    with GraphStore.open() as opened:
        yield opened


@pytest.fixture
def take(store):
    return lambda *documents: import_records(store, read_records(encoded(list(documents)), "f.json"))


def test_a_record_comes_out_as_it_went_in(store, take):
    text = json.dumps(record(comment="ä\t", **{"x-vendor": [1.5, {"n": None}]}), indent=3)
    import_records(store, read_records(text.encode(), "f.json"))
    assert dumps(one(store, FIRST)) == dumps(json.loads(text))
    assert [dumps(each) for each in listed(store)] == [dumps(json.loads(text))]
    assert one(store, SECOND) is None
    assert one(store, FIRST.upper())["id"] == FIRST


@pytest.mark.parametrize("pretty", [None, 3])
def test_the_text_of_a_record_is_given_out_byte_for_byte(store, take, pretty):
    """Signatures over an extension hold: escapes, exponents, signs of zero and spaces stay; the status alone may be another."""
    text = json.dumps(record(comment="ä/é", status="Active"), indent=pretty).replace(
        '"comment"', '"x-vendor": {"status": "Active", "n": [-0, 1.50E+2, 1e5, "\\u00e4\\/"]}, "comment"'
    )
    import_records(store, read_records(text.encode(), "f.json"))
    assert record_text(store, FIRST.upper()) == text
    assert record_text(store, SECOND) is None
    take(record(SECOND, precedingPfIds=[FIRST]))
    before = '"status": "Active"'
    assert text.count(before) == 2
    place = text.index(before)
    assert record_text(store, FIRST) == text[:place] + '"status": "Deprecated"' + text[place + len(before) :]


def test_each_record_is_a_dataset_of_its_own_and_all_come_or_none(store, take):
    done = take(record(), record(SECOND))
    assert (done.added, done.unchanged, done.deprecated) == ((FIRST, SECOND), (), ())
    assert [each.key for each in store.datasets()] == [f"pact-{FIRST}", f"pact-{SECOND}"]
    with pytest.raises(
        RecordError, match=r"record 2 \(33333333-.*\), /status: status must be one of: Active, Deprecated"
    ):
        take(record(THIRD), record(THIRD, status="gone"))
    assert len(store.datasets()) == 2


def test_the_same_record_again_changes_nothing(store, take):
    take(record(comment=None))
    again = dict(reversed(record().items()))
    assert take(again).unchanged == (FIRST,)
    assert [each.number for each in store.datasets(all_versions=True)] == [1]


@pytest.mark.parametrize("change", [{"productDescription": "other"}, {"pcf": {"fossilGhgEmissions": "8.0"}}, {"x": 1}])
def test_another_record_under_the_same_id_is_refused(take, change):
    take(record())
    with pytest.raises(RecordError, match="a record never changes"):
        take(record(**change))


def test_two_records_under_one_id_in_a_file_are_refused(store, take):
    with pytest.raises(RecordError, match="a record never changes"):
        take(record(), record(comment="x"))
    assert store.datasets() == []


def test_the_owner_deprecates_a_record_and_it_stays(store, take):
    take(record())
    done = take(record(status="Deprecated"))
    assert (done.added, done.deprecated) == ((), (FIRST,))
    assert one(store, FIRST) == record(status="Deprecated")
    assert take(record()).deprecated == ()
    assert one(store, FIRST)["status"] == "Deprecated"


def test_a_new_record_replaces_the_old_one(store, take):
    take(record())
    done = take(record(SECOND, precedingPfIds=[FIRST.upper()]))
    assert (done.added, done.deprecated) == ((SECOND,), (FIRST,))
    assert {each["id"]: each["status"] for each in listed(store)} == {FIRST: "Deprecated", SECOND: "Active"}
    revised = store.query("ASK { ?new prov:wasRevisionOf ?old . ?old a tm:DeclaredFootprint }")
    assert bool(revised)


def test_both_may_come_in_one_file_in_any_order(store, take):
    take(record(SECOND, precedingPfIds=[FIRST]), record())
    assert one(store, FIRST)["status"] == "Deprecated"


def test_the_older_may_come_after_the_newer(store, take):
    take(record(SECOND, precedingPfIds=[FIRST]))
    done = take(record())
    assert (done.added, done.deprecated) == ((FIRST,), (FIRST,))
    assert {each["id"]: each["status"] for each in listed(store)} == {FIRST: "Deprecated", SECOND: "Active"}


def test_a_record_of_another_company_replaces_nothing_that_comes_later(store, take):
    take(record(SECOND, precedingPfIds=[FIRST], companyIds=["urn:lei:OTHER"]))
    assert take(record()).deprecated == ()
    assert one(store, FIRST)["status"] == "Active"


@pytest.mark.parametrize("order", [("Active", "Deprecated"), ("Deprecated", "Active")])
def test_a_record_that_is_deprecated_between_two_pages_is_deprecated(store, take, order):
    take(*(record(status=each) for each in order))
    assert one(store, FIRST)["status"] == "Deprecated"


def test_a_record_does_not_replace_itself(store, take):
    take(record(precedingPfIds=[FIRST]))
    assert one(store, FIRST)["status"] == "Active"


def test_nobody_deprecates_the_record_of_another_company(store, take):
    take(record())
    done = take(record(SECOND, precedingPfIds=[FIRST], companyIds=["urn:lei:OTHER"]))
    assert done.deprecated == ()
    assert one(store, FIRST)["status"] == "Active"


def test_a_node_that_calls_itself_a_record_is_none(store, take):
    """What somebody loads under a name of its own is not given out as a record."""
    take(record())
    text = """@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
        <https://e.org/r> a tm:ExchangeRecord ; dcterms:identifier "%s" ; tm:recordOf <https://e.org/f> ; tm:recordVersion "3.0.3" ;
        tm:recordStatus <https://w3id.org/tanmai/id/record-status/active> ; tm:recordText "{}" ; tm:sha256 "%s" ."""
    empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # sha256 of {}
    store.load_bytes((text % (FIRST, empty)).encode(), key="forged", format="turtle")
    assert one(store, FIRST) == record()
    store.load_bytes((text % (SECOND, empty)).encode(), key="forged", format="turtle")
    assert [each["id"] for each in listed(store)] == [FIRST]


def test_a_text_that_was_tampered_with_is_not_given_out(store, take):
    take(record())
    from mappings.pact.statements import statements

    (read,) = read_records(encoded(record()), "f.json").records
    text = statements(read, store.base).decode().replace("a part", "another part")
    store.load_bytes(text.encode(), key=f"pact-{FIRST}", format="ntriples")
    with pytest.raises(RecordError, match="not what its checksum says"):
        one(store, FIRST)


def test_the_order_is_that_of_creation_whatever_the_zone(store, take):
    take(
        record(FIRST, created="2025-01-01T09:00:00+08:00"),  # 01:00 UTC
        record(SECOND, created="2025-01-01T00:30:00Z"),
        record(THIRD, created="2025-01-01T00:30:00Z"),
    )
    assert [each["id"] for each in listed(store)] == [SECOND, THIRD, FIRST]


def test_records_of_version_two_are_facts_only(store, take):
    take(old_record())
    assert list(listed(store)) == []
    assert one(store, FIRST) is None
    assert bool(store.query("ASK { ?f a tm:DeclaredFootprint ; tm:co2e 3.3 }"))


@given(st.text(min_size=1).filter(str.strip))
def test_any_name_comes_through_the_store(name):
    document = record(productNameCompany=name, companyName=name, productDescription=name)
    with GraphStore.open() as store:
        report = read_records(json.dumps(document).encode(), "f.json")
        if report.usable:
            import_records(store, report)
            assert one(store, FIRST) == document


# Filters

DOCUMENT = record(
    companyIds=["urn:lei:A", "urn:lei:B"],
    productIds=["urn:gtin:1"],
    productClassifications=["urn:cpc:46420"],
    validityPeriodStart="2025-02-01T00:00:00Z",
)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, True),
        ({"productId": []}, True),
        ({"productId": "URN:GTIN:1"}, True),
        ({"productId": ["urn:gtin:9", "urn:gtin:1"]}, True),
        ({"productId": ["urn:gtin:9"]}, False),
        ({"productId": ["urn:gtin:1"], "companyId": ["urn:lei:b"]}, True),
        ({"productId": ["urn:gtin:1"], "companyId": ["urn:lei:c"]}, False),
        ({"geography": ["cn", "DE"]}, True),
        ({"geography": ["DE"]}, False),
        ({"geography": ["XX"]}, False),
        ({"classification": ["urn:CPC:46420"]}, True),
        ({"classification": ["urn:cpc:4642"]}, False),
        ({"status": "ACTIVE"}, True),
        ({"status": "Deprecated"}, False),
        ({"status": "nonsense"}, False),
        # start stated; the end is three years after the reference period: 2028-01-01
        ({"validOn": "2025-02-01T00:00:00Z"}, True),
        ({"validOn": "2025-01-31T23:59:59Z"}, False),
        ({"validOn": "2028-01-01T00:00:00Z"}, True),
        ({"validOn": "2028-01-01T00:00:01Z"}, False),
        ({"validOn": "2028-01-01T08:00:00+08:00"}, True),
        ({"validAfter": "2025-01-31T00:00:00Z"}, True),
        ({"validAfter": "2025-02-01T00:00:00Z"}, False),
        ({"validBefore": "2028-01-01T00:00:01Z"}, True),
        ({"validBefore": "2028-01-01T00:00:00Z"}, False),
    ],
)
def test_filters(filters, expected):
    assert matches(DOCUMENT, filters) is expected


def test_without_a_stated_period_validity_starts_with_the_end_of_the_reference_period():
    assert matches(record(), {"validOn": "2025-01-01T00:00:00Z"})
    assert not matches(record(), {"validOn": "2024-12-31T23:59:59Z"})


@pytest.mark.parametrize("filters", [{"colour": ["red"]}, {"validOn": ["yesterday"]}, {"validOn": ["2025-01-01"]}])
def test_a_filter_that_is_none_is_refused(filters):
    with pytest.raises(ArgumentError, match=next(iter(filters))):
        matches(record(), filters)
