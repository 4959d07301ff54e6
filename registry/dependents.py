"""Who draws on a study: the products and submissions whose footprints follow from its processes, and who refers to its result.

They are found on the compiled system, downstream of what the study alone describes; nothing is solved. What cannot be
compiled is told as a reason, since a study may be taken back whatever state the data of others are in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.errors import FootprintError
from footprint.incremental import downstream
from footprint.inventory import Bools, Ints
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.answers.overlay import position
from graphstore.errors import GraphStoreError
from graphstore.queries import load
from graphstore.store import GraphStore
from graphstore.terms import catalogue_iri, iri
from registry.certificates import certificates
from registry.life import OUT
from registry.states import SUBMISSION, States
from registry.submissions import Submission, find, submissions, version_of


@dataclass(frozen=True, slots=True)
class Dependents:
    """Who draws on a study.

    Attributes:
        products: Products made elsewhere, as IRI and names, with the process that makes each.
        submissions: Ids of the submissions that include such a process, with the study.
        references: Statements of others that name a result of the study: subject, property, footprint.
        certificates: Numbers of its certificates.
        reason: Why the products cannot be told; empty where they can.
    """

    products: tuple[dict[str, Any], ...]
    submissions: tuple[dict[str, Any], ...]
    references: tuple[dict[str, Any], ...]
    certificates: tuple[str, ...]
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "products": list(self.products),
            "submissions": list(self.submissions),
            "references": list(self.references),
            "certificates": list(self.certificates),
            "reason": self.reason,
        }


def leaving(store: GraphStore, text: str, state: str) -> Dependents | None:
    """Who draws on a submission that is to go to a state in which its statements leave the graph; None where they stay.

    Raises:
        UnknownSubmissionError: no such submission.
        TransitionError: no such state.
    """
    wanted = States.of(store, SUBMISSION).named(state)
    return dependents(store, find(store, text)) if wanted.notation in OUT else None


def dependents(store: GraphStore, submission: Submission) -> Dependents:
    """Who draws on a submission as the graph is now; nobody where its statements are not in it."""
    if version_of(store, submission).status != "current":
        return Dependents((), (), (), ())
    calculation = Calculation(store)
    names, reason = Names(calculation), ""
    try:
        products = tuple(_products(calculation, submission, names))
    except (FootprintError, GraphStoreError) as error:
        products, reason = (), str(error)
    return Dependents(
        products,
        tuple(_submissions(store, submission, [str(row["process"]["iri"]) for row in products])),
        tuple(_references(store, submission, names)),
        tuple(each.id for each in certificates(store) if each.submission == submission.iri),
        reason,
    )


def _products(calculation: Calculation, submission: Submission, names: Names) -> Iterator[dict[str, Any]]:
    rows = calculation.graph.query(load("own-suppliers"), {"graph": iri(submission.graph)}).dicts()
    own, snapshot = [str(row["supplier"]) for row in rows], calculation.snapshot
    marked = _are(own, snapshot.process, snapshot.process_ids) | _are(own, snapshot.factor, snapshot.factor_ids)
    reached = downstream(snapshot.compiled, marked) & ~marked & (snapshot.process >= 0)
    found = [(str(snapshot.product_of(a)), snapshot.maker(a)) for a in np.flatnonzero(reached).tolist()]
    names.learn(node for pair in found for node in pair)
    for product, process in sorted(found):
        yield names[product].as_dict() | {"process": names[process].as_dict()}


def _are(suppliers: Iterable[str], made_by: Ints, ids: Sequence[str]) -> Bools:
    """Mark the activities that some suppliers are behind; `ids` is ascending."""
    places = [place for place in (position(ids, supplier) for supplier in suppliers) if place >= 0]
    return np.isin(made_by, np.array(places, dtype=np.int64))


def _submissions(store: GraphStore, own: Submission, processes: list[str]) -> Iterator[dict[str, Any]]:
    rows = Calculation(store).about(load("studies-with"), "process", processes) if processes else []
    studies = {str(row["study"]) for row in rows}
    for each in submissions(store) if studies else ():
        if each.study in studies and each.iri != own.iri:
            yield {"id": each.id, "iri": each.iri, "study": {"iri": each.study}}


def _references(store: GraphStore, submission: Submission, names: Names) -> Iterator[dict[str, Any]]:
    about = {"graph": iri(submission.graph), "study": iri(submission.study), "catalogue": catalogue_iri(store.base)}
    rows = store.query(load("footprint-references"), about).dicts()
    names.learn(str(row[key]) for row in rows for key in ("subject", "property", "footprint"))
    for row in rows:
        yield {key: names[str(row[key])].as_dict() for key in ("subject", "property", "footprint")}
