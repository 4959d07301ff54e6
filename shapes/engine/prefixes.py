"""The queries of a shapes graph with their prefixes resolved."""

from __future__ import annotations

import pyoxigraph as ox

from shapes.engine.graph import ShapesGraph
from shapes.engine.tokens import resolved
from shapes.engine.vocabulary import sh
from shapes.errors import ShapesGraphError
from shapes.report import Term

_IMPORTS = ox.NamedNode("http://www.w3.org/2002/07/owl#imports")


def resolved_query(graph: ShapesGraph, node: Term, name: str) -> str:
    """Return the sh:select or sh:ask of a node, full IRIs for prefixed names.

    Raises:
        ShapesGraphError: there is no such text, or it uses a prefix that is not declared.
    """
    held = graph.one(node, sh(name))
    if not isinstance(held, ox.Literal):
        raise ShapesGraphError(f"{node} has no sh:{name} with a query as its text")
    return resolved(held.value, declared_prefixes(graph, node), str(node))


def declared_prefixes(graph: ShapesGraph, node: Term) -> dict[str, str]:
    """Return the namespaces by prefix that a node's sh:prefixes lead to, through owl:imports too.

    Raises:
        ShapesGraphError: one prefix stands for two namespaces.
    """
    waiting, seen = graph.objects(node, sh("prefixes")), set[Term]()
    found: dict[str, str] = {}
    while waiting:
        source = waiting.pop()
        if source in seen:
            continue
        seen.add(source)
        waiting += graph.objects(source, _IMPORTS)
        for declaration in graph.objects(source, sh("declare")):
            prefix, namespace = graph.one(declaration, sh("prefix")), graph.one(declaration, sh("namespace"))
            if not isinstance(prefix, ox.Literal) or not isinstance(namespace, ox.Literal):
                raise ShapesGraphError(f"the sh:declare {declaration} of {source} needs a sh:prefix and a sh:namespace")
            if found.setdefault(prefix.value, namespace.value) != namespace.value:
                raise ShapesGraphError(
                    f'the prefix "{prefix.value}" of {node} stands for {found[prefix.value]} and for {namespace.value}'
                )
    return found
