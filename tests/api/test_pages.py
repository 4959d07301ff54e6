"""Linked data: what an IRI answers, in which form, page by page, now and as it was."""

import re
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from chains import HEAD, process
from page_stores import BASE, CANARY, HUB
from servers import served

import ontology
from api.pages.graphs import Graphs
from graphstore import GraphStore, layout
from tanmai.translate import translated

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
"""What browsers accept."""
CBAM = "https://w3id.org/tanmai/id/cbam-default-value/CN-7601-K"
WIDGET = "https://example.org/widget"


@pytest.fixture(scope="module")
def client(pages_store):
    with served(pages_store, readers=1) as address, httpx.Client(base_url=address, timeout=60) as found:
        yield found


def resource(iri: str, **more: str) -> str:
    return f"/resource?iri={quote(iri, safe='')}" + "".join(f"&{key}={value}" for key, value in more.items())


@pytest.mark.parametrize(
    ("path", "accept", "location"),
    [
        ("/id/gas/CO2", HTML, "/page/id/gas/CO2"),
        ("/id/gas/CO2", "text/turtle", "/data/id/gas/CO2?format=turtle"),
        ("/id/gas/CO2", "*/*", "/data/id/gas/CO2?format=turtle"),
        ("/id/gas/CO2", "application/ld+json", "/data/id/gas/CO2?format=jsonld"),
        ("/id/gas/CO2", "application/n-triples", "/data/id/gas/CO2?format=ntriples"),
        ("/id/gas/CO2", "application/rdf+xml", "/data/id/gas/CO2?format=rdfxml"),
        ("/id/gas/CO2", "text/html;q=0.5, text/turtle;q=0.9", "/data/id/gas/CO2?format=turtle"),
        ("/ontology/Product", HTML, "/page/ontology/Product"),
        ("/shapes/GEN-06", HTML, "/page/shapes/GEN-06"),
        ("/id/a%20b/%E7%A2%B3?lang=zh&release=first&as-of=2024-05-01&page=2", HTML,
         "/page/id/a%20b/%E7%A2%B3?release=first&as-of=2024-05-01&lang=zh&page=2"),
    ],
)  # fmt: skip
def test_a_thing_says_where_a_document_about_it_is(client, path, accept, location):
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["location"]) == (303, location)
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (HTML, "text/html; charset=utf-8"),
        ("*/*", "text/turtle; charset=utf-8"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/n-triples", "application/n-triples"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
    ],
)
def test_any_iri_of_the_store_answers_in_the_accepted_form(client, accept, media_type):
    answer = client.get(resource(CBAM), headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    exact = client.get(answer.headers["content-location"])
    assert exact.headers["content-type"] == media_type
    if media_type.startswith("text/html"):  # the links of a page keep the language that its address states
        assert (
            exact.text.partition("<h1>")[2].partition("</h1>")[0]
            == 'unwrought aluminium <small lang="zh">未锻轧铝</small>'
        )
    else:
        assert exact.text == answer.text


def test_a_form_that_cannot_be_written_is_406(client):
    assert client.get(resource(CBAM), headers={"Accept": "image/png"}).status_code == 406
    assert client.get(resource(CBAM, format="docx")).status_code == 406
    assert client.get("/data/id/gas/CO2", headers={"Accept": "text/html"}).status_code == 406


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own reader of JSON-LD
@pytest.mark.parametrize("form", ["turtle", "ntriples", "jsonld", "rdfxml"])
def test_data_hold_every_statement_about_the_node(client, form):
    answer = client.get(resource(CBAM, format=form))
    kinds = {"turtle": "turtle", "ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml"}
    found = rdflib.Graph().parse(data=answer.content, format=kinds[form])
    subject = rdflib.URIRef(CBAM)
    file = rdflib.Graph().parse(str(ontology.path("reference/cbam_default_values.ttl")), format="turtle")
    stated = {(p, str(o.toPython())) for p, o in file.predicate_objects(subject)}
    assert {(p, str(o.toPython())) for p, o in found.predicate_objects(subject)} >= {
        (p, text.removesuffix(".0")) for p, text in stated if not re.fullmatch(r"[\d.]+", text)
    }
    assert len(set(found.predicate_objects(subject))) == len(set(file.predicate_objects(subject)))


def terms() -> list[str]:
    """Names of the terms, as the vocabulary itself lists them."""
    triples = ox.parse(ontology.path("tanmai.ttl").read_bytes(), ox.RdfFormat.TURTLE)
    subjects = {each.subject.value for each in triples if isinstance(each.subject, ox.NamedNode)}
    return sorted(each.removeprefix(ontology.TM) for each in subjects if each.startswith(ontology.TM))


@pytest.mark.parametrize("term", terms()[::60])
def test_terms_of_the_vocabulary_answer_in_both_forms(client, term):
    iri = rdflib.URIRef(ontology.TM + term)
    page = client.get(f"/ontology/{term}", headers={"Accept": HTML}, follow_redirects=True)
    data = client.get(f"/ontology/{term}", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert (page.status_code, data.status_code) == (200, 200)
    assert str(iri) in page.text
    assert (iri, rdflib.RDFS.label, None) in rdflib.Graph().parse(data=data.text, format="turtle")


def test_the_vocabulary_is_one_page_and_one_document(client):
    page = client.get("/ontology", headers={"Accept": HTML, "Accept-Language": "zh-CN"})
    assert page.headers["content-language"] == "zh-Hans"
    anchors = set(re.findall(r'<article class="term" id="([^"]+)"', page.text))
    classes_and_properties = {each for each in terms() if each[0].isalpha()}
    assert classes_and_properties <= anchors
    assert "任何商品或服务，包括能源和运输服务。" in page.text
    assert "Any goods or service, including energy and transport." in page.text
    data = rdflib.Graph().parse(data=client.get("/ontology?format=ntriples").text, format="nt")
    about = {str(s).removeprefix(ontology.TM) for s in data.subjects() if str(s).startswith(ontology.TM)}
    assert about == set(terms())


def test_terms_are_found_by_words_in_either_language(client):
    for words in ("goods energy", "商品"):
        found = client.get("/ontology", params={"q": words, "lang": "en"}, headers={"Accept": HTML}).text
        keys = re.findall(r'<article class="term" id="([^"]+)"', found)
        assert "Product" in keys
        assert len(keys) < 20


def test_shapes_and_requirements_that_stand_in_no_store_answer(client):
    shape = client.get("/data/shapes/GEN-06?format=ntriples")
    assert "<https://w3id.org/tanmai/id/requirement/GEN-06>" in shape.text
    page = client.get("/page/id/requirement/GEN-06", headers={"Accept-Language": "zh"})
    assert "流数据完整" in page.text


def test_a_path_of_two_nodes_is_the_local_one_and_says_so(client):
    page = client.get("/page/id/gas/CO2").text
    assert "a local node" in page
    assert "same path also names" in page
    other = client.get("/page/id/requirement/GEN-06").text
    assert "same path" not in other
    linked = client.get(resource("https://w3id.org/tanmai/id/elementary-flow/CO2-fossil", format="html")).text
    assert 'href="/resource?iri=https%3A%2F%2Fw3id.org%2Ftanmai%2Fid%2Fgas%2FCO2"' in linked


@pytest.mark.parametrize("path", ["/page/id/no/such", "/data/id/no/such", "/resource?iri=urn:nobody", "/ontology/Nothing",
                                  "/page/", "/page/id/%00", "/page/id/%ff", "/page/elsewhere/x"])  # fmt: skip
def test_what_nobody_speaks_of_is_404(client, path):
    answer = client.get(path, follow_redirects=True)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_browser_gets_a_problem_as_a_page(client):
    answer = client.get("/page/id/no/such?lang=zh", headers={"Accept": HTML})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "此地址没有内容" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert client.get("/elsewhere", headers={"Accept": HTML}).status_code == 404


@pytest.mark.parametrize("query", ["", "?iri=", "?iri=no-iri", "?iri=urn:a&iri=urn:b", "?iri=urn:a%20b", "?iri=urn:hub&page=0",
                                   "?iri=urn:hub&page=x", "?iri=urn:hub&page=-1", "?iri=urn:hub&lang=fr",
                                   "?iri=urn:hub&page=%C2%B2", "?iri=urn:hub&as-of=2024", "?iri=urn:hub&as-of=2024-02-30"])  # fmt: skip
def test_what_cannot_be_read_is_400(client, query):
    assert client.get("/resource" + query).status_code == 400


def linked(answer: httpx.Response, relation: str) -> str | None:
    found = re.search(rf'<([^>]*)>; rel="{relation}"', answer.headers.get("link", ""))
    return found.group(1) if found else None


def walk(client: httpx.Client, start: str) -> list[httpx.Response]:
    found = [client.get(start)]
    while (following := linked(found[-1], "next")) is not None:
        found.append(client.get(following))
    return found


def test_pages_hold_every_statement_once(client):
    answers = walk(client, resource(HUB, format="ntriples"))
    assert len(answers) == 3  # 1,100 statements about it, 500 a page; 251 that point at it, 100 a page
    lines = [line for answer in answers for line in answer.text.splitlines()]
    into = [f"<urn:s{i}> <urn:points> <{HUB}> ." for i in range(250)] + [f"<urn:last> <urn:points> <{HUB}> ."]
    out = [f'<{HUB}> <urn:value> "{i}"^^<http://www.w3.org/2001/XMLSchema#integer> .' for i in range(1_100)]
    assert sorted(lines) == sorted([*into, *out])
    assert linked(answers[2], "prev") is not None
    assert client.get(linked(answers[2], "first")).text == answers[0].text
    assert client.get(resource(HUB, page="4")).status_code == 404


def test_pages_for_people_link_to_each_other(client):
    first = client.get(resource(HUB, format="html", lang="zh"))
    second = client.get(re.search(r'rel="next" href="([^"]+)"', first.text).group(1).replace("&amp;", "&"))
    assert 'lang="zh-Hans"' in second.text
    assert "第一页" in second.text
    seen = set(re.findall(r">(urn:s\d+)<", first.text)) & set(re.findall(r">(urn:s\d+)<", second.text))
    assert seen == set()


def test_what_the_client_has_is_not_sent_again(client):
    for path in (resource(CBAM), "/ontology", "/", "/changes", "/search?q=CO2"):
        answer = client.get(path)
        again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = client.get(path + ("&" if "?" in path else "?") + "lang=zh")
        assert other.headers["etag"] != answer.headers["etag"]


def test_head_has_the_headers_alone(client):
    answer = client.head(resource(CBAM))
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.post(resource(CBAM)).status_code == 405


@pytest.mark.parametrize(
    "path", ["/", "/ontology", "/changes", "/releases", "/sparql", "/search?q=CO2", resource(CBAM)]
)
def test_pages_run_no_script_of_others_and_stand_in_no_frame(client, path):
    headers = client.get(path, headers={"Accept": HTML}).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_a_product_shows_its_footprint_and_the_way_to_it(client):
    """3 kg of fossil CO2 per kilogram: 3 kg CO2e."""
    page = client.get(resource(WIDGET, format="html", lang="en")).text
    assert '<data value="3.0">3</data> <span>kg CO2e</span>' in page
    assert "GWP set</dt><dd>AR6" in page
    assert re.search(r"manufacturing</a></td>\s*<td class=\"number\"><data value=\"3.0\">3</data>", page)
    way = re.search(r'class="button" href="([^"]+)"', page).group(1).replace("&amp;", "&")
    assert "making widget" not in client.get(way).text  # named by what is made
    assert "3 kg CO2e" in re.sub(r"<[^>]+>", "", client.get(way).text)
    chinese = client.get(resource(WIDGET, format="html", lang="zh")).text
    assert "碳足迹" in chinese
    assert "生产制造" in chinese


def test_a_footprint_that_cannot_be_stated_says_why(pages_store, tmp_path):
    with GraphStore.open(pages_store, mode="read") as store:
        store.backup(tmp_path / "backup")
    where = GraphStore.restore(tmp_path / "backup", tmp_path / "store")
    with GraphStore.open(where) as store, store.transaction("data") as transaction:
        text = HEAD + process("gap", inputs=((":missing", 1),))
        transaction.load_bytes(text.encode(), key="gap", format="turtle")
    with served(where, readers=1, translate=translated) as address:
        page = httpx.get(address + resource("https://example.org/gap", format="html", lang="zh"), timeout=30).text
        english = httpx.get(address + resource("https://example.org/gap", format="html", lang="en"), timeout=30).text
    told = re.search(r'<p class="warning"><strong>无法给出碳足迹</strong>(.+)</p>', page).group(1)
    assert re.search(r"[a-z]{3,} [a-z]{3,}", re.sub(r"&lt;.+?&gt;", "", told)) is None, told  # no English sentence
    assert "1 个交换的流类型不明" in told
    assert "The footprint cannot be stated</strong> (The footprint cannot be calculated): " in english
    assert 'class="total"' not in page + english


def test_the_first_page_counts_what_is_here(client):
    page = client.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).text
    assert "Widget" in page
    assert "产品碳足迹知识图谱" in page
    assert client.get("/", headers={"Accept": "application/json"}).status_code == 406


def test_names_are_found_in_both_languages(client):
    assert "CN-7601-K" in client.get("/search?q=未锻轧铝").text
    assert "CN-7601-K" in client.get("/search?q=unwrought").text
    assert client.get("/search?q=%22%2A").status_code == 200
    assert client.get("/search").status_code == 200


def ask(client: httpx.Client, query: str, **parameters: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query, **parameters}, headers={"Accept": "text/csv"})


def test_a_release_gives_the_same_answer_for_good(client):
    query = "SELECT ?v { <urn:factor> <urn:value> ?v }"
    assert ask(client, query).text.split() == ["v", "2"]
    pinned = ask(client, query, release="first")
    assert pinned.text.split() == ["v", "1"]
    again = ask(client, query, release="first")
    assert (again.text, again.headers["etag"]) == (pinned.text, pinned.headers["etag"])
    assert ask(client, query).headers["etag"] != pinned.headers["etag"]
    condition = {"If-None-Match": pinned.headers["etag"], "Accept": "text/csv"}
    assert client.get("/sparql", params={"query": query, "release": "first"}, headers=condition).status_code == 304
    assert [each["name"] for each in client.get("/releases").json()["releases"]] == ["first"]
    assert "/sparql?release=first" in client.get("/releases", headers={"Accept": HTML}).text


def test_a_day_shows_what_had_been_issued(client):
    query = "SELECT ?v { <urn:factor> <urn:value> ?v }"
    for day, values in (("2025-12-31", ["2"]), ("2025-05-31", ["1"]), ("2023-12-31", [])):
        assert ask(client, query, **{"as-of": day}).text.split()[1:] == values
    page = client.get(resource("urn:factor", **{"as-of": "2025-05-31"}, format="html", lang="en")).text
    assert "You read what had been issued by 2025-05-31." in page
    assert "as-of=2025-05-31" in re.search(r'href="(/resource[^"]+format=turtle)"', page).group(1)


def test_a_past_state_that_is_not_there_is_told(client):
    query = "SELECT ?v { <urn:factor> <urn:value> ?v }"
    for path in (resource(CBAM, release="none"), "/?release=none", "/ontology?release=..%2Ffirst"):
        assert client.get(path).status_code == 404
    assert ask(client, query, release="none").status_code == 404
    assert ask(client, query, **{"as-of": "yesterday"}).status_code == 400
    assert ask(client, query, **{"as-of": "2025-05-31", "release": "first"}).text.split() == ["v", "1"]


def test_a_past_state_is_not_written(writing):
    text = "INSERT DATA { <urn:a> <urn:b> 1 }"
    headers = {"Content-Type": "application/sparql-update"}
    assert writing.post("/sparql?release=first", content=text, headers=headers).status_code == 400


def test_the_query_page_is_for_browsers_alone(client):
    assert "<textarea" in client.get("/sparql", headers={"Accept": HTML}).text
    for accept in ("*/*", "text/turtle", "application/rdf+xml"):
        assert client.get("/sparql", headers={"Accept": accept}).text.count("sparql-service-description#") > 0
    answer = client.get("/sparql", params={"query": "ASK {}"}, headers={"Accept": HTML})
    assert answer.headers["content-type"] == "application/sparql-results+xml"


def test_example_queries_run(client):
    from api.pages.examples import examples

    assert len(examples()) == 5
    for example in examples():
        assert ask(client, example.text).status_code == 200, example.en


def test_an_audience_reads_its_own_view_alone(pages_store):
    """The canary stands in the whole store, not in the view: no byte of any form may hold it."""
    view = layout.read(pages_store).audiences / "guests"
    note, guest = f"{BASE}/id/note/one", {"X-Claimed": "guest;reader;;guests"}
    with served(pages_store, readers=1) as address, httpx.Client(base_url=address, timeout=30, headers=guest) as client:
        with GraphStore.open(
            view
        ) as store:  # of an audience that the store does not know, so it would not outlive a start
            store.load_bytes(b"<urn:open> <urn:value> 1 .", key="open", format="turtle")
        assert client.get(resource("urn:open")).status_code == 200
        assert client.get(resource(note)).status_code == 404
        assert ask(client, "SELECT ?s { ?s ?p ?o }", release="first").status_code == 404
        paths = ("/", "/ontology", "/changes", "/changes?format=atom", "/changes?format=json", "/search?q=secret",
                 "/search?q=note", resource(note), "/page/id/note/one", "/releases", "/?as-of=2025-01-01")  # fmt: skip
        whole = b"".join(client.get(path).content for path in paths)
        whole += ask(client, "SELECT * { ?s ?p ?o }").content
    assert CANARY.encode() not in whole
    assert b"note one" not in whole
    assert b"Widget" not in whole


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_two_stores_read_as_one_state_everything_once(size):
    node, points = ox.NamedNode("urn:node"), ox.NamedNode("urn:points")
    statements = [(ox.NamedNode(f"urn:s{i}"), points, node) for i in range(12)]
    main, aside = ox.Store(), ox.Store()
    for graph in ("urn:g1", "urn:g2"):
        main.extend(ox.Quad(*each, ox.NamedNode(graph)) for each in statements[:8])
    main.add(ox.Quad(*statements[0]))
    aside.extend(ox.Quad(*each) for each in statements[6:])
    graphs = Graphs(main, aside)
    pages = [graphs.naming(node, start, size) for start in range(0, 60, size)]
    found = [triple for page in pages for triple in page]
    assert sorted(found, key=str) == sorted((ox.Triple(*each) for each in statements), key=str)


def test_behind_a_proxy_every_address_has_the_path_of_the_server(pages_store):
    with served(pages_store, readers=1, public_url="https://pcf.example/tanmai") as address:
        thing = httpx.get(address + "/id/gas/CO2", headers={"Accept": HTML})
        page = httpx.get(address + resource(CBAM, format="html"), timeout=30)
        feed = httpx.get(address + "/changes?format=json", timeout=30).json()
    assert thing.headers["location"] == "/tanmai/page/id/gas/CO2"
    paths = re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)
    assert len(paths) > 20
    assert not [path for path in paths if not path.startswith("/tanmai/")]
    assert linked(page, "alternate").startswith("/tanmai/data/")
    assert feed["items"][0]["url"].startswith("https://pcf.example/tanmai/")


def test_the_interface_is_described_without_other_sites(client):
    """The framework's own page would load scripts from elsewhere, which a server in a closed network cannot have."""
    page = client.get("/docs", headers={"Accept-Language": "zh"}).text
    assert "<h1>接口文档</h1>" in page
    described = client.get("/openapi.json").json()["paths"]
    assert all(f"<code>GET {path}</code>" in page for path, methods in described.items() if "get" in methods)
    assert "https://cdn" not in page
    assert "<script" not in page
    assert client.get("/redoc").status_code == 404
