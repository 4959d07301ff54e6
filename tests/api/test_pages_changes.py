"""The feed of changes: what happened, newest first, and what rests on a rule that was changed (UC-52)."""

from xml.etree import ElementTree as Xml

import httpx
import pytest
from page_stores import BASE
from servers import served

from api.pages import changes
from graphstore import GraphStore

ATOM = "{http://www.w3.org/2005/Atom}"
OLD = "https://w3id.org/tanmai/id/source/ir-eu-2025-2621"
NEW = "https://w3id.org/tanmai/id/source/ir-eu-2026-1740"


@pytest.fixture(scope="module")
def client(pages_store):
    with served(pages_store, readers=1) as address, httpx.Client(base_url=address, timeout=60) as found:
        yield found


def items(client: httpx.Client, **parameters: str) -> list[dict]:
    """All entries of all pages."""
    answer = client.get("/changes", params={"format": "json", **parameters}).json()
    found = list(answer["items"])
    while "next_url" in answer:
        answer = client.get(answer["next_url"]).json()
        found += answer["items"]
    return found


def test_every_change_comes_once_and_the_newest_first(client):
    found = items(client)
    times = [each["date_published"] for each in found]
    assert len(found) > changes.PAGE
    assert len({each["id"] for each in found}) == len(found)
    assert times == sorted(times, reverse=True)


def test_versions_come_are_superseded_and_are_retired(client):
    dataset = f"{BASE}/id/dataset/factor"
    assert [(each["tags"], each["_tanmai"]["number"]) for each in items(client, about=dataset)] == [
        (["superseded"], 1),
        (["version"], 2),
        (["version"], 1),
    ]
    gone = items(client, about=f"{BASE}/id/dataset/gone/v1")
    assert [each["tags"][0] for each in gone] == ["retired", "version"]
    assert items(client, about=dataset, lang="zh")[0]["title"] == "factor 的版本 1 已被替代"


def test_a_changed_act_names_the_default_values_that_rest_on_it(client):
    """Implementing Regulation (EU) 2026/1740 corrects (EU) 2025/2621, on which all 15 default values of the table rest."""
    (rule,) = [each for each in items(client, about=OLD) if each["tags"] == ["rule"]]
    assert (rule["_tanmai"]["new"], rule["_tanmai"]["old"], rule["_tanmai"]["issued"]) == (NEW, OLD, "2026-07-20")
    resting = rule["_tanmai"]["resting"]
    values = [each for each in resting if "/cbam-default-value/" in each]
    assert len(values) == 15
    assert "https://w3id.org/tanmai/id/cbam-fact/act-default-values" not in resting  # it names the correction itself
    assert "unwrought aluminium" in rule["content_text"]
    about_value = items(client, about="https://w3id.org/tanmai/id/cbam-default-value/CN-7601-K")
    assert rule["id"] in {each["id"] for each in about_value}


def test_pages_of_what_rests_on_a_changed_rule_say_so(client):
    value = client.get("/page/id/cbam-default-value/CN-7601-K?lang=en").text
    assert "This rests on what has been changed since" in value
    assert "Implementing Regulation (EU) 2026/1740" in value
    assert "rests on what has been changed" not in client.get("/page/id/gas/CO2?lang=en").text
    standard = client.get("/page/id/standard/PAS-2050-2008?lang=zh").text
    assert "所依据的文件已变更" in standard


def test_the_feed_is_atom_for_readers_of_atom(client):
    answer = client.get("/changes", params={"about": OLD, "lang": "zh"}, headers={"Accept": "application/atom+xml"})
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = Xml.fromstring(answer.content)
    for tag in ("id", "title", "updated"):
        assert feed.findtext(ATOM + tag)
        assert all(entry.findtext(ATOM + tag) for entry in feed.iter(ATOM + "entry"))
    links = {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}
    assert client.get(links["self"]).content == answer.content
    assert "所依据" in answer.text or "为依据" in answer.text


def test_people_see_the_same_changes(client):
    page = client.get("/changes", params={"about": OLD, "lang": "en"}, headers={"Accept": "text/html"}).text
    assert 'type="application/atom+xml"' in page
    assert "unwrought aluminium" in page
    assert client.get("/changes?page=99").status_code == 404
    assert client.get("/changes?about=nothing").status_code == 400
    nobody = client.get("/changes?about=urn:nobody&lang=en&format=html")
    assert (nobody.status_code, "No change is known." in nobody.text) == (200, True)


def test_when_a_version_was_retired_is_known_after_a_rebuild(tmp_path):
    from graphstore.doctor import rebuild

    where = tmp_path / "store"
    with GraphStore.open(where) as store:
        store.load_bytes(b"<urn:a> <urn:b> 1 .", key="k", format="turtle")
        store.retire("k")
        before = {(each.id, each.time) for each in changes.changes(store, None, 1)[0]}
    rebuild(where)
    with GraphStore.open(where, mode="read") as store:
        after = {(each.id, each.time) for each in changes.changes(store, None, 1)[0]}
    assert before == after
    assert {identifier.rpartition("#")[2] for identifier, _ in after} == {"loaded", "retired"}
