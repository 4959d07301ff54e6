"""The command that draws a product system."""

from __future__ import annotations

from typing import Annotated

import typer

from tanmai.commands.calculate import Product, calculating, settings_of, wanted_unit
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
    Store,
    Unit,
    Unlinked,
)

FORMATS = ("mermaid", "svg", "json")


def flowchart(
    product: Product,
    format: Annotated[str, typer.Option("--format", help="mermaid, svg or json. 输出格式。")] = "mermaid",  # noqa: A002
    depth: Annotated[
        int | None,
        typer.Option("--depth", min=0, help="How many steps upstream are drawn; all. 上溯层数。", show_default=False),
    ] = None,
    cutoff: Annotated[
        float, typer.Option("--cutoff", min=0.0, max=1.0, help="Smallest share drawn. 最小绘制占比。")
    ] = 0.0,
    boundary: Annotated[
        str | None,
        typer.Option(
            "--boundary",
            help="System boundary: B2B, B2C, cradle-to-gate, ...; what lies outside is listed, not drawn. 系统边界（边界外单列）。",
        ),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="Most boxes drawn. 最多绘制的框数。")] = 40,
    amount: Amount = 1.0,
    unit: Unit = None,
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    recycling: Recycling = "stated",
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Draw the life-cycle flow chart of a product: processes, flows, system boundary. 绘制生命周期流程图。"""
    front = Front.of(store, json, lang)
    if format not in FORMATS:
        raise typer.BadParameter(f"{format!r} is no format; choose one of {', '.join(FORMATS)}.", param_hint="--format")
    settings = settings_of(gwp, unlinked, coproducts, strict=False, recycling=recycling)
    with calculating(front, (as_of, release), settings) as calculation:
        from graphstore.answers.flowchart import flowchart as charted

        wanted = wanted_unit(calculation, unit)
        data = charted(
            calculation, str(product), amount, wanted, depth=depth, cutoff=cutoff, most=most, boundary=boundary
        )
    if json or format == "json":
        front.print_json(data)
        return
    from tanmai.render import flowchart as drawn

    typer.echo({"mermaid": drawn.mermaid, "svg": drawn.svg}[format](data, front.lang), nl=False)
