"""What the tests of the engine share: prefixes, parsing, and a short way to say which rows a report has."""

from __future__ import annotations

import pyoxigraph as ox

from shapes.engine.loading import load
from shapes.report import SH, Report
from shapes.validate import validate

EX = "https://example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
HEAD = f"""@prefix ex: <{EX}> .
@prefix sh: <{SH}> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <{XSD}> .
"""
PREFIXES = f'ex: sh:declare [ sh:prefix "ex" ; sh:namespace "{EX}"^^xsd:anyURI ] .'


def parsed(text: str) -> list[ox.Triple]:
    """Return the triples of Turtle without prefixes."""
    return [quad.triple for quad in ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)]


def report(data: str, shapes: str) -> Report:
    """Return what our engine says of data under shapes, both Turtle without prefixes."""
    found = validate(load(parsed(data)), parsed(shapes))
    assert found.engine == "tanmai"
    return found


def rows(found: Report) -> list[tuple[str, ...]]:
    """Return focus node, component and value of each result, in short."""
    return sorted(
        (short(r.focus), short(r.component), "" if r.value is None else short(r.value)) for r in found.results
    )


def short(term: object) -> str:
    """Return a term with its namespace cut off."""
    text = str(term).replace(XSD, "xsd:").replace(SH, "").replace(EX, "").replace("ConstraintComponent", "")
    return text.removeprefix("<").removesuffix(">") if text.startswith("<") else text
