"""The product rules at hand: which shapes there are for them, what they are for, whether they are in force, what gives way to what."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from shapes.background import Background
from shapes.findings import Namer, Texts
from shapes.rulebook import OWN, Rulebook
from shapes.selection import gives_way_to, in_force
from shapes.terms import TYPE, tm

_GROUP, _LEVEL, _STATUS, _FROM = tm("productGroup"), tm("standardLevel"), tm("legalStatus"), tm("validFrom")
_DEFAULT = ox.DefaultGraph()


@dataclass(frozen=True, slots=True)
class Named:
    """A node of the graph: its IRI and what it is called, by language."""

    iri: str
    label: Texts

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {"iri": self.iri, "label": self.label}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    Attributes:
        node: the rule.
        number: its number, such as "GB/T 44905-2024"; its name where it has none.
        groups: the product groups that it is for; none for a rule of all products.
        level: national, group ...; nothing where that is not stated.
        status: its legal status; nothing where that is not stated.
        valid_from: the day on which it begins to hold, as stated.
        in_force: whether it is in force on the day that was asked about.
        shapes: names of the shapes files by which is judged; none where there are none.
        own: whether they are the user's own.
        gives_way_to: numbers of the rules that a study is judged by in its place on that day.
        instead_of: numbers of the rules that give way to it on that day.
    """

    node: Named
    number: str
    groups: tuple[Named, ...]
    level: Texts
    status: Texts
    valid_from: str
    in_force: bool
    shapes: tuple[str, ...]
    own: bool
    gives_way_to: tuple[str, ...]
    instead_of: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            **self.node.as_dict(),
            "number": self.number,
            "product_groups": [group.as_dict() for group in self.groups],
            "level": self.level,
            "status": self.status,
            "valid_from": self.valid_from or None,
            "in_force": self.in_force,
            "shapes": list(self.shapes),
            "own": self.own,
            "gives_way_to": list(self.gives_way_to),
            "instead_of": list(self.instead_of),
        }


def rules_at_hand(background: Background, rules: Rulebook, day: dt.date, *, every: bool = False) -> list[Rule]:
    """List the rules by which can be judged, in the order of their numbers.

    Args:
        background: the reference knowledge.
        rules: the shapes files at hand.
        day: the day for which is asked what is in force and what gives way.
        every: also those rules for a product group that there are no shapes for.
    """
    with background.lend() as lent:
        lent.add(
            triple for file in rules for triple in file.knowledge
        )  # a shipped rule may be described in its own file
        store, namer = lent.store, Namer(lent.store, (), ())
        grouped = {quad.subject for quad in store.quads_for_pattern(None, _GROUP, None, _DEFAULT)}
        standards = {quad.subject for kind in ("Standard", "ProductCategoryRule") for quad in _typed(store, kind)}
        known = {each for each in grouped & standards if isinstance(each, ox.NamedNode)} | rules.by_rule.keys()
        ways = {rule: gives_way_to(rule, store, day) for rule in known}
        backwards: defaultdict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
        for rule, others in ways.items():
            for other in others:
                backwards[other].append(rule)
        listed = known if every else rules.by_rule.keys()
        made = [_rule(rule, store, namer, rules, day, (ways[rule], backwards[rule])) for rule in listed]
    return sorted(made, key=lambda rule: (rule.number, rule.node.iri))


def _rule(
    node: ox.NamedNode,
    store: ox.Store,
    namer: Namer,
    rules: Rulebook,
    day: dt.date,
    ways: tuple[list[ox.NamedNode], list[ox.NamedNode]],
) -> Rule:
    def values(predicate: ox.NamedNode) -> list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]:
        return sorted((quad.object for quad in store.quads_for_pattern(node, predicate, None, _DEFAULT)), key=str)

    def first(predicate: ox.NamedNode) -> Texts:
        return next((namer.label(value) for value in values(predicate)), {})

    files = rules.by_rule.get(node, [])
    stated = [value.value for value in values(_FROM) if isinstance(value, ox.Literal)]
    return Rule(
        node=Named(node.value, namer.label(node)),
        number=namer.number(node, "en"),
        groups=tuple(Named(v.value, namer.label(v)) for v in values(_GROUP) if isinstance(v, ox.NamedNode)),
        level=first(_LEVEL),
        status=first(_STATUS),
        valid_from=stated[0] if stated else "",
        in_force=in_force(node, store, day),
        shapes=tuple(file.name for file in files),
        own=any(file.folder == OWN for file in files),
        gives_way_to=tuple(namer.number(other, "en") for other in ways[0]),
        instead_of=tuple(sorted(namer.number(other, "en") for other in ways[1])),
    )


def _typed(store: ox.Store, kind: str) -> list[ox.Quad]:
    return list(store.quads_for_pattern(None, TYPE, tm(kind), _DEFAULT))
