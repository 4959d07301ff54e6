"""Conditions on single values, as SPARQL expressions over `?value` (the value node) and `?this` (the focus node).

Every expression is true or false, never an error, so that it may stand under `!` and beside others.
"""

from __future__ import annotations

from functools import singledispatch

import pyoxigraph as ox

from shapes.engine import syntax as s
from shapes.engine.lexical import LANGUAGE_STRING, well_formed
from shapes.engine.loading import EXACT
from shapes.engine.vocabulary import INSTANCE_OF, XSD
from shapes.errors import UnsupportedShapeError
from shapes.report import Term

_SCRATCH = ox.Store()
_OPERATORS = {"minInclusive": ">=", "minExclusive": ">", "maxInclusive": "<=", "maxExclusive": "<"}
_KINDS = {
    "BlankNode": "isBlank(?value)",
    "IRI": "isIRI(?value)",
    "Literal": "isLiteral(?value)",
    "BlankNodeOrIRI": "!isLiteral(?value)",
    "BlankNodeOrLiteral": "!isIRI(?value)",
    "IRIOrLiteral": "!isBlank(?value)",
}
_WIDE = f"<{XSD}decimal>, <{XSD}integer>"


@singledispatch
def expression(constraint: object) -> str:
    """Return the condition that a value node satisfies a constraint.

    Args:
        constraint: a value constraint of the syntax tree.

    Raises:
        UnsupportedShapeError: the constraint says something that SPARQL in this store cannot.
    """
    raise UnsupportedShapeError(f"no expression for {constraint.__class__.__name__}")


@expression.register
def _(constraint: s.ClassOf) -> str:
    return f"EXISTS {{ ?value {INSTANCE_OF} {constraint.cls} }}"


@expression.register
def _(constraint: s.Datatype) -> str:
    iri = constraint.datatype.value
    same = f"DATATYPE(?value) IN (<{iri}>, <{EXACT}{iri}>)"
    form = None if iri == LANGUAGE_STRING else well_formed(iri, "?value")
    return f"COALESCE({same}, false)" if form is None else f"COALESCE({same} && {form}, false)"


@expression.register
def _(constraint: s.NodeKind) -> str:
    return _KINDS[constraint.kind]


@expression.register
def _(constraint: s.ValueRange) -> str:
    return compared("?value", _OPERATORS[constraint.name], str(constraint.limit))


@expression.register
def _(constraint: s.Length) -> str:
    operator = ">=" if constraint.name == "minLength" else "<="
    if constraint.name == "minLength" and constraint.length <= 0:
        return "!isBlank(?value)"
    return f"COALESCE(!isBlank(?value) && STRLEN(STR(?value)) {operator} {constraint.length}, false)"


@expression.register
def _(constraint: s.Pattern) -> str:
    pattern, flags = ox.Literal(constraint.pattern), ox.Literal(constraint.flags)
    row = next(iter(_select(f'SELECT (REGEX("", {pattern}, {flags}) AS ?known) {{}}')))
    if row["known"] is None:
        raise UnsupportedShapeError(
            f"the sh:pattern {pattern} (flags {flags}) is no regular expression that this engine can run: it may have an "
            f"error, or look ahead or behind"
        )
    return f"COALESCE(!isBlank(?value) && REGEX(STR(?value), {pattern}, {flags}), false)"


@expression.register
def _(constraint: s.LanguageIn) -> str:
    ranges = (f"langMatches(LANG(?value), {ox.Literal(language)})" for language in constraint.languages)
    return f"COALESCE({' || '.join(ranges) or 'false'}, false)"


@expression.register
def _(constraint: s.In) -> str:
    members = [named(member, "a member of a sh:in") for member in constraint.members]
    plain = [name for name, member in zip(members, constraint.members, strict=True) if _equals_only_itself(member)]
    parts = [f"sameTerm(?value, {name})" for name in members if name not in set(plain)]
    if plain:
        parts.append(f"COALESCE(?value IN ({', '.join(plain)}), false)")
    return _any_of(parts)


def _equals_only_itself(term: Term) -> bool:
    """Whether `=` holds for no other term, as it does for numbers."""
    return isinstance(term, ox.NamedNode) or (
        isinstance(term, ox.Literal) and (term.language is not None or term.datatype.value == XSD + "string")
    )


def _any_of(parts: list[str]) -> str:
    """Join conditions by "or" as a balanced tree; the store falls over a long chain."""
    if len(parts) < 2:
        return parts[0] if parts else "false"
    middle = len(parts) // 2
    return f"({_any_of(parts[:middle])} || {_any_of(parts[middle:])})"


@expression.register
def _(constraint: s.Disjoint) -> str:
    return f"!EXISTS {{ ?this {constraint.predicate} ?value }}"


def compared(left: str, operator: str, right: str) -> str:
    """Return the condition that two operands compare so; false where they cannot be compared.

    The plain comparison answers nearly always. Literals kept apart by `loading` are compared by what they stand for, and
    numbers beyond the store's arithmetic as doubles.
    """
    plain = f"{left} {operator} {right}"
    meant = f"{_meant(left)} {operator} {_meant(right)}"
    double = f"{_double(left)} {operator} {_double(right)}"
    return f"COALESCE({plain}, {meant}, {double}, false)"


def _meant(operand: str) -> str:
    if not operand.startswith("?"):
        return operand
    kind = f"STR(DATATYPE({operand}))"
    return f'IF(STRSTARTS({kind}, "{EXACT}"), STRDT(STR({operand}), IRI(STRAFTER({kind}, "{EXACT}"))), {operand})'


def _double(operand: str) -> str:
    if not operand.startswith("?"):
        return operand
    return f"IF(DATATYPE({operand}) IN ({_WIDE}), <{XSD}double>(STR({operand})), {operand})"


def _select(text: str) -> ox.QuerySolutions:
    found = _SCRATCH.query(text)
    assert isinstance(found, ox.QuerySolutions)
    return found


def named(term: Term, what: str) -> str:
    """Return a term as a query names it.

    Raises:
        UnsupportedShapeError: it is a blank node, which has no name.
    """
    if isinstance(term, ox.BlankNode):
        raise UnsupportedShapeError(f"{what} is the blank node {term}, which no query can name")
    return str(term)
