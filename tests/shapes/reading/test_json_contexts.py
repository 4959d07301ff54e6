"""JSON-LD contexts: shipped ones resolve offline, others only where the user allows it; PACT records get theirs."""

import http.server
import json
import threading

import pytest

import shapes
from shapes.errors import ReadingError
from shapes.reading import Contexts, read_bytes
from shapes.reading.contexts import BASE, SHIPPED

TM = "https://w3id.org/tanmai/ontology#"
REMOTE = [
    {"@context": "ADDRESS", "@id": "https://e.org/a", "p": 1},
    {"@context": ["ADDRESS"], "@id": "https://e.org/a", "p": 1},
    {"@context": {"@import": "ADDRESS"}, "@id": "https://e.org/a", "p": 1},
    {"@context": {"q": {"@id": "https://e.org/q", "@context": "ADDRESS"}}, "@id": "https://e.org/a", "q": {"p": 1}},
    [{"@id": "https://e.org/b", "https://e.org/q": {"@context": "ADDRESS", "@id": "https://e.org/a", "p": 1}}],
]


def _document(pattern, address):
    return json.dumps(pattern).replace("ADDRESS", address).encode()


@pytest.mark.parametrize("pattern", REMOTE)
def test_a_context_of_the_network_is_refused_and_named(pattern):
    with pytest.raises(ReadingError, match=r"'https://e.org/context.jsonld'.*--remote-contexts"):
        read_bytes(_document(pattern, "https://e.org/context.jsonld"), "a.jsonld")


@pytest.fixture
def served():
    """A server on this machine that answers every address with the same context, or with nonsense."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = b'{"@context": {"p": "https://e.org/p"}}' if self.path == "/good" else b"[1, 2"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("pattern", REMOTE)
def test_it_is_fetched_where_the_user_allows_it(pattern, served):
    document = read_bytes(_document(pattern, f"{served}/good"), "a.jsonld", contexts=Contexts(remote=True))
    assert "https://e.org/p" in {quad.predicate.value for quad in document.quads}


def test_a_fetched_context_that_is_none_and_an_address_that_is_none(served):
    for address, words in ((f"{served}/bad", "cannot be fetched"), ("file:///etc/passwd", "no web address")):
        with pytest.raises(ReadingError, match=words):
            read_bytes(_document(REMOTE[0], address), "a.jsonld", contexts=Contexts(remote=True))


def test_the_shipped_context_resolves_offline():
    data = json.dumps(
        {"@context": f"{BASE}tanmai", "@id": "https://e.org/a", "amount": 2, "@type": "Exchange"}
    ).encode()
    found = {(q.predicate.value, q.object.value) for q in read_bytes(data, "a.json").quads}
    assert found == {(f"{TM}amount", "2"), ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"{TM}Exchange")}


def test_every_shipped_context_is_there():
    for file in SHIPPED.known.values():
        assert "@context" in json.loads(shapes.path(file).read_bytes())


RECORD = {
    "specVersion": "3.0.3",
    "productIds": ["urn:x:1"],
    "pcf": {"declaredUnitAmount": "1.50", "primaryDataShare": 56.5},
}


@pytest.mark.parametrize(
    "wrap", [lambda r: r, lambda r: [r], lambda r: {"data": [r]}, lambda r: {"type": "t", "data": {"pfs": [r]}}]
)
def test_a_plain_pact_record_gets_its_context_and_keeps_the_types_of_json(wrap):
    document = read_bytes(json.dumps(wrap(RECORD)).encode(), "record.json")
    literals = {q.predicate.value.rpartition("#")[2]: q.object for q in document.quads}
    assert (literals["declaredUnitAmount"].value, literals["declaredUnitAmount"].datatype.value[-7:]) == (
        "1.50",
        "#string",
    )
    assert (literals["primaryDataShare"].value, literals["primaryDataShare"].datatype.value[-7:]) == (
        "5.65E1",
        "#double",
    )


def test_a_record_that_lacks_one_of_its_keys_is_still_one():
    assert len(read_bytes(json.dumps({"pcf": {}, "productIds": ["urn:x:1"]}).encode(), "record.json").quads) == 2


def test_contexts_that_refer_to_one_another_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("shapes.reading.contexts._shipped", lambda file: f"https://e.org/{'b' if file == 'a' else 'a'}")
    looped = Contexts({"https://e.org/a": "a", "https://e.org/b": "b"})
    with pytest.raises(ReadingError, match="without end"):
        read_bytes(_document(REMOTE[0], "https://e.org/a"), "a.jsonld", contexts=looped)
