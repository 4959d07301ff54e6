"""What a defect does to the number.

A shape may name a cure (`tm:cure`): a query whose rows say which statement of the study becomes which. The footprint is
calculated with the study as it is and with the cure made, both in a copy. A factor that may not enter a footprint stops a
calculation; to say what it did, the study as it is is calculated with such a factor let through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from footprint.errors import FootprintError
from graphstore.answers.footprint import total
from graphstore.answers.graph import Calculation, Settings
from graphstore.errors import GraphStoreError
from graphstore.query import QueryResult
from graphstore.store import GraphStore
from graphstore.terms import PREFIXES, Value, name
from graphstore.trial import Replacement, Trial, trial
from registry.errors import CureError
from registry.recomputation import answered
from shapes.report import Result, Term

_PREFIXES: Final = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
_REFUSED: Final = """
    SELECT DISTINCT ?exchange ?link ?factor WHERE {
      ?class tm:usableInFootprint false . ?factor a ?class .
      ?exchange ?link ?factor . FILTER(?link IN (tm:defaultProvider, tm:linkedTo))
    }"""
_CURES: Final = """
    SELECT ?shape ?cure ?query ?label WHERE {
      ?shape tm:cure ?cure . ?cure tm:replacementQuery ?query . OPTIONAL { ?cure rdfs:label ?label }
    }"""
MOST: Final = 100
"""So many different cures are tried alone; each takes as long as compiling the system."""

_COPY: Final = "urn:tanmai:trial:factor:"


@dataclass(frozen=True, slots=True)
class Cure:
    """How a defect is mended: its IRI, the query that says which statements change, and what it is called by language."""

    iri: str
    query: str
    label: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one defect does to the result.

    Attributes:
        result: the validation result.
        cure: the cure that was tried.
        before: kg CO2e per declared unit with the study as it is; None where that cannot be calculated.
        after: kg CO2e per declared unit with the cure made; None where that cannot be calculated.
        reason: why a number is missing; empty when none is.
        replacements: the statements that the cure changes.
    """

    result: Result
    cure: Cure
    before: float | None
    after: float | None
    reason: str
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What all cures came to.

    Attributes:
        effects: one for each result with a cure, in the order of the results.
        before: kg CO2e per declared unit with the study as it is; None where that cannot be calculated, or nothing was tried.
        together: kg CO2e per declared unit with every cure made; None as for `before`.
    """

    effects: tuple[Effect, ...]
    before: float | None
    together: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The number that a study is about.

    Attributes:
        product: IRI of the product, or of the output by which the study makes it.
        amount: amount of the declared unit.
        unit: IRI of its unit.
        settings: GWP set and readings.
        process: IRI of the process that has the output; empty where `product` is the product.
    """

    product: str
    amount: float
    unit: str
    settings: Settings
    process: str = ""


def cures(shapes: ox.Store) -> dict[Term, Cure]:
    """Read the cures of a shapes graph, by shape or constraint."""
    rows = shapes.query(_PREFIXES + _CURES)
    assert isinstance(rows, ox.QuerySolutions)
    found: dict[Term, Cure] = {}
    for row in rows:
        cure = found.setdefault(row["shape"], Cure(row["cure"].value, row["query"].value))
        if row["label"] is not None:
            cure.label[row["label"].language or ""] = row["label"].value
    return found


def effects(
    store: GraphStore,
    statements: Iterable[ox.Triple],
    results: Sequence[Result],
    known: dict[Term, Cure],
    asked: Asked,
    *,
    lent: bool = False,
) -> Tried:
    """Tell what each defect with a cure does to the number, and what all of them do together.

    Args:
        store: the state with the reference knowledge and what the study draws on.
        statements: the study, as its file states it.
        results: the validation results; those whose constraint and shape name no cure are passed over.
        known: the cures by shape or constraint; that of the constraint comes first.
        asked: the number that is calculated.
        lent: whether the state is in memory, asked by nobody else meanwhile and without studies; it is then not copied.

    Raises:
        CureError: the query of a cure does not run, or does not give statements.
    """
    curable = [(result, cure) for result in results if (cure := _cure_of(result, known)) is not None]
    if not curable:
        return Tried((), None, None)
    with trial(store, statements, lent=lent) as tried:
        base = _number(tried, asked, ())
        tried.restore()
        made = [_replacements(tried.graph, result, cure) for result, cure in curable]
        after = {each: _tried(tried, asked, each) for each in list(dict.fromkeys(made))[:MOST] if each}
        every = tuple(dict.fromkeys(change for each in made for change in each))
        together = _tried(tried, asked, every)[0] if every else None
    found = [
        Effect(result, cure, base[0], *_told(each, after, base[1]), each)
        for (result, cure), each in zip(curable, made, strict=True)
    ]
    return Tried(tuple(found), base[0], together)


def _told(
    made: tuple[Replacement, ...], after: dict[tuple[Replacement, ...], tuple[float | None, str]], why: str
) -> tuple[float | None, str]:
    """The number with a cure made, and the reason why one of the two numbers is missing."""
    if not made:
        return None, "the cure finds nothing to put in its place"
    if made not in after:
        return None, f"the first {MOST} cures were tried alone, this one only together with all others"
    return after[made][0], after[made][1] or why


def _cure_of(result: Result, known: dict[Term, Cure]) -> Cure | None:
    own = None if result.constraint is None else known.get(result.constraint)
    return own or known.get(result.shape)


def _tried(tried: Trial, asked: Asked, replacements: Sequence[Replacement]) -> tuple[float | None, str]:
    tried.restore()
    return _number(tried, asked, replacements)


def _replacements(graph: GraphStore, result: Result, cure: Cure) -> tuple[Replacement, ...]:
    """Run the query of a cure for one result."""
    bindings: dict[str, Value] = {}
    for variable, term in (("this", result.focus), ("value", result.value)):
        if f"${variable}" in cure.query:
            if term is None or isinstance(term, ox.BlankNode | ox.Triple):
                return ()  # a node without a name cannot be asked about
            bindings[variable] = term
    try:
        rows = graph.query(_PREFIXES + cure.query, bindings)
        return tuple(_replacement(row) for row in _named(rows))
    except (GraphStoreError, KeyError, TypeError) as error:
        raise CureError(f"<{cure.iri}>: the cure cannot be made: {error}. Correct its tm:replacementQuery.") from error


def _named(found: QueryResult) -> list[dict[str, Term | None]]:
    """The rows of an answer as terms by name of the column."""
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def _replacement(row: dict[str, Term | None]) -> Replacement:
    node, predicate = row["node"], row["property"]
    if isinstance(node, ox.Literal) or node is None or not isinstance(predicate, ox.NamedNode):
        raise TypeError("?node must be a node and ?property an IRI in every row")
    return Replacement(node, predicate, row.get("before"), row.get("after"))


def _number(tried: Trial, asked: Asked, replacements: Sequence[Replacement]) -> tuple[float | None, str]:
    """Calculate with some statements replaced, and factors that are refused let through; or say why that cannot be."""
    tried.replace(replacements)
    tried.replace(_let_through(tried.graph))
    try:
        calculation = Calculation(tried.graph, asked.settings)
        made = asked.product, asked.process or asked.product
        return answered(made, lambda name: total(calculation, name, asked.amount, asked.unit)), ""
    except (FootprintError, GraphStoreError) as error:
        return None, str(error)


def _let_through(graph: GraphStore) -> list[Replacement]:
    """Put a copy without its forbidding class in the place of every refused factor that an exchange draws on."""
    made: list[Replacement] = []
    forbidding = {row["c"] for row in _named(graph.query("SELECT ?c WHERE { ?c tm:usableInFootprint false }"))}
    for row in _named(graph.query(_REFUSED)):
        exchange, link, factor = row["exchange"], row["link"], row["factor"]
        assert isinstance(factor, ox.NamedNode)
        assert isinstance(exchange, ox.NamedNode | ox.BlankNode)
        assert isinstance(link, ox.NamedNode)
        copied = ox.NamedNode(_COPY + factor.value)
        made.append(Replacement(exchange, link, factor, copied))
        made.append(Replacement(copied, name("rdf:type"), None, name("tm:EmissionFactor")))
        made.extend(
            Replacement(copied, quad.predicate, None, quad.object)
            for quad in graph.engine.quads_for_pattern(factor, None, None, None)
            if quad.object not in forbidding
        )
    return made
