"""Small random shapes graphs and data graphs for the comparison of processors."""

from __future__ import annotations

import random

EX = "https://example.org/"
HEAD = f"""@prefix ex: <{EX}> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
NODES = [f"ex:n{i}" for i in range(6)]
PREDICATES = ["ex:p", "ex:q", "ex:r"]
CLASSES = ["ex:A", "ex:B", "ex:C"]
NUMBERS = ["1", "2", "5", "7", '"01"^^xsd:integer', "1.0", "1.50", "2.5", '"5"^^xsd:byte', "1e0"]
LITERALS = [
    *NUMBERS,
    *('"300"^^xsd:byte', "true"),
    *('"a"', '"abc"', '"Abc"', '"a b"', '""', '"hello"@en', '"hallo"@de', '"hi"@en', '"hi"@en-us', '"1"'),
    *('"2024-01-01"^^xsd:date', '"2024-02-30"^^xsd:date', '"x"^^xsd:integer', '"2024-05-05T10:00:00Z"^^xsd:dateTime'),
]


def case(seed: int) -> tuple[str, str]:
    """Return a data graph and a shapes graph.

    Only numbers stand beside shapes that compare sizes: processors differ about what cannot be compared.
    """
    chance = random.Random(seed)
    shapes = HEAD + _Shapes(chance).text()
    sizes = any(word in shapes for word in ("clusive", "lessThan"))
    return _data_graph(chance, NUMBERS if sizes else LITERALS), shapes


def _data_graph(chance: random.Random, literals: list[str]) -> str:
    """Return a few nodes with types and values, one subclass among the classes."""
    lines = [HEAD, "ex:B rdfs:subClassOf ex:A ."]
    subjects = [*NODES, "_:b0", "_:b1"]
    for _ in range(chance.randint(4, 22)):
        value = chance.choice([*subjects, *chance.sample(literals, 6)])
        lines.append(f"{chance.choice(subjects)} {chance.choice(PREDICATES)} {value} .")
    lines += [f"{chance.choice(subjects)} a {chance.choice(CLASSES)} ." for _ in range(chance.randint(1, 6))]
    return "\n".join(lines)


class _Shapes:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.done: list[str] = []

    def text(self) -> str:
        for _ in range(self.chance.randint(1, 3)):
            self._shape(0, targets=True, is_property=self.chance.random() < 0.3)
        return "\n".join(self.done)

    def _shape(self, depth: int, *, targets: bool = False, is_property: bool = False) -> str:
        name = f"ex:S{len(self.done)}"
        self.done.append("")
        place = len(self.done) - 1
        parts = ["a sh:PropertyShape" if is_property else "a sh:NodeShape"]
        parts += [f"sh:path {self._path(0)}"] if is_property else []
        parts += [self._target() for _ in range(self.chance.randint(1, 2))] if targets else []
        makers = [*self._values(), *(self._sets() if is_property else ()), *(self._nested() if depth < 2 else ())]
        chosen = dict.fromkeys(self.chance.sample(makers, self.chance.randint(1, 3)))
        parts += [part for maker in chosen if (part := getattr(self, maker)(depth, is_property))]
        parts += ["sh:deactivated true"] if self.chance.random() < 0.05 else []
        parts += ["sh:severity sh:Warning"] if self.chance.random() < 0.1 else []
        self.done[place] = f"{name} {' ; '.join(parts)} ."
        return name

    def _target(self) -> str:
        pick = self.chance.choice
        return pick(
            [
                f"sh:targetClass {pick(CLASSES)}",
                f"sh:targetNode {pick([*NODES, 'ex:unheard', *NUMBERS])}",
                f"sh:targetSubjectsOf {pick(PREDICATES)}",
                f"sh:targetObjectsOf {pick(PREDICATES)}",
            ]
        )

    def _path(self, depth: int) -> str:
        simple = self.chance.choice(PREDICATES)
        if depth > 1 or self.chance.random() < 0.6:
            return simple
        kind = self.chance.choice(("inverse", "sequence", "alternative", "zeroOrMore", "oneOrMore", "zeroOrOne"))
        if kind in {"sequence", "alternative"}:
            first, second = self._path(depth + 1), self._path(depth + 1)
            listed = f"( {first} {second} )"
            # pySHACL counts a value twice that it reaches by two equal alternatives
            return listed if kind == "sequence" or first == second else f"[ sh:alternativePath {listed} ]"
        if kind == "inverse":  # pySHACL turns the order of an inverted sequence around
            return f"[ sh:inversePath {simple} ]"
        return f"[ sh:{kind}Path {self._path(depth + 1)} ]"

    @staticmethod
    def _values() -> list[str]:
        names = "datatype node_kind cls in_ has_value range_ length pattern language_in equals disjoint closed"
        return names.split()

    @staticmethod
    def _sets() -> list[str]:
        return ["min_count", "max_count", "unique_lang", "less_than", "qualified", "min_count", "max_count"]

    @staticmethod
    def _nested() -> list[str]:
        return ["node", "not_", "and_", "or_", "xone", "property_", "property_"]

    def datatype(self, *_: object) -> str:
        kinds = ("integer", "decimal", "string", "date", "byte", "boolean", "double", "dateTime")
        return f"sh:datatype {self.chance.choice([*(f'xsd:{kind}' for kind in kinds), 'rdf:langString'])}"

    def node_kind(self, *_: object) -> str:
        kinds = ("IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
        return f"sh:nodeKind sh:{self.chance.choice(kinds)}"

    def cls(self, *_: object) -> str:
        return f"sh:class {self.chance.choice(CLASSES)}"

    def in_(self, *_: object) -> str:
        return f"sh:in ( {' '.join(self.chance.sample([*NODES, *LITERALS], 8))} )"

    def has_value(self, *_: object) -> str:
        return f"sh:hasValue {self.chance.choice([*NODES, *LITERALS])}"

    def range_(self, *_: object) -> str:
        name = self.chance.choice(("minInclusive", "maxInclusive", "minExclusive", "maxExclusive"))
        return f"sh:{name} {self.chance.choice(NUMBERS)}"

    def length(self, *_: object) -> str:
        return f"sh:{self.chance.choice(('minLength', 'maxLength'))} {self.chance.randint(1, 12)}"

    def pattern(self, *_: object) -> str:
        flags = ' ; sh:flags "i"' if self.chance.random() < 0.4 else ""
        return f'sh:pattern "{self.chance.choice(("^a", "b", "[0-9]", "^https", "1.5"))}"{flags}'

    def language_in(self, *_: object) -> str:
        listed = self.chance.choice(('"en"', '"de" "en-us"', '"zh"'))
        return f"sh:languageIn ( {listed} )"

    def equals(self, *_: object) -> str:
        return f"sh:equals {self.chance.choice(PREDICATES)}"

    def disjoint(self, *_: object) -> str:
        return f"sh:disjoint {self.chance.choice(PREDICATES)}"

    def closed(self, *_: object) -> str:
        return "sh:closed true ; sh:ignoredProperties ( rdf:type ex:p )"

    def min_count(self, *_: object) -> str:
        return f"sh:minCount {self.chance.randint(0, 3)}"

    def max_count(self, *_: object) -> str:
        return f"sh:maxCount {self.chance.randint(0, 2)}"

    def unique_lang(self, *_: object) -> str:
        return "sh:uniqueLang true"

    def less_than(self, depth: int, _: bool) -> str:
        return (
            ""
            if depth
            else f"sh:{self.chance.choice(('lessThan', 'lessThanOrEquals'))} {self.chance.choice(PREDICATES)}"
        )

    def qualified(self, depth: int, _: bool) -> str:
        side = self.chance.choice(("sh:qualifiedMinCount", "sh:qualifiedMaxCount"))
        return f"sh:qualifiedValueShape {self._shape(depth + 1)} ; {side} {self.chance.randint(0, 2)}"

    def node(self, depth: int, _: bool) -> str:
        return f"sh:node {self._shape(depth + 1)}"

    def not_(self, depth: int, _: bool) -> str:
        return f"sh:not {self._shape(depth + 1)}"

    def and_(self, depth: int, _: bool) -> str:
        return f"sh:and ( {self._shape(depth + 1)} {self._shape(depth + 1)} )"

    def or_(self, depth: int, _: bool) -> str:
        return f"sh:or ( {self._shape(depth + 1)} {self._shape(depth + 1, is_property=True)} )"

    def xone(self, depth: int, _: bool) -> str:
        return f"sh:xone ( {self._shape(depth + 1)} {self._shape(depth + 1)} )"

    def property_(self, depth: int, _: bool) -> str:
        return f"sh:property {self._shape(depth + 1, is_property=True)}"
