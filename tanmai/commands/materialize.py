"""The command that writes footprints into the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanmai.commands.options import Coproducts, Front, Gwp, Json, Lang, Store, Strict, Unlinked

if TYPE_CHECKING:
    from graphstore.answers.graph import Settings
    from graphstore.answers.results import Written


def materialize(
    products: Annotated[
        list[str] | None,
        typer.Argument(help="IRIs or unique parts of names. 产品 IRI 或名称片段。", show_default="none"),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every product of the store. 全部产品。")] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only say which results are stale; exit code 1 when any is. 仅检查是否过期。"),
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take all results out again. 移除全部结果。")] = False,
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    strict: Strict = False,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Write footprints into the graph as statements with their provenance, in place of stale ones. 将碳足迹写入图谱。"""
    front = Front.of(store, json, lang)
    if sum((bool(products), everything, check, remove)) != 1:
        raise typer.BadParameter("give products, or --all, or --check, or --remove; one of the four.")
    if check:
        _check(front)
    elif remove:
        _remove(front)
    else:
        from tanmai.commands.calculate import settings_of

        _write(front, products, settings_of(gwp, unlinked, coproducts, strict=strict))


def _write(front: Front, products: list[str] | None, settings: Settings) -> None:
    from graphstore.answers.graph import Calculation
    from graphstore.answers.products import outputs_of
    from graphstore.answers.results import materialize as written
    from tanmai import knowledge

    with front.open("write") as graph:
        knowledge.require(graph)
        calculation = Calculation(graph, settings)
        made = written(calculation, None if products is None else outputs_of(calculation, products))
    told = _told(made)
    if front.json:
        front.print_json(told)
    else:
        from tanmai.render.results import show_written

        show_written(told, front.lang)
    if made.refused:
        raise typer.Exit(1)


def _told(made: Written) -> dict[str, Any]:
    refused = [{"iri": each.iri, "reason": each.reason} for each in made.refused]
    return {
        "dataset": made.dataset,
        "footprints": made.footprints,
        "changed": made.changed,
        "refused": refused,
        "input_hash": made.input_hash,
    }


def _check(front: Front) -> None:
    from graphstore.answers.results import stored

    with front.open() as graph:
        found = stored(graph)
    rows = [
        {
            "dataset": each.dataset,
            "footprints": each.footprints,
            "settings": each.settings,
            "computed": each.computed,
            "fresh": each.fresh,
        }
        for each in found
    ]
    if front.json:
        front.print_json(rows)
    else:
        from tanmai.render.results import show_stored

        show_stored(rows, front.lang)
    if not all(each.fresh for each in found):
        raise typer.Exit(1)


def _remove(front: Front) -> None:
    from graphstore.answers.results import retire

    with front.open("write") as graph:
        gone = [version.key for version in retire(graph)]
    if front.json:
        front.print_json({"removed": gone})
    else:
        from tanmai.words import word

        typer.echo(word("removed", front.lang, count=len(gone)))
