"""A store to test on: made once, copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from endpoints import oxigraph_server, virtuoso_server
from store_helpers import ONE, TWO

from graphstore import GraphStore


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two versions of a dataset, a package with named graphs, and local statements."""
    where = tmp_path_factory.mktemp("template") / "store"
    with GraphStore.open(where) as store:
        store.load_bytes(ONE, key="k", format="turtle", issued="2025-01-17")
        store.load_bytes(TWO, key="k", format="turtle", issued="2025-09-28")
        store.load_bytes(b"<urn:n> <urn:b> 3 . <urn:g> { <urn:n> <urn:b> 4 }", key="q", format="trig")
        store.update("INSERT DATA { <urn:l> <urn:b> 5, [] . GRAPH <urn:lg> { <urn:l> <urn:b> 6 } }")
        store.update("DELETE { <urn:l> <urn:b> ?o } WHERE { <urn:l> <urn:b> ?o FILTER(?o = 5) }")
    return where


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    """A copy of the template for one test."""
    return Path(shutil.copytree(template, tmp_path / "store"))


@pytest.fixture(scope="session")
def oxigraph(tmp_path_factory: pytest.TempPathFactory):
    """Address of a running Oxigraph server."""
    with oxigraph_server(tmp_path_factory.mktemp("oxigraph")) as address:
        yield address


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory):
    """Address of a running Virtuoso server."""
    with virtuoso_server(tmp_path_factory.mktemp("virtuoso")) as address:
        yield address
