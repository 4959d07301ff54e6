"""What the file of a submission says of its study: product, unit, processes, settings, the declared result and its variants."""

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


Choices: TypeAlias = dict[str, tuple[str, ...]]
"""Values of method settings, by property (IRI)."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A result that a study declares under other method settings (tm:variantOf).

    Attributes:
        iri: Its node.
        of: The results that it is said to be a variant of.
        settings: What its method settings choose.
        gwp_sets: The GWP sets that it states beside its settings.
        stated: kg CO2e by part, as they are stated.
    """

    iri: str
    of: tuple[str, ...]
    settings: Choices
    gwp_sets: tuple[str, ...]
    stated: dict[Part, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Study:
    """One study, as its file states it; nothing is filled in.

    Attributes:
        iri: Its node.
        graph: IRI of the graph that holds it.
        facts: Values by fact; see `study-facts.rq` for the names.
        declared: Main results by IRI: kg CO2e by part, as they are stated.
        settings: What its method settings choose.
        variants: Its other results, by IRI.
    """

    iri: str
    graph: str
    facts: dict[str, tuple[str, ...]]
    declared: dict[str, dict[Part, tuple[object, ...]]]
    settings: Choices
    variants: tuple[Variant, ...]

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
        declared, others = _declared(store, graph, node)
        settings, variants = _settings(store, graph, node, others)
        return cls(node, graph, {fact: tuple(values) for fact, values in facts.items()}, declared, settings, variants)

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
            "study, or use `tanmai load` for data that are no study; PACT records of partners come in by `tanmai pact pull` or /3/events."
        )
    listed = ", ".join(f"<{study}>" for study in studies)
    return f"{file} holds {len(studies)} footprint studies: {listed}. Nothing was stored; submit one file for each."


Stated: TypeAlias = dict[str, dict[Part, tuple[object, ...]]]


def _declared(store: GraphStore, graph: str, study: str) -> tuple[Stated, Stated]:
    """What is declared, by footprint: the main results, and the variants."""
    rows = store.query(load("study-declared"), {"graph": iri(graph), "study": iri(study)}).dicts()
    main: Stated = {}
    variants: Stated = {}
    for row in rows:
        parts = (variants if row["variant"] is True else main).setdefault(str(row["footprint"]), {})
        part = str(row["stage"] or ""), str(row["category"] or "")
        parts[part] = (*parts.get(part, ()), row["value"])
    return main, variants


def _settings(store: GraphStore, graph: str, study: str, stated: Stated) -> tuple[Choices, tuple[Variant, ...]]:
    """What the study chooses, and its variants with what they choose."""
    rows = store.query(load("study-settings"), {"graph": iri(graph), "study": iri(study)}).dicts()
    chosen: defaultdict[tuple[str, object], dict[str, dict[str, None]]] = defaultdict(dict)
    mains: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        owner = str(row["owner"])
        if row["main"] is not None:
            mains[owner][str(row["main"])] = None
        if row["property"] is not None:
            chosen[owner, row["own"] is True].setdefault(str(row["property"]), {})[str(row["value"])] = None

    def choices(owner: str, own: bool) -> Choices:
        return {key: tuple(values) for key, values in chosen[owner, own].items()}

    variants = (
        Variant(
            iri=variant,
            of=tuple(of),
            settings=choices(variant, own=False),
            gwp_sets=tuple(value for values in choices(variant, own=True).values() for value in values),
            stated=stated.get(variant, {}),
        )
        for variant, of in sorted(mains.items())
    )
    return choices(study, own=False), tuple(variants)
