"""A corrected copy differs from the file in what was mended, and in nothing else."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ontology
from shapes.correcting import corrected
from shapes.errors import CorrectionError
from shapes.reading import read_bytes
from shapes.reading.places import NoPlacesError, PlacedText

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.ttl"))
UNIT = "http://qudt.org/vocab/unit/"
HEAD = """# a comment at the top
@prefix tm: <https://w3id.org/tanmai/ontology#> . @prefix unit: <http://qudt.org/vocab/unit/> .
@prefix stage: <https://w3id.org/tanmai/id/stage/> . @prefix s: <https://example.org/s/> .
"""


@pytest.fixture(scope="module")
def background():
    store = ox.Store()
    for file in ("tanmai.ttl", "reference/units.ttl", "concepts/emission-categories.ttl"):
        store.load(ontology.path(file).read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=ontology.ID)
    store.load(
        b"@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix old: <https://example.org/old#> ."
        b"old:owner owl:deprecated true ; <http://purl.org/dc/terms/isReplacedBy> old:holder .",
        format=ox.RdfFormat.TURTLE,
    )
    return store


def copy(text, background, name="study.ttl"):
    """The text of the copy, the lines of the changes, and whether comments were kept; a second run must change nothing."""
    found = corrected(read_bytes(text.encode(), name), background)
    again = corrected(read_bytes(found.text, name), background)
    assert again.changes == ()
    assert again.text == found.text
    return found.text.decode(), [line for _, line in found.changes], found.comments_kept


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('s:x tm:unit "t" ; # weighed\n  tm:amount 1.50 .', "s:x tm:unit unit:TONNE ; # weighed\n  tm:amount 1.50 ."),
        ("s:x\ttm:unit '''吨'''@zh.", "s:x\ttm:unit unit:TONNE."),
        ('s:x tm:unit "kWh"^^<http://www.w3.org/2001/XMLSchema#string> .', "s:x tm:unit unit:KiloW-HR ."),
        ("s:x tm:note 'a \"t\" # no comment', \"\"\"two\nlines\"\"\" ; tm:unit unit:Tonne .", "s:x tm:note 'a \"t\" # no comment', \"\"\"two\nlines\"\"\" ; tm:unit unit:TONNE ."),
        ('s:x tm:parts ( "t" [ tm:unit "t" ] 1e3 true ) .', 's:x tm:parts ( "t" [ tm:unit unit:TONNE ] 1e3 true ) .'),
        ("s:x tm:output [ ], [ tm:unit 'kg' ; ] ; .", "s:x tm:output [ ], [ tm:unit unit:KiloGM ; ] ; ."),
        (
            "@prefix old: <https://example.org/old#> . s:x old:owner s:a, s:b ; tm:amount 1 .",
            "@prefix old: <https://example.org/old#> . s:x old:holder s:a, s:b ; tm:amount 1 .",
        ),
        (
            "s:f a tm:DeclaredFootprint ; tm:co2e 20 ; tm:contribution [ tm:stage stage:use ; tm:co2e 12.50 ], [ tm:stage stage:manufacturing ; tm:co2e .7 ] .",
            "s:f a tm:DeclaredFootprint ; tm:co2e 13.20 ; tm:contribution [ tm:stage stage:use ; tm:co2e 12.50 ], [ tm:stage stage:manufacturing ; tm:co2e .7 ] .",
        ),
        (
            "s:f a tm:DeclaredFootprint ; tm:co2e 20 ; tm:contribution [ tm:stage stage:use ; tm:co2e 12 ] .",
            's:f a tm:DeclaredFootprint ; tm:co2e "12"^^<http://www.w3.org/2001/XMLSchema#decimal> ; tm:contribution [ tm:stage stage:use ; tm:co2e 12 ] .',
        ),
        ("s:study tm:declares [ tm:co2e 1 ] .", "s:study tm:declares [ tm:co2e 1 ; tm:ofStudy s:study ] ."),
        ("s:study tm:declares [ ] .", "s:study tm:declares [  tm:ofStudy s:study ] ."),
        ("s:study tm:declares s:f . # the end\n", "s:study tm:declares s:f . # the end\n\ns:f tm:ofStudy s:study .\n"),
        ("_:study tm:declares _:f.1 .", "_:study tm:declares _:f.1 .\n\n_:f.1 tm:ofStudy _:study .\n"),
    ],
)  # fmt: skip
def test_only_what_is_wrong_is_written_otherwise(before, after, background):
    assert copy(HEAD + before, background)[::2] == (HEAD + after, True)


def test_the_line_of_a_change_is_that_of_its_statement(background):
    text = HEAD + 's:x a tm:Exchange ;\n    tm:amount 1 ;\n    tm:unit "t" .\ns:y tm:unit "kg" .\n'
    assert copy(text, background)[1] == [6, 7]


def test_windows_line_ends_stay(background):
    text = (HEAD + 's:x tm:amount 1 ;\n tm:unit "t" .\n').replace("\n", "\r\n")
    assert copy(text, background)[0] == text.replace('"t"', "unit:TONNE")
    added = HEAD.replace("\n", "\r\n") + "s:study tm:declares s:f .\r\n"
    assert copy(added, background)[0] == added + "\r\ns:f tm:ofStudy s:study .\r\n"


def test_n_triples_stay_n_triples(background):
    text = '<https://example.org/s/x> <https://w3id.org/tanmai/ontology#unit> "t" .\n'
    assert copy(text, background, "study.nt")[0] == text.replace('"t"', f"<{UNIT}TONNE>")


def test_rdf_xml_is_written_anew_with_its_prefixes_and_says_so(background):
    text = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:tm="https://w3id.org/tanmai/ontology#">'
        '<!-- lost --><rdf:Description rdf:about="https://example.org/s/x"><tm:unit>t</tm:unit>'
        '<tm:amount rdf:datatype="http://www.w3.org/2001/XMLSchema#decimal">1.50</tm:amount></rdf:Description></rdf:RDF>'
    )
    made, lines, kept = copy(text, background, "study.rdf")
    assert (lines, kept) == ([1], False)
    assert "tm:unit rdf:resource" in made
    assert ">1.50<" in made


def test_a_node_that_nothing_can_point_at_is_written_anew(background):
    made, _, kept = copy(HEAD + "[ tm:declares s:f ] .", background)
    assert not kept
    assert "ofStudy" in made


def test_nothing_to_mend_changes_no_byte(background):
    text = HEAD + "s:x tm:amount 1.50 ; tm:unit unit:TONNE .\r\n# end"
    assert copy(text, background) == (text, [], True)


S, TM = "https://example.org/s/", "https://w3id.org/tanmai/ontology#"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('s:g { s:x tm:unit "t" } # end\n', "s:g { s:x tm:unit unit:TONNE } # end\n"),
        ('GRAPH s:g { s:x tm:unit "t" . s:y tm:unit "kg" . }', "GRAPH s:g { s:x tm:unit unit:TONNE . s:y tm:unit unit:KiloGM . }"),
        ('{ s:x tm:unit "t" } s:g { s:x tm:unit "kg" }', "{ s:x tm:unit unit:TONNE } s:g { s:x tm:unit unit:KiloGM }"),
        ("s:g { s:study tm:declares s:f . }\n", "s:g { s:study tm:declares s:f . }\n\ns:g { s:f tm:ofStudy s:study . }\n"),
        ("s:study tm:declares s:f . s:g { }", "s:study tm:declares s:f . s:g { }\n\ns:f tm:ofStudy s:study .\n"),
        ("graph _:g { s:study tm:declares [ ] }", "graph _:g { s:study tm:declares [  tm:ofStudy s:study ] }"),
        (
            's:g { s:f a tm:DeclaredFootprint ; tm:co2e 20.0 ; tm:contribution s:c } s:h { s:c tm:stage stage:use ; tm:co2e 12.5 }',
            's:g { s:f a tm:DeclaredFootprint ; tm:co2e 12.5 ; tm:contribution s:c } s:h { s:c tm:stage stage:use ; tm:co2e 12.5 }',
        ),
    ],
)  # fmt: skip
def test_trig_keeps_its_graphs_and_its_layout(before, after, background):
    assert copy(HEAD + before, background, "study.trig")[::2] == (HEAD + after, True)


def test_n_quads_stay_in_their_graphs(background):
    text = (
        f'<{S}x> <{TM}unit> "t" <{S}g> . # weighed\n<{S}x> <{TM}unit> "kg" .\n'
        f'<{S}y> <{TM}unit> "a t"@en _:g .\n<{S}study> <{TM}declares> <{S}f> <{S}g> .\n'
    )
    after = text.replace('"t"', f"<{UNIT}TONNE>").replace('"kg"', f"<{UNIT}KiloGM>")
    added = f"<{S}f> <{TM}ofStudy> <{S}study> <{S}g> .\n"
    assert copy(text, background, "study.nq")[::2] == (after + added, True)


def test_a_graph_that_nothing_can_point_at_is_written_anew(background):
    made, _, kept = copy(HEAD + "[] { s:study tm:declares s:f }", background, "study.trig")
    assert not kept
    quads = list(ox.parse(made.encode(), format=ox.RdfFormat.TRIG))
    assert len(quads) == 2
    assert len({quad.graph_name for quad in quads}) == 1


def test_json_ld_is_written_anew_with_its_prefixes(background):
    document = {
        "@context": {"tm": TM, "s": S, "unit": "tm:unit"},
        "@id": "s:g",
        "@graph": [
            {"@id": "s:x", "unit": "t", "tm:parts": {"@list": ["t", {"tm:amount": 1.5}]}, "tm:note": {"@value": "吨", "@language": "zh"}},
            {"@id": "s:study", "tm:declares": {"@id": "s:f"}},
        ],
    }  # fmt: skip
    text = json.dumps(document, ensure_ascii=False)
    made, _, kept = copy(text, background, "study.jsonld")
    assert not kept
    assert json.loads(made)["@context"] == {"tm": TM}
    assert "吨" in made
    before = [q for q in ox.parse(text.encode(), format=ox.RdfFormat.JSON_LD) if q.object != ox.Literal("t") or "unit" not in q.predicate.value]  # fmt: skip
    after = list(ox.parse(made.encode(), format=ox.RdfFormat.JSON_LD))
    graph = ox.NamedNode(S + "g")
    for quad in (
        ox.Quad(ox.NamedNode(S + "x"), ox.NamedNode(TM + "unit"), ox.NamedNode(UNIT + "TONNE"), graph),
        ox.Quad(ox.NamedNode(S + "f"), ox.NamedNode(TM + "ofStudy"), ox.NamedNode(S + "study"), graph),
    ):
        assert quad in after
    assert len(after) == len(before) + 2


@pytest.mark.parametrize("text", ['{"specVersion": "3", "pcf": {"declaredUnit": "t"}, "productIds": ["urn:x"]}'])
def test_a_record_of_plain_json_is_left_alone(text, background):
    assert corrected(read_bytes(text.encode(), "a.json"), background).changes == ()


def test_what_is_to_be_mended_in_a_record_of_plain_json_is_an_error(background):
    """A context of the package that maps a key to tm:unit would be needed; a background that deprecates a term of PACT's does it too."""
    record = read_bytes(
        b'{"specVersion": "3", "pcf": {"declaredUnitOfMeasurement": "t"}, "productIds": ["urn:x"]}', "a.json"
    )
    (old, *_) = [q.predicate for q in record.quads if isinstance(q.object, ox.Literal)]
    known = ox.Store()
    known.add(ox.Quad(old, ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated"), ox.Literal(True)))
    known.add(ox.Quad(old, ox.NamedNode("http://purl.org/dc/terms/isReplacedBy"), ox.NamedNode("urn:new")))
    with pytest.raises(CorrectionError, match="record of plain JSON"):
        corrected(record, known)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_places_are_found_in_every_example(file):
    text = file.read_text(encoding="utf-8")
    placed = PlacedText(text)
    quads = list(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))
    assert len(placed.statements) == len(quads)
    named = {q.triple for q in quads if not {type(q.subject), type(q.object)} & {ox.BlankNode}}
    assert named == {
        p.triple for p in placed.statements if not {type(p.triple.subject), type(p.triple.object)} & {ox.BlankNode}
    }


@pytest.mark.parametrize(
    "text",
    [
        "<urn:a> <urn:b> 1",
        "s:a s:b 1 .",
        "<urn:a> <urn:b> << <urn:a> <urn:b> 1 >> .",
        "1 <urn:b> 1 .",
        "<urn:a> <urn:b> ! .",
    ],
)
def test_what_it_cannot_read_it_does_not_guess(text):
    with pytest.raises(NoPlacesError):
        PlacedText(text)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(TEXTS, TEXTS, st.sampled_from(['"', "'", '"""', "'''"]))
def test_no_text_is_taken_for_anything_else(background, one, two, quotes):
    written = [
        value.replace("\\", "\\\\").replace(quotes[0], "\\" + quotes[0]).replace("\n", "\\n").replace("\r", "\\r")
        for value in (one, two)
    ]
    before = f'{HEAD}s:x tm:note {quotes}{written[0]}{quotes} ; tm:unit "t" ; tm:note {quotes}{written[1]}{quotes}@en .'
    made, _, kept = copy(before, background)
    assert kept
    assert made == before.replace('tm:unit "t" ; tm:note', "tm:unit unit:TONNE ; tm:note")
