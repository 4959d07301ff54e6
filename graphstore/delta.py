"""SPARQL updates as the quads they remove and add.

The journal must be able to replay an update exactly, and ``NOW()``, ``UUID()`` or a changed data set would not give the
same answer twice. So an update is never stored as text: each of its operations is evaluated here to the quads it
really removes and adds, those are journalled, and those are applied. Every operation of SPARQL 1.1 Update
except ``LOAD`` is covered, so a rebuild needs nothing but the journal.

What an update may change are *local statements*: the default graph and named graphs that belong to no dataset.
Graphs of dataset versions and the catalogue are refused, because nothing that was loaded is overwritten: a
correction is a new version. ``WHERE`` sees what a query sees, the union of all graphs, unless ``WITH`` or ``USING``
says otherwise. A blank node of a dataset cannot be written into local statements, because its label means
nothing outside the document it came from.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyoxigraph as ox

from graphstore.catalogue import check_owner
from graphstore.errors import QueryError, UpdateError
from graphstore.quads import Quads, held
from graphstore.query import Dataset, syntax_error
from graphstore.sparql import Token, bind, guard, tokens
from graphstore.terms import PREFIXES, Value

_VARIABLE: Final = "urn:x-tanmai:variable:"


@dataclass(frozen=True, slots=True)
class Delta:
    """What one operation changes: quads that are there and go, and quads that are not there and come.

    Attributes:
        removed: the quads that go.
        added: the quads that come.
        fresh: labels of the blank nodes that were made for it.
    """

    removed: list[ox.Quad]
    added: list[ox.Quad]
    fresh: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Operation:
    """One operation of an update request: its own tokens, and the PREFIX and BASE declarations in force."""

    declarations: list[Token]
    body: list[Token] = field(default_factory=list)

    @property
    def prologue(self) -> str:
        """The declarations as text."""
        return " ".join(token.text for token in self.declarations)

    def alone(self, text: str) -> str:
        """``text`` with everything but this operation and its declarations blanked out."""
        kept = ["\n" if character == "\n" else " " for character in text]
        spans = [(token.start, token.start + len(token.text)) for token in self.declarations]
        if self.body:
            spans.append((self.body[0].start, self.body[-1].start + len(self.body[-1].text)))
        for start, end in spans:
            kept[start:end] = text[start:end]
        return "".join(kept)

    def word(self, index: int) -> str:
        """The token at ``index`` in upper case; empty behind the end."""
        return self.body[index].text.upper() if index < len(self.body) else ""

    def block(self, start: int) -> tuple[str, int]:
        """The text between the braces that open at token ``start``, and the index behind the closing one."""
        depth = 0
        for index in range(start, len(self.body)):
            depth += {"{": 1, "}": -1}.get(self.body[index].text, 0)
            if depth == 0:
                return "".join(token.text + " " for token in self.body[start + 1 : index]), index + 1
        raise UpdateError("The update has an unclosed brace.")  # pragma: no cover - the engine's parser saw it first


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an update request is told from outside of its text.

    Attributes:
        dataset: what ``WHERE`` sees, in place of ``USING`` and ``WITH``, which the text then may not have.
        base_iri: what relative IRIs are resolved against; without it they are an error.
    """

    dataset: Dataset | None = None
    base_iri: str | None = None


def evaluate(
    engine: Quads,
    text: str,
    bindings: Mapping[str, Value] | None,
    owners: Mapping[str, str],
    around: Surroundings | None = None,
) -> Iterator[Delta]:
    """Evaluate an update request operation by operation.

    The caller applies each delta before it asks for the next, since later operations see the earlier ones.

    Args:
        engine: the store the update is about.
        text: the SPARQL update.
        bindings: parameters by name.
        owners: graph name to owner, for the graphs that must not change.
        around: dataset and base IRI stated from outside.

    Raises:
        QuerySyntaxError: the text does not parse.
        QueryError: the dataset is stated from outside and in the text as well.
        ProtectedGraphError: a graph that has an owner would change.
        UpdateError: the update is refused for another reason.
    """
    around = around or Surroundings()
    guard(text)
    bound = bind(text, bindings)
    _check_syntax(text, bound, around.base_iri)
    if around.dataset is not None:
        _check_unstated(bound)
    for operation in _operations(bound):
        found = _Evaluation(engine, operation, around)
        yield checked(engine, found.deleted, found.inserted, owners, found.fresh)


def _check_unstated(text: str) -> None:
    for operation in _operations(text):
        for word in ("USING", "WITH"):
            if any(token.kind == "word" and token.text.upper() == word for token in operation.body):
                raise QueryError(
                    f"The request states the dataset of the update by parameters, and the update has {word} as well. State it once."
                )


def _check_syntax(text: str, bound: str, base_iri: str | None) -> None:
    """Raise :class:`QuerySyntaxError` unless the engine can parse the request.

    The engine does not take a prologue behind a ``;``, which SPARQL allows: such a request is tried operation by
    operation, each at its own place in the text so that line and column stay true.
    """
    try:
        _try(bound, base_iri)
    except SyntaxError as whole:
        found = list(_operations(bound))
        try:
            for operation in found:
                _try(operation.alone(bound), base_iri)
        except SyntaxError as error:
            raise syntax_error(error, text, bound, update=True) from None
        if len(found) < 2:
            raise syntax_error(whole, text, bound, update=True) from None


def _try(text: str, base_iri: str | None) -> None:
    with contextlib.suppress(OSError, RuntimeError):  # what an empty store cannot do is judged on the real one
        ox.Store().update(text, base_iri=base_iri, prefixes=dict(PREFIXES))


def _operations(text: str) -> Iterator[_Operation]:
    current, prologue, depth, declaring = _Operation([]), list[Token](), 0, 0
    for token in (t for t in tokens(text) if t.kind != "space"):
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        upper = token.text.upper()
        if not current.body and token.kind == "word" and upper in {"PREFIX", "BASE"}:
            declaring = 2 if upper == "PREFIX" else 1
            prologue.append(token)
        elif declaring:
            declaring -= 1
            prologue.append(token)
        elif token.text == ";" and depth == 0:
            yield current
            current = _Operation([])
        else:
            current.declarations = current.declarations or list(prologue)
            current.body.append(token)
    if current.body:
        yield current


class _Evaluation:
    """One operation evaluated against the store, before the quads already there are left out.

    Attributes:
        deleted: quads the operation deletes, there or not.
        inserted: quads it inserts, there or not.
        fresh: blank nodes it makes.
    """

    def __init__(self, engine: Quads, operation: _Operation, around: Surroundings) -> None:
        self._engine, self._operation, self._around = engine, operation, around
        self.deleted: set[ox.Quad] = set()
        self.inserted: set[ox.Quad] = set()
        self.fresh: set[str] = set()
        first, second = operation.word(0), operation.word(1)
        if second == "DATA":
            target = self.inserted if first == "INSERT" else self.deleted
            target.update(self._quads(operation.block(2)[0]))
        elif (first, second) == ("DELETE", "WHERE"):
            pattern = operation.block(2)[0]
            self._modify(pattern, "", pattern, None, [], [])
        elif first in {"INSERT", "DELETE", "WITH"}:
            self._modify_operation()
        else:
            self._graph_operation(first)

    def _quads(self, block: str) -> list[ox.Quad]:
        """The quads of a DATA block or a template; variables of a template become IRIs that stand for them."""
        shown = "".join(f"<{_VARIABLE}{t.text[1:]}>" if t.kind == "variable" else t.text for t in tokens(block))
        aside = ox.Store()
        text = f"{self._operation.prologue} INSERT DATA {{ {shown} }}"
        aside.update(text, base_iri=self._around.base_iri, prefixes=dict(PREFIXES))
        found = list(aside)
        self.fresh.update(t.value for quad in found for t in (quad.subject, quad.object) if isinstance(t, ox.BlankNode))
        return found

    def _modify_operation(self) -> None:
        operation, index = self._operation, 0
        graph: ox.NamedNode | None = None
        templates = {"DELETE": "", "INSERT": ""}
        using: list[ox.NamedNode] = []
        using_named: list[ox.NamedNode] = []
        while (word := operation.word(index)) != "WHERE" and word != "{":
            if word == "WITH":
                graph, index = self._resolved(operation.body[index + 1]), index + 2
            elif word == "USING":
                named = operation.word(index + 1) == "NAMED"
                at = index + (2 if named else 1)
                (using_named if named else using).append(self._resolved(operation.body[at]))
                index = at + 1
            else:
                templates[word], index = operation.block(index + 1)
        pattern = operation.block(index + 1 if word == "WHERE" else index)[0]
        self._modify(templates["DELETE"], templates["INSERT"], pattern, graph, using, using_named)

    def _modify(
        self,
        delete: str,
        insert: str,
        pattern: str,
        graph: ox.NamedNode | None,
        using: list[ox.NamedNode],
        using_named: list[ox.NamedNode],
    ) -> None:
        deletes, inserts = self._quads(delete), self._quads(insert)
        self.fresh.clear()
        for solution in self._solutions(pattern, graph, using, using_named):
            blanks: dict[str, ox.BlankNode] = {}
            for target, template in ((self.deleted, deletes), (self.inserted, inserts)):
                filled = (_filled(quad, solution, blanks, graph) for quad in template)
                target.update(quad for quad in filled if quad is not None)
            self.fresh.update(blank.value for blank in blanks.values())

    def _solutions(
        self,
        pattern: str,
        graph: ox.NamedNode | None,
        using: list[ox.NamedNode],
        using_named: list[ox.NamedNode],
    ) -> Iterator[dict[str, Any]]:
        dataset: dict[str, Any] = {"use_default_graph_as_union": True}
        if using or using_named:
            dataset = {"default_graph": using, "named_graphs": using_named}
        elif graph is not None:
            dataset = {"default_graph": [graph]}
        elif self._around.dataset is not None:
            dataset = self._around.dataset.options()
        text = f"{self._operation.prologue} SELECT * WHERE {{ {pattern} }}"
        try:
            found: Any = self._engine.query(text, base_iri=self._around.base_iri, prefixes=dict(PREFIXES), **dataset)
            names = [variable.value for variable in found.variables]
            for row in found:
                yield dict(zip(names, row, strict=True))
        except (OSError, RuntimeError) as error:
            if f"function <{PREFIXES['tmf']}" in str(error):
                raise QueryError(
                    "The functions of Tanmai cannot be called in an update, where a missing value would change data in silence. "
                    "Query them, or write footprints into the graph with `tanmai materialize`."
                ) from error
            raise QueryError(f"The update failed while its WHERE part ran: {error}.") from error

    def _graph_operation(self, verb: str) -> None:
        body = [token for token in self._operation.body[1:] if token.text.upper() not in {"SILENT", "GRAPH"}]
        silent = self._operation.word(1) == "SILENT"
        if verb == "CREATE":
            return  # graphs come to be with their first quad
        source = self._graph_reference(body[0])
        if verb in {"CLEAR", "DROP"}:
            self.deleted.update(self._content(source, silent))
            return
        target = self._graph_reference(body[2])
        if target == source:
            return
        moved = list(self._content(source, silent))
        if verb in {"COPY", "MOVE"}:
            self.deleted.update(self._content(target, True))
        if verb == "MOVE":
            self.deleted.update(moved)
        self.inserted.update(ox.Quad(q.subject, q.predicate, q.object, target) for q in moved)

    def _content(self, graph: ox.NamedNode | ox.DefaultGraph | str, silent: bool) -> list[ox.Quad]:
        if isinstance(graph, str):
            found = list(self._engine.quads_for_pattern(None, None, None, None))
            return [q for q in found if graph == "ALL" or not isinstance(q.graph_name, ox.DefaultGraph)]
        content = list(self._engine.quads_for_pattern(None, None, None, graph))
        if not content and not silent and isinstance(graph, ox.NamedNode):
            raise UpdateError(f"The update names the graph {graph.value}, which is not in the store. Check the name.")
        return content

    def _graph_reference(self, token: Token) -> Any:
        upper = token.text.upper()
        if upper in {"ALL", "NAMED"}:
            return upper
        return ox.DefaultGraph() if upper == "DEFAULT" else self._resolved(token)

    def _resolved(self, token: Token) -> ox.NamedNode:
        """An IRI token as a term, its prefix and base applied by the engine."""
        [quad] = self._quads(f"<urn:x:s> <urn:x:p> {token.text}")
        if not isinstance(quad.object, ox.NamedNode):  # pragma: no cover - the engine's parser saw it first
            raise UpdateError(f"{token.text} is not an IRI.")
        return quad.object


def _filled(
    quad: ox.Quad, solution: Mapping[str, Any], blanks: dict[str, ox.BlankNode], graph: ox.NamedNode | None
) -> ox.Quad | None:
    """A template quad with its variables filled in; ``None`` when it does not make a legal quad."""

    def term(of: Any) -> Any:
        if isinstance(of, ox.NamedNode) and of.value.startswith(_VARIABLE):
            return solution.get(of.value.removeprefix(_VARIABLE))
        if isinstance(of, ox.BlankNode):
            return blanks.setdefault(of.value, ox.BlankNode())
        return of

    subject, predicate, object_ = term(quad.subject), term(quad.predicate), term(quad.object)
    name = graph if graph is not None and isinstance(quad.graph_name, ox.DefaultGraph) else term(quad.graph_name)
    legal = (
        isinstance(subject, ox.NamedNode | ox.BlankNode)
        and isinstance(predicate, ox.NamedNode)
        and object_ is not None
        and isinstance(name, ox.NamedNode | ox.DefaultGraph)
    )
    return ox.Quad(subject, predicate, object_, name) if legal else None


def checked(
    engine: Quads, deleted: set[ox.Quad], inserted: set[ox.Quad], owners: Mapping[str, str], fresh: set[str]
) -> Delta:
    """What really changes when quads are deleted and inserted, there already or not.

    Args:
        engine: the store as it is.
        deleted: quads that are to be gone.
        inserted: quads that are to be there; what is in both stays.
        owners: graph name to owner, for the graphs that must not change.
        fresh: labels of blank nodes that were made for this change.

    Raises:
        ProtectedGraphError: a graph that has an owner would change.
        UpdateError: a blank node of such a graph would be written elsewhere.
    """
    there = held(engine, (quad for quad in deleted | inserted if not _is_new(quad, fresh)))
    removed = sorted((deleted - inserted) & there, key=str)
    added = sorted(inserted - there, key=str)
    for graph in dict.fromkeys(quad.graph_name for quad in (*removed, *added)):
        check_owner(getattr(graph, "value", ""), owners)
    _check_blanks(engine, added, fresh, owners)
    return Delta(removed, added, frozenset(fresh))


def _is_new(quad: ox.Quad, fresh: set[str]) -> bool:
    """Whether a quad names a blank node that was just made, so that no store can hold it."""
    return any(isinstance(term, ox.BlankNode) and term.value in fresh for term in (quad.subject, quad.object))


def _check_blanks(engine: Quads, added: Iterable[ox.Quad], fresh: set[str], owners: Mapping[str, str]) -> None:
    blanks = {t for q in added for t in (q.subject, q.object) if isinstance(t, ox.BlankNode) and t.value not in fresh}
    for blank in blanks:
        for pattern in ((blank, None), (None, blank)):
            for quad in engine.quads_for_pattern(pattern[0], None, pattern[1], None):
                if getattr(quad.graph_name, "value", "") in owners:
                    raise UpdateError(
                        f"The update would write a blank node of the graph {quad.graph_name.value} into local statements; "  # type: ignore[union-attr]
                        "its label means nothing outside its document. Nothing was changed. Give the node an IRI first."
                    )
