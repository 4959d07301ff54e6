"""What the file of a submission says of its study: product, unit, processes, settings and the declared result."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeAlias

from graphstore.queries import load
from graphstore.store import GraphStore
from graphstore.terms import iri
from registry.errors import SubmissionError

Part: TypeAlias = tuple[str, str]
"""A part of a footprint: IRI of a stage, IRI of an emission category; both empty for the total."""


@dataclass(frozen=True, slots=True)
class Study:
    """One study, as its file states it; nothing is filled in.

    Attributes:
        iri: Its node.
        graph: IRI of the graph that holds it.
        facts: Values by fact; see `study-facts.rq` for the names.
        declared: Declared footprints by IRI: kg CO2e by part, as they are stated.
    """

    iri: str
    graph: str
    facts: dict[str, tuple[str, ...]]
    declared: dict[str, dict[Part, tuple[object, ...]]]

    @classmethod
    def of(cls, store: GraphStore, graph: str, file: str) -> Study:
        """Read the one study that a graph holds.

        Raises:
            SubmissionError: it holds none, or several.
        """
        found: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in store.query(load("study-facts"), {"graph": iri(graph)}).dicts():
            found[str(row["study"])][str(row["fact"])].append(str(row["value"]))
        if len(found) != 1:
            raise SubmissionError(_not_one(file, sorted(found)))
        ((node, facts),) = found.items()
        if node.startswith("_:"):
            raise SubmissionError(
                f"{file}: the study is a blank node, so nothing can refer to it later. Nothing was stored; give it an IRI."
            )
        return cls(node, graph, {fact: tuple(values) for fact, values in facts.items()}, _declared(store, graph, node))

    def only(self, *facts: str) -> str | None:
        """The single value of the first of these facts that is stated; None where none is or it is stated twice."""
        values = next((self.facts[fact] for fact in facts if fact in self.facts), ())
        return values[0] if len(values) == 1 else None

    @property
    def names(self) -> dict[str, str]:
        """What the study is called, by language."""
        return {lang: self.facts[f"label-{lang}"][0] for lang in ("en", "zh") if f"label-{lang}" in self.facts}


def _not_one(file: str, studies: list[str]) -> str:
    if not studies:
        return (
            f"{file} holds no footprint study (tm:FootprintStudy), so there is nothing to submit. Nothing was stored. State the "
            "study, or use `tanmai load` for data that are no study."
        )
    listed = ", ".join(f"<{study}>" for study in studies)
    return f"{file} holds {len(studies)} footprint studies: {listed}. Nothing was stored; submit one file for each."


def _declared(store: GraphStore, graph: str, study: str) -> dict[str, dict[Part, tuple[object, ...]]]:
    rows = store.query(load("study-declared"), {"graph": iri(graph), "study": iri(study)}).dicts()
    found: dict[str, dict[Part, tuple[object, ...]]] = {}
    for row in rows:
        parts = found.setdefault(str(row["footprint"]), {})
        part = str(row["stage"] or ""), str(row["category"] or "")
        parts[part] = (*parts.get(part, ()), row["value"])
    return found
