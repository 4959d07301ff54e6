"""A shapes graph in memory, read by subject and predicate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from shapes.engine.vocabulary import FIRST, NIL, REST, SUBCLASS, TYPE
from shapes.errors import ShapesGraphError
from shapes.report import Term

Node = ox.NamedNode | ox.BlankNode


class ShapesGraph:
    """The triples of a shapes graph with the lexical forms of their file.

    Args:
        triples: the triples in any order; repeated ones count once.
    """

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples: tuple[ox.Triple, ...] = tuple(dict.fromkeys(triples))
        self._objects: dict[Term, dict[ox.NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._subjects: dict[ox.NamedNode, dict[Term, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for triple in self.triples:
            subject, predicate, value = triple.subject, triple.predicate, triple.object
            if isinstance(subject, ox.Triple):
                continue
            self._objects[subject][predicate].append(value)
            self._subjects[predicate][value].append(subject)

    def objects(self, subject: Term, predicate: ox.NamedNode) -> list[Term]:
        """Return the values of a property, in a stable order."""
        held = self._objects.get(subject)
        return [] if held is None else sorted(held.get(predicate, ()), key=str)

    def predicates(self, subject: Term) -> list[ox.NamedNode]:
        """Return the properties that a node has, in a stable order."""
        return sorted(self._objects.get(subject, ()), key=str)

    def subjects(self, predicate: ox.NamedNode, value: Term | None = None) -> list[Node]:
        """Return the nodes that have a property (with a given value), in a stable order."""
        held = self._subjects.get(predicate, {})
        chosen = held.get(value, []) if value is not None else [node for nodes in held.values() for node in nodes]
        return sorted(set(chosen), key=str)

    def predicates_to(self, value: Term) -> list[ox.NamedNode]:
        """Return the properties that lead to a node."""
        return [predicate for predicate, held in self._subjects.items() if value in held]

    def used_predicates(self) -> Iterator[ox.NamedNode]:
        """Yield every predicate of the graph once."""
        yield from self._subjects

    def one(self, subject: Term, predicate: ox.NamedNode) -> Term | None:
        """Return the only value of a property, or None.

        Raises:
            ShapesGraphError: there are several.
        """
        values = self.objects(subject, predicate)
        if len(values) > 1:
            raise ShapesGraphError(
                f"{subject} has {len(values)} values of {predicate}; SHACL allows one. Keep one, or split the shape"
            )
        return values[0] if values else None

    def members(self, head: Term, where: str) -> tuple[Term, ...]:
        """Return the members of an RDF list.

        Raises:
            ShapesGraphError: the list is broken or runs in a circle.
        """
        members: list[Term] = []
        seen: set[Term] = set()
        while head != NIL:
            first, rest = self.objects(head, FIRST), self.objects(head, REST)
            if len(first) != 1 or len(rest) != 1 or head in seen:
                raise ShapesGraphError(f"the list at {where} is broken near {head}: write it as ( a b c ) in Turtle")
            seen.add(head)
            members.append(first[0])
            head = rest[0]
        return tuple(members)

    def is_instance(self, node: Term, cls: ox.NamedNode) -> bool:
        """Whether a node is a SHACL instance of a class in this graph (rdf:type / rdfs:subClassOf*)."""
        waiting, seen = list(self.objects(node, TYPE)), set[Term]()
        while waiting:
            kind = waiting.pop()
            if kind == cls:
                return True
            if kind not in seen:
                seen.add(kind)
                waiting += self.objects(kind, SUBCLASS)
        return False

    def instances(self, cls: ox.NamedNode) -> list[Node]:
        """Return the SHACL instances of a class in this graph, in a stable order."""
        return [node for node in self.subjects(TYPE) if self.is_instance(node, cls)]
