"""The command line on an endpoint: one setting is all a user says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from endpoints import cleared, oxigraph_server
from typer.testing import CliRunner

import tanmai
from tanmai.cli import app, message

CHAIN = Path(tanmai.__file__).parent / "demo" / "aluminium.ttl"
PRODUCT = "https://w3id.org/tanmai/demo/profile-delivered"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    with oxigraph_server(tmp_path_factory.mktemp("oxigraph")) as address:
        yield cleared(address)


@pytest.fixture
def run(endpoint, monkeypatch):
    monkeypatch.setenv("TANMAI_STORE", endpoint)
    monkeypatch.setenv("TANMAI_LANG", "en")

    def runs(*arguments: str) -> str:
        found = CliRunner().invoke(app, list(arguments))
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        assert found.exit_code == 0, found.stderr
        return found.stdout

    return runs


def test_a_day_with_an_endpoint(run, tmp_path, endpoint):
    assert json.loads(run("load", str(CHAIN), "--json"))[0]["changed"] is True
    assert json.loads(run("load", str(CHAIN), "--json"))[0]["changed"] is False
    told = json.loads(run("info", "--json"))
    assert told["endpoint"].startswith(f"{endpoint}/query (Oxigraph/")
    assert "union parameter" in run("doctor")
    assert len(json.loads(run("products", "--json"))) == 13
    assert run("query", "-e", f"SELECT ?p {{ <{PRODUCT}> a ?p }}", "--format", "csv").split()[0] == "p"
    behind = json.loads(run("footprint", PRODUCT, "--json"))
    why = json.loads(run("explain", PRODUCT, "--json"))
    here = str(tmp_path / "store")
    run("load", str(CHAIN), "--store", here)
    embedded = json.loads(run("footprint", PRODUCT, "--json", "--store", here))
    assert behind["engine"].pop("generation") is None
    assert embedded["engine"].pop("generation") is not None
    assert behind == embedded
    explained = json.loads(run("explain", PRODUCT, "--json", "--store", here))
    for each in (why, explained):
        each["engine"].pop("generation", None)
    assert why == explained
    assert PRODUCT in run("search", "型材", "--json")
    written = tmp_path / "chain.nt"
    assert json.loads(run("export", str(written), "--dataset", "aluminium", "--json"))["statements"] == 605
    assert f"<{PRODUCT}>" in written.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ("backup", "copy"),
        ("release", "2026"),
        ("footprint", PRODUCT, "--as-of", "2025-01-01"),
        ("footprint", PRODUCT, "--release", "2026"),
        ("materialize", "--all"),
        ("doctor", "--deep"),
        ("query", "-e", "SELECT (tmf:footprint(<urn:a>) AS ?kg) {}"),
    ],
)
def test_what_needs_an_embedded_store_says_so_in_one_sentence(run, arguments):
    from graphstore.errors import EmbeddedOnlyError

    with pytest.raises(EmbeddedOnlyError, match=r"needs an embedded store\. Give a directory") as caught:
        run(*arguments)
    assert "这需要嵌入式存储" in message(caught.value, "zh")


def test_misspelt_terms_are_refused_before_anything_is_sent(run, tmp_path):
    from graphstore.errors import LoadError

    bad = tmp_path / "bad.ttl"
    bad.write_text("<urn:a> <https://w3id.org/tanmai/ontology#amonut> 1 .")
    with pytest.raises(LoadError, match="did you mean tm:amount"):
        run("load", str(bad))
    assert "false" in run("query", "-e", "ASK { <urn:a> ?p ?o }")


def test_python_opens_directories_and_says_so(endpoint):
    from graphstore.errors import EmbeddedOnlyError

    with pytest.raises(EmbeddedOnlyError, match=r"be opened by tanmai\.open"):
        tanmai.open(endpoint)
