"""Audiences from the command line."""

from __future__ import annotations

import json
import re
import shutil
import sys

import pytest
from canaries import FOIL, HIDDEN, MILL, fill, leaks, met

from graphstore import GraphStore
from graphstore.audiences import changes
from tanmai import cli


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A store with canaries, of which nothing is published yet."""
    path = tmp_path_factory.mktemp("audience") / "store"
    with GraphStore.open(path) as store:
        fill(store)
    return path


@pytest.fixture
def store(filled, tmp_path):
    """The same for a test to change."""
    return shutil.copytree(filled, tmp_path / "store")


@pytest.fixture(scope="module")
def _published(filled, tmp_path_factory):
    """The store with canaries after `tanmai audience publish`."""
    path = shutil.copytree(filled, tmp_path_factory.mktemp("published") / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["tanmai", "audience", "publish", "--store", str(path)])
        cli.main()
    return path


@pytest.fixture
def published(_published, store):
    """The same for a test to change, in place of the store of which nothing is published yet."""
    shutil.rmtree(store)
    return shutil.copytree(_published, store)


@pytest.fixture
def tanmai(monkeypatch, capsys, store):
    """Run a command on the store; return exit code, stdout, stderr."""
    monkeypatch.setenv("TANMAI_STORE", str(store))
    monkeypatch.setenv("TANMAI_LANG", "en")
    monkeypatch.delenv("TANMAI_TRACEBACK", raising=False)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tanmai", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, re.sub(r"\s+", " ", printed.out), re.sub(r"\s*│\s*|\s+", " ", printed.err)

    return run


def test_a_partner_gets_the_number_and_not_what_it_is_made_of(tanmai, store):
    code, out, _ = tanmai("audience", "publish")
    assert code == 0
    assert "buyer: 7 datasets, 1 results." in out
    buyer = store / "audiences" / "buyer"
    code, out, _ = tanmai("footprint", "zqmill foil", "--store", buyer, "--json")
    assert code == 0
    assert json.loads(out)["total"]["value"] == pytest.approx(FOIL)
    for command in ("explain", "uncertainty", "missing", "quality", "contributions"):
        _, out, err = tanmai(command, "zqmill foil", "--store", buyer)
        assert met((out + err).encode(), HIDDEN["buyer"]) == []


def test_what_is_unshared_is_gone_and_the_gap_is_told(tanmai, published):
    code, out, _ = tanmai("audience", "unshare", "zqsmelter-data", "--with", "buyer", "--json")
    assert code == 1
    [told] = json.loads(out)["publications"]
    assert told["anew"] is True
    assert [withheld["iri"] for withheld in told["withheld"]] == ["https://example.org/foil-ingot"]
    assert leaks(published / "audiences" / "buyer", HIDDEN["buyer"]) == []
    code, out, _ = tanmai("audience", "publish", "buyer", "--lang", "zh")
    assert code == 1
    assert "buyer 无法计算以下各项：其供应方未共享" in out


def test_the_list_says_who_may_read_what(tanmai):
    data = json.loads(tanmai("audience", "list", "--json")[1])
    assert {each["name"]: each["up_to_date"] for each in data["audiences"]} == {"buyer": False, "rival": False}
    told = {each["dataset"]: (each["level"], each["shared"]) for each in data["datasets"]}
    assert told["zqsmelter-data"] == (None, {"buyer": "result"})
    assert told["zqrecipe-data"] == ("confidential", {})
    assert told["tanmai/reference/units"] == ("public", {})
    assert "zqsmelter-data 仅限指名对象 buyer (仅结果)" in tanmai("audience", "list", "--lang", "zh")[1]


def test_any_command_that_writes_brings_audiences_up_to_date(tanmai, published, tmp_path):
    assert tanmai("audience", "add", "late", "--title", "Later")[0] == 0
    more = tmp_path / "more.ttl"
    more.write_text("<urn:x> <urn:y> 'zqmore' .", encoding="utf-8")
    assert tanmai("load", more, "--key", "open")[0] == 0
    assert leaks(published / "audiences" / "late", ["zqmore"]) != []


def test_an_audience_is_removed_with_its_store(tanmai, published):
    assert (published / "audiences" / "buyer").exists()
    code, out, _ = tanmai("audience", "remove", "buyer")
    assert (code, out.strip()) == (0, "The audience buyer and its store are gone; 2 datasets were shared with it.")
    assert not (published / "audiences" / "buyer").exists()


def test_confidential_takes_shared_data_back(tanmai, published):
    assert leaks(published / "audiences" / "buyer", MILL[1:]) != []
    tanmai("audience", "level", "mill", "confidential")
    assert leaks(published / "audiences" / "buyer", MILL[1:]) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "../up"), "'../up' names no audience"),
        (("add", "new", "--gwp", "AR9"), "There is no GWP set 'AR9' in the graph. Choose one of: AR4, AR5, AR6"),
        (("add", "new", "--unlinked", "maybe"), "unlinked is 'maybe'"),
        (("share", "mill", "--with", "nobody"), "There is no audience 'nobody'. Known: buyer, rival."),
        (("share", "nothing", "--with", "buyer"), "There is no dataset 'nothing'"),
        (("share", "zqrecipe-data", "--with", "buyer"), "is confidential"),
        (("unshare", "mill", "--with", "rival"), "is not shared with rival by name"),
        (("level", "mill", "secret"), "'secret' is no access level: choose one of public, restricted, confidential."),
        (("publish", "nobody"), "There is no audience 'nobody'"),
        (("remove", "nobody"), "There is no audience 'nobody'"),
    ],
)
def test_mistakes_get_one_message(tanmai, arguments, words):
    code, _, err = tanmai("audience", *arguments)
    assert code == 2
    assert words in err


def test_a_command_about_one_audience_does_what_a_writer_that_died_left_undone_for_another(tanmai, published):
    with GraphStore.open(published) as opened:  # as one that died before it published
        changes.unshare(opened, "mill", "buyer")
    buyer = published / "audiences" / "buyer"
    assert leaks(buyer, MILL) != []
    listed = json.loads(tanmai("audience", "list", "--json")[1])
    assert {each["name"]: each["up_to_date"] for each in listed["audiences"]} == {"buyer": False, "rival": False}
    code, out, _ = tanmai("audience", "share", "mill", "--with", "rival")
    assert (code, "buyer" in out) == (1, True), "what the mill buys is not shared with the rival"
    assert leaks(buyer, MILL) == []
    listed = json.loads(tanmai("audience", "list", "--json")[1])
    assert {each["name"]: each["up_to_date"] for each in listed["audiences"]} == {"buyer": True, "rival": True}
    assert "buyer" not in tanmai("audience", "unshare", "mill", "--with", "rival")[1]
