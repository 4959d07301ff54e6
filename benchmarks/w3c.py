"""The W3C test suite of SHACL through our engine and its peers: how many verdicts are right, and how long the suite takes.

The suite is that of w3c/data-shapes, found through TANMAI_FIXTURES; our tests ask more of our engine, every row of every report.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from benchmarks.report import Row
from shapes.engine.graph import ShapesGraph
from shapes.errors import ShapesError
from shapes.report import SH, Report, Term

__all__ = ["Entry", "found_rows", "rows", "suite"]

_MANIFEST: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_TEST: Final = "http://www.w3.org/ns/shacl-test#"
_TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_WHERE: Final = Path("conformance") / "shacl" / "tests"

Rows = Counter[tuple[str | None, ...]]


@dataclass(frozen=True)
class Entry:
    """One test.

    Attributes:
        name: its file, relative to the suite.
        data: the file of the data graph.
        shapes: the file of the shapes graph.
        conforms: the verdict; None where the shapes are ill-formed and have to be refused.
        rows: node, path, severity, component, shape and value of each result; blank nodes as wildcards.
    """

    name: str
    data: Path
    shapes: Path
    conforms: bool | None
    rows: Rows

    @cached_property
    def triples(self) -> tuple[list[ox.Triple], list[ox.Triple]]:
        """Data and shapes."""
        return _parsed(self.data), _parsed(self.shapes)


def suite(fixtures: str | None) -> list[Entry]:
    """The tests of the suite; none where the folder does not hold it."""
    folder = Path(fixtures or "") / _WHERE
    return [entry for file in sorted(folder.rglob("*.ttl") if fixtures else ()) for entry in _entries(file, folder)]


def _entries(file: Path, folder: Path) -> Iterator[Entry]:
    graph = ShapesGraph(_parsed(file))
    for node in graph.subjects(_TYPE, ox.NamedNode(_TEST + "Validate")):
        action, wanted = (graph.one(node, ox.NamedNode(_MANIFEST + name)) for name in ("action", "result"))
        if action is None or wanted is None:
            raise ValueError(f"{file}: a test without action or result")
        data, shapes = (_file(graph, action, name) for name in ("dataGraph", "shapesGraph"))
        name = str(file.relative_to(folder))
        if wanted == ox.NamedNode(_TEST + "Failure"):
            yield Entry(name, data, shapes, None, Counter())
        else:
            conforms = graph.one(wanted, ox.NamedNode(SH + "conforms"))
            yield Entry(name, data, shapes, str(conforms).startswith('"true"'), _expected(graph, wanted))


def _file(graph: ShapesGraph, action: Term, name: str) -> Path:
    found = graph.one(action, ox.NamedNode(_TEST + name))
    return Path(str(found).strip("<>").removeprefix("file://"))


def _parsed(file: Path) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE, base_iri=file.as_uri())]


def _expected(graph: ShapesGraph, report: Term) -> Rows:
    names = ("focusNode", "resultPath", "resultSeverity", "sourceConstraintComponent", "sourceShape", "value")
    results = graph.objects(report, ox.NamedNode(SH + "result"))
    return Counter(tuple(_shown(graph.one(result, ox.NamedNode(SH + name))) for name in names) for result in results)


def found_rows(report: Report) -> Rows:
    """The results of a report as they are compared with those of an entry."""
    return Counter(
        tuple(
            map(_shown, (r.focus, None if r.path is None else r.path.node, r.severity, r.component, r.shape, r.value))
        )
        for r in report.results
    )


def _shown(term: Term | None) -> str | None:
    return None if term is None else "_:" if isinstance(term, ox.BlankNode) else str(term)


def rows() -> Iterator[Row]:
    """Measure the suite; reading the files is part of the time."""
    entries = suite(os.environ.get("TANMAI_FIXTURES"))
    if not entries:
        yield Row("W3C SHACL suite", "all", "", None, note="skipped: TANMAI_FIXTURES names no folder with the suite")
        return
    for part in ("core", "sparql"):
        chosen = [entry for entry in entries if entry.name.startswith(part)]
        mine = _run(_ours, chosen)
        for peer, verdict in (("pySHACL", _pyshacl), ("pyshifty", _pyshifty)):
            theirs = _run(verdict, chosen)
            note = f"verdicts right: ours {mine[1]}, {peer} {theirs[1]} of {len(chosen)}"
            wrong = float(len(chosen) - mine[1])
            yield Row(f"W3C SHACL suite, {part}", "all tests", "ours", mine[0], peer, theirs[0], None, wrong, note=note)


def _run(verdict: Callable[[Entry], bool | None], entries: list[Entry]) -> tuple[float, int]:
    """Seconds for all entries, and how many verdicts were right."""
    verdict(entries[0])  # imports are no work of the suite
    start = time.perf_counter()
    right = sum(verdict(entry) is entry.conforms for entry in entries)
    return time.perf_counter() - start, right


def _ours(entry: Entry) -> bool | None:
    from shapes.engine.loading import load
    from shapes.validate import validate

    try:
        return validate(load(_parsed(entry.data)), _parsed(entry.shapes)).conforms
    except ShapesError:
        return None


def _pyshacl(entry: Entry) -> bool | None:
    import pyshacl
    import rdflib

    data, shapes = (rdflib.Graph().parse(f, format="turtle", publicID=f.as_uri()) for f in (entry.data, entry.shapes))
    try:
        conforms, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=True, inplace=True)
    except Exception:  # noqa: BLE001 - whatever it is, it refused
        return None
    return None if isinstance(report, Exception) else bool(conforms)


def _pyshifty(entry: Entry) -> bool | None:
    import rdflib
    import shifty

    data, shapes = (rdflib.Graph().parse(f, format="turtle", publicID=f.as_uri()) for f in (entry.data, entry.shapes))
    try:
        return bool(shifty.validate(data, shapes)[0])
    except Exception:  # noqa: BLE001 - whatever it is, it refused
        return None
