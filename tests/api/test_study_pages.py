"""Reports on studies as pages: of what was handed in, of a dry run, of a judgement alone; and dry runs of an audience."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from servers import served

from graphstore import GraphStore
from graphstore.audiences import changes
from graphstore.audiences.visibility import Audience
from registry.publishing.publish import publish
from tanmai.translate import translated

STUDY = (Path(__file__).parents[2] / "examples" / "studies" / "aluminium.ttl").read_bytes()
DAY = {"as-of": "2026-11-25"}
PAGE = {"Content-Type": "text/turtle", "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
COMPANY = "https://w3id.org/tanmai/example/studies/aluminium/company"


def renamed(study: bytes, name: str) -> bytes:
    """The same study under other IRIs."""
    return study.replace(b"example/studies/aluminium", f"example/studies/{name}".encode())


LOW = renamed(STUDY, "low").replace(b"tm:co2e 12257.161881 ;", b"tm:co2e 11257.161881 ;")
"""A declared total that is 1,000 kg too low."""


@pytest.fixture(scope="module")
def store(shop_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the shop with an audience that reads what is public: the reference knowledge alone."""
    where = tmp_path_factory.mktemp("study-pages") / "store"
    with GraphStore.open(shop_store, mode="read") as opened:
        opened.backup(where)
    with GraphStore.open(where) as opened:
        changes.add(opened, "public", Audience("Everybody"))
        publish(opened)
    return where


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[httpx.Client]:
    with (
        served(store, allow_writes=True, readers=1, translate=translated) as address,
        httpx.Client(base_url=address, timeout=60) as opened,
    ):
        yield opened


def text_of(page: str) -> str:
    """What people read of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


@pytest.mark.parametrize("dry", [True, False])
def test_what_became_of_a_study_is_a_page_in_the_language_of_the_reader(client, dry):
    study = renamed(LOW, f"page-{dry}")
    params = {**DAY, "dry-run": dry, "name": "low.ttl"}
    response = client.post("/submissions", content=study, params=params, headers={**PAGE, "Accept-Language": "zh-CN"})
    assert response.status_code == (200 if dry else 422)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-language"] == "zh-Hans"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    told = text_of(response.text)
    assert "退回" in told
    assert "总量 11,257.16 12,257.16 -1,000 -8.158% 超出容差" in told
    assert ("未作任何存档" in told) is dry
    assert "GEN-05" in told
    assert ("low.ttl:" in told) is dry  # places in the file are told with the judgement, which is not kept


def test_a_submission_is_a_page_that_agrees_with_its_receipt(client):
    kept = client.post(
        "/submissions", content=renamed(LOW, "kept"), params=DAY, headers={"Content-Type": "text/turtle"}
    )
    address = kept.headers["location"]
    pages = {lang: client.get(address, params={"lang": lang}, headers={"Accept": "text/html"}) for lang in ("en", "zh")}
    assert pages["en"].headers["etag"] != pages["zh"].headers["etag"]
    for lang, words in (("en", ["Rejected", "beyond the tolerance"]), ("zh", ["退回", "超出容差", "已提交 →"])):
        told = text_of(pages[lang].text)
        assert all(word in told for word in words)
        assert all(each["id"] in told for each in kept.json()["broken"])
        assert all(said in told for each in kept.json()["broken"] for said in each[f"reason_{lang}"])
    condition = {"If-None-Match": pages["zh"].headers["etag"], "Accept": "text/html"}
    assert client.get(address, params={"lang": "zh"}, headers=condition).status_code == 304
    assert client.get(address).headers["content-type"] == "application/json"  # for whoever asks for nothing


def test_a_judgement_is_a_page(client):
    response = client.post("/validate", content=LOW, params=DAY, headers={**PAGE, "Accept-Language": "zh"})
    told = text_of(response.text)
    assert (response.status_code, "研究校验报告 不符合" in told, "GEN-05" in told) == (200, True, True)
    assert "符合" in text_of(
        client.post("/validate", content=STUDY, params=DAY, headers={**PAGE, "Accept-Language": "zh"}).text
    )


def test_why_a_study_cannot_be_recomputed_is_said_in_chinese(client):
    study = renamed(STUDY, "gap").replace(b"tm:defaultProvider", b"<urn:x:was>", 1)
    response = client.post(
        "/submissions", content=study, params={**DAY, "dry-run": True}, headers={**PAGE, "Accept-Language": "zh"}
    )
    reason = re.search(r"退回原因</h2>(.+?)</div>", response.text, re.DOTALL).group(1)
    assert "无法复算" in reason
    assert re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", re.sub(r"&lt;.+?&gt;|&#34;.+?&#34;", "", reason)) is None, reason


@pytest.mark.parametrize("address", ["/validate", "/submissions?dry-run=true", "/submissions"])
def test_nothing_of_a_study_is_markup(client, address):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    study = renamed(LOW, f"evil-{len(address)}").decode()
    assert '"Footprint of aluminium ingot for remelting, 2024"@en' in study
    study = study.replace('"Footprint of aluminium ingot for remelting, 2024"@en', f'"{evil}"@en')
    study = study.replace('"Example aluminium works"@en', f'"{evil}"@en')
    name = '"><script>alert(2)</script>.ttl'
    page = client.post(address, content=study.encode(), params={**DAY, "name": name}, headers=PAGE).text
    assert "&lt;script&gt;alert(1)" in page
    assert re.search(r"<(script|img src=x)", page.partition("<main")[2]) is None


def test_an_audience_tries_a_study_beside_what_it_reads(client):
    """What is hidden is computed with by handing in alone, which leaves a trace."""
    headers = {"X-Claimed": f"mill;submitter;{COMPANY};public", "Content-Type": "text/turtle"}
    params = {**DAY, "dry-run": True}
    plain = client.post("/submissions", content=STUDY, params=params, headers=headers)
    assert plain.status_code == 200, plain.text
    assert plain.json()["verdict"] == "accepted"
    assert plain.json()["total"]["computed"] == pytest.approx(12257.161881)
    hidden = renamed(STUDY, "hidden").replace(
        b"tm:defaultProvider ef:footprint-CN-grid-average-2024", b"tm:defaultProvider <https://w3id.org/tanmai/demo/bauxite-mining>", 1
    )  # fmt: skip
    owner, audience = (
        client.post("/submissions", content=hidden, params=params, headers=said).json()["details"]
        for said in ({"Content-Type": "text/turtle"}, {**headers, "X-Claimed": "mill;submitter;;public"})
    )
    assert owner != audience
    assert not any("bauxite mining" in detail for detail in audience)


def test_a_reader_may_not_try(client):
    headers = {"X-Claimed": "somebody;reader;", "Content-Type": "text/turtle"}
    assert client.post("/submissions", content=STUDY, params={"dry-run": True}, headers=headers).status_code == 403


def test_changes_tell_states_in_their_order_and_datasets_by_the_names_of_their_studies(client):
    study = renamed(LOW, "told")
    kept = client.post("/submissions", content=study, params=DAY, headers={"Content-Type": "text/turtle"}).json()
    items = client.get("/changes", params={"format": "json", "lang": "zh"}).json()["items"]
    told = [(each["tags"][0], each["title"]) for each in items if kept["id"] in json.dumps(each)]
    name = "重熔用铝锭产品碳足迹，2024年"
    assert [title for kind, title in told if kind == "status"] == [f"{name}：已退回", f"{name}：已提交"]
    assert ("version", f"新数据集 提交 {kept['id']} 的评判") in told
    assert ("version", f"新数据集 {name}") in told
    assert f"提交 {kept['id']} 的评判" in client.get("/", headers={**PAGE, "Accept-Language": "zh"}).text


@pytest.mark.parametrize(
    ("lang", "here", "elsewhere"),
    [("en", "Find products by name.", "按名称查找产品。"), ("zh", "按名称查找产品。", "Find products by name.")],
)
def test_the_interface_is_described_in_the_language_of_the_reader(client, lang, here, elsewhere):
    response = client.get("/docs", params={"lang": lang}, headers={"Accept": "text/html"}).text
    page = text_of(response)
    assert here in page
    assert elsewhere not in page
    assert "Successful Response" not in page
    assert "price-ratio" in page  # what a parameter may be is said in both languages
    assert "4656.69" in page  # from an example of an answer: 1 t of primary aluminium with hydropower
    if lang == "en":
        words = html.unescape(re.sub(r"<pre>.*?</pre>|<[^>]+>", " ", response.partition("<main")[2], flags=re.DOTALL))
        assert re.search("[\u4e00-\u9fff]", words.partition("Tanmai 碳脉")[0]) is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_examples_of_queries_ask_for_names_in_the_language_of_the_reader(client, lang):
    page = html.unescape(client.get("/sparql", params={"lang": lang}, headers={"Accept": "text/html"}).text)
    assert f'LANGMATCHES(LANG(?name), "{lang}")' in page
    assert "LANGUAGE" not in page


def test_the_page_of_who_reads_a_part_leaves_out_what_was_computed_from_the_rest(client):
    headers = {**PAGE, "X-Claimed": f"mill;submitter;{COMPANY};public", "Accept-Language": "en"}
    page = client.post(
        "/submissions", content=LOW.replace(b"studies/low", b"studies/part"), params=DAY, headers=headers
    )
    assert page.status_code == 422
    told = text_of(page.text)
    assert "Total 11,257.16 – – beyond the tolerance" in told
    assert "manufacturing 9,464.034 – – within the tolerance" in told


def test_why_a_job_failed_is_said_in_the_language_of_the_reader(client):
    job = client.get("/products/urn%3Anone/footprint", headers={"Prefer": "respond-async"}).headers["location"]
    while (told := client.get(job, headers={"Accept-Language": "zh"}).json())["state"] == "running":
        time.sleep(0.05)
    problem = told["problem"]
    assert (told["state"], problem["status"], problem["title"]) == ("failed", 404, "名称不存在")
    assert "urn:none" in problem["detail"]
    assert re.search("[\u4e00-\u9fff]", problem["detail"])
    assert problem["requestId"]
    assert client.get(job + "/result").status_code == 404
    client.delete(job)


def test_a_page_of_a_friendly_site_may_begin_a_job_and_find_it(shop_store):
    friend = "https://friend.example"
    with (
        served(shop_store, readers=1, cors_origins=(friend,)) as address,
        httpx.Client(base_url=address, timeout=60, headers={"Origin": friend}) as opened,
    ):
        asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "Prefer"}
        assert opened.options("/footprints", headers=asked).status_code == 200
        begun = opened.get("/products?limit=1", headers={"Prefer": "respond-async"})
        assert "location" in begun.headers["access-control-expose-headers"].lower()
        asked = {"Access-Control-Request-Method": "DELETE"}
        assert opened.options(begun.headers["location"], headers=asked).status_code == 200
        assert opened.delete(begun.headers["location"]).status_code == 204
