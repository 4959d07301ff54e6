"""The job that writes data out, as ``tanmai export`` does; straight to the client, never to a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyoxigraph as ox

from api.errors import NotFoundError, RequestError
from api.readers import progress
from api.readers.frames import Output
from graphstore.contract import SparqlStore
from graphstore.export import export as write
from graphstore.formats import FORMATS, by_name
from graphstore.shipped import PREFIX


def export(store: SparqlStore, job: Mapping[str, Any], _: bytes, out: Output) -> None:
    """Write the current data, one dataset or one graph."""
    name, dataset, graph = str(job["name"]), job["dataset"], job["graph"]
    if name not in {each.name for each in FORMATS}:
        raise NotFoundError(f"There is no format {name!r}. Known: {', '.join(each.name for each in FORMATS)}.")
    if dataset is not None and graph is not None:
        raise RequestError("The request names a dataset and a graph. Give one of them.")
    try:
        ox.NamedNode(graph or "urn:x")
    except ValueError:
        raise RequestError(f"{graph!r} is no absolute IRI, so it names no graph. Give one.") from None
    found = by_name(name)
    text = "; charset=utf-8" if found.media_type.startswith("text/") else ""
    out.head(content_type=found.media_type + text, generation=job["generation"])
    progress.at("writing")
    leave_out = "" if job["knowledge"] else PREFIX
    write(store, out.file, format=name, dataset=dataset, graph=graph, leave_out=leave_out)
