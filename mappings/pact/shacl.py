"""A record before the shipped shapes: the same rules as SHACL, in RDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from mappings.pact import jsontext

_SHAPES: Final = ("exchange/pact-schema.ttl", "exchange/pact-method.ttl", "general/prefixes.ttl")
_KNOWLEDGE: Final = ("reference/reference_values.ttl", "concepts/data.ttl")
"""What the shapes look up: tolerances, dates, scales of data quality."""


def violations(record: dict[str, Any]) -> list[str]:
    """Return what the shapes for PACT records hold against a record, as sentences; warnings are left out.

    Args:
        record: of version 3.
    """
    import ontology
    from shapes import path
    from shapes.reading import read_bytes
    from shapes.validate import compiled_files, validate

    store = ox.Store()
    store.extend(read_bytes(jsontext.dumps(record).encode(), "record.json", format="jsonld").quads)
    for file in _KNOWLEDGE:
        store.load(ontology.path(file).read_bytes(), format=ox.RdfFormat.TURTLE)
    report = validate(store, compiled_files([Path(str(path(name))) for name in _SHAPES]))
    return sorted(
        {
            next((m.value for m in result.messages if m.language == "en"), result.shape.value)
            for result in report.results
            if result.severity.value.endswith("#Violation")
        }
    )
