"""Commands about scenarios: named sets of changes that are laid over the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tanmai.commands.calculate import calculating, settings_of, wanted_unit
from tanmai.commands.options import (
    Amount,
    AsOf,
    Coproducts,
    Front,
    Gwp,
    Json,
    Lang,
    Recycling,
    Release,
    SectorAverage,
    Store,
    Strict,
    Unit,
    Unlinked,
)
from tanmai.commands.whatif import Set, Share, Swap, texts_of

app = typer.Typer(
    help="Keep, show and compare scenarios: changes laid over the data. 情景：叠加于数据之上的改动。",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="Name, label or IRI of a scenario. 情景名称、标签或 IRI。")]
_SHOWN = ("iri", "out")


@app.command(name="list")
def list_(store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """List the scenarios of the store. 列出情景。"""
    from graphstore.scenarios import all_scenarios

    front = Front.of(store, json, lang)
    with front.open() as graph:
        found = [scenario.as_dict() for scenario in all_scenarios(graph)]
    if json:
        front.print_json({"scenarios": found})
        return
    from tanmai.render.whatif import show_scenarios

    show_scenarios(found, front.lang)


@app.command()
def show(
    name: Name, recycling: Recycling = "stated", store: Store = None, json: Json = False, lang: Lang = None
) -> None:
    """Show what a scenario changes. 显示情景的改动。"""
    front = Front.of(store, json, lang)
    with calculating(
        front, (None, None), settings_of("AR6", "cutoff", "unallocated", strict=False, recycling=recycling), name
    ) as calculation:
        from graphstore.answers.names import Names
        from graphstore.answers.underscenario import described

        scenario, made = calculation.settings.scenario, calculation.overlay
        assert scenario is not None
        assert made is not None
        data = scenario.as_dict() | {"lines": described(calculation, made.lines, Names(calculation))}
    if json:
        front.print_json(data)
        return
    from tanmai.render.whatif import show_scenario

    show_scenario(data, front.lang)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name for the IRI: letters, digits, '.', '-', '_'. 名称。")],
    sets: Set = None,
    swaps: Swap = None,
    shares: Share = None,
    label_en: Annotated[str, typer.Option("--label-en", help="Label in English. 英文标签。")] = "",
    label_zh: Annotated[str, typer.Option("--label-zh", help="Label in Chinese. 中文标签。")] = "",
    definition_en: Annotated[str, typer.Option("--definition-en", help="Definition in English. 英文定义。")] = "",
    definition_zh: Annotated[str, typer.Option("--definition-zh", help="Definition in Chinese. 中文定义。")] = "",
    source: Annotated[str, typer.Option("--source", help="Where it comes from: text or IRI. 来源。")] = "",
    product: Annotated[
        str | None,
        typer.Option("--for", help="Look names up in the supply chain of this product. 在该产品供应链内查找名称。"),
    ] = None,
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    recycling: Recycling = "stated",
    sector_average: SectorAverage = False,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Keep changes as a scenario of the store; the data are not touched. 保存情景（不改动数据）。"""
    from graphstore.answers.keeping import made
    from graphstore.scenario_statements import add as keep

    front = Front.of(store, json, lang)
    texts = texts_of(sets, swaps, shares)
    if not texts:
        raise typer.BadParameter("say what the scenario changes: --set, --swap or --share.")
    said = (_by_tag(label_en, label_zh), _by_tag(definition_en, definition_zh), source)
    settings = settings_of(
        "AR6", unlinked, coproducts, strict=False, recycling=recycling, sector_average=sector_average
    )
    with calculating(front, (None, None), settings) as calculation:
        scenario = made(calculation, name, texts, product, said)
    with front.open("write") as graph:
        keep(graph, scenario)
    front.tell(scenario.as_dict(), _SHOWN)


@app.command()
def remove(name: Name, store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Take a scenario out of the store. 删除情景。"""
    from graphstore.scenario_statements import remove as take_out
    from graphstore.scenarios import find_scenario

    front = Front.of(store, json, lang)
    with front.open("write") as graph:
        scenario = find_scenario(graph, name)
        take_out(graph, scenario)
    front.tell(scenario.as_dict(), _SHOWN)


@app.command()
def export(
    name: Name,
    out: Annotated[
        Path | None, typer.Option("--out", help="Turtle file; standard output by default. 输出文件。")
    ] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Write a scenario as Turtle that `tanmai load` takes. 导出情景（Turtle）。"""
    from graphstore.scenario_statements import turtle
    from graphstore.scenarios import find_scenario

    front = Front.of(store, json, lang)
    with front.open() as graph:
        scenario = find_scenario(graph, name)
    if out is None and not json:
        typer.echo(turtle(scenario), nl=False)
        return
    if out is not None:
        out.write_text(turtle(scenario), encoding="utf-8")
    front.tell(scenario.as_dict() | {"out": str(out) if out else None, "turtle": turtle(scenario)}, _SHOWN)


@app.command()
def compare(
    product: Annotated[str, typer.Argument(help="IRI, or a unique part of a name. 产品 IRI 或名称片段。")],
    names: Annotated[list[str], typer.Argument(help="Scenarios to set side by side. 要比较的情景。")],
    amount: Amount = 1.0,
    unit: Unit = None,
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    recycling: Recycling = "stated",
    strict: Strict = False,
    sector_average: SectorAverage = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Compare what is not comparable. 不可比时仍予比较。")
    ] = False,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Set the footprint of a product under several scenarios side by side; exit code 1 when one is not comparable. 多情景碳足迹对比。"""
    front = Front.of(store, json, lang)
    settings = settings_of(gwp, unlinked, coproducts, strict=strict, recycling=recycling, sector_average=sector_average)
    with calculating(front, (as_of, release), settings) as calculation:
        from graphstore.answers.keeping import compared

        wanted = wanted_unit(calculation, unit)
        data = compared(calculation, product, names, amount, wanted, anyway=anyway)
    if json:
        front.print_json(data)
    else:
        from tanmai.render.whatif import show_compared

        show_compared(data, front.lang)
    if not data["comparable"] and not anyway:
        raise typer.Exit(1)


def _by_tag(en: str, zh: str) -> dict[str, str]:
    return {tag: text for tag, text in (("en", en), ("zh", zh)) if text}
