"""The demonstration: an aluminium profile from bauxite to the customer, told by the public commands alone."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import time
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from typing import Any

import typer

from tanmai.commands.options import Front, Lang, Store
from tanmai.figures import bar, figure
from tanmai.render.names import named, symbol
from tanmai.words import Language

DEMO = "https://w3id.org/tanmai/demo/"
PROFILE = f"{DEMO}profile-delivered"
ROUTES = ("ingot-hydro", "ingot-grid", "ingot-coal")
SETS = ("AR4", "AR5", "AR6")

_SAID = {
    "load": ("1  Load reference knowledge and the supply chain", "1  载入参考知识与供应链"),
    "profile": ("2  The footprint of one tonne of profiles, delivered", "2  一吨铝型材（送达客户）的碳足迹"),
    "routes": ("3  The same metal on three kinds of power", "3  同样的铝，三种电力"),
    "sets": ("4  The same profile under three IPCC reports", "4  同一型材，三版 IPCC 报告的 GWP"),
    "chain": ("5  Where it comes from", "5  追溯来源"),
    "next": ("Next", "接下来可以试"),
    "note": (
        (
            "Figures marked illustrative are for demonstration only; the electricity factors, PFC coefficients and "
            "warming potentials are published ones, with their source."
        ),
        "标为“示意值”的数据仅供演示；电力因子、PFC 系数和 GWP 为公开发布的数值，均附来源。",
    ),
}


@dataclass(slots=True)
class _Stage:
    """Runs public commands in this process and says what it runs and how long it took."""

    context: typer.Context
    front: Front
    started: float = field(default_factory=time.perf_counter)

    def heading(self, key: str) -> None:
        typer.echo(f"\n== {_said(key, self.front.lang)} ==")

    def run(self, *arguments: str, quiet: bool = False) -> str:
        """Run one command; return what it printed when it is told to be quiet."""
        typer.echo(f"$ tanmai {shlex.join(arguments)}")
        begin = time.perf_counter()
        caught = io.StringIO()
        command = [*arguments, "--store", str(self.front.store_path), "--lang", self.front.lang]
        with contextlib.redirect_stdout(caught) if quiet else contextlib.nullcontext():
            self.context.find_root().command.main(command, standalone_mode=False)
        typer.echo(f"  ({time.perf_counter() - begin:.2f} s)")
        return caught.getvalue()

    def answer(self, *arguments: str) -> dict[str, Any]:
        """Run a command for its JSON."""
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json", quiet=True))
        return found


def demo(context: typer.Context, store: Store = None, lang: Lang = None) -> None:
    """Load an aluminium supply chain, compute the footprint of a profile and explain it. 铝型材示例。"""
    front = Front.of(store, json=False, lang=lang)
    stage = _Stage(context, front)
    stage.heading("load")
    stage.run("init")
    with as_file(files("tanmai") / "demo" / "aluminium.ttl") as chain:
        stage.run("load", str(chain), "--key", "demo-aluminium")
    stage.run("info")
    stage.heading("profile")
    stage.run("footprint", PROFILE)
    stage.heading("routes")
    _compare(front, [stage.answer("footprint", DEMO + route) for route in ROUTES], None)
    stage.heading("sets")
    _compare(front, [stage.answer("footprint", PROFILE, "--gwp", gwp) for gwp in SETS], SETS)
    stage.heading("chain")
    stage.run("explain", PROFILE, "--cutoff", "0.02")
    _next(front, time.perf_counter() - stage.started)


def _compare(front: Front, results: list[dict[str, Any]], labels: tuple[str, ...] | None) -> None:
    """Print results side by side, the longest bar for the largest."""
    from tanmai.render.tables import console, table

    largest = max(abs(r["total"]["value"]) for r in results)
    rows = [
        [
            labels[i] if labels else named(r["product"], front.lang),
            f"{figure(r['amount'])} {symbol(r['unit'], front.lang)}",
            f"{r['total']['value']:,.1f}",
            bar(r["total"]["value"] / largest),
        ]
        for i, r in enumerate(results)
    ]
    console().print(table("", [("", False), ("", False), ("kg CO2e", True), ("", False)], rows))


def _next(front: Front, seconds: float) -> None:
    place = (
        "" if front.store_path == Front.of(None, json=False, lang=None).store_path else f" --store {front.store_path}"
    )
    typer.echo(f"\n{_said('note', front.lang)}\n\n== {_said('next', front.lang)} ==")
    for command in (
        "tanmai products",
        "tanmai footprint 氧化铝 --amount 2.5 --unit t"
        if front.lang == "zh"
        else "tanmai footprint alumina --amount 2.5 --unit t",
        f"tanmai explain {PROFILE} --format html > profile.html",
        f"tanmai uncertainty {PROFILE}",
        f"tanmai whatif {PROFILE} --swap 'grid average, 2024=hydropower, 2024'",
        "tanmai compare https://w3id.org/tanmai/demo/ingot-hydro https://w3id.org/tanmai/demo/ingot-grid",
        "tanmai footprint --all --out all.csv",
        "tanmai query -e 'SELECT ?factor ?value { ?factor a tm:ElectricityFootprintFactor ; tm:co2e ?value } LIMIT 5'",
    ):
        typer.echo(
            f"  {command}{place}" if "--format html" not in command else f"  {command.replace(' >', place + ' >')}"
        )
    typer.echo(f"\n({seconds:.1f} s)")


def _said(key: str, lang: Language) -> str:
    return _SAID[key][0 if lang == "en" else 1]
