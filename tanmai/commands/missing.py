"""The command that says which data a product lacks."""

from __future__ import annotations

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
    ScenarioName,
    Store,
    Unit,
)


def missing(
    product: Annotated[
        str,
        typer.Argument(help="IRI, or a unique part of a name in Chinese or English. 产品 IRI 或名称片段。"),
    ],
    amount: Amount = 1.0,
    unit: Unit = None,
    gwp: Gwp = "AR6",
    coproducts: Coproducts = "error",
    recycling: Recycling = "stated",
    scenario: ScenarioName = None,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """List what is missing to compute a product, with the best proxy of each; exit code 1 when anything is. 缺失数据与替代建议。"""
    front = Front.of(store, json, lang)
    settings = settings_of(gwp, "error", coproducts, strict=False, recycling=recycling)
    with calculating(front, (as_of, release), settings, scenario) as calculation:
        from graphstore.answers.missing import missing as asked

        wanted = wanted_unit(calculation, unit)
        data = asked(calculation, product, amount, wanted)
    if json:
        front.print_json(data)
    else:
        from tanmai.render.missing import show

        show(data, front.lang)
    if not data["complete"]:
        raise typer.Exit(1)
