"""How good the data behind a footprint are."""

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
    Recycling,
    Release,
    ScenarioName,
    Store,
    Strict,
    Unlinked,
)


def quality(
    product: Annotated[
        str, typer.Argument(help="IRI, or a unique part of a name in Chinese or English. 产品 IRI 或名称片段。")
    ],
    spec_version: Annotated[
        str | None,
        typer.Option(
            "--spec-version",
            help="Version of the PACT specification whose scale is used, such as 2.3; the newest when left out. PACT 规范版本。",
        ),
    ] = None,
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
    """Give the primary data share in both readings, data-quality ratings and the secondary data. 初级数据占比与数据质量评级。"""
    front = Front.of(store, json, lang)
    settings = settings_of(gwp, unlinked, coproducts, strict=strict, recycling=recycling)
    with calculating(front, (as_of, release), settings, scenario) as calculation:
        from schemes.quality import quality as rated

        data = rated(calculation, product, spec_version=spec_version)
    if json:
        front.print_json(data)
        return
    from tanmai.render.quality import show

    show(data, front.lang)
