"""The W3C test cases of SPARQL 1.1 Protocol, Graph Store Protocol and Service Description, against the real server.

The manifests state requests as HTTP and what has to come back. They are third-party files, found through TANMAI_FIXTURES.
"""

from __future__ import annotations

import http.client
import json
import os
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import rdflib
from endpoints import oxigraph_server
from rdflib import RDF, Namespace
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from servers import served

from graphstore import GraphStore

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
TABULAR = {
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
}
BOOLEAN = {"application/sparql-results+json", "application/sparql-results+xml"}
RDF_TYPES = {"text/turtle", "application/n-triples", "application/rdf+xml"}

ROOT = Path(os.environ.get("TANMAI_FIXTURES", "/nonexistent")) / "conformance" / "sparql11"
MANIFESTS = (
    "protocol/manifest.ttl",
    "graph-store-protocol/manifest-direct.ttl",
    "graph-store-protocol/manifest-indirect.ttl",
)
EXPECTED = {MANIFESTS[0]: 34, MANIFESTS[1]: 4, MANIFESTS[2]: 9}


def _graph(name):
    return rdflib.Graph().parse(ROOT / name, publicID=(ROOT / name).as_uri())


def _cases():
    if not ROOT.is_dir():
        return [pytest.param(None, None, marks=pytest.mark.skip("W3C cases are not here: set TANMAI_FIXTURES"))]
    found = []
    for name in MANIFESTS:
        graph = _graph(name)
        entries = list(Collection(graph, next(graph.objects(None, MF.entries))))
        assert len(entries) == EXPECTED[name]
        found += [pytest.param(graph, entry, id=str(entry).rpartition("#")[2]) for entry in entries]
    return found


@pytest.fixture(scope="module", params=["directory", "endpoint"])
def address(request, tmp_path_factory):
    """A server whose store is a directory, and one whose store Oxigraph's own server keeps."""
    folder = tmp_path_factory.mktemp("w3c")
    if request.param == "endpoint":
        with oxigraph_server(folder) as endpoint, served(folder, endpoint=endpoint, allow_writes=True) as found:
            yield found
        return
    GraphStore.open(folder / "store").close()
    with served(folder / "store", allow_writes=True) as found:
        yield found


@pytest.fixture(scope="module")
def send(address):
    """Send a request as it is written; status, headers with small letters, body."""

    def sent(method, path, headers=(), body=b""):
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (*headers, *([("Content-Length", str(len(body)))] if body else [])):
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, content

    return sent


def _headers(graph, node):
    listed = graph.value(node, HT.headers)
    return (
        [
            (str(graph.value(each, HT.fieldName)), str(graph.value(each, HT.fieldValue)))
            for each in Collection(graph, listed)
        ]
        if listed
        else []
    )


def _body(graph, node):
    body = graph.value(node, HT.body)
    return (
        b"" if body is None else str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding)))
    )


def _prepare(send, graph, entry):
    if (entry, RDF.type, MF.GraphStoreProtocolTest) in graph:  # each begins with graphs that do not exist yet
        assert send("POST", "/sparql", [("Content-Type", "application/sparql-update")], b"DROP ALL")[0] == 200
    for data in graph.objects(entry, UT.graphData):
        name = str(graph.value(data, rdflib.RDFS.label))
        content = Path(urlsplit(str(graph.value(data, UT.graph))).path).read_bytes()
        path = f"/graphs?graph={quote(name, safe='')}"
        assert send("PUT", path, [("Content-Type", "application/n-triples")], content)[0] in {201, 204}


def _check(graph, expected, status, headers, content):
    names = [str(each).rpartition("#")[2] for each in graph.objects(expected, MF.expectedStatus)]
    known = [
        range(int(name[10]) * 100, int(name[10]) * 100 + 100) if name.startswith("StatusCode") else (STATUS[name],)
        for name in names
    ]
    assert any(status in each for each in known), (status, names, content[:300])
    media_type = headers.get("content-type", "").partition(";")[0]
    kind = graph.value(expected, MF.expectedFormat)
    if kind is not None:
        assert media_type in {"boolean": BOOLEAN, "tabular": TABULAR, "RDF": RDF_TYPES}[str(kind)]
    answer = graph.value(expected, MF.expectedBoolean)
    if answer is not None:
        assert json.loads(content)["boolean"] is answer.toPython()
    for name, value in _headers(graph, expected):
        assert headers[name.lower()] == value
    wanted = _body(graph, expected)
    if wanted:
        assert isomorphic(
            rdflib.Graph().parse(data=content, format=media_type), rdflib.Graph().parse(data=wanted, format="turtle")
        )


@pytest.mark.parametrize(("graph", "entry"), _cases())
def test_case(graph, entry, send):
    _prepare(send, graph, entry)
    location = ""
    for request in Collection(graph, graph.value(graph.value(entry, MF.action), HT.requests)):
        path = str(graph.value(request, HT.absolutePath))
        path = (
            path.replace("/sparql/", "/sparql", 1)
            if path.startswith("/sparql/")
            else path.replace("/gsp", "/graphs", 1)
        )
        path = path.replace("$LOCATION$", location)
        method = str(graph.value(request, HT.methodName))
        status, headers, content = send(method, path, _headers(graph, request), _body(graph, request))
        expected = graph.value(request, HT.resp)
        _check(graph, expected, status, headers, content)
        if graph.value(expected, MF.expectedLocation) is not None:
            location = headers["location"]
        if method == "HEAD":
            assert content == b""


# The vocabulary of the Service Description recommendation: property to class of its subject and of its object.
PROPERTIES = {
    SD.endpoint: (SD.Service, None),
    SD.feature: (SD.Service, {SD.UnionDefaultGraph}),
    SD.supportedLanguage: (SD.Service, {SD.SPARQL11Query, SD.SPARQL11Update}),
    SD.resultFormat: (SD.Service, None),
    SD.extensionFunction: (SD.Service, SD.Function),
    SD.defaultDataset: (SD.Service, SD.Dataset),
    SD.defaultGraph: (SD.Dataset, SD.Graph),
}


@pytest.fixture(scope="module", params=["text/turtle", "application/rdf+xml", "application/n-triples"])
def described(request, send):
    status, headers, content = send("GET", "/sparql", [("Accept", request.param)])
    assert status == 200
    assert headers["content-type"].partition(";")[0] == request.param
    return rdflib.Graph().parse(data=content, format=request.param)


def test_returns_rdf(described):
    assert len(described) > 10


def test_has_endpoint_triple(described, address):
    assert (None, SD.endpoint, rdflib.URIRef(address + "/sparql")) in described


def test_conforms_to_schema(described, request):
    used = {predicate for predicate in described.predicates() if predicate.startswith(SD)}
    unknown = (
        {SD.extensionFunction} if "-endpoint" in request.node.name else set()
    )  # an endpoint knows no function of ours
    assert used == set(PROPERTIES) - unknown
    for predicate in used:
        domain, values = PROPERTIES[predicate]
        for subject, object_ in described.subject_objects(predicate):
            assert (subject, RDF.type, domain) in described
            if isinstance(values, set):
                assert object_ in values
            elif values is not None:
                assert (object_, RDF.type, values) in described
            else:
                assert isinstance(object_, rdflib.URIRef)
