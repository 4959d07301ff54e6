"""Who asks as an audience meets nothing that it may not read, in no byte of any answer: role x graph x verb over HTTP."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from canaries import FOIL, HIDDEN, SHOWN, fill, met
from chains import EX
from servers import served
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.principals import OWNER, Principal, Role, identify
from graphstore import GraphStore
from graphstore.audiences import changes
from graphstore.audiences.visibility import Audience
from registry.publishing.publish import publish

BASE = "https://w3id.org/tanmai/local/id"
GRAPHS = [
    f"{BASE}/dataset/zqsmelter-data/v1",
    f"{BASE}/dataset/zqrecipe-data/v1",
    f"{BASE}/graph/catalogue",
    "urn:zqlocal:graph",
]
"""Names of graphs that an audience may guess."""
AUDIENCES = ["buyer", "rival"]


class Asking:
    """Says who asks by a header of the request, in place of keys and tokens."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            found = dict(scope["headers"])
            audience, roles = found.get(b"x-audience", b"").decode(), found.get(b"x-roles", b"reader").decode().split()
            stated = frozenset(Role(role) for role in roles)
            identify(scope, Principal("tester", stated, audience) if audience else OWNER)
        await self._app(scope, receive, send)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leaks") / "store"
    with GraphStore.open(path) as opened:
        fill(opened)
        publish(opened)
    return path


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[httpx.Client]:
    with (
        served(store, around=Asking, readers=1, allow_writes=True) as address,
        httpx.Client(base_url=address, timeout=60) as opened,
    ):
        yield opened


@pytest.fixture
def ask(client: httpx.Client) -> Callable[..., httpx.Response]:
    """Ask as an audience; the answer is searched, headers and all, for what that audience must not meet."""

    def request(audience: str, method: str, path: str, **options: object) -> httpx.Response:
        headers = {"X-Audience": audience, **options.pop("headers", {})}  # type: ignore[dict-item]
        answer = client.request(method, path, headers=headers, **options)  # type: ignore[arg-type]
        shown = answer.content + str(sorted(answer.headers.items())).encode()
        asked = [*map(str.lower, re.findall(r"zq\w+", f"{path} {options}", re.IGNORECASE))]
        hidden = [
            canary for canary in HIDDEN[audience] if canary not in asked
        ]  # a name that was asked for may be repeated
        assert met(shown, hidden) == []
        return answer

    return request


EVERYTHING = [
    "SELECT * { ?s ?p ?o }",
    "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "SELECT DISTINCT ?g { GRAPH ?g { } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
    "SELECT ?o { ?s ?p ?o FILTER(ISLITERAL(?o)) } LIMIT 100000",
    "SELECT * { { SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } } }",
    "SELECT * { ?s (!rdf:type)* ?o . FILTER(CONTAINS(LCASE(STR(?o)), 'zq')) }",
    "SELECT (GROUP_CONCAT(?o) AS ?all) { GRAPH ?g { ?s ?p ?o FILTER(CONTAINS(LCASE(STR(?o)), 'zq')) } }",
    "DESCRIBE ?s { GRAPH ?g { ?s a ?type } }",
    f"DESCRIBE <{EX}zqfurnace> <{EX}foil-ingot> <{EX}ingot> <urn:zqlocal>",
    *(f"SELECT * FROM <{graph}> {{ ?s ?p ?o }}" for graph in GRAPHS),
    *(f"SELECT * FROM NAMED <{graph}> {{ GRAPH ?g {{ ?s ?p ?o }} }}" for graph in GRAPHS),
    *(f"SELECT * {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}" for graph in GRAPHS),
    f"SELECT * {{ <{EX}foil> ^tm:flow/^tm:output/tm:input/tm:flow/^tm:flow/^tm:output/tm:input/tm:flow+ ?what }}",
    f"SELECT * {{ <{EX}foil-ingot> (tm:linkedTo|tm:defaultProvider)/tm:input* ?what . ?what ?p ?o }}",
    "SELECT ?p (tmf:footprint(?p) AS ?f) (tmf:errorBound(?p) AS ?b) { ?p a tm:Product }",
    f"SELECT (tmf:footprint(<{EX}zqflux>) AS ?f) (tmf:footprint(<{EX}ingot>) AS ?g) {{}}",
]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("query", EVERYTHING)
def test_no_query_shows_what_an_audience_may_not_read(ask, audience, query):
    accept = "text/turtle" if query.startswith(("CONSTRUCT", "DESCRIBE")) else "application/sparql-results+json"
    assert ask(audience, "POST", "/sparql", data={"query": query}, headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri"])
def test_no_dataset_of_the_protocol_does(ask, graph, parameter):
    query = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    assert ask("rival", "GET", "/sparql", params={"query": query, parameter: graph}).status_code == 200


HIDDEN_THINGS = [
    f"ASK {{ <{EX}zqfurnace> ?p ?o }}",
    "ASK { GRAPH ?g { ?s ?p ?o FILTER(CONTAINS(LCASE(STR(?o)), 'zqrecipe')) } }",
    "ASK { FILTER EXISTS { ?s tm:amount ?amount FILTER(?amount = 7.59765625) } }",
    f"ASK {{ GRAPH <{GRAPHS[1]}> {{ ?s ?p ?o }} }}",
    "ASK { <urn:zqlocal> ?p ?o }",
    "ASK { ?s a tm:Sharing }",
]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("query", HIDDEN_THINGS)
def test_no_yes_or_no_betrays_it(ask, client, audience, query):
    assert client.get("/sparql", params={"query": query}).json()["boolean"] is True  # the organisation
    assert ask(audience, "GET", "/sparql", params={"query": query}).json()["boolean"] is False


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_an_audience_may_read_it_finds(ask, audience):
    whole = ask(audience, "GET", "/sparql", params={"query": "SELECT * { GRAPH ?g { ?s ?p ?o } }"}).content
    assert met(whole, SHOWN[audience]) == list(SHOWN[audience])


def test_the_organisation_meets_every_canary(client):
    whole = client.get("/sparql", params={"query": "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"}).content
    assert met(whole, HIDDEN["rival"]) == list(HIDDEN["rival"])


def test_the_number_is_that_of_the_whole_store(ask, client):
    query = f"SELECT (tmf:footprint(<{EX}foil>) AS ?f) {{}}"
    ours = client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"}).text.split()[1]
    theirs = ask("buyer", "GET", "/sparql", params={"query": query}, headers={"Accept": "text/csv"}).text.split()[1]
    assert float(ours) == pytest.approx(FOIL)
    assert float(theirs) == pytest.approx(FOIL)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o } LIMIT 1 GARBAGE",
        f"SELECT (tmf:footprint(<{EX}zqflux>) AS ?f) {{}}",
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * FROM <urn:nobody> { ?s <urn:p> ?o } ORDER BY ?s ?",
    ],
)
def test_no_error_message_does(ask, query):
    ask("rival", "GET", "/sparql", params={"query": query})


# ------------------------------------------------------------ graphs and descriptions


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("graph", [*GRAPHS, "urn:no-such-graph"])
def test_a_hidden_graph_is_like_one_that_is_not_there(ask, audience, method, graph):
    answer = ask(audience, method, "/graphs", params={"graph": graph})
    assert answer.status_code == (200 if graph.endswith("catalogue") else 404)


@pytest.mark.parametrize("graph", GRAPHS[:2])
def test_no_condition_tells_a_hidden_graph_from_one_that_is_not_there(ask, client, graph):
    tag = client.get("/graphs", params={"graph": graph}).headers["etag"]
    for condition in ("*", tag, 'W/"0-0"'):
        hidden, missing = (
            ask("rival", "GET", "/graphs", params={"graph": each}, headers={"If-None-Match": condition})
            for each in (graph, "urn:no-such-graph")
        )
        assert hidden.status_code == missing.status_code
        assert (hidden.status_code, hidden.content) == (304, b"") or hidden.status_code == 404


@pytest.mark.parametrize("audience", AUDIENCES)
def test_figures_and_the_audit_log_are_not_for_an_audience(ask, audience):
    behind = {"X-Forwarded-For": "9.9.9.9"}
    for roles in ("reader", "curator", "admin"):
        assert ask(audience, "GET", "/audit", headers={"X-Roles": roles}).status_code == 403
    assert ask(audience, "GET", "/metrics", headers=behind).status_code == 403


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_default_graph_holds_no_local_statements(ask, audience):
    answer = ask(audience, "GET", "/graphs", params={"default": ""})
    assert (answer.status_code, answer.content) == (200, b"") or b"zqlocal" not in answer.content


@pytest.mark.parametrize("path", ["/.well-known/void", "/sparql", "/health", "/ready", "/openapi.json", "/nothing"])
def test_no_description_does(ask, path):
    ask("rival", "GET", path)


OTHERS = [
    "/products?q=zq",
    "/products",
    "/factors",
    "/submissions",
    "/3/footprints",
    f"/products/{quote(EX + 'foil', safe='')}/footprint",
    f"/products/{quote(EX + 'foil', safe='')}/explain",
    f"/products/{quote(EX + 'zqflux', safe='')}/footprint",
    f"/id?iri={quote(EX + 'zqfurnace', safe='')}",
    "/id/dataset/zqrecipe-data/v1",
    "/id/graph/catalogue",
]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("path", OTHERS)
def test_no_other_address_does(ask, audience, path):
    assert ask(audience, "GET", path).status_code < 500


def test_the_description_of_datasets_names_those_that_are_read(ask):
    told = ask("buyer", "GET", "/.well-known/void", headers={"Accept": "text/turtle"}).text
    assert "dataset/mill/v1" in told
    assert "published-results" in told


@pytest.mark.parametrize("roles", ["reader", "submitter", "verifier", "curator", "admin"])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_an_audience_writes_nothing(ask, roles, method):
    headers = {"X-Roles": roles, "Content-Type": "text/turtle"}
    answer = ask(
        "buyer",
        method,
        "/graphs",
        params={"graph": "urn:zqlocal:graph"},
        content=b"<urn:a> <urn:b> 1 .",
        headers=headers,
    )
    assert answer.status_code == 403
    update = ask("buyer", "POST", "/sparql", data={"update": "DELETE WHERE { ?s ?p ?o }"}, headers={"X-Roles": roles})
    assert update.status_code == 403


# ------------------------------------------------------------ footprints and submissions

_PRODUCTS = [quote(EX + name, safe="") for name in ("foil", "ingot", "zqflux")]
_CUT = "unlinked=cutoff&coproducts=unallocated"
REST = [
    "/products?limit=1000",
    "/products?limit=1000&lang=zh",
    "/products?q=zqingot",
    "/products?q=zqflux",
    *(f"/products/{name}" for name in _PRODUCTS),
    *(f"/products/{name}/{verb}?{_CUT}" for name in _PRODUCTS for verb in ("footprint", "explain", "contributions")),
    *(f"/products/{name}/footprint?detail=total" for name in _PRODUCTS),
    *(f"/products/{name}/footprint" for name in _PRODUCTS),
    *(f"/products/{name}/footprint?detail=full" for name in _PRODUCTS),
    *(
        f"/products/{name}/footprint/{part}?{_CUT}"
        for name in _PRODUCTS
        for part in ("processes", "contributions", "cutoffs")
    ),
    f"/products/{_PRODUCTS[0]}/footprint?as-of=2020-01-01",
    f"/products/{_PRODUCTS[0]}/uncertainty?draws=20&{_CUT}",
    f"/products/{_PRODUCTS[0]}/contributions?by=supplier&{_CUT}",
    f"/compare?a={_PRODUCTS[0]}&b={_PRODUCTS[1]}&anyway=true&{_CUT}",
    f"/footprints?{_CUT}",
    "/factors?limit=1000",
    "/factors?q=zq",
    "/standards?q=zqrecipe",
    "/submissions",
    "/submissions/zqsmelter",
    "/exports/nquads",
    "/exports/trig?knowledge=true",
    *(f"/exports/turtle?graph={quote(graph, safe='')}" for graph in GRAPHS),
    "/exports/turtle?dataset=recipe",
    "/queries/01-footprint",
    "/queries/13-allocation?product=" + _PRODUCTS[1],
    "/queries/28-documents?number=" + _PRODUCTS[2],
]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("address", REST)
def test_no_answer_of_the_api_shows_what_an_audience_may_not_read(ask, audience, address):
    assert ask(audience, "GET", address).status_code < 500


@pytest.mark.parametrize("change", ["zqflux=1", "zqflux @ zqfurnace=+10%", "zqrecipe=2 kg"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_what_if_reaches_it(ask, audience, change):
    answer = ask(audience, "POST", "/whatif", json={"product": f"{EX}foil", "set": [change], "unlinked": "cutoff"})
    assert 400 <= answer.status_code < 500


def test_the_api_gives_a_buyer_the_total_and_a_rival_nothing(ask, client):
    address = f"/products/{_PRODUCTS[0]}/footprint?detail=total"
    assert client.get(address).json()["total"]["value"] == pytest.approx(FOIL)
    assert ask("buyer", "GET", address).json()["total"]["value"] == pytest.approx(FOIL)
    assert ask("rival", "GET", address).status_code == 404


# ------------------------------------------------------------ pages, linked data, feeds

THINGS = [f"{EX}zqfurnace", f"{EX}zqflux", f"{EX}ingot", f"{EX}foil", f"{EX}foil-ingot", "urn:zqlocal", *GRAPHS]
"""Nodes that an audience may guess, and those on the way to them."""
PAGES = [
    "/", "/ontology", "/releases", "/changes", "/search?q=zq", "/search?q=ingot", "/page/ontology/Product",
    "/page/ontology/UnitProcess", "/page/ontology/amount", "/?as-of=2030-01-01", "/changes?as-of=2030-01-01",
    *(f"/changes?format={form}" for form in ("html", "atom", "json")),
    *(f"/resource?format={form}&iri={quote(thing, safe='')}" for thing in THINGS for form in ("html", "turtle")),
    *(f"/resource?format=html&as-of=2030-01-01&iri={quote(thing, safe='')}" for thing in THINGS),
    *(f"/resource/explanation?iri={quote(thing, safe='')}" for thing in THINGS[:4]),
    *(f"/changes?format=json&about={quote(thing, safe='')}" for thing in THINGS),
]  # fmt: skip


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_page_shows_what_an_audience_may_not_read(ask, audience):
    for path in PAGES:
        answer = ask(audience, "GET", path, headers={"Accept": "text/html, */*;q=0.5"})
        assert answer.status_code in {200, 404, 422}, path


def test_the_organisation_meets_the_canaries_on_pages(client):
    whole = b"".join(client.get(path, headers={"Accept": "text/html, */*;q=0.5"}).content for path in PAGES)
    assert met(whole, HIDDEN["rival"]) == list(HIDDEN["rival"])


def test_a_release_of_the_whole_store_is_none_of_an_audience(ask, client, store):
    with GraphStore.open(store) as opened:
        opened.release("whole")
    query = {"query": "SELECT * { ?s ?p ?o }", "release": "whole"}
    assert client.get("/sparql", params=query).status_code == 200
    for path in ("/sparql?" + urlencode(query), "/?release=whole", f"/resource?release=whole&iri={quote(EX + 'foil')}"):
        assert ask("buyer", "GET", path).status_code == 404
    assert ask("buyer", "GET", "/releases").json() == {"releases": []}


# ------------------------------------------------------------ conditional requests


def test_tags_of_one_audience_mean_nothing_to_another(ask, client):
    query = {"query": "SELECT * { ?s a tm:Product }"}
    tags = {who: ask(who, "GET", "/sparql", params=query).headers["etag"] for who in AUDIENCES}
    tags["owner"] = client.get("/sparql", params=query).headers["etag"]
    assert len(set(tags.values())) == 3
    for who in AUDIENCES:
        for whose, tag in tags.items():
            answer = ask(who, "GET", "/sparql", params=query, headers={"If-None-Match": tag})
            assert answer.status_code == (304 if who == whose else 200)


def test_an_audience_without_a_store_is_told_nothing(client):
    for path in ("/sparql?query=ASK{}", "/graphs?default", "/.well-known/void"):
        answer = client.get(path, headers={"X-Audience": "nobody", "If-None-Match": "*"})
        assert answer.status_code == 403
        assert "/" not in json.loads(answer.content)["detail"]


@pytest.mark.parametrize("name", ["../rival", "..", ".buyer.new", "buyer/", "rival%2f"])
def test_no_other_name_reaches_the_file_system(client, name):
    answer = client.get("/sparql", params={"query": "ASK {}"}, headers={"X-Audience": name})
    assert answer.status_code == 409
    assert "names no audience" in answer.json()["detail"]


# ------------------------------------------------------------ changes while serving


def products(client: httpx.Client, audience: str) -> int:
    query = {"query": "SELECT ?s { ?s a tm:UnitProcess }"}
    answer = client.get("/sparql", params=query, headers={"X-Audience": audience, "Accept": "text/csv"})
    return len(answer.text.split()) - 1


def test_a_withdrawal_holds_from_the_next_request_on(client, store):
    assert products(client, "buyer") == 2
    with GraphStore.open(store) as opened:
        changes.unshare(opened, "mill", "buyer")
        publish(opened, ["buyer"])
    assert products(client, "buyer") == 1


def test_a_write_of_a_curator_brings_audiences_up_to_date(client, store):
    with GraphStore.open(store) as opened:
        changes.add(opened, "late", Audience("Later"))
    answer = client.post("/sparql", data={"update": "INSERT DATA { <urn:zqlocal> <urn:p> 2 }"})
    assert answer.status_code == 200
    deadline = time.monotonic() + 30
    while not (store / "audiences" / "late").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert products(client, "late") == 1
