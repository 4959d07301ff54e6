"""Stores that the tests of linked data and pages are served from."""

from __future__ import annotations

from pathlib import Path

from chains import HEAD, process

from graphstore import GraphStore

BASE = "https://w3id.org/tanmai/local"
HUB = "urn:hub"
CANARY = "canary-7f3a"

WIDGET = HEAD + process("widget", emissions=(("flow:CO2-fossil", 3, "unit:KiloGM", "tm:stage stage:manufacturing ;"),))
"""One kilogram of the product emits 3 kg of fossil CO2."""

LOCAL = f"""
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<{BASE}/id/gas/CO2> rdfs:label "a local node" .
<{BASE}/id/note/one> rdfs:label "note one"@en , "笔记一"@zh ; rdfs:comment "secret {CANARY}" .
<https://w3id.org/tanmai/id/gas/CO2> rdfs:comment "about CO2" .
"""
"""A local node whose path is that of a reference node too."""


def hub(prefix: str) -> str:
    """Many statements that point at a node, and many about it."""
    into = "\n".join(f"<urn:{prefix}{i}> <urn:points> <{HUB}> ." for i in range(250))
    return into + "\n".join(f"\n<{HUB}> <urn:value> {i} ." for i in range(1_100))


SECOND = "\n".join(f"<urn:s{i}> <urn:points> <{HUB}> ." for i in range(40))
"""Statements that the first dataset makes too."""


def make_pages_store(where: Path) -> Path:
    """Add a product, a node with many statements, a release, and two versions of a dataset to a store with the reference knowledge."""
    with GraphStore.open(where) as store:
        with store.transaction("pages") as transaction:
            transaction.load_bytes(WIDGET.encode(), key="widget", format="turtle", title="Widget", issued="2024-01-01")
            transaction.load_bytes(LOCAL.encode(), key="local", format="turtle", title="Local")
            transaction.load_bytes(hub("s").encode(), key="hub", format="turtle", title="Hub")
            transaction.load_bytes(SECOND.encode(), key="second", format="turtle", title="Second")
            transaction.load_bytes(b"<urn:factor> <urn:value> 1 .", key="factor", format="turtle", issued="2024-01-01")
            transaction.load_bytes(b"<urn:gone> <urn:value> 1 .", key="gone", format="turtle")
            transaction.update(f"INSERT DATA {{ <urn:s0> <urn:points> <{HUB}> . <urn:last> <urn:points> <{HUB}> }}")
        store.release("first")
        with store.transaction("later") as transaction:
            transaction.load_bytes(b"<urn:factor> <urn:value> 2 .", key="factor", format="turtle", issued="2025-06-01")
            transaction.retire("gone")
    return where
