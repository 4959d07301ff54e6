"""Files as they come in: every syntax gives the same statements, and what cannot be taken gives one clear error."""

import gzip
import hashlib
import time

import pyoxigraph as ox
import pytest

from shapes.errors import ReadingError
from shapes.reading import read, read_bytes
from shapes.reading.source import SETTING

TURTLE = '@prefix s: <https://e.org/> .\ns:a s:p 1.50 , "电"@zh .\n'
SYNTAXES = {
    "a.ttl": TURTLE,
    "a.trig": '@prefix s: <https://e.org/> .\ns:g { s:a s:p 1.50 , "电"@zh . }\n',
    "a.nt": '<https://e.org/a> <https://e.org/p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'
    '<https://e.org/a> <https://e.org/p> "电"@zh .\n',
    "a.nq": '<https://e.org/a> <https://e.org/p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> <https://e.org/g> .\n'
    '<https://e.org/a> <https://e.org/p> "电"@zh .\n',
    "a.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="https://e.org/">'
    '<rdf:Description rdf:about="https://e.org/a"><s:p rdf:datatype="http://www.w3.org/2001/XMLSchema#decimal">1.50</s:p>'
    '<s:p xml:lang="zh">电</s:p></rdf:Description></rdf:RDF>',
    "a.jsonld": '{"@context": {"s": "https://e.org/"}, "@id": "s:a", "s:p": [{"@type": '
    '"http://www.w3.org/2001/XMLSchema#decimal", "@value": "1.50"}, {"@language": "zh", "@value": "电"}]}',
}
P = "https://e.org/p"


@pytest.mark.parametrize("name", SYNTAXES)
@pytest.mark.parametrize("packed", [False, True])
def test_every_syntax_keeps_order_and_lexical_forms(name, packed):
    data = SYNTAXES[name].encode()
    handed_in = gzip.compress(data) if packed else data
    document = read_bytes(handed_in, name + ".gz" * packed)
    assert [(q.subject.value, q.predicate.value, q.object.value) for q in document.quads] == [
        ("https://e.org/a", P, "1.50"),
        ("https://e.org/a", P, "电"),
    ]
    assert document.quads[0].object.datatype.value.endswith("#decimal")
    assert document.sha256 == hashlib.sha256(handed_in).hexdigest()
    assert document.text == data


def test_prefixes_are_those_of_the_file():
    assert read_bytes(TURTLE.encode(), "a.ttl").prefixes == {"s": "https://e.org/"}


def test_a_byte_order_mark_is_no_statement():
    assert len(read_bytes(b"\xef\xbb\xbf" + TURTLE.encode(), "a.ttl").quads) == 2


def test_relative_names_stand_on_a_base_where_one_is_given():
    document = read_bytes(b"<a> <b> <c> .", "a.ttl", base_iri="file:///d/")
    assert document.quads[0].subject == ox.NamedNode("file:///d/a")


BAD = {
    "words": (b"This is a letter.\n", "a.ttl", "no Turtle", 1),
    "second line": (b"<https://e.org/a> <https://e.org/p> 1 .\nrubbish here .\n", "a.ttl", "no Turtle", 2),
    "UTF-16": ('@prefix s: <https://e.org/> . s:a s:p "电" .'.encode("utf-16"), "a.ttl", "UTF-16", 1),
    "UTF-16 without mark": (TURTLE.encode("utf-16-le"), "a.ttl", "UTF-16", 1),
    "GB18030": (TURTLE.replace("电", "电解铝产品碳足迹").encode("gb18030"), "a.ttl", "GB18030", 2),
    "binary": (bytes(range(128, 256)) * 8, "a.ttl", "no UTF-8", 1),
    "zero bytes": (b"<a>\0<b>", "a.ttl", "binary", 1),
    "truncated": (TURTLE.encode()[:-8], "a.ttl", "cut short", 2),
    "truncated in a character": ('s:a s:p "电'.encode()[:-1], "a.ttl", "middle of a character", 1),
    "truncated JSON": (b'{"@id": "https://e.org/a",\n "https://e.org/p": 1', "a.jsonld", "cut short", 2),
    "truncated gzip": (gzip.compress(TURTLE.encode())[:-9], "a.ttl.gz", "damaged or cut short", None),
    "no gzip": (b"abcd", "a.ttl.gz", "damaged", None),
    "no JSON": (b"{a: 1}", "a.json", "no JSON", 1),
    "JSON number": (b"42", "a.json", "object or an array", 1),
    "JSON without meaning": (b'{"name": "x"}', "a.json", "no @context", 1),
    "key twice": (b'{"@id": "https://e.org/a", "@id": "https://e.org/b"}', "a.json", "'@id' twice", None),
    "JSON NaN": (b'{"@id": "https://e.org/a",\n"https://e.org/p": NaN}', "a.json", "NaN is no number", 2),
    "JSON infinity": (b'{"@id": "https://e.org/a", "https://e.org/p": 1e999}', "a.json", "1e999 is no number", 1),
    "DOCTYPE": (b'<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY a "b">]>\n<r>&a;</r>', "a.rdf", "DOCTYPE", 2),
    "space in IRI": (b"<https://e.org/a b> <https://e.org/p> 1 .", "a.ttl", "%20", 1),
    "space in IRI of JSON": (b'[\n{"@id": "https://e.org/a b", "https://e.org/p": 1}]', "a.jsonld", "%20", 2),
    "space in IRI of an alias": (
        b'{"@context": {"id": "@id"}, "id": "https://e.org/a b", "https://e.org/p": 1}',
        "a.jsonld",
        "%20",
        1,
    ),
    "space in IRI of XML": (SYNTAXES["a.rdf"].replace("org/a", "org/a b").encode(), "a.rdf", "%20", None),
    "relative": (b"<a> <b> <c> .", "a.ttl", "@base", 1),
    "relative in JSON": (b'{"@id": "a", "https://e.org/p": 1}', "a.jsonld", "@base", 1),
    "deep JSON": (b"[" * 100_000, "a.jsonld", "nested more than 256", 1),
    "deep triple terms": (
        b"<https://e.org/a> <https://e.org/p> " + b"<<( " * 100_000,
        "a.ttl",
        "nested more than 256",
        1,
    ),
    "deep XML": (b"<a>" * 100_000, "a.rdf", "nested more than 256", 1),
    "one endless name": (b"a" * (17 << 20), "a.ttl", "longer than 16 MiB", None),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_taken_gives_one_error_that_says_where_and_how_to_mend_it(case):
    data, name, words, line = BAD[case]
    with pytest.raises(ReadingError) as told:
        read_bytes(data, name)
    assert words in str(told.value)
    assert told.value.line == line
    assert str(told.value).startswith(f"{name}, line {line}" if line else f"{name}: ")
    assert str(told.value).endswith("Nothing was taken in.")
    assert len(str(told.value)) < 600


@pytest.mark.parametrize("name", ["a.ttl", "a.nt", "a.rdf", "a.jsonld", "a.ttl.gz"])
def test_two_hundred_megabytes_of_nonsense_are_refused_at_once(tmp_path, name):
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.truncate(200 << 20)  # a file of zeros that takes no room on the disk
    begin = time.perf_counter()
    with pytest.raises(ReadingError):
        read(path)
    assert time.perf_counter() - begin < 10


def test_the_limit_is_a_setting(tmp_path, monkeypatch):
    path = tmp_path / "a.ttl"
    path.write_text(TURTLE, encoding="utf-8")
    monkeypatch.setenv(SETTING, "20")
    with pytest.raises(ReadingError, match="more than 20 bytes"):
        read(path)
    monkeypatch.setenv(SETTING, "many")
    with pytest.raises(ReadingError, match="no number of bytes"):
        read(path)


def test_a_small_file_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setenv(SETTING, "100000")
    with pytest.raises(ReadingError, match="unpacks to more than 100,000 bytes"):
        read_bytes(gzip.compress(b"# a comment\n" * 100_000), "a.ttl.gz")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ReadingError, match=r"No such file.*Check the path"):
        read(tmp_path / "a.ttl")
    with pytest.raises(ReadingError, match="directory"):
        read(tmp_path, format="turtle")


def test_deep_blank_nodes_and_cycles_of_them_do_no_harm():
    deep = b"<https://e.org/a> <https://e.org/p> " + b"[ <https://e.org/p> " * 50_000 + b"1" + b" ]" * 50_000 + b" ."
    assert len(read_bytes(deep, "a.ttl").quads) == 50_001
    cycle = b"_:a <https://e.org/p> _:b . _:b <https://e.org/p> _:a ."
    document = read_bytes(cycle, "a.ttl")
    assert [document.line_of(quad.subject) for quad in document.quads] == [1, 1]
