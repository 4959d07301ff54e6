"""Defects that have only one right answer, mended in a copy.

Four kinds: a unit that is spelt in another way than its IRI, a declared total that is not the sum of its stages, one half of
a pair of inverse properties, and a deprecated term with its replacement. What could be mended in two ways is left as it is.
Everything that decides is read from the graph: names of units, `owl:inverseOf`, `owl:deprecated`, categories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

import pyoxigraph as ox

from ontology import PREFIXES, TM

Kind = Literal["unit", "total", "inverse", "deprecated"]
Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_UNIT_PROPERTIES: Final = frozenset(
    ox.NamedNode(TM + name) for name in ("unit", "perUnit", "referenceUnit", "statedUnit")
)
_RDF_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_CO2E: Final = ox.NamedNode(TM + "co2e")
_CONTRIBUTION: Final = ox.NamedNode(TM + "contribution")
_STAGE: Final = ox.NamedNode(TM + "stage")
_CATEGORY: Final = ox.NamedNode(TM + "emissionCategory")
_DECLARED: Final = ox.NamedNode(TM + "DeclaredFootprint")
_DECIMAL: Final = ox.NamedNode(PREFIXES["xsd"] + "decimal")
_SUM_TOLERANCE: Final = Decimal("1e-6")
_PREFIX_LETTERS: Final = frozenset("mMpP")
"""Letters that stand for another power of ten in the other case: mJ and MJ, pg and Pg."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was mended.

    Attributes:
        kind: what was wrong.
        node: the node whose statement changed.
        predicate: the property of the statement, as it is now.
        before: the old value; None where a statement was added.
        after: the new value.
        place: number of the statement that was changed; for an added one, of the statement that it is the other half of.
    """

    kind: Kind
    node: ox.NamedNode | ox.BlankNode | ox.Triple
    predicate: ox.NamedNode
    before: Node | None
    after: Node
    place: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """A mended copy.

    Attributes:
        triples: the statements, in their order; added ones follow the last.
        changes: what was mended, in order of the statements.
    """

    triples: tuple[ox.Triple, ...]
    changes: tuple[Change, ...]


def fix(triples: Sequence[ox.Triple], background: ox.Store) -> Fixed:
    """Mend what has only one right answer.

    Args:
        triples: the statements of a submission, with the terms of its file.
        background: the vocabulary and reference knowledge, in the default graph.

    A second run changes nothing.
    """
    changes: list[Change] = []
    mended = _replace_deprecated(triples, background, changes)
    mended = _spell_units(mended, background, changes)
    mended = _sum_stages(mended, background, changes)
    mended = _complete_inverses(mended, background, changes)
    return Fixed(tuple(mended), tuple(changes))


def _replace_deprecated(triples: Sequence[ox.Triple], background: ox.Store, changes: list[Change]) -> list[ox.Triple]:
    """Put the replacement where a deprecated term stands as property, class or value."""
    query = """
        PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?old (SAMPLE(?next) AS ?new) WHERE { ?old owl:deprecated true ; dcterms:isReplacedBy ?next }
        GROUP BY ?old HAVING (COUNT(DISTINCT ?next) = 1)"""
    new = {row["old"]: row["new"] for row in _rows(background, query)}
    mended = []
    for place, triple in enumerate(triples):
        predicate, value = new.get(triple.predicate, triple.predicate), new.get(triple.object, triple.object)
        if (predicate, value) != (triple.predicate, triple.object):
            assert isinstance(predicate, ox.NamedNode)
            before = triple.object if predicate == triple.predicate else triple.predicate
            after = value if predicate == triple.predicate else predicate
            changes.append(Change("deprecated", triple.subject, predicate, before, after, place))
            mended.append(ox.Triple(triple.subject, predicate, value))
        else:
            mended.append(triple)
    return mended


def _spell_units(triples: Sequence[ox.Triple], background: ox.Store, changes: list[Change]) -> list[ox.Triple]:
    """Put the IRI of a unit where its symbol, its name or another writing of its IRI stands."""
    units = _Units(background)
    mended = []
    for place, triple in enumerate(triples):
        unit = units.meant(triple.object) if triple.predicate in _UNIT_PROPERTIES else None
        if unit is not None and unit != triple.object:
            changes.append(Change("unit", triple.subject, triple.predicate, triple.object, unit, place))
            mended.append(ox.Triple(triple.subject, triple.predicate, unit))
        else:
            mended.append(triple)
    return mended


class _Units:
    """The units of the reference knowledge by what they are called."""

    def __init__(self, background: ox.Store) -> None:
        query = """
            PREFIX qudt: <http://qudt.org/schema/qudt/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
            PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
            SELECT ?unit ?name WHERE { ?unit a qudt:Unit ; qudt:symbol|qudt:ucumCode|skos:altLabel|rdfs:label ?name }"""
        self.known: set[Node] = set()
        self.exact: dict[str, set[ox.NamedNode]] = defaultdict(set)
        self.folded: dict[str, set[ox.NamedNode]] = defaultdict(set)
        for row in _rows(background, query):
            unit, name = row["unit"], row["name"]
            if isinstance(unit, ox.NamedNode) and isinstance(name, ox.Literal):
                self.known.add(unit)
                self.exact[name.value].add(unit)
                self.folded[_fold(name.value)].add(unit)
        self.paths: dict[str, set[ox.NamedNode]] = defaultdict(set)
        for unit in self.known:
            if isinstance(unit, ox.NamedNode):
                self.paths[unit.value.casefold()].add(unit)

    def meant(self, value: Node) -> ox.NamedNode | None:
        """Return the one unit that a term can only mean; None for a unit, for none and for several."""
        if value in self.known:
            return None
        if isinstance(value, ox.NamedNode):
            return _only(self.paths.get(value.value.casefold().replace("https://qudt.org", "http://qudt.org")))
        if isinstance(value, ox.Literal):
            text = value.value.strip()
            return _only(self.exact.get(text) or self.folded.get(_fold(text)))
        return None


def _fold(text: str) -> str:
    """Forget the case of a name, but not of a first letter that is another prefix in the other case."""
    return text[:1] + text[1:].casefold() if text[:1] in _PREFIX_LETTERS else text.casefold()


def _only(found: set[ox.NamedNode] | None) -> ox.NamedNode | None:
    return next(iter(found)) if found is not None and len(found) == 1 else None


def _sum_stages(triples: Sequence[ox.Triple], background: ox.Store, changes: list[Change]) -> list[ox.Triple]:
    """Put the sum of its stages as the total of a declared footprint.

    Not where the categories add up to the total as it is: then a stage is wrong, and which one cannot be known.
    """
    totals = _wrong_totals(triples, _counted_categories(background))
    mended = []
    for place, triple in enumerate(triples):
        total = totals.get(triple.subject) if triple.predicate == _CO2E else None
        if total is not None:
            after = ox.Literal(f"{total:f}", datatype=_DECIMAL)
            changes.append(Change("total", triple.subject, _CO2E, triple.object, after, place))
            mended.append(ox.Triple(triple.subject, _CO2E, after))
        else:
            mended.append(triple)
    return mended


def _counted_categories(background: ox.Store) -> set[Node]:
    query = f"SELECT ?c WHERE {{ ?c <{TM}countsInTotal> true }}"
    return {row["c"] for row in _rows(background, query)}


def _wrong_totals(triples: Iterable[ox.Triple], counted: set[Node]) -> dict[Node, Decimal]:
    """Find declared footprints whose total is not the sum of their stages, with that sum."""
    facts = _Facts(triples)
    wrong = {}
    for footprint in facts.declared:
        parts = facts.parts[footprint]
        stages = [facts.number(p) for p in parts if facts.stage.get(p) is not None and p not in facts.category]
        kinds = [facts.number(p) for p in parts if facts.category.get(p) in counted and p not in facts.stage]
        total = facts.number(footprint)
        if total is None or not stages or None in stages or None in kinds:
            continue
        by_stage = sum((s for s in stages if s is not None), Decimal(0))
        by_kind = sum((k for k in kinds if k is not None), Decimal(0))
        if not _same(by_stage, total) and not (kinds and _same(by_kind, total)):
            wrong[footprint] = by_stage
    return wrong


class _Facts:
    """What a file says about declared footprints and their contributions."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.declared: list[Node] = []
        self.parts: dict[Node, list[Node]] = defaultdict(list)
        self.stage: dict[Node, Node] = {}
        self.category: dict[Node, Node] = {}
        self._numbers: dict[Node, list[Node]] = defaultdict(list)
        for triple in triples:
            if triple.predicate == _RDF_TYPE and triple.object == _DECLARED:
                self.declared.append(triple.subject)
            elif triple.predicate == _CONTRIBUTION:
                self.parts[triple.subject].append(triple.object)
            elif triple.predicate == _STAGE:
                self.stage[triple.subject] = triple.object
            elif triple.predicate == _CATEGORY:
                self.category[triple.subject] = triple.object
            elif triple.predicate == _CO2E:
                self._numbers[triple.subject].append(triple.object)

    def number(self, node: Node) -> Decimal | None:
        """Return the one finite number of kg CO2e that a node states; None where it states none or two."""
        stated = self._numbers.get(node, [])
        if len(stated) != 1 or not isinstance(stated[0], ox.Literal):
            return None
        try:
            number = Decimal(stated[0].value)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None


def _same(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _SUM_TOLERANCE * max(abs(one), abs(other))


def _complete_inverses(triples: Sequence[ox.Triple], background: ox.Store, changes: list[Change]) -> list[ox.Triple]:
    """State the other half of a pair of inverse properties."""
    query = """
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        SELECT ?one ?other WHERE { { ?one owl:inverseOf ?other } UNION { ?other owl:inverseOf ?one } }"""
    inverse: dict[Node, Node] = {row["one"]: row["other"] for row in _rows(background, query)}
    mended, present = list(triples), set(triples)
    for place, triple in enumerate(triples):
        other = inverse.get(triple.predicate)
        if isinstance(other, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.BlankNode):
            added = ox.Triple(triple.object, other, triple.subject)
            if added not in present:
                present.add(added)
                mended.append(added)
                changes.append(Change("inverse", triple.object, other, None, triple.subject, place))
    return mended


def _rows(store: ox.Store, query: str) -> ox.QuerySolutions:
    rows = store.query(query)
    assert isinstance(rows, ox.QuerySolutions)
    return rows
