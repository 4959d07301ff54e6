"""What is said of a product that nothing makes here, since its results alone are published to who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox

from api.errors import NotFoundError
from api.problems import ToldError, problem_of
from api.readers.frames import Output
from graphstore.contract import SparqlStore
from graphstore.terms import name

Job = Mapping[str, Any]
Kind = Callable[[SparqlStore, Job, bytes, Output], None]

_NOT_FOUND: Final = 404


def or_published(iri_of: Callable[[SparqlStore, str], str]) -> Callable[[Kind], Kind]:
    """Have a job about a product say where its total is, in place of that there is no such product.

    Args:
        iri_of: from a store and the product of a job to its IRI.
    """

    def around(kind: Kind) -> Kind:
        @wraps(kind)
        def answered(store: SparqlStore, job: Job, payload: bytes, out: Output) -> None:
            try:
                kind(store, job, payload, out)
            except (NotFoundError, ToldError) as error:
                if problem_of(error).kind.status == _NOT_FOUND:
                    _refuse(store, iri_of(store, str(job["product"])))
                raise

        return answered

    return around


def _refuse(store: SparqlStore, product: str) -> None:
    """Say which result is published of a product.

    Raises:
        NotFoundError: one is.
    """
    found = store.engine.quads_for_pattern(None, name("tm:ofProduct"), ox.NamedNode(product), None)
    results = sorted(quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode))
    if results:
        raise NotFoundError(
            f"Of <{product}> the total alone is published, and what makes it is not. See /resource?iri={quote(results[0], safe='')} ."
        )
