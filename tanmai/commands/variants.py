"""The command that puts methods side by side."""

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

BY = ("allocation", "recycling")


def variants(
    product: Product,
    by: Annotated[str, typer.Option("--by", help="What to vary: allocation or recycling. 变动内容。")] = "allocation",
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
    """Compare the methods of allocation, or of recycling, for one product. 分配方法或再生利用模型对照。"""
    front = Front.of(store, json, lang)
    if by not in BY:
        raise typer.BadParameter(f"{by!r} cannot be varied; choose one of {', '.join(BY)}.", param_hint="--by")
    settings = settings_of(gwp, unlinked, coproducts, strict=False, recycling=recycling)
    with calculating(front, (as_of, release), settings) as calculation:
        from graphstore.answers.variants import variants as compared

        wanted = wanted_unit(calculation, unit)
        data = compared(calculation, str(product), amount, wanted, by)
    if json:
        front.print_json(data)
        return
    from tanmai.render.variants import show

    show(data, front.lang)
