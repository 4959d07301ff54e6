"""Commands that ask the graph."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tanmai.commands.options import AsOf, Coproducts, Front, Json, Lang, Recycling, Release, Store, Unlinked
from tanmai.words import Language, word

if TYPE_CHECKING:
    from graphstore import QueryResult

GRAPH_FORMATS = ("ttl", "nt", "rdf", "jsonld")
MOST_REASONS = 10


def query(
    file: Annotated[
        Path | None, typer.Argument(help="File with a SPARQL query. 查询文件。", exists=True, dir_okay=False)
    ] = None,
    text: Annotated[str | None, typer.Option("-e", "--expression", help="The query itself. 查询语句。")] = None,
    format: Annotated[  # noqa: A002
        str, typer.Option("--format", help="table, csv, tsv, json, xml; ttl, nt, rdf, jsonld for graphs. 输出格式。")
    ] = "table",
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Run a SPARQL query over all current data. 执行 SPARQL 查询。"""
    front = Front.of(store, json, lang)
    if (file is None) == (text is None):
        raise typer.BadParameter("give a file with a query, or -e TEXT; one of the two.")
    asked = text if text is not None else file.read_text(encoding="utf-8") if file else ""
    with front.view(as_of, release) as graph:
        result = graph.query(asked)
        wanted = "json" if json else format
        if wanted == "table" and result.kind == "graph":
            wanted = "ttl"
        if wanted == "table":
            from tanmai.render.tables import show_result

            show_result(result)
        else:
            sys.stdout.buffer.write(result.serialize(wanted))
            sys.stdout.buffer.write(b"\n" if wanted == "json" else b"")
            sys.stdout.buffer.flush()
        _tell_failures(result, front.lang)


def _tell_failures(result: QueryResult, lang: Language) -> None:
    """Say on stderr which values of extension functions are missing and why; the verdict on such an answer is 1."""
    if not result.failures:
        return
    from tanmai.translate import translated

    missing = sum(result.failures.values())
    typer.echo(word("not_computed", lang, count=missing), err=True)
    for reason, count in list(result.failures.items())[:MOST_REASONS]:
        typer.echo(f"  {count} x {translated(reason, lang)}", err=True)
    if len(result.failures) > MOST_REASONS:
        typer.echo(f"  {word('more', lang, count=len(result.failures) - MOST_REASONS)}", err=True)
    raise typer.Exit(1)


def products(
    text: Annotated[str, typer.Argument(help="Part of a name; all products when left out. 名称片段。")] = "",
    unlinked: Unlinked = "cutoff",
    coproducts: Coproducts = "unallocated",
    recycling: Recycling = "stated",
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """List the products that can be calculated, with the process that makes each. 列出可计算的产品。"""
    from graphstore.answers.graph import Calculation
    from graphstore.answers.names import Names
    from graphstore.answers.products import products as listed
    from tanmai import knowledge
    from tanmai.commands.calculate import settings_of

    front = Front.of(store, json, lang)
    with front.view(as_of, release) as graph:
        knowledge.require(graph)
        calculation = Calculation(graph, settings_of("AR6", unlinked, coproducts, strict=False, recycling=recycling))
        names = Names(calculation)
        rows = listed(calculation)
        names.learn(iri for row in rows for iri in (row.iri, row.process, row.unit))
        found = [
            {"product": names[r.iri], "process": names[r.process], "unit": names[r.unit]}
            for r in rows
            if not text or any(text.lower() in label.lower() for label in names[r.iri].labels.values())
        ]
    if json:
        front.print_json([{key: name.as_dict() for key, name in row.items()} for row in found])
        return
    from tanmai.render.tables import show_products

    show_products(found, front.lang)
