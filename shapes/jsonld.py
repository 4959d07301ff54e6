"""Statements as JSON-LD that a person can read: one object for each node, the prefixes of the file in its context."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox


def to_json_ld(quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> bytes:
    """Write statements as JSON-LD, indented, in the order of the nodes.

    Args:
        quads: the statements.
        prefixes: the prefixes that may shorten properties; a prefix that a keyword or a number could be taken for is left out.
    """
    ordered = sorted(quads, key=lambda quad: (str(quad.graph_name), str(quad.subject)))
    written = ox.serialize(ordered, format=ox.RdfFormat.JSON_LD)
    assert written is not None
    nodes = json.loads(written)
    usable = {prefix: space for prefix, space in prefixes.items() if prefix and space.endswith(("#", "/"))}
    used: dict[str, str] = {}
    graph = [_shortened(node, usable, used) for node in nodes]
    made = {"@context": dict(sorted(used.items())), "@graph": graph} if used else graph
    return json.dumps(made, ensure_ascii=False, indent=2).encode() + b"\n"


def _shortened(value: Any, prefixes: Mapping[str, str], used: dict[str, str]) -> Any:
    """Shorten the keys of objects by prefixes, and note which were used."""
    if isinstance(value, list):
        return [_shortened(item, prefixes, used) for item in value]
    if not isinstance(value, dict):
        return value
    return {_key(key, prefixes, used): _shortened(item, prefixes, used) for key, item in value.items()}


def _key(key: str, prefixes: Mapping[str, str], used: dict[str, str]) -> str:
    for prefix, space in prefixes.items():
        local = key.removeprefix(space)
        if local != key and local and not local.startswith("//"):
            used[prefix] = space
            return f"{prefix}:{local}"
    return key
