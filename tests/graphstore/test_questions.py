"""Questions with typed parameters: a value becomes a term, and no value changes the question."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstore import GraphStore, questions
from graphstore.errors import BindingError, UnknownNameError
from graphstore.sparql import significant

GRID = questions.load("04-grid-factor-change")


@pytest.mark.parametrize("name", questions.names())
def test_each_question_parses_and_its_parameters_are_variables_of_it(name):
    asked = questions.load(name)
    with GraphStore.open() as store:
        assert list(store.query(asked.query({})).columns)
    for parameter in asked.parameters:
        assert f"?{parameter.name}" in asked.text
        assert parameter.open or parameter.default


def test_what_is_not_stated_stays_as_it_is():
    assert GRID.query({}) == GRID.text
    assert 'generation:grid_average "2022"^^<http://www.w3.org/2001/XMLSchema#gYear> "2024"^^xsd:gYear' in GRID.query(
        {"first": "2022"}
    )


def test_a_question_is_asked_of_one_or_of_all():
    store = ox.Store()
    graph = """@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
    <urn:a> tm:claimTopic <urn:t1> ; tm:claimValue "1"@en ; dcterms:source "s" ; tm:preferred true ; tm:conflictsWith <urn:x> .
    <urn:b> tm:claimTopic <urn:t2> ; tm:claimValue "2"@en ; dcterms:source "s" ; tm:preferred true ; tm:conflictsWith <urn:x> ."""
    store.load(graph.encode(), format=ox.RdfFormat.TURTLE)
    asked = questions.load("28-disagreement")

    def topics(**values):
        return [row["topic"].value for row in store.query(asked.query(values))]

    assert topics() == ["urn:t1", "urn:t2"]
    assert topics(topic="urn:t2") == ["urn:t2"]
    assert topics(topic="urn:t3") == []


def test_an_open_question_loses_its_line_of_values():
    asked = questions.load("16-report-complete")
    assert "examples/" not in asked.query({})
    assert "VALUES" not in "".join(token.text for token in significant(asked.query({})) if token.kind == "word")
    assert "<urn:study>" in asked.query({"study": "urn:study"})


def test_names_of_the_question_are_understood():
    assert "<https://w3id.org/tanmai/id/geography/CN-GD>" in GRID.query({"place": "place:CN-GD"})


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"first": "2023 "}, "gYear"),
        ({"first": "２０２３"}, "gYear"),
        ({"place": ""}, "no IRI"),
        ({"place": "place:a b"}, "no IRI"),
        ({"place": "CN"}, "no IRI"),
        ({"year": "2023"}, "'year'"),
    ],
)
def test_what_is_not_of_the_type_is_refused(values, says):
    with pytest.raises(BindingError, match=says):
        GRID.query(values)


@given(st.text(max_size=60), st.sampled_from(["place", "first"]))
def test_no_text_changes_the_tokens_around_it(text, name):
    """Whatever is sent is refused, or stands as one term where the default stood."""
    try:
        query = GRID.query({name: text})
    except BindingError:
        return
    before, after = ([token.kind for token in significant(each)] for each in (GRID.text, query))
    assert len(after) == len(before)
    assert sum(one != other for one, other in zip(before, after, strict=True)) <= 1
    ox.Store().query(query)


@pytest.mark.parametrize(
    "name", ["", "nothing", "../queries/factors", "04-grid-factor-change.rq", "04-grid-factor-change\n"]
)
def test_there_is_no_question_by_another_name(name):
    with pytest.raises(UnknownNameError):
        questions.load(name)
