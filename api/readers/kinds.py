"""What a child process can be asked for beside SPARQL: kind of job to the function that does it, imported when first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

from api.readers.frames import Output
from graphstore import GraphStore

ReadingWork = Callable[[GraphStore, Mapping[str, Any], bytes, Output], None]
"""Answers a job from a store: job, payload, and where the answer goes."""
WritingWork = Callable[[GraphStore, Mapping[str, Any], bytes], Mapping[str, Any]]
"""Does a job in a store that is open for writing; returns the facts that are told."""

READING: Final[Mapping[str, str]] = {
    "audit": "api.audit.prov:page",
}
"""Kind to ``module:function`` of a :data:`ReadingWork`."""
WRITING: Final[Mapping[str, str]] = {}
"""Kind to ``module:function`` of a :data:`WritingWork`."""


def reading_work(kind: str) -> ReadingWork:
    """The function that answers a kind of job."""
    work: ReadingWork = _named(READING[kind])
    return work


def writing_work(kind: str) -> WritingWork:
    """The function that does a kind of writing job."""
    work: WritingWork = _named(WRITING[kind])
    return work


def _named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
