"""Text and numbers survive the way through N-Triples."""

import math

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from mappings.ntriples import date_time, double, iri_part, is_iri, literal


def parsed(term: str) -> str:
    (quad,) = ox.parse(f"<a:b> <a:c> {term} .\n".encode(), format=ox.RdfFormat.N_TRIPLES)
    return quad.object.value


@given(st.text())
def test_text_comes_back(text):
    assert parsed(literal(text)) == text


@given(st.text(alphabet=st.characters(categories=["Cs", "Cc", "Ll"])))
def test_lone_surrogates_become_replacement_characters(text):
    expected = "".join("�" if "\ud800" <= c <= "\udfff" else c for c in text)
    assert parsed(literal(text)) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_to_the_last_bit(value):
    back = float(parsed(double(value)))
    assert back == value
    assert math.copysign(1, back) == math.copysign(1, value)


@given(st.text(min_size=1))
def test_any_key_makes_an_iri(key):
    iri = f"https://example.org/{iri_part(key)}"
    assert is_iri(iri)
    ox.NamedNode(iri)
    assert "/" not in iri_part(key)


def test_dates_that_are_none_stay_text():
    assert date_time("2015-09-25T12:18:23.346-06:00").endswith("#dateTime>")
    assert date_time("last spring") == '"last spring"'
