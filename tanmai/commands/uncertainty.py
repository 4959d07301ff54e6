"""The command that says how sure a footprint is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tanmai.commands.calculate import Product, calculating, require_one_or_all, settings_of, wanted_unit
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

if TYPE_CHECKING:
    from graphstore.answers.graph import Calculation
    from graphstore.answers.uncertainty import Asked

DRAWS = 10_000
SEED = 20261120


Method = Annotated[str, typer.Option("--method", help="first-order, monte-carlo or both. 一阶近似、蒙特卡洛或两者。")]
Draws = Annotated[int, typer.Option("--draws", min=1, help="Monte Carlo draws; R15 asks for 10,000. 抽样次数。")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers. 随机数种子。")]
Drivers = Annotated[int, typer.Option("--drivers", min=0, help="How many drivers to list. 列出的主要来源数。")]
Unusable = Annotated[
    str,
    typer.Option(
        "--unusable",
        help="Inconsistent spreads: error, or exact to take those numbers as exact and list them. 无效的不确定度。",
    ),
]


def uncertainty(
    product: Product = None,
    against: Annotated[
        str | None,
        typer.Option("--against", help="A second product, under the same draws. 对比产品，使用相同抽样。"),
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Compare what is not comparable. 不可比时仍予比较。")
    ] = False,
    amount: Amount = 1.0,
    unit: Unit = None,
    method: Method = "both",
    draws: Draws = DRAWS,
    seed: Seed = SEED,
    drivers: Drivers = 10,
    unusable: Unusable = "error",
    all_products: Annotated[
        bool, typer.Option("--all", help="Mean and spread of every product. 全部产品的均值与离散程度。")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Table of --all: .csv or .parquet. 输出表。")] = None,
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    recycling: Recycling = "stated",
    strict: Strict = False,
    sector_average: SectorAverage = False,
    scenario: ScenarioName = None,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Compute how sure a footprint is, and what drives the spread; compare two. 计算碳足迹的不确定度及其主要来源。"""
    front = Front.of(store, json, lang)
    require_one_or_all(product, all_products, out)
    if all_products and (against is not None or unit is not None or amount != 1.0 or method != "both"):
        raise typer.BadParameter(
            "--all draws one reference unit of each product; the other options are for one product."
        )
    settings = settings_of(gwp, unlinked, coproducts, strict=strict, recycling=recycling, sector_average=sector_average)
    with calculating(front, (as_of, release), settings, scenario) as calculation:
        from graphstore.answers.uncertainty import Asked
        from graphstore.answers.uncertainty import uncertainty as answer

        asked = Asked(method, draws, seed, drivers, unusable)
        if all_products:
            _all(front, calculation, asked, out)
            return
        wanted = wanted_unit(calculation, unit)
        data = answer(calculation, str(product), amount, wanted, against, asked, anyway=anyway)
    if json:
        front.print_json(data)
    else:
        from tanmai.render.uncertainty import show

        show(data, front.lang)
    if not (anyway or data.get("comparable", True)):
        raise typer.Exit(1)


def _all(front: Front, calculation: Calculation, asked: Asked, out: Path | None) -> None:
    """Draw all products at once, and write or print the table."""
    from graphstore.answers.scores import write_table
    from graphstore.answers.uncertainty import every_product
    from tanmai.render.uncertainty import show_all

    frame, failed = every_product(calculation, asked)
    made = {"draws": asked.draws, "seed": asked.seed, "failed": failed}
    if out is not None:
        write_table(frame, out)
    if front.json:
        front.print_json(made | ({"out": str(out)} if out is not None else {"products": frame.to_dicts()}))
        return
    show_all(None if out is not None else frame, made, front.lang)
