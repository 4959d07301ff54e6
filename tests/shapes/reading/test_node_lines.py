"""The line where a node is first described."""

import pyoxigraph as ox
import pytest

from shapes.reading import read_bytes

TURTLE = r"""@prefix s: <https://e.org/s/> . # s:comment s:p 1 .
@base <https://b.org/x/> .
s:a s:p "s:quoted s:p 1 . \" # not a comment" , '''
s:long s:p 1 .
''' ; s:q [ s:r s:inner ], 1.5, 2 .
<rel> s:p 3.
s:a\,b.c s:p s:z.
_:b1 s:p 1 .
[ s:p s:w ] s:q s:object .
( s:member ) s:q 1 .
PREFIX t: <http://t.org/>
t:t s:p true ; s:q -1e3 .
<https://e.org/s/a> s:again 1 .
<https://e.org/\u00e9> s:p 1 .
"""
FOUND = {
    "https://e.org/s/a": 3,
    "https://b.org/x/rel": 6,
    "https://e.org/s/a,b.c": 7,
    "http://t.org/t": 12,
    "https://e.org/é": 14,
}
NOT_FOUND = ("comment", "quoted", "long", "inner", "z", "w", "object", "member", "absent")


def test_turtle_looks_into_no_string_and_no_comment():
    document = read_bytes(TURTLE.encode(), "a.ttl")
    assert {iri: document.line_of(ox.NamedNode(iri)) for iri in FOUND} == FOUND
    assert document.line_of(ox.BlankNode("b1")) == 8
    assert all(document.line_of(ox.NamedNode(f"https://e.org/s/{name}")) is None for name in NOT_FOUND)


def test_what_is_found_is_a_subject_of_the_file():
    document = read_bytes(TURTLE.encode(), "a.ttl")
    named = {quad.subject for quad in document.quads if document.line_of(quad.subject)}
    assert len(named) == len(FOUND) + 1


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.nt", '# x\n<https://e.org/b> <https://e.org/p> "<https://e.org/a>" .\n<https://e.org/a> <https://e.org/p> "x" .\n', 3),
        ("a.nq", "<https://e.org/b> <https://e.org/p> <https://e.org/a> <https://e.org/g> .\n<https://e.org/a> <https://e.org/p> 'x' .\n".replace("'", '"'), 2),
        ("a.trig", "@prefix e: <https://e.org/> .\ne:g {\n  e:b e:p e:a .\n  e:a e:p 1 }\n", 4),
        ("a.rdf", '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n xmlns:e="https://e.org/" xml:base="https://e.org/b">\n<!-- <x rdf:about="https://e.org/a"/> -->\n<e:C rdf:about="a"/></rdf:RDF>', 4),
        ("a.jsonld", '{"@context": {"e": "https://e.org/", "id": "@id"}, "@graph": [\n{"@id": "e:b", "e:p": "\\"@id\\": \\"e:a\\""},\n{"id": "e:a", "e:p": 1}]}', 3),
    ],
)  # fmt: skip
def test_every_syntax_knows_its_lines(name, text, line):
    document = read_bytes(text.encode(), name)
    assert ox.NamedNode("https://e.org/a") in {quad.subject for quad in document.quads}
    assert document.line_of(ox.NamedNode("https://e.org/a")) == line


def test_a_literal_has_no_line():
    assert read_bytes(TURTLE.encode(), "a.ttl").line_of(ox.Literal("x")) is None
