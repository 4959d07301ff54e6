"""The job that leaves behind what first questions about a state of the store wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.readers.frames import Output
from api.rest.kept import KEPT
from api.rest.product_work import tell
from graphstore import GraphStore
from graphstore.search.index import SearchIndex


def warm(store: GraphStore, job: Mapping[str, Any], _: bytes, out: Output) -> None:
    """Make the files beside a generation: the index of names, the compiled system under the usual settings, the labels.

    Raises:
        UnpreparedError: the store holds no reference knowledge.
        FootprintError, ExtractionError: the store as a whole cannot be compiled.
    """
    SearchIndex.of(store).close()
    calculation = KEPT.system(store, {}).calculation
    tell(out, job, {"processes": len(calculation.snapshot.process_ids), "labels": len(calculation.labels.node)})
