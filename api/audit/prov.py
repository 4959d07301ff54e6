"""Records of the audit log as RDF: activities (PROV-O) that are requests (HTTP Vocabulary in RDF 1.0, W3C Note of 2017)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox

from api import negotiation
from api.audit.reading import newest
from api.readers.frames import Output
from graphstore.contract import SparqlStore
from graphstore.formats import by_name
from graphstore.terms import PREFIXES, typed
from graphstore.terms import name as term

HTTP: Final = "http://www.w3.org/2011/http#"
_PREFIXES: Final = {name: PREFIXES[name] for name in ("dcterms", "prov", "rdfs", "xsd")} | {"http": HTTP}
_LEFT_OUT: Final = (
    ("{} more requests of the same were refused since its record before, and have none.", "en"),
    ("自上一条记录以来，同一请求方另有 {} 个请求被拒绝，未逐条记录。", "zh"),
)
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")


def page(store: SparqlStore, job: Mapping[str, Any], _payload: bytes, out: Output) -> None:
    """Answer a job: some records of the log, the newest first."""
    offer = negotiation.choose(str(job["accept"]), negotiation.GRAPHS)
    records = newest(Path(job["folder"]), int(job["count"]), job["before"])
    lowest = records[-1]["n"] if len(records) == job["count"] else 1
    out.head(content_type=offer.content_type, generation=store.generation, lowest=lowest)
    triples = (triple for record in records for triple in described(record, store.base))
    ox.serialize(triples, out.file, format=by_name(offer.name).rdf, prefixes=_PREFIXES)


def described(record: Mapping[str, Any], base: str) -> Iterator[ox.Triple]:
    """One record as triples."""
    if "command" in record:
        yield from _command(record, base)
        return
    this, answer = ox.NamedNode(f"{base}/id/audit/{record['n']}"), ox.BlankNode()
    begun = dt.datetime.fromisoformat(record["time"])
    ended = begun + dt.timedelta(seconds=record["seconds"])
    for kind in (term("prov:Activity"), _http("Request")):
        yield ox.Triple(this, _TYPE, kind)
    yield ox.Triple(this, term("prov:startedAtTime"), typed(begun.isoformat(), "dateTime"))
    yield ox.Triple(this, term("prov:endedAtTime"), typed(ended.isoformat(), "dateTime"))
    yield ox.Triple(this, term("dcterms:identifier"), ox.Literal(record["request"]))
    yield ox.Triple(this, _http("methodName"), ox.Literal(record["method"]))
    yield ox.Triple(this, _http("absolutePath"), ox.Literal(record["path"]))
    yield ox.Triple(this, _http("resp"), answer)
    yield ox.Triple(answer, _TYPE, _http("Response"))
    yield ox.Triple(answer, _http("statusCodeValue"), typed(str(record["status"]), "integer"))
    yield from _agent(this, record, base)
    for graph in record.get("graphs", ()):
        yield ox.Triple(this, term("prov:used"), _node(graph, base))
    for text, language in _LEFT_OUT if "left_out" in record else ():
        yield ox.Triple(this, term("rdfs:comment"), ox.Literal(text.format(record["left_out"]), language=language))
    if "generation" in record:
        made = ox.NamedNode(f"{base}/id/generation/{quote(record['generation'], safe='')}")
        yield ox.Triple(this, term("prov:generated"), made)


def _command(record: Mapping[str, Any], base: str) -> Iterator[ox.Triple]:
    this, account = ox.NamedNode(f"{base}/id/audit/{record['n']}"), quote(record["account"], safe="")
    agent = ox.NamedNode(f"{base}/id/account/{account}")
    yield ox.Triple(this, _TYPE, term("prov:Activity"))
    yield ox.Triple(this, term("rdfs:label"), ox.Literal(record["command"]))
    yield ox.Triple(this, term("prov:startedAtTime"), typed(record["time"], "dateTime"))
    yield ox.Triple(this, term("prov:wasAssociatedWith"), agent)
    yield ox.Triple(agent, _TYPE, term("prov:Agent"))
    yield ox.Triple(agent, term("rdfs:label"), ox.Literal(record["account"]))


def _agent(this: ox.NamedNode, record: Mapping[str, Any], base: str) -> Iterator[ox.Triple]:
    kind, label = ("client", record["client"]) if record["client"] else ("address", record["address"])
    agent = ox.NamedNode(f"{base}/id/{kind}/{quote(label, safe='')}")
    yield ox.Triple(this, term("prov:wasAssociatedWith"), agent)
    yield ox.Triple(agent, _TYPE, term("prov:Agent"))
    yield ox.Triple(agent, term("rdfs:label"), ox.Literal(label))
    if record["audience"]:
        yield ox.Triple(this, term("dcterms:audience"), ox.NamedNode(f"{base}/id/audience/{record['audience']}"))


def _node(graph: str, base: str) -> ox.NamedNode | ox.Literal:
    """A graph that a client named, which may be no IRI at all."""
    try:
        return ox.NamedNode(graph if ":" in graph else f"{base}/id/graph/{quote(graph, safe='')}")
    except ValueError:
        return ox.Literal(graph)


def _http(name: str) -> ox.NamedNode:
    return ox.NamedNode(HTTP + name)
