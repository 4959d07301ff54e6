"""Commands that set results side by side and divide them across the chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

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
    Store,
    Strict,
    Unit,
    Unlinked,
    day,
)

if TYPE_CHECKING:
    from graphstore.answers.graph import Calculation, Settings

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
    recycling: Recycling = "stated",
    against_recycling: Annotated[
        str | None, typer.Option("--against-recycling", help="Recycling model of B. B 的再生利用模型。")
    ] = None,
    scenario: ScenarioName = None,
    against_scenario: Annotated[
        str | None, typer.Option("--against-scenario", help="Scenario to lay over the data for B. B 叠加的情景。")
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
    state: State = (as_of, release)
    others = against_gwp or gwp, against_coproducts or coproducts, against_recycling or recycling
    first = _Side(state, _settings((gwp, coproducts, recycling), unlinked, strict), scenario)
    second = _Side(
        (against_as_of, against_release) if against_as_of or against_release else state,
        _settings(others, unlinked, strict),
        against_scenario or scenario,
    )
    if other is None and first == second:
        raise typer.BadParameter(
            "there is nothing to compare with: give a second product, or --against-gwp, --against-coproducts, "
            "--against-recycling, --against-scenario, --against-release or --against-as-of with another value."
        )
    with _both(front, first, second) as (one, two):
        from graphstore.answers.compare import Asked
        from graphstore.answers.compare import compare as compared

        wanted = wanted_unit(one, unit)
        data = compared(Asked(one, product), Asked(two, other or product), amount, wanted, anyway=anyway, most=most)
    if json:
        front.print_json(data)
    else:
        from tanmai.render.compare import show

        show(data, front.lang)
    if not data["comparable"] and not anyway:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Side:
    """In which state of the graph, under which settings and scenario one side is calculated."""

    state: State
    settings: Settings
    scenario: str | None


def _settings(methods: tuple[str, str, str], unlinked: str, strict: bool) -> Settings:
    """Return the settings of one side by its GWP set, reading of co-products and recycling model."""
    gwp, coproducts, recycling = methods
    return settings_of(gwp, unlinked, coproducts, strict=strict, recycling=recycling)


@contextmanager
def _both(front: Front, one: _Side, two: _Side) -> Iterator[tuple[Calculation, Calculation]]:
    """Open both sides; one calculation serves both where they are the same."""
    with calculating(front, one.state, one.settings, one.scenario) as first:
        if one.state != two.state:
            with calculating(front, two.state, two.settings, two.scenario) as second:
                yield first, second
        else:
            yield first, first if one == two else _other(first, two)


def _other(first: Calculation, side: _Side) -> Calculation:
    """Calculate the other side in the state of the graph that the first one has open."""
    from graphstore.answers.graph import Calculation
    from graphstore.scenarios import find_scenario

    scenario = None if side.scenario is None else find_scenario(first.graph, side.scenario)
    return Calculation(first.graph, replace(side.settings, scenario=scenario))


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
    recycling: Recycling = "stated",
    strict: Strict = False,
    scenario: ScenarioName = None,
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
    settings = settings_of(gwp, unlinked, coproducts, strict=strict, recycling=recycling)
    with calculating(front, (as_of, release), settings, scenario) as calculation:
        from graphstore.answers.transversal import contributions as divided

        wanted = wanted_unit(calculation, unit)
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
    recycling: Recycling = "stated",
    scenario: ScenarioName = None,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Rank the suppliers of each input of a product by their footprint per unit. 各项输入的供应商排序。"""
    front = Front.of(store, json, lang)
    settings = settings_of(gwp, unlinked, coproducts, strict=False, recycling=recycling)
    with calculating(front, (as_of, release), settings, scenario) as calculation:
        from graphstore.answers.suppliers import suppliers as ranked

        wanted = wanted_unit(calculation, unit)
        data = ranked(calculation, str(product), amount, wanted)
    if json:
        front.print_json(data)
        return
    from tanmai.render.contributions import show_suppliers

    show_suppliers(data, front.lang)
