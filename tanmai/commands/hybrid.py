"""Commands about costs and sectors: hybrid LCA, EIO-LCA in three tiers, and which method fits a question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    Release,
    SectorAverage,
    Store,
    Strict,
    Unlinked,
)
from tanmai.words import Language

if TYPE_CHECKING:
    from graphstore.answers.graph import Calculation
    from graphstore.answers.inputoutput import Wanted


def hybrid(
    product: Annotated[
        str | None,
        typer.Argument(
            help="Product for its two parts; sector with --tiers; part of a name with --sectors. 产品，或（配合 --tiers）部门。"
        ),
    ] = None,
    amount: Amount = 1.0,
    unit: Annotated[
        str | None,
        typer.Option("--unit", help="Unit of the amount; money with its base year, CNY-2020. 单位，金额须含价格基年。"),
    ] = None,
    tiers: Annotated[
        bool, typer.Option("--tiers", help="EIO-LCA of a sector in three tiers. 部门 EIO-LCA 三个层面。")
    ] = False,
    demand: Annotated[
        Path | None,
        typer.Option(
            "--demand",
            help="CSV with sector, amount, unit: tiers of a whole expense (company, household, region). 支出表。",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    sectors: Annotated[
        bool, typer.Option("--sectors", help="List sectors with their intensity. 列出部门及其强度。")
    ] = False,
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    strict: Strict = False,
    sector_average: SectorAverage = False,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Divide a footprint between processes and costs, or compute EIO-LCA of sectors. 混合生命周期评价与 EIO-LCA。"""
    front = Front.of(store, json, lang)
    _check(product, tiers=tiers, demand=demand, sectors=sectors)
    if (sectors or demand) and (unit is not None or amount != 1.0):
        raise typer.BadParameter("--amount and --unit are for one product or sector.")
    settings = settings_of(gwp, unlinked, coproducts, strict=strict, sector_average=sector_average)
    with calculating(front, (as_of, release), settings) as calculation:
        data, show = _answered(calculation, product, (amount, unit), tiers=tiers, demand=demand, sectors=sectors)
    if json:
        front.print_json(data)
        return
    show(data, front.lang)


def _answered(
    calculation: Calculation,
    product: str | None,
    quantity: tuple[float, str | None],
    *,
    tiers: bool,
    demand: Path | None,
    sectors: bool,
) -> tuple[dict[str, Any], Callable[[dict[str, Any], Language], None]]:
    """Return what was asked for, and what prints it."""
    from graphstore.answers import hybrid as parts
    from graphstore.answers import inputoutput
    from tanmai.render import hybrid as render

    if sectors:
        return inputoutput.list_sectors(calculation, product or ""), render.show_sectors
    if demand is not None:
        return inputoutput.tiers(calculation, _expenses(calculation, demand)), render.show_tiers
    amount, unit = quantity
    wanted = wanted_unit(calculation, unit)
    if tiers:
        return inputoutput.tiers(calculation, [inputoutput.Wanted(str(product), amount, wanted)]), render.show_tiers
    return parts.hybrid(calculation, str(product), amount, wanted), render.show_hybrid


def _check(product: str | None, *, tiers: bool, demand: Path | None, sectors: bool) -> None:
    """Refuse options that ask for two things, or for none.

    Raises:
        typer.BadParameter: says which go together.
    """
    if sum((tiers, demand is not None, sectors)) > 1:
        raise typer.BadParameter("--tiers, --demand and --sectors ask for different things; give one of them.")
    if demand is not None and product is not None:
        raise typer.BadParameter("--demand names its sectors in the file; give no sector beside it.")
    if product is None and demand is None and not sectors:
        raise typer.BadParameter("give a product, a sector with --tiers, an expense with --demand, or --sectors.")


def _expenses(calculation: Calculation, file: Path) -> list[Wanted]:
    """Read an expense: sector, amount and unit by row; every amount names its money."""
    from graphstore.answers.inputoutput import Wanted
    from graphstore.answers.units import find_unit
    from mappings.inputoutput.tables import CellError, number, read_records

    made = []
    for line, record in read_records(file, ("sector", "amount", "unit")):
        if not record["unit"]:
            raise CellError(str(file), line, "unit", "is empty; state the money with its base year, such as CNY-2020.")
        unit = find_unit(calculation, record["unit"])
        made.append(Wanted(record["sector"], number(file, line, record, "amount"), unit))
    return made


def method(
    scale: Annotated[
        str,
        typer.Argument(help="What is assessed: product, organisation, sector, household, region. 评价尺度。"),
    ],
    product: Annotated[
        str | None, typer.Option("--product", help="The product, where the store holds it. 产品。")
    ] = None,
    have: Annotated[
        list[str] | None,
        typer.Option("--have", help="Data that you have: process-model, cost-data, sector-table. 现有数据。"),
    ] = None,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Recommend a method by scale and data: process LCA, EIO-LCA or hybrid; exit code 1 when none fits. 推荐评价方法。"""
    front = Front.of(store, json, lang)
    from graphstore.answers.method import advise

    with calculating(front, (as_of, release), settings_of("AR6", "cutoff", "unallocated", strict=False)) as calculation:
        data = advise(calculation, scale, product, have or ())
    if json:
        front.print_json(data)
    else:
        from tanmai.render.method import show

        show(data, front.lang)
    if data["recommended"] is None:
        raise typer.Exit(1)
