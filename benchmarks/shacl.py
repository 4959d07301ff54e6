"""Validation beside pySHACL and pyshifty: `python -m benchmarks.shacl [--quick]`, or as a part of `python -m benchmarks`.

Studies like those that companies hand in, all of them right, against 54 property shapes and 5 SPARQL constraints. Each
processor gets the same Turtle text in a process of its own; a time covers reading the data and validating it, with the
shapes read before, and the cold case covers the whole process. Memory is the peak of that process.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks.report import Row, table

__all__ = ["data_text", "rows", "shapes_text"]

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


def ours(shapes: str, data: str) -> Callable[[], bool]:
    """Return a run of our engine."""
    import pyoxigraph as ox

    from shapes.engine.compiler import compile_shapes
    from shapes.engine.graph import ShapesGraph
    from shapes.engine.loading import load
    from shapes.validate import validate

    plan = compile_shapes(ShapesGraph(q.triple for q in ox.parse(shapes, format=ox.RdfFormat.TURTLE)))
    return lambda: validate(load(ox.parse(data, format=ox.RdfFormat.TURTLE)), plan).conforms


def pyshacl(shapes: str, data: str) -> Callable[[], bool]:
    """Return a run of pySHACL."""
    import pyshacl as peer
    import rdflib

    graph = rdflib.Graph().parse(data=shapes, format="turtle")
    return lambda: bool(
        peer.validate(rdflib.Graph().parse(data=data, format="turtle"), shacl_graph=graph, advanced=True)[0]
    )


def pyshifty(shapes: str, data: str) -> Callable[[], bool]:
    """Return a run of pyshifty."""
    import rdflib
    import shifty as peer

    graph = rdflib.Graph().parse(data=shapes, format="turtle")
    return lambda: bool(peer.validate(rdflib.Graph().parse(data=data, format="turtle"), graph)[0])


ENGINES = {"ours": ours, "pySHACL": pyshacl, "pyshifty": pyshifty}
CASES = ((1, 200, 5, 40.0), (1, 20_000, 1, 60.0), (1_000, 20, 1, 60.0))
"""Studies, exchanges of each, runs, and how many times faster than pySHACL we promise to be."""


def rows(*, quick: bool) -> Iterator[Row]:
    """Measure the cases; the quick ones are one study, without a target."""
    for studies, exchanges, runs, target in CASES[:1] if quick else CASES:
        system = f"{studies:,} {'study' if studies == 1 else 'studies'} of {exchanges:,} exchanges"
        mine = _measured("ours", studies, exchanges, runs)
        for peer in ("pySHACL", "pyshifty"):
            theirs = _measured(peer, studies, exchanges, runs)
            for case, key in (("read and validate, warm", "warm"), ("whole process, cold", "cold")):
                promised = None if quick or peer != "pySHACL" or key == "cold" else target
                yield _row(system, case, key, mine, peer, theirs, promised)


def _row(
    system: str, case: str, key: str, mine: dict[str, float], peer: str, theirs: dict[str, float], target: float | None
) -> Row:
    if not theirs:
        return Row(system, case, "ours", mine[key], note=f"{peer} is not installed or failed")
    return Row(
        system,
        case,
        "ours",
        mine[key],
        peer,
        theirs[key],
        target=target,
        difference=abs(mine["conforms"] - theirs["conforms"]),
        ours_mb=mine["mb"],
        peer_mb=theirs["mb"],
    )


def _measured(engine: str, studies: int, exchanges: int, runs: int) -> dict[str, float]:
    """Run one engine in a process of its own; nothing where it is not there."""
    numbers = {"studies": studies, "exchanges": exchanges, "runs": runs}
    given = [f"--{name}={number}" for name, number in numbers.items()]
    command = [sys.executable, "-m", "benchmarks.shacl", f"--engine={engine}", *given]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    whole = time.perf_counter() - start
    if done.returncode != 0:
        return {}
    found: dict[str, float] = json.loads(done.stdout)
    # the whole process, less the later runs and the writing of the data, which no user's process does
    return found | {"cold": whole - found["spent"]}


def main() -> None:
    """Print the table, or, as the process of one engine, what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shacl", description="Validation beside its peers.")
    parser.add_argument("--quick", action="store_true", help="one study of 200 exchanges; no targets")
    parser.add_argument("--engine", choices=ENGINES, help="measure one engine in this process")
    for name, usual in (("studies", 1), ("exchanges", 200), ("runs", 5)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    options = parser.parse_args()
    if options.engine is None:
        print(table(list(rows(quick=options.quick))))
    else:
        print(json.dumps(_run(ENGINES[options.engine], options.studies, options.exchanges, options.runs)))


def _run(engine: Callable[[str, str], Callable[[], bool]], studies: int, exchanges: int, runs: int) -> dict[str, float]:
    begin = time.perf_counter()
    data, shapes = data_text(studies, exchanges), shapes_text()
    written = time.perf_counter() - begin
    run = engine(shapes, data)
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        conforms = run()
        seconds.append(time.perf_counter() - start)
    return {
        "warm": sorted(seconds)[len(seconds) // 2],
        "spent": written + sum(seconds[1:]),
        "conforms": float(conforms),
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    main()
