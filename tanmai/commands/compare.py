"""Commands that set results side by side and divide them across the chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from tanmai.commands.calculate import Product, calculating, settings_of
from tanmai.commands.options import (
    AsOf,
    Coproducts,
    Front,
    Gwp,
    Json,
    Lang,
    Release,
    Store,
    Strict,
    Unlinked,
    day,
)

if TYPE_CHECKING:
    from graphstore.answers.graph import Calculation, Settings

Amount = Annotated[float, typer.Option("--amount", help="How much of it. 数量。")]
Unit = Annotated[
    str | None,
    typer.Option("--unit", help="Unit of the amount: t, kg, kWh, ... or an IRI; else the product's own. 单位。"),
]
State = tuple[str | None, str | None]
"""A day and a release, as `Front.view` takes them."""


def compare(
    product: Annotated[str, typer.Argument(help="IRI, or a unique part of a name. 产品 IRI 或名称片段。")],
    other: Annotated[
        str | None, typer.Argument(help="Second product; the same one when left out. 另一产品；缺省为同一产品。")
    ] = None,
    amount: Amount = 1.0,
    unit: Unit = None,
    gwp: Gwp = "AR6",
    against_gwp: Annotated[str | None, typer.Option("--against-gwp", help="GWP set of B. B 的 GWP 版本。")] = None,
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    against_coproducts: Annotated[
        str | None, typer.Option("--against-coproducts", help="Reading of co-products of B. B 的共生产品处理。")
    ] = None,
    as_of: AsOf = None,
    against_as_of: Annotated[
        str | None, typer.Option("--against-as-of", help="Day of B, YYYY-MM-DD. B 的日期。")
    ] = None,
    release: Release = None,
    against_release: Annotated[str | None, typer.Option("--against-release", help="Release of B. B 的版本。")] = None,
    strict: Strict = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Compare what is not comparable. 不可比时仍予比较。")
    ] = False,
    most: Annotated[int, typer.Option("--most", min=1, help="How many terms to list. 列出项数。")] = 20,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Compare B with A: two products, states or methods; the difference term by term. 逐项比较两个结果。"""
    front = Front.of(store, json, lang)
    if against_as_of is not None:
        day(against_as_of, "--against-as-of")
    first: State = (as_of, release)
    second: State = (against_as_of, against_release) if against_as_of or against_release else first
    settings = settings_of(gwp, unlinked, coproducts, strict=strict)
    others = settings_of(against_gwp or gwp, unlinked, against_coproducts or coproducts, strict=strict)
    if other is None and (first, settings) == (second, others):
        raise typer.BadParameter(
            "there is nothing to compare with: give a second product, or --against-gwp, --against-coproducts, "
            "--against-release or --against-as-of with another value."
        )
    with _both(front, (first, second), (settings, others)) as (one, two):
        from graphstore.answers.compare import Asked
        from graphstore.answers.compare import compare as compared
        from graphstore.answers.units import find_unit

        wanted = find_unit(one, unit) if unit is not None else None
        data = compared(Asked(one, product), Asked(two, other or product), amount, wanted, anyway=anyway, most=most)
    if json:
        front.print_json(data)
    else:
        from tanmai.render.compare import show

        show(data, front.lang)
    if not data["comparable"] and not anyway:
        raise typer.Exit(1)


@contextmanager
def _both(
    front: Front, states: tuple[State, State], settings: tuple[Settings, Settings]
) -> Iterator[tuple[Calculation, Calculation]]:
    """Open both sides; one calculation serves both where they are the same."""
    from graphstore.answers.graph import Calculation

    with calculating(front, states[0], settings[0]) as first:
        if states[0] != states[1]:
            with calculating(front, states[1], settings[1]) as second:
                yield first, second
        elif settings[0] != settings[1]:
            yield first, Calculation(first.graph, settings[1])
        else:
            yield first, first


def contributions(
    product: Product,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            help="hot-spots, supplier, country, region, or a contribution group: electricity, transport. 划分方式。",
        ),
    ] = "hot-spots",
    share: Annotated[
        float | None,
        typer.Option(
            "--share",
            help="Share that hot spots make up together. 热点合计占比。",
            show_default="as the graph states it: 0.8",
        ),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many parts to list. 列出项数。")] = 50,
    amount: Amount = 1.0,
    unit: Unit = None,
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    strict: Strict = False,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Divide a footprint across the whole chain: hot spots, suppliers, countries, electricity. 全链条贡献分析。"""
    front = Front.of(store, json, lang)
    if share is not None and by != "hot-spots":
        raise typer.BadParameter("--share is for --by hot-spots; leave it out, or divide by hot-spots.")
    settings = settings_of(gwp, unlinked, coproducts, strict=strict)
    with calculating(front, (as_of, release), settings) as calculation:
        from graphstore.answers.transversal import contributions as divided
        from graphstore.answers.units import find_unit

        wanted = find_unit(calculation, unit) if unit is not None else None
        data = divided(calculation, str(product), by, amount, wanted, share=share, most=most)
    if json:
        front.print_json(data)
        return
    from tanmai.render.contributions import show

    show(data, front.lang)


def suppliers(
    product: Product,
    amount: Amount = 1.0,
    unit: Unit = None,
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Rank the suppliers of each input of a product by their footprint per unit. 各项输入的供应商排序。"""
    front = Front.of(store, json, lang)
    settings = settings_of(gwp, unlinked, coproducts, strict=False)
    with calculating(front, (as_of, release), settings) as calculation:
        from graphstore.answers.suppliers import suppliers as ranked
        from graphstore.answers.units import find_unit

        wanted = find_unit(calculation, unit) if unit is not None else None
        data = ranked(calculation, str(product), amount, wanted)
    if json:
        front.print_json(data)
        return
    from tanmai.render.contributions import show_suppliers

    show_suppliers(data, front.lang)
