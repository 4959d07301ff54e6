"""Finds in source code, without running it, every text that an error message may be made of.

It begins at each `raise` (and at what `doctor`, recovery and the lint report) and follows strings backwards: into f-strings and their
holes, both branches of a condition, local names, what is appended to a list, arguments at the places that call a function,
and what a called function returns. Whatever has words is a message or a part of one. It follows too much rather than too
little; words that turn out to be names, not language, stand in the catalogue's `keep`.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

_HOLE = re.compile(r"\{\d+\}")
_WORD = re.compile(r"(?<![\w/.#:<-])[A-Za-z]?[a-z]+(?![\w/#<-]|[.:]\w)")
"""A word of language, not a part of a name, a path or an IRI."""
_BUILT_IN = {name for kind in (dict, list, str, set, bytes) for name in dir(kind)}
_QUERY = re.compile(r"\s*(ASK|CONSTRUCT|DESCRIBE|PREFIX|SELECT)\b")

Function = ast.FunctionDef | ast.AsyncFunctionDef
_LEAVES = (ast.Name, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
"""Nodes in which nothing is raised, called or reported: the half of all."""
_TEXTS = (ast.Constant, ast.JoinedStr, ast.BinOp)
"""Nodes that may be a text."""
_NOT_TOLD = {"AttributeError", "BrokenPipeError", "NotImplementedError"}
_ERRORS = {"BadParameter", "LookupError", "OSError", "RuntimeError", "TypeError", "ValueError"}
"""Classes of others that we raise with words of our own."""
_REPORTS = {"checked", "problems", "refusal", "report"}
"""Names of what is told later: lists of sentences, and the reasons why a factor is refused."""
_THROUGH = {"get", "items", "values", "rstrip", "lstrip", "strip", "format", "removesuffix", "capitalize"}
"""Methods whose result holds the text of what they are called on."""


@dataclass(slots=True)
class Message:
    """A template found in the source.

    Attributes:
        template: The text, with its holes numbered from `{0}`.
        file, line: Where it stands first.
        parts: For each hole the templates that may fill it; None among them for the words of another error.
    """

    template: str
    file: str
    line: int
    parts: dict[int, set[str | None]] = field(default_factory=lambda: defaultdict(set))

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"

    def nested(self, keep: set[str]) -> set[int]:
        """The holes that may hold something to be translated."""
        return {hole for hole, parts in self.parts.items() if parts - keep}


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where an expression stands: a file, and the function it is in."""

    file: str
    function: Function | None


@dataclass(slots=True)
class Source:
    """The source of some packages, and what is called where."""

    trees: dict[str, ast.Module]
    functions: dict[str, list[tuple[str, Function]]] = field(default_factory=lambda: defaultdict(list))
    classes: dict[str, list[Function]] = field(default_factory=dict)
    makers: dict[int, str] = field(default_factory=dict)
    imports: dict[tuple[str, str], str] = field(default_factory=dict)
    calls: dict[str, list[tuple[_Scope, ast.Call]]] = field(default_factory=lambda: defaultdict(list))
    raises: list[tuple[_Scope, ast.expr]] = field(default_factory=list)
    reports: list[tuple[_Scope, ast.expr]] = field(default_factory=list)
    texts: list[ast.expr] = field(default_factory=list)

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Source:
        """Index source texts by file name."""
        made = cls({file: ast.parse(text) for file, text in texts.items()})
        for file, tree in made.trees.items():
            made._index(_Scope(file, None), tree)
        return made

    def _index(self, scope: _Scope, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, _LEAVES):
                continue
            inner = scope
            if isinstance(child, Function):
                self.functions[child.name].append((scope.file, child))
                inner = _Scope(scope.file, child)
            elif isinstance(child, ast.ClassDef):
                self.classes[child.name] = [f for f in child.body if isinstance(f, Function) and f.name == "__init__"]
                self.makers.update((id(init), child.name) for init in self.classes[child.name])
            elif isinstance(child, ast.ImportFrom) and child.module:
                module = f"{child.module.replace('.', '/')}.py"
                self.imports.update(((scope.file, name.asname or name.name), module) for name in child.names)
            elif isinstance(child, ast.Raise) and child.exc is not None:
                self.raises.append((scope, child.exc))
            elif isinstance(child, ast.Call):
                self.calls[_name(child.func)].append((scope, child))
            elif isinstance(child, ast.Yield) and child.value is not None and _is_lint(scope):
                self.reports.append((scope, child.value))
            if isinstance(child, _TEXTS):
                self.texts.append(child)
            self.reports.extend((scope, told) for told in _reported(child))
            self._index(inner, child)

    def messages(self) -> list[Message]:
        """Return every message and part of one, in the order of files and lines."""
        trace = _Trace(self)
        for scope, raised in self.raises:
            if _name(raised.func if isinstance(raised, ast.Call) else raised) not in _NOT_TOLD:
                trace.parts(raised, scope)
        for scope, told in self.reports:
            trace.parts(told, scope)
        return sorted(trace.found.values(), key=lambda m: (m.file, m.line))

    def written(self) -> set[str]:
        """Return every string and f-string of the source as a template, whether or not a message is made of it."""
        return {template for node in self.texts if (template := _template(node)[0])}


def _is_lint(scope: _Scope) -> bool:
    """Whether a file is a lint, whose checks yield what is to be mended."""
    return scope.file.rpartition("/")[2].startswith("lint")


def _reported(node: ast.AST) -> list[ast.expr]:
    """What a statement or call puts into a report that is told later: `report.problems.append(text)`, `refusal[i] = text`."""
    match node:
        case ast.Call(func=ast.Attribute(value=list_, attr="append" | "extend"), args=[told]) if (
            _name(list_) in _REPORTS
        ):
            return [told]
        case ast.Call(func=ast.Attribute(attr="warn"), args=[told]):
            return [told]
        case ast.Assign(targets=[ast.Subscript(value=table)], value=told) if _name(table) in _REPORTS:
            return [told]
        case ast.Return(value=ast.Tuple(elts=[ast.Constant(value=None), told])):  # no value, and why there is none
            return [told]
    return []


def has_words(template: str) -> bool:
    """Whether the fixed text of a template holds language, and not only signs and names such as `tm:output`."""
    return _WORD.search(_HOLE.sub("0", template)) is not None


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _pieces(node: ast.expr) -> Iterator[str | ast.expr]:
    """Take a string expression apart into fixed texts and holes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from [value.value] if isinstance(value, ast.FormattedValue) else _pieces(value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for side in (node.left, node.right):
            yield from _pieces(side) if _is_text(side) else [side]


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (_is_text(node.left) or _is_text(node.right))
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _template(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """Return the template of a string expression and its holes; nothing for any other expression."""
    template, holes = "", list[ast.expr]()
    for piece in _pieces(node) if _is_text(node) else ():
        if isinstance(piece, str):
            template += piece
        else:
            template += f"{{{len(holes)}}}"
            holes.append(piece)
    return template, holes


class _Trace:
    """Follows strings backwards from where an error is raised."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._done: dict[tuple[int, bool], set[str | None]] = {}
        self.found: dict[str, Message] = {}

    def parts(self, node: ast.expr | None, scope: _Scope, *, data: bool = False) -> set[str | None]:
        """Return the templates with words that an expression may give, None among them for the words of an error.

        Args:
            node: The expression.
            scope: Where it stands.
            data: True in tables of constants, where a single word is a name and no language.
        """
        if node is None:
            return set()
        key = (id(node), data)
        if key not in self._done:
            found = self._done[key] = set()  # what refers back to itself adds nothing
            if _is_text(node):
                found |= self._text(node, scope, data=data)
            else:
                for inner, where, constant in self._sources(node, scope):
                    found |= {None} if inner is None else self.parts(inner, where, data=data or constant)
        return self._done[key]

    def _text(self, node: ast.expr, scope: _Scope, *, data: bool) -> set[str | None]:
        template, holes = _template(node)
        inner = {number: self.parts(hole, scope, data=data) for number, hole in enumerate(holes)}
        if (
            _QUERY.match(template)
            or not (has_words(template) or any(inner.values()))
            or (data and " " not in template.strip())
        ):
            return set().union(*inner.values())
        message = self.found.setdefault(template, Message(template, scope.file, node.lineno))
        for number, parts in inner.items():
            if f"<{{{number}}}>" not in template:  # an IRI says nothing that could be translated
                message.parts[number] |= parts
        return {template}

    def _sources(self, node: ast.expr, scope: _Scope) -> Iterator[tuple[ast.expr | None, _Scope, bool]]:
        """Yield the expressions that the text of one may come from, where they stand, and whether in a table."""
        match node:
            case ast.IfExp(body=body, orelse=other):
                yield from ((each, scope, False) for each in (body, other))
            case ast.BoolOp(values=values):
                yield from ((each, scope, False) for each in values)
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
                yield from ((each, scope, False) for each in elts)
            case ast.Dict(values=values):
                yield from ((each, scope, False) for each in values)
            case ast.Subscript(value=value) | ast.Starred(value=value) | ast.NamedExpr(value=value):
                yield value, scope, False
            case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt):
                yield elt, scope, False
            case ast.Attribute(value=ast.Name(id=name), attr="msg" | "message" | "strerror" | "cause") if _is_caught(
                name, scope
            ):
                yield None, scope, False
            case ast.Call():
                yield from self._call(node, scope)
            case ast.Name(id=name):
                yield from self._named(name, scope)

    def _call(self, node: ast.Call, scope: _Scope) -> Iterator[tuple[ast.expr | None, _Scope, bool]]:
        name = _name(node.func)
        if name in {"str", "join", "getattr", "list", "next", "sorted"}:
            yield from ((argument, scope, False) for argument in node.args)
        elif isinstance(node.func, ast.Attribute) and name in _THROUGH:
            yield node.func.value, scope, False
        elif name in self._source.classes or name in _ERRORS:
            given = (*node.args, *(keyword.value for keyword in node.keywords if keyword.arg in {"cause", "message"}))
            yield from ((argument, scope, False) for argument in given)
            yield from self._made(name)
        for file, function in self._called(node.func, scope):
            for inner in _nodes(function):
                if isinstance(inner, ast.Return | ast.Yield) and inner.value is not None:
                    yield inner.value, _Scope(file, function), False

    def _made(self, name: str) -> Iterator[tuple[ast.expr | None, _Scope, bool]]:
        """What the `__init__` of an error class makes of its arguments."""
        for init in self._source.classes.get(name, ()):
            where = next(file for file, function in self._source.functions["__init__"] if function is init)
            for call in (each for each in ast.walk(init) if isinstance(each, ast.Call)):
                if isinstance(call.func, ast.Attribute) and call.func.attr == "__init__":
                    yield from ((argument, _Scope(where, init), False) for argument in call.args)

    def _called(self, called: ast.expr, scope: _Scope) -> list[tuple[str, Function]]:
        """The functions that may be meant: those of the same file or the one imported, else one that is alone in having the name."""
        found = self._source.functions.get(_name(called), [])
        if isinstance(called, ast.Attribute) and _name(called.value) not in {"self", "cls"}:
            return found if len(found) == 1 and _name(called) not in _BUILT_IN else []
        home = self._source.imports.get((scope.file, _name(called)), scope.file)
        here = [(file, function) for file, function in found if file == home]
        return here or (found if len(found) == 1 else [])

    def _named(self, name: str, scope: _Scope) -> Iterator[tuple[ast.expr | None, _Scope, bool]]:
        if _is_caught(name, scope):
            yield None, scope, False
            return
        function = scope.function
        values = list(_assigned(name, function)) if function is not None else []
        yield from ((value, scope, False) for value in values)
        if function is not None and name in _parameters(function):
            yield from self._arguments(name, scope, function)
        elif not values:
            home = self._source.imports.get((scope.file, name), scope.file)  # a table may be another module's
            table = self._source.trees.get(home)
            where = _Scope(home, None)
            yield from ((value, where, True) for value in (_assigned(name, table) if table is not None else ()))

    def _arguments(self, name: str, scope: _Scope, function: Function) -> Iterator[tuple[ast.expr, _Scope, bool]]:
        """What the callers of a function hand in for a parameter; single words are language in private functions only."""
        made = self._source.makers.get(id(function))
        everywhere = made is not None or len(self._source.functions[function.name]) == 1
        names = _parameters(function)
        position = names.index(name) - (names[0] in {"self", "cls"})
        for where, call in self._source.calls[made or function.name]:
            home = self._source.imports.get((where.file, function.name), where.file)
            if everywhere or home == scope.file:
                given = [keyword.value for keyword in call.keywords if keyword.arg == name]
                given += call.args[position : position + 1] if position >= 0 else []
                yield from ((value, where, not function.name.startswith("_")) for value in given)


@cache
def _nodes(function: Function) -> tuple[ast.AST, ...]:
    """All nodes of a function, which is looked through for each name in it."""
    return tuple(ast.walk(function))


def _parameters(function: Function) -> list[str]:
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _is_caught(name: str, scope: _Scope) -> bool:
    """Whether a name is that of an error that was caught: its words are translated where they are known."""
    inner = _nodes(scope.function) if scope.function is not None else ()
    return any(isinstance(node, ast.ExceptHandler) and node.name == name for node in inner)


def _assigned(name: str, inside: ast.AST) -> Iterator[ast.expr]:
    """Yield what a name is set to, or what is added to it."""
    body = _nodes(inside) if isinstance(inside, Function) else iter(getattr(inside, "body", ()))
    for node in body:
        match node:
            case ast.Assign(targets=[target], value=value) if _binds(target, name):
                yield value
            case ast.AnnAssign(target=target, value=ast.expr() as value) if _binds(target, name):
                yield value
            case ast.AugAssign(target=target, value=value) if _binds(target, name):
                yield value
                yield from _joined(name, node, inside)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value) if _binds(
                target, name
            ):
                yield value
            case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr="append" | "extend"), args=[value]) if (
                found == name
            ):
                yield value


def _binds(target: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(target))


@cache
def _joined(name: str, node: ast.AugAssign, inside: ast.AST) -> tuple[ast.expr, ...]:
    """The texts that a name may hold, with what is added to it: made once, so that each is followed once."""
    before = (each.value for each in ast.walk(inside) if isinstance(each, ast.Assign) and _binds(each.targets[0], name))
    texts = (each for value in before for each in ast.walk(value) if isinstance(each, ast.JoinedStr))
    return tuple(ast.BinOp(each, ast.Add(), node.value, lineno=node.lineno) for each in texts)
