#!/usr/bin/env python3
"""Check the shipped vocabulary and reference knowledge.

    python scripts/check_ontology.py            every .ttl parses; every hygiene rule answers with no row
    python scripts/check_ontology.py --reason   also: consistent, no unsatisfiable class (HermiT, needs Java), and
                                                ontology/inferred/subclasses.ttl is what the reasoner finds
    python scripts/check_ontology.py --reason --write   writes that file instead of comparing it

Exit code 0: all well; 1: findings, one sentence each; 2: the check could not be made.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

import ontology

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

RDF_TYPE = ox.NamedNode(ontology.PREFIXES["rdf"] + "type")
SUBCLASS = ox.NamedNode(ontology.PREFIXES["rdfs"] + "subClassOf")
OWL = ontology.PREFIXES["owl"]
XSD = ontology.PREFIXES["xsd"]
SUBCLASSES = "inferred/subclasses.ttl"
CLOSURE_PREFIXES = ("dcat", "prov", "qudt", "rdfs", "skos", "tm")

# Literals that HermiT can read; others (years, dates, codes with their own datatype) say nothing about consistency.
OWL_DATATYPES = {XSD + name for name in ("string", "boolean", "decimal", "integer", "double", "float", "dateTime")} | {
    ontology.PREFIXES["rdf"] + "langString"
}

BUILT_IN_ANNOTATIONS = {
    ox.NamedNode(ontology.PREFIXES["rdfs"] + name) for name in ("label", "comment", "seeAlso", "isDefinedBy")
}

# For a process that lives for a second: one thread collects garbage, and code is compiled quickly rather than well.
JAVA_OPTIONS = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"


class CheckError(Exception):
    """The check could not be made."""


@dataclass(frozen=True, slots=True)
class Classification:
    """What the reasoner found.

    Attributes:
        consistent: Whether the axioms and facts can all be true together.
        unsatisfiable: IRIs of classes that can have no member; empty when inconsistent.
        ancestors: For each named class of the vocabulary, the IRIs of all its proper superclasses.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    ancestors: dict[str, tuple[str, ...]]


def load(sources: Iterable[bytes | str]) -> ox.Store:
    """Return a store with the given Turtle texts in its default graph."""
    store = ox.Store()
    for source in sources:
        store.load(input=source, format=ox.RdfFormat.TURTLE)
    return store


def load_shipped() -> ox.Store:
    """Return a store with every shipped Turtle file; a file that does not parse is named in the `CheckError`."""
    store = ox.Store()
    for file in ontology.files():
        try:
            store.load(input=file.read_bytes(), format=ox.RdfFormat.TURTLE)
        except SyntaxError as error:
            raise CheckError(f"{file.name} is not valid Turtle: {error}. Correct the file.") from error
    return store


def findings(store: ox.Store, rules: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield (rule name, sentence) for every finding of the hygiene rules, or of the named ones only."""
    for query in ontology.hygiene_queries():
        name = query.name.removesuffix(".rq")
        if rules is not None and name not in rules:
            continue
        solutions = store.query(query.read_text(encoding="utf-8"), prefixes=ontology.PREFIXES)
        assert isinstance(solutions, ox.QuerySolutions)
        messages = sorted({str(row["message"].value) for row in solutions})
        yield from ((name, message) for message in messages)


def axioms(store: ox.Store) -> bytes:
    """Return the statements a reasoner reads, as N-Triples: no imports, no ontology headers but one, no odd literals.

    Nor what annotations say, which is three quarters of it and by OWL 2 bears on no conclusion.
    """
    headers = _of_type(store, "Ontology")
    annotations = _of_type(store, "AnnotationProperty") | BUILT_IN_ANNOTATIONS
    out = io.BytesIO()
    kept = [
        quad.triple
        for quad in store
        if quad.subject not in headers
        and quad.predicate not in annotations
        and not (isinstance(quad.object, ox.Literal) and quad.object.datatype.value not in OWL_DATATYPES)
    ]
    kept.append(ox.Triple(ox.NamedNode(ontology.TM[:-1]), RDF_TYPE, ox.NamedNode(OWL + "Ontology")))
    ox.serialize(kept, out, format=ox.RdfFormat.N_TRIPLES)
    return out.getvalue()


def _of_type(store: ox.Store, name: str) -> set[ox.NamedNode | ox.BlankNode | ox.Triple]:
    return {quad.subject for quad in store.quads_for_pattern(None, RDF_TYPE, ox.NamedNode(OWL + name), None)}


def classify(store: ox.Store) -> Classification:
    """Run HermiT over the store.

    Raises:
        CheckError: there is no Java, or owlready2 is not installed.
    """
    if shutil.which("java") is None:
        raise CheckError(
            "HermiT needs Java and there is no `java` on the PATH. Install a Java runtime, version 8 or later."
        )
    try:
        import owlready2 as owl
    except ImportError as error:
        raise CheckError("owlready2 is not installed. Run: pip install '.[dev]'") from error
    world = owl.World()
    world.get_ontology(ontology.TM).load(fileobj=io.BytesIO(axioms(store)), format="ntriples")
    try:
        with _environment("JAVA_TOOL_OPTIONS", JAVA_OPTIONS), _folder_of_its_own():
            owl.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
    except owl.OwlReadyInconsistentOntologyError:
        return Classification(consistent=False, unsatisfiable=(), ancestors={})
    unsatisfiable = sorted(c.iri for c in world.inconsistent_classes() if c is not owl.Nothing)
    ancestors = {
        c.iri: tuple(sorted(a.iri for a in c.ancestors() if a is not c and a is not owl.Thing))
        for c in world.classes()
        if c.iri.startswith(ontology.TM)
    }
    return Classification(consistent=True, unsatisfiable=tuple(unsatisfiable), ancestors=ancestors)


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Put a value before what a variable of the environment says, for the processes that are started meanwhile."""
    before = os.environ.get(name)
    os.environ[name] = value if before is None else f"{value} {before}"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextmanager
def _folder_of_its_own() -> Iterator[None]:
    """Have temporary files made in a folder that goes: owlready2 leaves its file where HermiT finds a contradiction."""
    usual = tempfile.tempdir
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = usual


def subclass_turtle(ancestors: dict[str, tuple[str, ...]]) -> str:
    """Return the subclass closure as Turtle, sorted, without anything that changes from run to run."""
    lines = [
        "# Every proper superclass of every class, as HermiT finds it in tanmai.ttl and alignments/. Not edited by hand:",
        "# python scripts/check_ontology.py --reason --write",
        "",
        *(f"@prefix {prefix}: <{ontology.PREFIXES[prefix]}> ." for prefix in CLOSURE_PREFIXES),
        "",
    ]
    lines += [
        f"{_short(iri)} rdfs:subClassOf {', '.join(map(_short, ancestors[iri]))} ."
        for iri in sorted(ancestors)
        if ancestors[iri]
    ]
    return "\n".join(lines) + "\n"


def reason(*, write: bool) -> Iterator[str]:
    """Yield a sentence for each thing the reasoner finds wrong; with `write`, renew the committed closure."""
    facts = load(f.read_bytes() for f in ontology.files() if f.name != SUBCLASSES.rpartition("/")[2])
    result = classify(facts)
    if not result.consistent:
        yield "the shipped files contradict each other: HermiT finds no model. Undo the last change or look at disjointness."
        return
    for iri in result.unsatisfiable:
        yield f"{_short(iri)} can have no member: its superclasses, domain or disjointness contradict each other."
    target = Path(str(ontology.path("tanmai.ttl"))).parent / SUBCLASSES
    text = subclass_turtle(result.ancestors)
    if write:
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    elif not target.is_file() or target.read_text(encoding="utf-8") != text:
        yield f"{SUBCLASSES} is stale. Run: python scripts/check_ontology.py --reason --write"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks and print what they find."""
    parser = argparse.ArgumentParser(description="Check the shipped vocabulary and reference knowledge.")
    parser.add_argument("--reason", action="store_true", help="also run HermiT (needs Java and owlready2)")
    parser.add_argument("--write", action="store_true", help="with --reason: write ontology/inferred/subclasses.ttl")
    options = parser.parse_args(arguments)
    try:
        found = [f"{rule}: {message}" for rule, message in findings(load_shipped())]
        if options.reason:
            found += [f"reasoning: {message}" for message in reason(write=options.write)]
    except CheckError as error:
        print(f"check_ontology: {error}", file=sys.stderr)
        return 2
    for line in found:
        print(line)
    if not found:
        print(f"ontology: {len(ontology.files())} files, {len(ontology.hygiene_queries())} rules, no findings")
    return 1 if found else 0


def _short(iri: str) -> str:
    for prefix in CLOSURE_PREFIXES:
        namespace = ontology.PREFIXES[prefix]
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return f"<{iri}>"


if __name__ == "__main__":
    sys.exit(main())
