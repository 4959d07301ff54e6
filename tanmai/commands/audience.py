"""Commands about audiences: who may read what, and bringing their stores up to date."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanmai.commands.options import Coproducts, Front, Gwp, Json, Lang, Store, Unlinked

if TYPE_CHECKING:
    from graphstore import GraphStore
    from graphstore.audiences.visibility import Level
    from registry.publishing.publish import Publication

app = typer.Typer(
    help="Who may read what: audiences, sharings, access levels. 共享对象、共享范围与访问级别。",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="Name of the audience: small letters, digits, hyphens. 共享对象名称。")]
Key = Annotated[str, typer.Argument(help="Key of the dataset; see tanmai info. 数据集键名。")]
With = Annotated[str, typer.Option("--with", help="Audience; public is everybody. 共享对象；public 指所有人。")]


@app.command(name="list")
def list_(store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """List audiences, and who may read which dataset. 列出共享对象及各数据集的可见范围。"""
    front = Front.of(store, json, lang)
    with front.open() as graph:
        data = _overview(graph)
    if json:
        front.print_json(data)
        return
    from tanmai.render.audience import show_overview

    show_overview(data, front.lang)


@app.command()
def add(
    name: Name,
    title: Annotated[str, typer.Option("--title", help="What people call it. 显示名称。")] = "",
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Make an audience known, with the settings of what it is told, and publish to it. 新增共享对象并设定公布结果的方法。"""
    from graphstore.audiences import changes
    from graphstore.audiences.visibility import Audience
    from tanmai.commands.calculate import settings_of

    front = Front.of(store, json, lang)
    settings_of(gwp, unlinked, coproducts, strict=False)  # refuses readings that there are not
    with _changing(front) as (graph, late):
        changes.add(graph, name, Audience(title, gwp, unlinked, coproducts))
        _publish(front, graph, [] if late else [name])


@app.command()
def remove(name: Name, store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Forget an audience, what was shared with it, and its store. 删除共享对象及其存储。"""
    from graphstore.audiences import changes
    from registry.publishing.refreshing import refresh
    from tanmai.words import word

    front = Front.of(store, json, lang)
    with front.open("write", refresh=False) as graph:
        keys = changes.remove(graph, name)
        refresh(graph)
    if json:
        front.print_json({"removed": name, "datasets": keys})
    else:
        typer.echo(word("audience_removed", front.lang, name=name, count=len(keys)))


@app.command()
def share(
    key: Key,
    audience: With,
    result: Annotated[
        bool, typer.Option("--result", help="Only totals of its products, no data. 仅共享结果，不共享数据。")
    ] = False,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Share a dataset with an audience, and publish. 与共享对象共享数据集并公布。"""
    from graphstore.audiences import changes
    from graphstore.audiences.visibility import Extent

    front = Front.of(store, json, lang)
    with _changing(front) as (graph, late):
        changes.share(graph, key, audience, Extent.RESULT if result else Extent.DATA)
        _publish(front, graph, [] if late else _reached(audience))


@app.command()
def unshare(key: Key, audience: With, store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Share a dataset with an audience no longer; nothing of it stays there. 取消共享，对方存储中不再保留任何内容。"""
    from graphstore.audiences import changes

    front = Front.of(store, json, lang)
    with _changing(front) as (graph, late):
        changes.unshare(graph, key, audience)
        _publish(front, graph, [] if late else _reached(audience))


@app.command()
def level(
    key: Key,
    access: Annotated[str, typer.Argument(help="public, restricted or confidential. 公开、受限或保密。")],
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Give a dataset an access level, and publish to all audiences. 设定数据集的访问级别并公布。"""
    from graphstore.audiences import changes

    front = Front.of(store, json, lang)
    wanted = _level(access)
    with front.open("write", refresh=False) as graph:
        changes.set_level(graph, key, wanted)
        _publish(front, graph, [])


@app.command()
def publish(
    names: Annotated[
        list[str] | None, typer.Argument(help="Audiences; else all. 共享对象；默认全部。", show_default="all")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Leave nothing on the disk of what they saw before. 全新重建，不保留旧内容。")
    ] = False,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Bring the stores of audiences up to date; exit code 1 when one cannot compute as we do. 更新共享对象的存储。"""
    front = Front.of(store, json, lang)
    with _changing(front) as (graph, late):
        _publish(front, graph, [] if late else names or [], anew=anew)


@contextlib.contextmanager
def _changing(front: Front) -> Iterator[tuple[GraphStore, bool]]:
    """The store to change, and whether its audiences wait for what an earlier command left undone."""
    from registry.publishing.refreshing import up_to_date

    with front.open("write", refresh=False) as graph:
        yield graph, not up_to_date(graph)


def _publish(front: Front, graph: GraphStore, names: list[str], *, anew: bool = False) -> None:
    """Publish, say what that did, and end with 1 where an audience cannot compute what we can."""
    from registry.publishing.publish import publish as published
    from registry.publishing.refreshing import mark

    made = published(graph, names, anew=anew)
    if names:  # the others were up to date with what was before, and are not reached by what changed
        mark(graph)
    told = [_told(publication) for publication in made]
    if front.json:
        front.print_json({"publications": told})
    else:
        from tanmai.render.audience import show_publications

        show_publications(told, front.lang)
    if not all(publication.whole for publication in made):
        raise typer.Exit(1)


def _told(made: Publication) -> dict[str, Any]:
    return {
        "audience": made.audience,
        "changed": made.changed,
        "anew": made.anew,
        "datasets": made.datasets,
        "results": [
            {"product": t.product, "unit": t.unit, "co2e": t.value, "error_bound": t.bound, "primary_share": t.primary}
            for t in made.totals
        ],
        "withheld": [{"iri": w.iri, "supplier": w.supplier, "reason": w.reason} for w in made.withheld],
        "differences": [{"iri": d.iri, "whole": d.whole, "there": d.there} for d in made.checked.differences],
        "failure": made.checked.failure,
    }


def _overview(graph: GraphStore) -> dict[str, Any]:
    from graphstore.audiences.visibility import Visibility
    from registry.publishing.publish import outdated
    from registry.publishing.refreshing import up_to_date

    known = Visibility.of(graph)
    late = outdated(graph) if up_to_date(graph) else list(known.audiences)
    return {
        "audiences": [
            {"name": name, "title": each.title, "gwp": each.gwp, "up_to_date": name not in late}
            for name, each in known.audiences.items()
        ],
        "datasets": [
            {
                "dataset": version.key,
                "title": version.title,
                "level": known.level(version.key),
                "shared": {name: str(extent) for name, extent in known.sharings.get(version.key, {}).items()},
            }
            for version in graph.datasets()
        ],
    }


def _reached(audience: str) -> list[str]:
    """The audiences that a sharing reaches: all of them where it is with everybody."""
    from graphstore.audiences.visibility import EVERYBODY

    return [] if audience == EVERYBODY else [audience]


def _level(text: str) -> Level:
    from graphstore.audiences.visibility import Level

    try:
        return Level(text)
    except ValueError:
        known = ", ".join(Level)
        raise typer.BadParameter(f"{text!r} is no access level: choose one of {known}.", param_hint="LEVEL") from None
