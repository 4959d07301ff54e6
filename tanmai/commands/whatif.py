"""The command that asks what a footprint would be with a few numbers changed."""

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
    ScenarioName,
    SectorAverage,
    Store,
    Strict,
    Unit,
    Unlinked,
)

Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="EXCHANGE=VALUE[unit], EXCHANGE=+10% or FACTOR=VALUE; an exchange is an IRI or 'FLOW in PROCESS' (FLOW@PROCESS). "
        "改数量，如 '阳极@电解=0.40 t'。",
    ),
]
Swap = Annotated[
    list[str] | None,
    typer.Option("--swap", help="OLD=NEW: another process or factor; OLD may be an exchange. 替换供给方或因子。"),
]
Share = Annotated[
    list[str] | None,
    typer.Option(
        "--share", help="'FLOW vs OTHER in PROCESS=30%': share of the sum of two inputs. 两项输入之间的份额。"
    ),
]


def texts_of(sets: list[str] | None, swaps: list[str] | None, shares: list[str] | None) -> list[tuple[str, str]]:
    """Return changes as the reader takes them."""
    given = (("set", sets), ("swap", swaps), ("share", shares))
    return [(way, text) for way, texts in given for text in texts or ()]


def whatif(
    product: Product,
    sets: Set = None,
    swaps: Swap = None,
    shares: Share = None,
    scenario: ScenarioName = None,
    amount: Amount = 1.0,
    unit: Unit = None,
    moved: Annotated[
        int, typer.Option("--moved", min=0, help="Contributions that moved, to list. 列出的变化贡献项数。")
    ] = 10,
    products: Annotated[
        int, typer.Option("--products", min=0, help="Products that change with it, to list. 列出随之变化的产品数。")
    ] = 0,
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    recycling: Recycling = "stated",
    strict: Strict = False,
    sector_average: SectorAverage = False,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Ask what a footprint would be with a few numbers changed; the data stay as they are. 假设分析：改动若干数值后的碳足迹。"""
    front = Front.of(store, json, lang)
    texts = texts_of(sets, swaps, shares)
    if not texts and scenario is None:
        raise typer.BadParameter("say what is changed: --set, --swap, --share or --scenario.")
    settings = settings_of(gwp, unlinked, coproducts, strict=strict, recycling=recycling, sector_average=sector_average)
    with calculating(front, (as_of, release), settings, scenario) as calculation:
        from graphstore.answers.whatif import whatif as asked

        wanted = wanted_unit(calculation, unit)
        data = asked(calculation, str(product), amount, wanted, texts=texts, moved=moved, products=products)
    if json:
        front.print_json(data)
        return
    from tanmai.render.whatif import show

    show(data, front.lang)
