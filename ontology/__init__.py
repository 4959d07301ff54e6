"""Vocabulary and reference knowledge of Tanmai: data files and a thin loader.

The data are Turtle files: `tanmai.ttl` (classes and properties), `concepts/` (SKOS schemes), `reference/` (facts with
sources), `alignments/` (one file per outside vocabulary) and `inferred/` (the subclass closure found by the reasoner).
`hygiene/` holds one SPARQL query per rule that these files keep. This module finds them, installed or editable; it
parses nothing and imports the standard library only.

>>> files()[0].name
'tanmai.ttl'
>>> path("concepts/gases.ttl").name
'gases.ttl'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ontology.errors import OntologyError, UnknownFileError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

VERSION = "0.1.0"
"""Version of the vocabulary, as in `owl:versionInfo` of tanmai.ttl."""

TM = "https://w3id.org/tanmai/ontology#"
"""Namespace of classes and properties, prefix `tm:`."""

TMF = "https://w3id.org/tanmai/function#"
"""Namespace of SPARQL extension functions, prefix `tmf:`."""

ID = "https://w3id.org/tanmai/id/"
"""Namespace of shipped concepts and reference knowledge: ID + kind + "/" + key."""

PREFIXES: dict[str, str] = {
    "tm": TM,
    "tmf": TMF,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "unit": "http://qudt.org/vocab/unit/",
    "quantitykind": "http://qudt.org/vocab/quantitykind/",
}
"""Prefixes used in all files and queries of the project."""

__all__ = [
    "ID",
    "PREFIXES",
    "TM",
    "TMF",
    "VERSION",
    "OntologyError",
    "UnknownFileError",
    "files",
    "hygiene_queries",
    "path",
    "reference_files",
    "vocabulary_files",
]


def files() -> list[Traversable]:
    """Return every shipped Turtle file: vocabulary first, then reference knowledge, each in order of name."""
    return vocabulary_files() + reference_files()


def vocabulary_files() -> list[Traversable]:
    """Return tanmai.ttl, the concept schemes, the alignments and the inferred subclass closure."""
    return [path("tanmai.ttl"), *(f for folder in ("concepts", "alignments", "inferred") for f in _in(folder, ".ttl"))]


def reference_files() -> list[Traversable]:
    """Return the files of facts with sources: units, places, GWP values, factors, standards and others."""
    return _in("reference", ".ttl")


def hygiene_queries() -> list[Traversable]:
    """Return the SPARQL queries that the shipped Turtle must answer with no row, in order of name."""
    return _in("hygiene", ".rq")


def path(name: str) -> Traversable:
    """Return the shipped file with this name relative to the package, such as "reference/units.ttl".

    Raises:
        UnknownFileError: no such file is shipped; the message lists what is in its folder.
    """
    found = _root().joinpath(*name.split("/"))
    if found.is_file():
        return found
    folder = name.rpartition("/")[0]
    known = ", ".join(f.name for f in _in(folder, "")) or "nothing"
    raise UnknownFileError(f"ontology ships no file {name!r}: {folder or 'its root'} holds {known}. Correct the name.")


def _in(folder: str, suffix: str) -> list[Traversable]:
    root = _root().joinpath(*filter(None, folder.split("/")))
    if not root.is_dir():
        return []
    return sorted((f for f in root.iterdir() if f.is_file() and f.name.endswith(suffix)), key=lambda f: f.name)


def _root() -> Traversable:
    # Imported here because importlib.resources takes 25 ms, a tenth of the time in which the command line answers.
    import importlib.resources

    return importlib.resources.files(__name__)
