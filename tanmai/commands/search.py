"""The command that finds things by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanmai.commands.options import AsOf, Front, Json, Lang, Release, Store

if TYPE_CHECKING:
    from graphstore.search.index import SearchIndex


def search(
    text: Annotated[
        str, typer.Argument(help="Words in Chinese or English, or a code; all names in order when left out. 检索词。")
    ] = "",
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="Only this class: Product, EmissionFactor, Standard, ... 只列该类。"),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many at the most. 最多条数。")] = 20,
    start: Annotated[int, typer.Option("--start", min=0, help="How many of a list to pass over. 跳过条数。")] = 0,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Find products, processes, factors, standards, terms by name or code. 按名称或代码检索。"""
    from graphstore.search.index import SearchIndex

    front = Front.of(store, json, lang)
    if text and start:
        raise typer.BadParameter("--start pages through a sorted list; with words to find, use a larger --most.")
    with front.view(as_of, release) as graph, SearchIndex.of(graph) as index:
        found = _found(index, text, kind, (front.lang, most, start))
    if json:
        front.print_json(found)
        return
    from tanmai.render.search import show

    show(found, front.lang)


def _found(index: SearchIndex, text: str, kind: str | None, how: tuple[str, int, int]) -> list[dict[str, Any]]:
    """Search, or list in order; as dictionaries with the names of the kinds."""
    lang, most, start = how
    hits = index.search(text, kind, most) if text else index.listed(kind, lang, most, start)
    called = index.kind_labels()
    return [
        {
            "iri": hit.iri,
            "name": hit.name,
            "lang": hit.lang,
            "labels": dict(hit.labels),
            "kinds": [{"kind": kind, "labels": called[kind]} for kind in hit.kinds],
        }
        for hit in hits
    ]
