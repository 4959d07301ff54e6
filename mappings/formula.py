"""Arithmetic formulas of exchange files, evaluated without running any code.

A formula is parsed and only numbers, names, `+ - * / ^`, parentheses, comparisons in `if`, and a few functions are
accepted. Names are those of parameters, compared without regard to case, as openLCA does; a parameter may itself be a
formula. The decimal separator is the point, arguments are separated by `;` or `,`.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping

from mappings.errors import FormulaError

Value = float | str
"""A parameter: a number, or the text of a formula."""

MAX_LENGTH = 2000
MAX_DEPTH = 50

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "exp": math.exp,
    "ln": math.log,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "pow": math.pow,
    "min": min,
    "max": max,
    "ceil": math.ceil,
    "floor": math.floor,
    "if": lambda condition, then, otherwise: then if condition else otherwise,
}
_CONSTANTS = {"pi": math.pi, "e": math.e}


def evaluate(formula: str, parameters: Mapping[str, Value] | None = None) -> float:
    """Return the value of a formula.

    Args:
        formula: The text, for example `2 * Concrete^2`.
        parameters: Numbers or further formulas by name.

    Raises:
        FormulaError: the text is no such formula, names something unknown, refers to itself, or has no finite value.

    >>> evaluate("2 * Width^2", {"width": 3.0})
    18.0
    """
    known = {name.strip().lower(): value for name, value in (parameters or {}).items()}
    return _evaluate(formula, known, ())


def _evaluate(formula: str, known: Mapping[str, Value], path: tuple[str, ...]) -> float:
    try:
        value = float(_node(_parse(formula), known, path))
    except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise FormulaError(f"the formula {formula!r} has no value: {error}") from error
    if not math.isfinite(value):
        raise FormulaError(f"the formula {formula!r} has no finite value: {value}")
    return value


def _parse(formula: str) -> ast.expr:
    if len(formula) > MAX_LENGTH:
        raise FormulaError(
            f"a formula of {len(formula)} characters is too long, {MAX_LENGTH} are read: {formula[:60]!r}…"
        )
    text = formula.strip().replace("^", "**").replace(";", ",").replace("<>", "!=")
    text = text.replace("if(", "IF(").replace("if (", "IF(")
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(f"{formula!r} is not an arithmetic formula: {error}") from error


def _node(node: ast.expr, known: Mapping[str, Value], path: tuple[str, ...]) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.Name(id=name):
            return _name(name, known, path)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
            return _node(operand, known, path) * (-1.0 if isinstance(op, ast.USub) else 1.0)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_node(left, known, path), _node(right, known, path))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            return float(_COMPARE[type(op)](_node(left, known, path), _node(right, known, path)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name.lower() in _FUNCTIONS:
            return _FUNCTIONS[name.lower()](*[_node(arg, known, path) for arg in args])
    raise FormulaError(
        f"{ast.unparse(node)!r} is not allowed in a formula: use numbers, parameters, + - * / ^ and functions"
    )


def _name(name: str, known: Mapping[str, Value], path: tuple[str, ...]) -> float:
    key = name.lower()
    if key not in known:
        if key in _CONSTANTS:
            return _CONSTANTS[key]
        raise FormulaError(f"the parameter {name!r} is not defined")
    if key in path or len(path) >= MAX_DEPTH:
        raise FormulaError(f"the parameter {name!r} refers to itself: {' -> '.join((*path, key))}")
    value = known[key]
    return _evaluate(value, known, (*path, key)) if isinstance(value, str) else value
