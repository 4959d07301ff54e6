"""Studies and shapes of the validation benchmark that are made up: 54 property shapes and 5 SPARQL constraints, nothing wrong."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["data_text", "shapes_text"]

CLASSES = ("Study", "Process", "Exchange", "Source", "Meter", "Claim")
UNITS = ("kg", "kWh", "m3", "t")
PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <https://example.org/> .
"""


def shapes_text() -> str:
    """Return the shapes graph: six node shapes with nine property shapes each, and five SPARQL constraints."""
    units = " ".join(f"ex:{unit}" for unit in UNITS)
    common = [
        "sh:path ex:amount ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:decimal",
        f"sh:path ex:unit ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ; sh:in ( {units} )",
        "sh:path ex:name ; sh:minCount 1 ; sh:uniqueLang true ; sh:languageIn ( 'en' 'zh' )",
        "sh:path ex:code ; sh:maxCount 1 ; sh:pattern '^[A-Z]{2}-[0-9]+$'",
        "sh:path ex:year ; sh:minCount 1 ; sh:datatype xsd:integer ; sh:minInclusive 1990 ; sh:maxInclusive 2100",
        "sh:path ex:comment ; sh:datatype xsd:string ; sh:maxLength 200",
        "sh:path ex:share ; sh:maxCount 1 ; sh:minInclusive 0.0 ; sh:maxInclusive 1.0",
        "sh:path ex:source ; sh:minCount 1 ; sh:class ex:Source",
        "sh:path ex:note ; sh:or ( [ sh:datatype xsd:string ] [ sh:nodeKind sh:IRI ] )",
    ]
    parts = [PREFIXES]
    for name in CLASSES:
        properties = " ; ".join(f"sh:property [ {body} ]" for body in common)
        parts.append(f"ex:{name}Shape a sh:NodeShape ; sh:targetClass ex:{name} ; {properties} .")
    parts += [
        "ex:StudyShape sh:sparql ex:rule1 , ex:rule2 , ex:rule3 .",
        "ex:ProcessShape sh:sparql ex:rule4 . ex:ExchangeShape sh:sparql ex:rule5 .",
        "ex: sh:declare [ sh:prefix 'ex' ; sh:namespace 'https://example.org/'^^xsd:anyURI ] .",
    ]
    parts += [f"ex:rule{i} sh:prefixes ex: ; sh:select '''{query}''' ." for i, query in enumerate(_RULES, start=1)]
    return "\n".join(parts)


_RULES = (
    """SELECT $this ?value { $this ex:process ?p .
       { SELECT $this (SUM(?a) AS ?value) { $this ex:process/ex:exchange/ex:amount ?a } GROUP BY $this }
       FILTER (?value < 0) }""",
    "SELECT $this ?value { $this ex:process/ex:exchange ?value . FILTER NOT EXISTS { ?value ex:unit ?unit } }",
    "SELECT $this ?value { $this ex:year ?year ; ex:process/ex:year ?value . FILTER (?value > ?year) }",
    "SELECT $this { $this ex:exchange ?a, ?b . ?a ex:reference true . ?b ex:reference true . FILTER (?a != ?b) }",
    "SELECT $this ?value { $this ex:amount ?value ; ex:share ?share . FILTER (?share > 0 && ?value < 0) }",
)


def data_text(studies: int, exchanges: int) -> str:
    """Return studies with one process of so many exchanges each, a source, a meter and a claim."""
    return "\n".join(_statements(studies, exchanges))


def _statements(studies: int, exchanges: int) -> Iterator[str]:
    yield PREFIXES
    for s in range(studies):
        lines = ", ".join(f"ex:e{s}-{e}" for e in range(exchanges))
        yield _node(f"study{s}", "Study", s) + f"ex:process ex:p{s} ."
        yield _node(f"p{s}", "Process", s) + f"ex:exchange {lines} ."
        for kind in ("Source", "Meter", "Claim"):
            yield _node(f"{kind}{s}", kind, s) + "ex:kept true ."
        for e in range(exchanges):
            reference = "true" if e == 0 else "false"
            yield _node(f"e{s}-{e}", "Exchange", s, e) + f"ex:reference {reference} ."


def _node(name: str, kind: str, study: int, number: int = 0) -> str:
    return (
        f'ex:{name} a ex:{kind} ; ex:amount {number}.25 ; ex:unit ex:{UNITS[number % 4]} ; ex:name "{name}"@en , '
        f'"名{number}"@zh ; ex:code "CN-{number}" ; ex:year 2024 ; ex:comment "line {number}" ; ex:share 0.5 ; '
        f'ex:source ex:Source{study} ; ex:note "measured" ; '
    )
