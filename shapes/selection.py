"""Which rules a study is judged by, found in the graph of standards.

A study claims rules by `dcterms:conformsTo`. A superseded standard gives way to the one that supersedes it; a group standard that
yields gives way to a national standard for the product once that is in force on the day of the assessment. Both are told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from shapes.errors import SelectionError
from shapes.rulebook import Rulebook, ShapesFile
from shapes.study import Study
from shapes.terms import CONFORMS_TO, IDENTIFIER, NAMES, known, tm

_SUPERSEDES: Final = tm("supersedes")
_YIELDS: Final = tm("yieldsToNational")
_LEVEL: Final = tm("standardLevel")
_GROUP: Final = tm("productGroup")
_STATUS: Final = tm("legalStatus")
_FROM: Final = tm("validFrom")
_UNTIL: Final = tm("validUntil")
_NATIONAL: Final = known("standard-level/national")
_IN_FORCE: Final = known("legal-status/in-force")
_VOID: Final = frozenset(known(f"legal-status/{key}") for key in ("draft", "bill", "proposal", "withdrawn", "unknown"))
_TRUE: Final = ox.Literal(True)
_ANY: Final = ox.DefaultGraph()


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that a study is judged by.

    Attributes:
        rule: the standard.
        how: "general" (every study), "claimed", "successor", "national" or "asked" (`--pcr`).
        instead_of: the rule that the study claims, where another one took its place.
        files: names of the shapes files.
    """

    rule: ox.NamedNode
    how: str
    instead_of: ox.NamedNode | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules of one study.

    Attributes:
        study: the study.
        applied: the rules by which it is judged.
        without_shapes: claimed rules that nothing can be judged by, because they have no shapes.
        available: rules for the group of the product that are in force and have shapes, where the study claims none of them.
        files: the shapes files that apply.
    """

    study: Study
    applied: tuple[Applied, ...]
    without_shapes: tuple[ox.NamedNode, ...]
    available: tuple[ox.NamedNode, ...]
    files: tuple[ShapesFile, ...]


def select(
    study: Study, store: ox.Store, rules: Rulebook, day: dt.date, asked: Iterable[ox.NamedNode] = ()
) -> Selection:
    """Select the rules of a study.

    Args:
        study: the study.
        store: reference knowledge, the rules of the rulebook, and the study.
        rules: the shapes files at hand.
        day: the day for which is judged.
        asked: rules that take the place of the claimed product rules.
    """
    general = {rule for file in rules.of("general") for rule in file.rules}
    applied = {rule: Applied(rule, "general", None, _names(rules, rule)) for rule in sorted(general, key=str)}
    without: list[ox.NamedNode] = []
    wanted = tuple(asked)
    claimed = [] if wanted else [o for o in _objects(store, study.node, CONFORMS_TO) if isinstance(o, ox.NamedNode)]
    for rule in wanted:
        applied.setdefault(rule, Applied(rule, "asked", None, _names(rules, rule)))
    for rule in claimed:
        found = _current(rule, study, store, day)
        if found.rule not in rules.by_rule:
            without.append(found.rule)
        if found.rule not in applied or found.instead_of is not None:
            applied[found.rule] = Applied(found.rule, found.how, found.instead_of, _names(rules, found.rule))
    files = dict.fromkeys(file for rule in applied for file in rules.by_rule.get(rule, ()))
    groups = set(_objects(store, study.product, _GROUP))
    covered = any(_covers(store, rule, groups) for rule in applied)
    available = () if covered else _available(store, rules, groups, day)
    return Selection(study, tuple(applied.values()), tuple(without), available, tuple(files))


def named_rule(text: str, store: ox.Store, rules: Rulebook) -> ox.NamedNode:
    """Return the rule with this IRI, number ("GB/T 44905-2024"), key ("GB-T-44905-2024") or shapes file ("electrolytic-aluminium").

    Raises:
        SelectionError: no rule is called so, or it has no shapes; the message lists those that have.
    """
    with_shapes = sorted(rules.by_rule, key=str)
    for rule in with_shapes:
        files = {file.name.rpartition("/")[2].removesuffix(".ttl") for file in rules.by_rule[rule]}
        identifiers = {value.value for value in _names_of(store, rule)}
        if text in {rule.value, _key(rule), *files, *identifiers}:
            return rule
    at_hand = ", ".join(_identifier(store, rule) for rule in with_shapes) or "none"
    raise SelectionError(
        f"no rule with shapes is called {text!r}. Give the number, key or IRI of one, or add its shapes with --shapes-dir. "
        f"There are shapes for: {at_hand}."
    )


def in_force(rule: ox.NamedNode, store: ox.Store, day: dt.date) -> bool:
    """Whether a standard is in force on a day: by its dates where it has any, else by its legal status."""
    status = set(_objects(store, rule, _STATUS))
    begins, ends = _days(store, rule, _FROM), _days(store, rule, _UNTIL)
    if status & _VOID or any(begin > day for begin in begins) or any(end < day for end in ends):
        return False
    return bool(begins) or _IN_FORCE in status


def _current(claimed: ox.NamedNode, study: Study, store: ox.Store, day: dt.date) -> Applied:
    """Follow a claimed rule to the one that is to be used on the day: first to its successors, then to the national one."""
    rule, how, seen = claimed, "claimed", {claimed}
    while True:
        newer = [
            each for each in _subjects(store, _SUPERSEDES, rule) if in_force(each, store, day) and each not in seen
        ]
        if newer:
            rule, how = newer[0], "successor"
        elif _TRUE in set(_objects(store, rule, _YIELDS)):
            own = set(_objects(store, rule, _GROUP))
            groups = own & set(_objects(store, study.product, _GROUP)) or own
            national = [each for each in _national(groups, store, day) if each not in seen]
            if not national:
                break
            rule, how = national[0], "national"
        else:
            break
        seen.add(rule)
    return Applied(rule, how, None if rule == claimed else claimed)


def gives_way_to(rule: ox.NamedNode, store: ox.Store, day: dt.date) -> list[ox.NamedNode]:
    """Return the rules that take the place of a rule on a day: what supersedes it, else the national ones for its product groups."""
    newer = [each for each in _subjects(store, _SUPERSEDES, rule) if in_force(each, store, day)]
    if newer or _TRUE not in set(_objects(store, rule, _YIELDS)):
        return newer
    return [each for each in _national(set(_objects(store, rule, _GROUP)), store, day) if each != rule]


def _national(groups: Collection[object], store: ox.Store, day: dt.date) -> list[ox.NamedNode]:
    """The national standards in force for some product groups."""
    # From the standards: products, of which there may be thousands, state their group by the same property.
    every = _subjects(store, _LEVEL, _NATIONAL)
    return [each for each in every if _covers(store, each, groups) and in_force(each, store, day)]


def _available(store: ox.Store, rules: Rulebook, groups: Collection[object], day: dt.date) -> tuple[ox.NamedNode, ...]:
    """The rules with shapes that are in force for some product groups."""
    every = sorted(rules.by_rule, key=str)
    return tuple(rule for rule in every if _covers(store, rule, groups) and in_force(rule, store, day))


def _covers(store: ox.Store, rule: ox.NamedNode, groups: Collection[object]) -> bool:
    """Whether a rule is for one of some product groups."""
    return any(group in groups for group in _objects(store, rule, _GROUP))


def _names(rules: Rulebook, rule: ox.NamedNode) -> tuple[str, ...]:
    return tuple(file.name for file in rules.by_rule.get(rule, ()))


def _identifier(store: ox.Store, rule: ox.NamedNode) -> str:
    return next(
        (value.value for value in _objects(store, rule, IDENTIFIER) if isinstance(value, ox.Literal)), _key(rule)
    )


def _key(rule: ox.NamedNode) -> str:
    return rule.value.replace("#", "/").rpartition("/")[2]


def _names_of(store: ox.Store, rule: ox.NamedNode) -> list[ox.Literal]:
    return [value for name in NAMES for value in _objects(store, rule, name) if isinstance(value, ox.Literal)]


def _objects(store: ox.Store, subject: object, predicate: ox.NamedNode) -> Iterator[object]:
    if not isinstance(subject, ox.NamedNode | ox.BlankNode):
        return
    found = {quad.object for quad in store.quads_for_pattern(subject, predicate, None, _ANY)}
    yield from sorted(found, key=str)


def _subjects(store: ox.Store, predicate: ox.NamedNode, value: object) -> list[ox.NamedNode]:
    if not isinstance(value, ox.NamedNode):
        return []
    found = {quad.subject for quad in store.quads_for_pattern(None, predicate, value, _ANY)}
    return sorted((each for each in found if isinstance(each, ox.NamedNode)), key=str)


def _days(store: ox.Store, rule: ox.NamedNode, predicate: ox.NamedNode) -> list[dt.date]:
    found = []
    for value in _objects(store, rule, predicate):
        if isinstance(value, ox.Literal):
            try:
                found.append(dt.date.fromisoformat(value.value))
            except ValueError:
                raise SelectionError(
                    f'{rule} has {value} as {predicate}, which is no day. Write it as "2025-05-01"^^xsd:date in the data.'
                ) from None
    return found
