"""What a child process can be asked for beside SPARQL: kind of job to the function that does it, imported when first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

from api.readers.frames import Output
from graphstore.contract import SparqlStore

ReadingWork = Callable[[SparqlStore, Mapping[str, Any], bytes, Output], None]
"""Answers a job from a store: job, payload, and where the answer goes."""
WritingWork = Callable[[SparqlStore, Mapping[str, Any], bytes], Mapping[str, Any]]
"""Does a job in a store that is open for writing; returns the facts that are told."""

READING: Final[Mapping[str, str]] = {
    "plain": "api.sparql.plain:answer",
    "pact-list": "api.pact.reading:list_page",
    "pact-footprint": "api.pact.reading:footprint",
    "pact-event": "api.pact.reading:check_event",
    "pact-answer": "api.pact.reading:answer",
    "page-resource": "api.pages.work:resource",
    "page-terms": "api.pages.work:terms",
    "page-home": "api.pages.work:home",
    "page-search": "api.pages.work:search",
    "page-explanation": "api.pages.work:explanation",
    "page-changes": "api.pages.work:changes",
    "products": "api.rest.product_work:listing",
    "product": "api.rest.product_work:product",
    "footprint": "api.rest.product_work:footprint",
    "warm": "api.rest.warm_work:warm",
    "footprint-part": "api.rest.product_work:footprint_part",
    "explain": "api.rest.product_work:explain",
    "contributions": "api.rest.product_work:contributions",
    "uncertainty": "api.rest.product_work:uncertainty",
    "compare": "api.rest.product_work:compare",
    "footprints": "api.rest.product_work:footprints",
    "whatif": "api.rest.product_work:whatif",
    "list": "api.rest.knowledge_work:listing",
    "question": "api.rest.knowledge_work:question",
    "validate": "api.rest.study_work:validate",
    "submission-trial": "api.rest.study_work:trial",
    "export": "api.rest.export_work:export",
    "submissions": "api.rest.study_work:submissions",
    "submission": "api.rest.study_work:submission",
    "watch-changes": "api.watch.finding:later_changes",
    "audit": "api.audit.prov:page",
}
"""Kind to ``module:function`` of a :data:`ReadingWork`."""
WRITING: Final[Mapping[str, str]] = {
    "pact-store": "api.pact.writing:store_footprints",
    "submit": "api.rest.study_work:submit",
    "submission-event": "api.rest.study_work:event",
}
"""Kind to ``module:function`` of a :data:`WritingWork`."""


@cache
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
