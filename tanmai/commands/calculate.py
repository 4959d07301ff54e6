"""Commands that calculate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    from graphstore.answers.graph import Calculation, Settings

Product = Annotated[
    str | None,
    typer.Argument(help="IRI, or a unique part of a name in Chinese or English. 产品 IRI 或名称片段。"),
]


def footprint(
    product: Product = None,
    amount: Amount = 1.0,
    unit: Unit = None,
    all_products: Annotated[bool, typer.Option("--all", help="Every product of the store. 全部产品。")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Table to write: .csv or .parquet. 输出表。")] = None,
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
    """Compute the footprint of a product, or of every product at once. 计算产品碳足迹。"""
    front = Front.of(store, json, lang)
    require_one_or_all(product, all_products, out)
    if all_products and (unit is not None or amount != 1.0):
        raise typer.BadParameter(
            "--all gives one reference unit of each product; --amount and --unit are for one product."
        )
    settings = settings_of(gwp, unlinked, coproducts, strict=strict, recycling=recycling, sector_average=sector_average)
    with calculating(front, (as_of, release), settings, scenario) as calculation:
        if all_products:
            _all(front, calculation, out)
            return
        from graphstore.answers.footprint import calculate

        wanted = wanted_unit(calculation, unit)
        result = calculate(calculation, str(product), amount, wanted)
    if json:
        front.print_json(result.data)
        return
    from tanmai.render.footprint import show

    show(result.data, front.lang)


def require_one_or_all(product: str | None, all_products: bool, out: Path | None) -> None:
    """Refuse a product beside `--all`, neither of them, and a table of one product.

    Raises:
        typer.BadParameter: says what to give.
    """
    if (product is None) != all_products:
        raise typer.BadParameter("give a product, or --all; one of the two.")
    if out is not None and not all_products:
        raise typer.BadParameter("--out writes the table of --all; for one product use --json > FILE.")


def wanted_unit(calculation: Calculation, unit: str | None) -> str | None:
    """The IRI of the unit that is asked for; None where none is.

    Raises:
        UnknownNameError: no such unit.
    """
    if unit is None:
        return None
    from graphstore.answers.units import find_unit

    return find_unit(calculation, unit)


@contextmanager
def calculating(
    front: Front, state: tuple[str | None, str | None], settings: Settings, scenario: str | None = None
) -> Iterator[Calculation]:
    """Open a state of the store to calculate on, a scenario laid over it where one is named.

    Errors get names beside IRIs while the graph that knows them is open.
    """
    from footprint.errors import FootprintError
    from graphstore.answers.graph import Calculation
    from graphstore.answers.names import Names
    from schemes.errors import SchemeError
    from tanmai import knowledge
    from tanmai.translate import translated

    with front.view(*state) as graph:
        knowledge.require(graph)
        if scenario is not None:
            from graphstore.scenarios import find_scenario

            settings = replace(settings, scenario=find_scenario(graph, scenario))
        calculation = Calculation(graph, settings)
        try:
            yield calculation
        except (FootprintError, SchemeError) as error:
            error.args = (Names(calculation).annotate(translated(str(error), front.lang), front.lang),)
            raise


def settings_of(
    gwp: str,
    unlinked: str,
    coproducts: str,
    *,
    strict: bool,
    recycling: str = "stated",
    sector_average: bool = False,
) -> Settings:
    """Return the method settings that the options of a command say."""
    from graphstore.answers.settings import method_settings

    return method_settings(gwp, unlinked, coproducts, recycling, strict=strict, sector_average=sector_average)


def _all(front: Front, calculation: Calculation, out: Path | None) -> None:
    """Score every product; with a reading that cuts off, a second table beside the first lists what was cut."""
    from graphstore.answers.scores import all_products, cut_off_table, write_table

    frame, cut = all_products(calculation), cut_off_table(calculation)
    if out is not None:
        write_table(frame, out)
        beside = out.with_name(f"{out.stem}.cutoffs{out.suffix}")
        if len(cut):
            write_table(cut, beside)
        told = {
            "products": len(frame),
            "out": str(out),
            "cutoffs": len(cut),
            "cutoffs_out": str(beside) if len(cut) else None,
        }
        front.tell(told)
    elif front.json:
        front.print_json({"products": frame.to_dicts(), "cutoffs": cut.to_dicts()})
    else:
        from tanmai.render.footprint import show_all

        show_all(frame, len(cut), front.lang)


def explain(
    product: Product,
    amount: Amount = 1.0,
    unit: Unit = None,
    depth: Annotated[int, typer.Option("--depth", min=1, help="How many steps upstream. 上溯层数。")] = 12,
    cutoff: Annotated[
        float, typer.Option("--cutoff", min=0.0, max=1.0, help="Smallest share shown. 最小显示占比。")
    ] = 0.01,
    format: Annotated[str, typer.Option("--format", help="text, json, mermaid or html. 输出格式。")] = "text",  # noqa: A002
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
    """Explain a footprint line by line: amount x factor = contribution, down to the source. 逐项解释碳足迹。"""
    front = Front.of(store, json, lang)
    formats = ("text", "json", "mermaid", "html")
    if format not in formats:
        raise typer.BadParameter(f"{format!r} is no format; choose one of {', '.join(formats)}.", param_hint="--format")
    settings = settings_of(gwp, unlinked, coproducts, strict=strict, recycling=recycling, sector_average=sector_average)
    with calculating(front, (as_of, release), settings, scenario) as calculation:
        from graphstore.answers.explanation import explain as explained

        wanted = wanted_unit(calculation, unit)
        data = explained(calculation, str(product), amount, wanted, depth=depth, cutoff=cutoff)
    if json or format == "json":
        front.print_json(data)
        return
    from tanmai.render import explanation

    typer.echo(
        {"text": explanation.text, "mermaid": explanation.mermaid, "html": explanation.html}[format](data, front.lang)
    )
