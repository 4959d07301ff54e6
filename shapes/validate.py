"""The one entry to validation: a data graph, a shapes graph, a report."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path as FilePath
from typing import TypeAlias

import pyoxigraph as ox

from shapes.engine.evaluator import evaluate
from shapes.engine.loading import DataGraph
from shapes.engine.plan import FORMAT, Plan, from_json, to_json, unpacked
from shapes.errors import PlanError, ShapesGraphError, UnsupportedShapeError
from shapes.report import Report

ShapesSource: TypeAlias = Plan | ox.Store | FilePath | Iterable[ox.Triple]

PLANS = FilePath(__file__).parent / "plans"
"""Where a wheel ships plans, see `shapes.shipping`."""

_SUFFIX = ".plan.json.z"
_KEPT = 32
_lock = threading.Lock()
_plans: OrderedDict[str, Plan] = OrderedDict()


def validate(data: ox.Store | DataGraph, shapes: ShapesSource) -> Report:
    """Validate a data graph against a shapes graph.

    What our engine does not compile, pySHACL answers; the report says so.

    Args:
        data: a store whose default graph is the data, or what `shapes.engine.loading.load` made of a file, which judges and
            reports literals as the file has them.
        shapes: a Turtle file, triples, a store whose default graph is the shapes graph, or a compiled plan.

    Raises:
        ShapesGraphError: the shapes graph is ill-formed.
        ReferenceEngineError: our engine does not compile it, and pySHACL is not there or fails.
    """
    graph = data if isinstance(data, DataGraph) else DataGraph(data)
    if isinstance(shapes, Plan):
        return _report(shapes, graph)
    triples = _triples(shapes)
    try:
        plan = compiled(triples)
    except UnsupportedShapeError as error:
        from shapes.reference import reference_report

        return reference_report(graph.triples(), triples, str(error))
    return _report(plan, graph)


def compiled(shapes: Iterable[ox.Triple]) -> Plan:
    """Return the plan of a shapes graph; the last ones are kept in memory.

    Raises:
        ShapesGraphError: the shapes graph is ill-formed.
        UnsupportedShapeError: it uses what this engine does not compile.
    """
    triples = tuple(shapes)
    digest = hashlib.sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()
    return _remembered(digest, lambda: _compiled(triples))


def compiled_files(files: Iterable[FilePath], kept: FilePath | None = None) -> Plan:
    """Return the plan of Turtle files that together make one shapes graph.

    Args:
        files: the files, in any order.
        kept: a folder where plans are kept from one process to the next, by a digest of the files' bytes. A plan in it that
            cannot be read is made again. What is shipped with the package is neither made nor kept.

    Raises:
        ShapesGraphError: a file is no Turtle, or the shapes graph is ill-formed.
        UnsupportedShapeError: it uses what this engine does not compile.
    """
    held = {file: file.read_bytes() for file in sorted(files)}
    digest = _digest(held.values())
    place = None if kept is None else kept / f"{digest}.plan.json"
    return _remembered(digest, lambda: _shipped(digest) or _kept(place) or _compiled_to(place, _parsed(held)))


def shipped_name(files: Iterable[FilePath]) -> str:
    """Return the name under which a wheel ships the plan of some files."""
    return f"{_digest(file.read_bytes() for file in files)}{_SUFFIX}"


def _digest(contents: Iterable[bytes]) -> str:
    digests = " ".join(sorted(hashlib.sha256(content).hexdigest() for content in contents))
    return hashlib.sha256(f"{FORMAT} {digests}".encode()).hexdigest()


def _shipped(digest: str) -> Plan | None:
    """Return the plan that the package ships, if it ships this one and it can be read."""
    place = PLANS / f"{digest}{_SUFFIX}"
    try:
        return unpacked(place.read_bytes())
    except (OSError, PlanError):
        return None


def _compiled(triples: Iterable[ox.Triple]) -> Plan:
    # the compiler is imported when shapes are new; a process that finds its plan ready starts sooner
    from shapes.engine.compiler import compile_shapes
    from shapes.engine.graph import ShapesGraph

    return compile_shapes(ShapesGraph(triples))


def _remembered(digest: str, make: Callable[[], Plan]) -> Plan:
    with _lock:
        if digest not in _plans:
            _plans[digest] = make()
            if len(_plans) > _KEPT:
                _plans.popitem(last=False)
        _plans.move_to_end(digest)
        return _plans[digest]


def _kept(place: FilePath | None) -> Plan | None:
    """Return the plan that another process kept, if it can be read."""
    if place is None or not place.exists():
        return None
    try:
        return from_json(place.read_text(encoding="utf-8"))
    except PlanError:
        return None


def _compiled_to(place: FilePath | None, triples: Iterable[ox.Triple]) -> Plan:
    plan = _compiled(triples)
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(to_json(plan), encoding="utf-8")
        draft.replace(place)
    return plan


def _report(plan: Plan, graph: DataGraph) -> Report:
    results = tuple(evaluate(plan, graph))
    return Report(conforms=not results, results=results, engine="tanmai")


def _triples(shapes: ox.Store | FilePath | Iterable[ox.Triple]) -> list[ox.Triple]:
    if isinstance(shapes, FilePath):
        return _parsed({shapes: shapes.read_bytes()})
    if isinstance(shapes, ox.Store):
        return [quad.triple for quad in shapes.quads_for_pattern(None, None, None, ox.DefaultGraph())]
    return list(shapes)


def _parsed(files: Mapping[FilePath, bytes]) -> list[ox.Triple]:
    """Parse Turtle files; blank nodes of several files are kept apart by new names."""
    found: list[ox.Triple] = []
    for file, content in files.items():
        base = file.resolve().as_uri()
        try:
            quads = ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=len(files) > 1)
            found += [quad.triple for quad in quads]
        except (SyntaxError, ValueError) as error:
            raise ShapesGraphError(f"{file} is no Turtle: {error}") from error
    return found
