"""Commands about electricity factors: which one, why, and how they changed."""

from __future__ import annotations

from typing import Annotated

import typer

from tanmai.commands.calculate import calculating, settings_of
from tanmai.commands.options import AsOf, Front, Gwp, Json, Lang, Release, Store

app = typer.Typer(
    help="Which electricity factor a scheme allows, and why. 各规则体系下可用的电力因子及理由。",
    invoke_without_command=True,
    no_args_is_help=False,
    subcommand_metavar="[why | history]",
)

Kwh = Annotated[str | None, typer.Option("--kwh", help="Amount of electricity, kWh. 用电量（kWh）。")]
NEGATIVE = 1
"""Exit code of a verdict that says no."""

Place = Annotated[
    str | None, typer.Option("--place", help="Code or name of the place: CN, CN-YN, 广东. 地域代码或名称。")
]
Year = Annotated[int | None, typer.Option("--year", help="Year of use. 用电年份。")]
SiteName = Annotated[
    str | None, typer.Option("--site", help="Site of the graph that states its supply. 图中声明了供电构成的场所。")
]
Supplies = Annotated[
    list[str] | None,
    typer.Option(
        "--supply",
        help="A share: own:coal:1, direct:hydro:0.4, contract:wind:0.3:all, grid (the rest). WHAT is a generation type or a factor; "
        "after the share the conditions that hold, joined by commas, or all; ! before one that does not. 供电构成，可多次给出。",
    ),
]
Schemes = Annotated[
    list[str] | None,
    typer.Option(
        "--scheme", help="gbt-24067, iso-14067, eu-battery, cbam, ...; all when left out. 规则体系，可多次给出。"
    ),
]
Delivery = Annotated[
    bool,
    typer.Option("--delivery", help="Also add transmission and distribution where the rule allows. 另计输配电。"),
]
NearestYear = Annotated[
    bool,
    typer.Option("--nearest-year", help="Allow the factor of the nearest year, reported. 允许采用最近年份因子。"),
]
Sector = Annotated[
    str | None, typer.Option("--sector", help="CBAM sector of the good, such as aluminium. 货物所属 CBAM 行业。")
]


@app.callback()
def electricity(
    context: typer.Context,
    place: Place = None,
    year: Year = None,
    site: SiteName = None,
    supply: Supplies = None,
    scheme: Schemes = None,
    kwh: Kwh = None,
    delivery: Delivery = False,
    nearest_year: NearestYear = False,
    sector: Sector = None,
    gwp: Gwp = "AR6",
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Choose the electricity factor under each scheme, say why, and work the number out. 选择电力因子、说明理由并计算。"""
    if context.invoked_subcommand is not None:
        return
    front = Front.of(store, json, lang)
    if year is None:
        raise typer.BadParameter("give the year of use; factors are of one year.", param_hint="--year")
    if (place is None) == (site is None):
        raise typer.BadParameter("give a place or a site; one of the two.", param_hint="--place / --site")
    settings = settings_of(gwp, "error", "error", strict=False)
    with calculating(front, (as_of, release), settings) as calculation:
        from schemes.electricity import Question, choose

        question = Question(
            year, place, site, tuple(supply or ()), tuple(scheme or ()), kwh, delivery, nearest_year, sector
        )
        data = choose(calculation, question)
    if json:
        front.print_json(data)
    else:
        from tanmai.render.electricity import show

        show(data, front.lang)
    if scheme and all(answer["verdict"] == "not-a-footprint" for answer in data["schemes"]):
        raise typer.Exit(NEGATIVE)


@app.command()
def why(
    factor: Annotated[
        str,
        typer.Argument(help="IRI or key of a factor, part of its name, or its value. 因子 IRI、键、名称片段或数值。"),
    ],
    kwh: Kwh = None,
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Say why a factor may or may not enter a product footprint; exit code 1 when not. 说明因子能否用于产品碳足迹。"""
    front = Front.of(store, json, lang)
    with calculating(front, (as_of, release), settings_of("AR6", "error", "error", strict=False)) as calculation:
        from schemes.electricity import why as reasoned

        data = reasoned(calculation, factor, kwh)
    if json:
        front.print_json(data)
    else:
        from tanmai.render.electricity import show_why

        show_why(data, front.lang)
    if not data["allowed"]:
        raise typer.Exit(NEGATIVE)


@app.command()
def history(
    place: Annotated[str, typer.Option("--place", help="Code or name of the place. 地域代码或名称。")] = "CN",
    generation: Annotated[
        str, typer.Option("--generation", help="Generation type: grid_average, coal, hydro, ... 发电类型。")
    ] = "grid_average",
    as_of: AsOf = None,
    release: Release = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Show how a footprint factor of electricity changed over the years. 电力碳足迹因子的逐年变化。"""
    front = Front.of(store, json, lang)
    with calculating(front, (as_of, release), settings_of("AR6", "error", "error", strict=False)) as calculation:
        from schemes.electricity import history as over_years

        data = over_years(calculation, place, generation)
    if json:
        front.print_json(data)
        return
    from tanmai.render.electricity import show_history

    show_history(data, front.lang)
