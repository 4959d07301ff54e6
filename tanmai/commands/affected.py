"""The command that says what changed between two states, and which footprints with it."""

from __future__ import annotations

from typing import Annotated

import typer

from tanmai.commands.calculate import calculating, settings_of
from tanmai.commands.options import Coproducts, Front, Gwp, Json, Lang, Recycling, Store, Unlinked


def affected(
    since: Annotated[str, typer.Argument(help="Release to compare with. 对比的发布版本。")],
    until: Annotated[
        str | None, typer.Option("--until", help="Later release; the current state by default. 较晚的发布版本。")
    ] = None,
    gwp: Gwp = "AR6",
    unlinked: Unlinked = "error",
    coproducts: Coproducts = "error",
    recycling: Recycling = "stated",
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Say which numbers changed since a release, and which footprints with them. 某版本以来的数据变化与受影响的碳足迹。"""
    front = Front.of(store, json, lang)
    settings = settings_of(gwp, unlinked, coproducts, strict=False, recycling=recycling)
    with calculating(front, (None, since), settings) as before, calculating(front, (None, until), settings) as after:
        from graphstore.answers.affected import affected as compared

        data = compared(before, after)
    if json:
        front.print_json(data)
        return
    from tanmai.render.affected import show

    show(data, front.lang)
