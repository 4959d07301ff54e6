"""Is the model of a product plausible."""

from __future__ import annotations

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
    Release,
    ScenarioName,
    Store,
    Strict,
    Unlinked,
)

NEGATIVE = 1
"""Exit code of a verdict that says no."""


def check(
    product: Annotated[
        str, typer.Argument(help="IRI, or a unique part of a name in Chinese or English. 产品 IRI 或名称片段。")
    ],
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    recycling: Annotated[
        str,
        typer.Option(
            "--recycling",
            help="Recycling model: stated, cut-off, closed-loop, cff; it decides what belongs to the chain, masses are checked as "
            "stated. 再生利用模型（决定供应链范围；质量按数据原值检验）。",
        ),
    ] = "stated",
    strict: Strict = False,
    scenario: ScenarioName = None,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Check mass balances and expected ranges in a supply chain; exit code 1 when a must is broken. 质量平衡与合理性检验。"""
    front = Front.of(store, json, lang)
    settings = settings_of(gwp, unlinked, coproducts, strict=strict, recycling=recycling)
    with calculating(front, (as_of, release), settings, scenario) as calculation:
        from schemes.plausibility import check as checked

        data = checked(calculation, product)
    if json:
        front.print_json(data)
    else:
        from tanmai.render.check import show

        show(data, front.lang)
    if data["verdict"] == "fail":
        raise typer.Exit(NEGATIVE)
