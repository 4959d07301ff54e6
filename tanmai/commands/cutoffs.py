"""What may be left out of a footprint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tanmai.commands.calculate import calculating, settings_of
from tanmai.commands.options import (
    AsOf,
    Coproducts,
    Front,
    Gwp,
    Json,
    Lang,
    Recycling,
    Release,
    ScenarioName,
    Store,
    Strict,
    Unlinked,
)

NEGATIVE = 1
"""Exit code of a verdict that says no."""

Product = Annotated[
    str | None,
    typer.Argument(help="IRI, or a unique part of a name in Chinese or English. 产品 IRI 或名称片段。"),
]
Table = Annotated[
    Path | None,
    typer.Option(
        "--table", help="Screening inventory instead: CSV with name,value[,process,material]. 筛查清单 CSV 表。"
    ),
]
Items = Annotated[
    list[str] | None,
    typer.Option(
        "--item", help="Ask about this source; exit code 1 when it may not be left out. 询问某一来源，可多次给出。"
    ),
]
Rule = Annotated[
    str | None,
    typer.Option("--rule", help="Product category rule whose forbidden cut-offs hold. 适用的产品种类规则。"),
]


def cutoffs(
    product: Product = None,
    table: Table = None,
    item: Items = None,
    rule: Rule = None,
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    recycling: Recycling = "stated",
    strict: Strict = False,
    scenario: ScenarioName = None,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Say which sources may be left out under the 1 % and 5 % limits, and why. 按 1 %、5 % 取舍准则判断可舍弃的来源。"""
    front = Front.of(store, json, lang)
    if (product is None) == (table is None):
        raise typer.BadParameter("give a product, or --table; one of the two.")
    if table is not None and (scenario is not None or recycling != "stated"):
        raise typer.BadParameter(
            "--scenario and --recycling change a calculation, and --table is none; leave them out, or give a product."
        )
    settings = settings_of(gwp, unlinked, coproducts, strict=strict, recycling=recycling)
    with calculating(front, (as_of, release), settings, scenario) as calculation:
        from schemes.cutoffs import of_file, of_footprint

        asked = tuple(item or ())
        if table is not None:
            data = of_file(calculation, table, asked, rule)
        else:
            data = of_footprint(calculation, str(product), asked, rule)
    if json:
        front.print_json(data)
    else:
        from tanmai.render.cutoffs import show

        show(data, front.lang)
    if data["verdict"] is False:
        raise typer.Exit(NEGATIVE)
