"""The one entry to validation: a data graph, a shapes graph, a report."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path as FilePath
from typing import TypeAlias

import pyoxigraph as ox

from shapes.engine.compiler import compile_shapes
from shapes.engine.evaluator import evaluate
from shapes.engine.graph import ShapesGraph
from shapes.engine.loading import DataGraph
from shapes.engine.plan import Plan
from shapes.report import Report

ShapesSource: TypeAlias = Plan | ShapesGraph | ox.Store | FilePath | Iterable[ox.Triple]


def validate(data: ox.Store | DataGraph, shapes: ShapesSource) -> Report:
    """Validate a data graph against a shapes graph.

    Args:
        data: a store whose default graph is the data, or what `shapes.engine.loading.load` made of a file, which reports
            literals as the file has them.
        shapes: a Turtle file, triples, a store whose default graph is the shapes graph, or a compiled plan.

    Raises:
        ShapesGraphError: the shapes graph is ill-formed.
        UnsupportedShapeError: it uses what this engine does not compile.
    """
    graph = data if isinstance(data, DataGraph) else DataGraph(data)
    results = tuple(evaluate(_plan(shapes), graph))
    return Report(conforms=not results, results=results, engine="tanmai")


def _plan(shapes: ShapesSource) -> Plan:
    if isinstance(shapes, Plan):
        return shapes
    if isinstance(shapes, FilePath):
        shapes = [quad.triple for quad in ox.parse(path=shapes, format=ox.RdfFormat.TURTLE)]
    if isinstance(shapes, ox.Store):
        shapes = [quad.triple for quad in shapes.quads_for_pattern(None, None, None, ox.DefaultGraph())]
    if not isinstance(shapes, ShapesGraph):
        shapes = ShapesGraph(shapes)
    return compile_shapes(shapes)
