"""What the graph holds is data on every page: nothing of it runs, breaks out of its place, or reaches a header."""

from __future__ import annotations

import json
import os
import re
import shutil
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import pytest
from servers import served

from api.pages.addresses import Addresses, outside
from graphstore import GraphStore

EVIL = "https://w3id.org/tanmai/local/id/note/evil"
LONG = "urn:long:" + "x" * 9_000
OWNED = "document.title='owned'"
LABELS = [
    f"<script>{OWNED}</script>",
    f'"><img src=x onerror={OWNED}>',
    f"' autofocus onfocus={OWNED} x='",
    f"</title></script><script>{OWNED}</script><!--",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe\u0000\u0001",
]
DATA = "".join(
    f"<{EVIL}> <http://www.w3.org/2000/01/rdf-schema#{name}> {json.dumps(label)} .\n"
    for label in LABELS
    for name in ("label", "comment")
) + f"""
<{EVIL}> <urn:html> {json.dumps(f"<img src=x onerror={OWNED}>")}^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML> .
<{EVIL}> <urn:link> <javascript:{OWNED}>, <JavaScript:{OWNED}>, <data:text/html,owned>, <vbscript:x> .
<{EVIL}> <urn:link> <http://e.example/a'b;c,d&e=f%0d%0aSet-Cookie:owned=1>, <mailto:a@b.example>, <file:///etc/passwd> .
<javascript:{OWNED}> <urn:value> 1 .
<https://w3id.org/tanmai/local/id/note/e'v,i;l&x=%0d%0aX-Owned:1> <http://www.w3.org/2000/01/rdf-schema#label> "odd" .
<{EVIL}> a <https://w3id.org/tanmai/ontology#Product> .
<javascript:{OWNED}> <https://w3id.org/tanmai/ontology#supersedes> <{EVIL}> .
<https://w3id.org/tanmai/ontology#Evil> a <http://www.w3.org/2002/07/owl#Class> ;
  <http://www.w3.org/2000/01/rdf-schema#isDefinedBy> <https://w3id.org/tanmai/ontology> ;
  <http://www.w3.org/2000/01/rdf-schema#label> {json.dumps(LABELS[0])}@en , {json.dumps(LABELS[1])}@zh ;
  <http://www.w3.org/2004/02/skos/core#definition> {json.dumps(LABELS[3])}@en .
<{LONG}> <urn:value> 1 .
<urn:script> <http://www.w3.org/2000/01/rdf-schema#label> "script {OWNED}" .
"""  # fmt: skip
PATHS = [
    f"/resource?iri={quote(EVIL, safe='')}&format=html",
    "/page/id/note/evil",
    f"/resource?iri={quote(f'javascript:{OWNED}', safe='')}&format=html",
    "/ontology?format=html",
    "/page/ontology/Evil",
    "/search?q=script",
    f"/search?q={quote(LABELS[1])}",
    f"/ontology?format=html&q={quote(LABELS[1])}",
    "/changes?format=html",
    f"/changes?format=html&about={quote(EVIL, safe='')}",
    "/",
    "/releases?format=html",
    f"/?release={quote(LABELS[0])}",
]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    where = tmp_path_factory.mktemp("hostile") / "store"
    with GraphStore.open(where) as store, store.transaction("evil") as transaction:
        transaction.load_bytes(DATA.encode(), key=LABELS[1], format="turtle", title=LABELS[0], licence=LABELS[3])
    with served(where, readers=1) as address, httpx.Client(base_url=address, timeout=60) as found:
        yield found


class Elements(HTMLParser):
    """The elements of a page as a browser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", PATHS)
def test_nothing_of_the_graph_becomes_an_element_or_a_handler(client, path):
    answer = client.get(path)
    elements = Elements(answer.text).found if "html" in answer.headers["content-type"] else []
    for tag, attributes in elements:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcdoc", "autofocus"}]
        assert (
            tag != "script"
            or attributes.get("type") == "application/ld+json"
            or attributes.get("src") == "/assets/sparql.js"
        )
        assert tag != "img" or attributes["src"] == "/assets/mark.svg"
        for name in ("href", "src", "action"):
            value = attributes.get(name)
            assert value is None or re.match(r"(/|#|https?://|mailto:)", value), value


def test_a_template_in_a_name_is_text(client):
    assert "{{ 7 * 7 }}" in client.get(PATHS[0]).text


def test_the_embedded_data_cannot_end_their_element(client):
    page = client.get(PATHS[0]).text
    block = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert "<" not in block
    (node,) = [each for each in json.loads(block) if each["@id"] == EVIL]
    labels = {each["@value"] for each in node["http://www.w3.org/2000/01/rdf-schema#label"]}
    assert labels == set(LABELS)


def test_only_harmless_schemes_are_links(client):
    hrefs = [attributes.get("href") or "" for _, attributes in Elements(client.get(PATHS[0]).text).found]
    assert f"/resource?iri={quote('mailto:a@b.example', safe='')}&format=html" not in hrefs
    assert "/resource?iri=mailto%3Aa%40b.example" in hrefs
    assert not [
        href for href in hrefs if "javascript" in href.lower() or href.startswith(("data:", "file:", "vbscript:"))
    ]
    assert [outside(each) for each in ("javascript:x", "JAVASCRIPT:x", "data:x", " javascript:x", "//e.example")] == [
        None
    ] * 5


@pytest.mark.parametrize(
    "target",
    [
        "/id/x%0d%0aX-Owned:%201",
        "/id/x%0aX-Owned:%201?lang=en&release=a%0d%0aX-Owned:%201",
        "/shapes/x%22%3E%3Cscript%3E",
        "/ontology/%3Cscript%3E?release=%22%3E%3B%20rel=owned",
    ],
)
def test_no_line_end_and_no_quote_reaches_a_header(client, target):
    answer = client.get(target, headers={"Accept": "text/html"})
    assert answer.status_code in {303, 404}
    assert "x-owned" not in answer.headers
    assert not set('\r\n"<> ') & set(answer.headers.get("location", ""))


def test_links_of_odd_iris_stay_links(client):
    iri = "https://w3id.org/tanmai/local/id/note/e'v,i;l&x=%0d%0aX-Owned:1"
    for form in ("turtle", "html"):
        answer = client.get(f"/resource?iri={quote(iri, safe='')}&format={form}")
        assert answer.status_code == 200
        assert "x-owned" not in answer.headers
        targets = re.findall(r"<([^>]*)>; rel=", answer.headers["link"])
        assert len(targets) == 4
        assert not [each for each in targets if set("'\", ;<>\r\n") & set(each)]
        for each in targets:
            assert client.get(each).status_code == 200


def test_an_iri_of_thousands_of_characters_has_a_page(client):
    answer = client.get(f"/resource?iri={quote(LONG, safe='')}&format=turtle")
    assert (answer.status_code, "link" in answer.headers) == (200, False)
    assert LONG in answer.text


@pytest.mark.parametrize("form", ["atom", "json"])
def test_feeds_hold_hostile_names_as_text(client, form):
    from xml.etree import ElementTree as Xml

    answer = client.get(f"/changes?format={form}")
    if form == "json":
        assert f"New dataset {LABELS[0]}" in {each["title"] for each in answer.json()["items"]}
    else:
        titles = [each.text for each in Xml.fromstring(answer.content).iter("{http://www.w3.org/2005/Atom}title")]
        assert f"New dataset {LABELS[0]}" in titles


def test_addresses_of_a_page_keep_what_they_carry_in_its_place():
    addresses = Addresses("", "https://e.example", {"release": 'a&b="c"\r\n'})
    assert addresses.to("/x", iri="urn:a b&c") == "/x?release=a%26b%3D%22c%22%0D%0A&iri=urn%3Aa%20b%26c"


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="a browser test: pip install playwright")
    program = os.environ.get("TANMAI_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium is here: install it, or set TANMAI_CHROMIUM")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


def test_a_browser_runs_nothing_of_the_graph(client, browser):
    page = browser.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    outside_requests: list[str] = []
    page.on("request", lambda request: outside_requests.append(request.url))
    root = str(client.base_url).rstrip("/")
    for path in PATHS[:-1]:
        page.goto(root + path)
        assert page.title() != "owned", path
        assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    page.goto(root + PATHS[0])
    for link in page.query_selector_all("main a"):
        assert not (link.get_attribute("href") or "").lower().startswith("javascript")
    assert dialogs == []
    assert [url for url in outside_requests if not url.startswith(root)] == []
    page.close()


def test_the_query_page_shows_hostile_answers_as_text(client, browser):
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(str(client.base_url).rstrip("/") + "/sparql?lang=en")
    page.fill("#query", f"SELECT ?p ?o {{ <{EVIL}> ?p ?o }}")
    page.click("#sparql button")
    page.wait_for_selector("#result table")
    assert page.title() != "owned"
    assert page.evaluate("document.querySelectorAll('#result img, #result script').length") == 0
    cells = page.eval_on_selector_all("#result td", "cells => cells.map(cell => cell.textContent)")
    assert any(LABELS[0] in cell for cell in cells)
    hrefs = page.eval_on_selector_all("#result a", "links => links.map(link => link.getAttribute('href'))")
    assert hrefs
    assert all(href.startswith("/resource?") for href in hrefs)
    page.fill("#query", "SELECT nonsense")
    page.click("#sparql button")
    page.wait_for_selector("#result .warning")
    assert errors == []
    page.close()
