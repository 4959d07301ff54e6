"""Files of PACT records: wrappers, what is kept to the letter, and files made to do harm."""

import contextlib
import gzip
import hashlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pact_records import FIRST, SECOND, encoded, old_record, record

from mappings.errors import PackageError
from mappings.pact import dumps, read_records
from mappings.pact.jsontext import parse


@pytest.mark.parametrize(
    ("document", "identifiers"),
    [
        (record(), [FIRST]),
        ([record(), record(SECOND)], [FIRST, SECOND]),
        ({"data": record()}, [FIRST]),
        ({"data": [record(SECOND), record()]}, [SECOND, FIRST]),
        ({"data": []}, []),
        ({"specversion": "1.0", "id": "e", "type": "x.3", "data": {"requestEventId": "r", "pfs": [record()]}}, [FIRST]),
        ([{"data": record()}, {"data": [record(SECOND)]}], [FIRST, SECOND]),
    ],
)
def test_records_are_found_in_their_wrappers(document, identifiers):
    report = read_records(encoded(document), "f.json")
    assert [each.id for each in report.records] == identifiers
    assert report.usable


def test_wrappers_without_end_are_no_record():
    document = record()
    for _ in range(90):
        document = {"data": document}
    (read,) = read_records(encoded(document), "f.json").records
    assert not read.usable


def test_the_text_of_each_record_is_kept_to_the_letter():
    text = '{ "b": 1.50,\n "pcf": null }'
    report = read_records(f'  {{"data" : [ {text} ,{json.dumps(record())}]}}'.encode(), "f.json")
    assert [each.text for each in report.records] == [text, json.dumps(record())]
    assert report.records[0].sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_bytes_have_the_checksum_of_the_file_and_may_be_packed():
    packed = gzip.compress(encoded(record()))
    report = read_records(packed, "f.json.gz")
    assert report.sha256 == hashlib.sha256(packed).hexdigest()
    assert report.records[0].record == record()


def test_a_wrong_record_is_told_and_the_right_one_beside_it_is_read():
    report = read_records(encoded([record(status="x"), 5, record(SECOND)]), "f.json")
    assert [each.usable for each in report.records] == [False, False, True]
    assert not report.usable
    assert report.as_dict()["records"][0]["findings"][0]["pointer"] == "/status"


keys = st.text(st.characters(codec="utf-8"), max_size=6)
plain = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=3).map(lambda d: Decimal(str(d)))
extras = st.recursive(
    plain | numbers,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(keys.map(lambda key: f"x-{key}"), extras, max_size=3),
    st.dictionaries(keys, extras, max_size=2),
    st.randoms(),
)
def test_every_key_and_value_survives_in_any_order(unknown, data, random):
    extension = {"specVersion": "2.0.0", "dataSchema": "https://e.org/s.json", "data": data}
    document = {**record(extensions=[extension]), **unknown}
    shuffled = list(document)
    random.shuffle(shuffled)
    document = {key: document[key] for key in shuffled}
    written = dumps(document)
    (read,) = read_records(written.encode(), "f.json").records
    assert read.record == document
    assert list(read.record) == shuffled
    assert dumps(read.record) == written == read.text


@pytest.mark.parametrize("text", ["1.10", "1E+400", "-0.0", "123456789012345678901234567890", "0.1e-7"])
def test_numbers_keep_their_value_and_their_last_zero(text):
    assert dumps(parse(text, "f")) in {text, text.upper().replace("0.1E-7", "1E-8")}
    assert parse(dumps(parse(text, "f")), "f") == parse(text, "f")


def test_half_a_character_is_written_as_it_came():
    assert dumps(parse('{"a":"\\ud800 中"}', "f")) == '{"a": "\\ud800 \\u4e2d"}'.replace(": ", ":")


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b'"text"', "neither a record nor a list"),
        (b"7", "neither a record nor a list"),
        (b'{"id": 1, "id": 2}', "the key 'id' twice"),
        (b'{"pcf": {"a": NaN}}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"a": 1e99999999999999999999}', "is no number"),
        (b'{"a": 1e999999}', "is no number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "more digits than can be read"),
        (b"[" * 101 + b"]" * 101, "nested more than 100 levels"),
        (b'{"a":' * 100_000, "nested more than 100 levels"),
        (b'{"a": "\xff\xfe"}', "UTF-8"),
        ("{}".encode("utf-16"), "UTF-16"),
        ('{"名": "中文的内容"}'.encode("gb18030"), "GB18030"),
        (b'{"a": "\x00"}', "zero byte"),
        (b" " * (17 << 20), "16,777,216 bytes"),
        (b"[" + b"1," * 5000 + b"1]", "more than 5,000 records"),
        (gzip.compress(b" " * (80 << 20), 1), "unpacks to more than"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(data, cause):
    with pytest.raises(PackageError) as error:
        read_records(data, "bad.json")
    message = str(error.value)
    assert message.startswith("bad.json: ")
    assert cause in message
    assert message.count("bad.json") == 1


def test_nesting_up_to_the_limit_and_brackets_in_text_are_no_harm():
    deep: object = "[" * 1000
    for _ in range(96):
        deep = [deep]
    extension = {"specVersion": "1", "dataSchema": "https://e.org/s", "data": {"x": 1}}
    document = record(extensions=[extension], comment="{" * 5000 + '\\"' + "[")
    assert read_records(encoded(document), "f.json").usable
    assert read_records(encoded({"pcf": None, "x": deep}), "f.json").records[0].record["x"] == deep


def test_a_text_of_ten_megabytes_is_told_in_few_words():
    report = read_records(encoded(record(pcf={"fossilGhgEmissions": "9" * (10 << 20)})), "f.json")
    (finding,) = [each for each in report.records[0].findings if each.severity == "error"]
    assert finding.rule == "magnitude"
    assert len(finding.value) < 100


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(data):
    with contextlib.suppress(PackageError):
        assert read_records(data, "any.json").name == "any.json"


def test_what_of_a_verification_the_graph_does_not_hold_is_said():
    stated = {"coverage": "product level", "providerName": "B", "completedAt": "2025-06-12T10:00:00Z", "comments": "c"}
    (read,) = read_records(encoded(record(pcf={"verification": stated})), "f.json").records
    assert {(loss.pointer, loss.kind) for loss in read.losses if "verification" in loss.pointer} == {
        ("/pcf/verification/coverage", "dropped"),
        ("/pcf/verification/comments", "dropped"),
        ("/pcf/verification/completedAt", "narrowed"),
    }


def test_records_of_version_two_say_what_is_lost():
    (read,) = read_records(encoded(old_record()), "f.json").records
    assert read.usable
    assert {(loss.pointer, loss.kind) for loss in read.losses} >= {
        ("/pcf/pCfExcludingBiogenic", "dropped"),
        ("/pcf/pCfIncludingBiogenic", "narrowed"),
        ("/pcf", "computed"),
        ("/pcf/dqi", "changed"),
        ("/pcf/exemptedEmissionsDescription", "dropped"),
        ("/version", "dropped"),
    }
