"""Of the usual prefixes the engine is given those that a text may use, and few others."""

import re

from hypothesis import given
from hypothesis import strategies as st

from graphstore.query import _prefixes as given_prefixes
from graphstore.terms import PREFIXES

PIECES = [
    "tm:",
    "tmf:",
    "rdfs:",
    "x",
    " ",
    "?s",
    "unit:KiloGM",
    ":",
    "<urn:a>",
    "{",
    "quantitykind:Mass",
    "skos",
    "unknown:a",
    "é",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_all_that_stand_before_a_colon_are_given(text):
    used = {name for name in re.findall(r"([A-Za-z]+):", text) if name in PREFIXES}
    found = given_prefixes(text)
    assert used <= set(found)
    assert found == {name: PREFIXES[name] for name in found}


def test_what_is_not_there_is_not_given():
    assert given_prefixes("SELECT * { ?s <urn:a> ?o }") == {}
    assert given_prefixes("SELECT * { ?s rdfs:label ?o }") == {"rdfs": PREFIXES["rdfs"]}
    assert given_prefixes("SELECT * { ?s \\u0072dfs:label ?o }") == dict(PREFIXES)
