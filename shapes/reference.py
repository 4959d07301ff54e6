"""pySHACL, which answers what our compiler refuses.

It is an optional dependency and slow to import, so nothing of it is touched before it is needed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from shapes.engine.graph import ShapesGraph
from shapes.engine.paths import read_path
from shapes.errors import ReferenceEngineError, ShapesGraphError
from shapes.report import SH, VIOLATION, Path, Report, Result, Term

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node as RdflibNode

_INSTALL = "install it with: pip install 'tanmai[reference]'"


def reference_report(data: Iterable[ox.Triple], shapes: Iterable[ox.Triple], reason: str) -> Report:
    """Return what pySHACL says.

    Args:
        data: the data graph, literals as the file has them.
        shapes: the shapes graph.
        reason: why our engine did not answer.

    Raises:
        ReferenceEngineError: pySHACL is not installed, or it failed.
    """
    triples = tuple(shapes)
    try:
        import pyshacl
    except ImportError as error:
        raise ReferenceEngineError(f"{reason}. pySHACL may know how to read these shapes; {_INSTALL}") from error
    try:
        with _literals_as_they_are():
            _, found, text = pyshacl.validate(_graph(data), shacl_graph=_graph(triples), advanced=True, inplace=True)
    except Exception as error:
        raise ReferenceEngineError(f"{reason}. pySHACL could not read these shapes either: {error}") from error
    if isinstance(found, Exception):
        raise ReferenceEngineError(f"{reason}. pySHACL could not validate either: {text}")
    report, stated = ShapesGraph(_triples(found)), ShapesGraph(triples)
    nodes = {node for top in report.subjects(_sh("conforms")) for node in report.objects(top, _sh("result"))}
    results = sorted(
        (_result(report, stated, node) for node in nodes), key=lambda r: (str(r.focus), str(r.shape), str(r.value))
    )
    return Report(conforms=not results, results=tuple(results), engine="pyshacl", reason=reason)


@contextmanager
def _literals_as_they_are() -> Iterator[None]:
    """Keep rdflib from rewriting literals, and from warning about ill-formed ones, which are for us to report."""
    import rdflib

    normalize, logger = rdflib.NORMALIZE_LITERALS, logging.getLogger("rdflib.term")
    disabled = logger.disabled
    rdflib.NORMALIZE_LITERALS, logger.disabled = False, True
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS, logger.disabled = normalize, disabled


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(SH + name)


def _result(report: ShapesGraph, stated: ShapesGraph, node: Term) -> Result:
    focus, severity, component, shape, value, constraint, path = (
        report.one(node, _sh(name))
        for name in (
            *("focusNode", "resultSeverity", "sourceConstraintComponent", "sourceShape", "value", "sourceConstraint"),
            "resultPath",
        )
    )
    if focus is None or not isinstance(component, ox.NamedNode) or not isinstance(shape, ox.NamedNode | ox.BlankNode):
        raise ReferenceEngineError(f"pySHACL reports a result without focus node, component or shape: {node}")
    return Result(
        focus,
        None if path is None else _path(report, stated, path, shape),
        value,
        severity if isinstance(severity, ox.NamedNode) else VIOLATION,
        component,
        shape,
        constraint if isinstance(constraint, ox.NamedNode | ox.BlankNode) else None,
        tuple(m for m in report.objects(node, _sh("resultMessage")) if isinstance(m, ox.Literal)),
        tuple(_result(report, stated, held) for held in report.objects(node, _sh("detail"))),
    )


def _path(report: ShapesGraph, stated: ShapesGraph, node: Term, shape: Term) -> Path:
    """Read a path of the report; pySHACL leaves some nested ones empty, then it is the one that the shape states."""
    try:
        return read_path(report, node).path
    except ShapesGraphError as error:
        held = stated.one(shape, _sh("path"))
        if held is None:
            raise ReferenceEngineError(f"pySHACL reports a path that cannot be read: {error}") from error
        return read_path(stated, held).path


def _graph(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    import rdflib

    graph = rdflib.Graph()
    for t in triples:
        graph.add((_to_rdflib(t.subject), _to_rdflib(t.predicate), _to_rdflib(t.object)))
    return graph


def _to_rdflib(term: Term) -> Any:
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, ox.Triple):
        raise ReferenceEngineError(f"pySHACL knows no triple terms: {term}")
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    plain = term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
    # normalize=False keeps the lexical form; a plain literal has no datatype in rdflib
    return rdflib.Literal(term.value, datatype=None if plain else rdflib.URIRef(term.datatype.value), normalize=False)


def _triples(graph: rdflib.Graph) -> Iterable[ox.Triple]:
    for subject, predicate, value in graph:
        node, link = _from_rdflib(subject), ox.NamedNode(str(predicate))
        assert isinstance(node, ox.NamedNode | ox.BlankNode)
        yield ox.Triple(node, link, _from_rdflib(value))


def _from_rdflib(term: RdflibNode) -> Term:
    import rdflib

    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(str(term))
    if isinstance(term, rdflib.Literal):
        if term.language:
            return ox.Literal(str(term), language=str(term.language))
        return ox.Literal(str(term), datatype=None if term.datatype is None else ox.NamedNode(str(term.datatype)))
    return ox.NamedNode(str(term))
