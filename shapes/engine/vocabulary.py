"""The terms of SHACL that the engine knows, and what it does not do with them."""

from __future__ import annotations

import pyoxigraph as ox

from shapes.report import SH, Term

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"

TYPE = ox.NamedNode(RDF + "type")
FIRST = ox.NamedNode(RDF + "first")
REST = ox.NamedNode(RDF + "rest")
NIL = ox.NamedNode(RDF + "nil")
CLASS = ox.NamedNode(RDFS + "Class")
SUBCLASS = ox.NamedNode(RDFS + "subClassOf")

INSTANCE_OF = f"{TYPE}/{SUBCLASS}*"
"""The path from a node to the classes that it is a SHACL instance of."""


def sh(name: str) -> ox.NamedNode:
    """Return the SHACL term of a local name."""
    return ox.NamedNode(SH + name)


def component(name: str) -> ox.NamedNode:
    """Return the constraint component of a short name, such as `MinCount`."""
    return ox.NamedNode(f"{SH}{name}ConstraintComponent")


SHAPES_GRAPH = ox.NamedNode("x-tanmai:shapes-graph")
"""Name of the shapes graph for queries that read it through `$shapesGraph`."""


TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf", "target")
SHAPE_CONTROL = ("path", "severity", "message", "deactivated", *TARGETS)
CORE_PARAMETERS = (
    *("class", "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive", "maxExclusive"),
    *("maxInclusive", "minLength", "maxLength", "pattern", "flags", "languageIn", "uniqueLang", "equals", "disjoint"),
    *("lessThan", "lessThanOrEquals", "not", "and", "or", "xone", "node", "property", "qualifiedValueShape"),
    *("qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint", "closed", "ignoredProperties"),
    *("hasValue", "in", "sparql"),
)
DESCRIPTIVE = ("name", "description", "order", "group", "defaultValue")
"""Terms that say something to people or forms and nothing to a validator."""

_PATHS = ("inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
_SPARQL = ("select", "ask", "prefixes", "declare", "prefix", "namespace", "labelTemplate", "parameter", "optional")
_VALIDATORS = ("validator", "nodeValidator", "propertyValidator")
_REPORT = (
    *("conforms", "result", "focusNode", "resultPath", "resultSeverity", "resultMessage", "value", "detail"),
    *("sourceShape", "sourceConstraint", "sourceConstraintComponent", "shapesGraphWellFormed"),
)
_GRAPHS = ("shapesGraph", "suggestedShapesGraph")

KNOWN_PREDICATES = frozenset(
    SH + name
    for group in (SHAPE_CONTROL, CORE_PARAMETERS, DESCRIPTIVE, _PATHS, _SPARQL, _VALIDATORS, _REPORT, _GRAPHS)
    for name in group
)
"""Every predicate of the SHACL namespace that the engine obeys or may leave aside; any other is refused."""


def text(term: Term) -> str:
    """Return a term as SPARQL and N-Triples write it."""
    return str(term)
