"""The demonstration: an aluminium profile from bauxite to the customer, told by the public commands alone."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shlex
import tempfile
import time
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
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
DAY = "2026-11-25"
"""The day for which the example study is judged, so that it does not grow too old."""

_SAID = {
    "load": ("1  Load reference knowledge and the supply chain", "1  载入参考知识与供应链"),
    "profile": ("2  The footprint of one tonne of profiles, delivered", "2  一吨铝型材（送达客户）的碳足迹"),
    "routes": ("3  The same metal on three kinds of power", "3  同样的铝，三种电力"),
    "sets": ("4  The same profile under three IPCC reports", "4  同一型材，三版 IPCC 报告的 GWP"),
    "chain": ("5  Where it comes from", "5  追溯来源"),
    "submit": ("6  Hand in a footprint study: judged, recomputed, kept", "6  提交一份碳足迹研究：校验、复算、存档"),
    "broken": ("7  Hand in a copy with four defects", "7  提交一份含四处缺陷的副本"),
    "withdraw": ("8  Take the study back, so that the graph is as before", "8  撤回该研究，图谱恢复原状"),
    "gone": ("An earlier demonstration has taken it back.", "此前的示例已将其撤回。"),
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
        """Run one command; return what it printed when it is told to be quiet. A negative verdict (exit code 1) is an answer."""
        typer.echo(f"$ tanmai {shlex.join(arguments)}")
        begin = time.perf_counter()
        caught = io.StringIO()
        command = [*arguments, "--store", str(self.front.store_path), "--lang", self.front.lang]
        with contextlib.redirect_stdout(caught) if quiet else contextlib.nullcontext():
            # A verdict that says no comes back as a number; errors come as exceptions and end the demonstration.
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
    _registry(stage)
    _next(front, time.perf_counter() - stage.started)


def _registry(stage: _Stage) -> None:
    """Hand in the example study and a broken copy of it, show both answers, and take the study back."""
    stage.heading("submit")
    demonstration = files("tanmai") / "demo"
    with tempfile.TemporaryDirectory(prefix="tanmai-demo-") as folder:
        study, broken = Path(folder, "study.ttl"), Path(folder, "study-with-defects.ttl")
        study.write_bytes((demonstration / "study.ttl").read_bytes())
        broken.write_bytes(
            _with_defects(study.read_bytes(), (demonstration / "defects.ru").read_text(encoding="utf-8"))
        )
        stage.run("submit", str(study), "--as-of", DAY)
        handed_in = hashlib.sha256(study.read_bytes()).hexdigest()[:12]
        stage.heading("broken")
        stage.run("submit", str(broken), "--as-of", DAY)
        stage.run("validate", str(broken), "--as-of", DAY)
    stage.heading("withdraw")
    if _is_withdrawn(stage.front, handed_in):
        typer.echo(_said("gone", stage.front.lang))
        return
    stage.run(
        "submission", "withdraw", handed_in, "--by", "Example aluminium works", "--why", "end of the demonstration"
    )


def _is_withdrawn(front: Front, submission: str) -> bool:
    """Whether a demonstration before this one took the study back, which cannot be undone."""
    from registry.submissions import find

    with front.connect() as opened:
        return find(opened, submission).status.endswith("/withdrawn")


def _with_defects(study: bytes, update: str) -> bytes:
    """Apply a SPARQL update to a Turtle file; it is written with the same prefixes."""
    import pyoxigraph as ox

    parsed = ox.parse(study, format=ox.RdfFormat.TURTLE)
    store = ox.Store()
    store.extend(parsed)
    store.update(update)
    written = store.dump(format=ox.RdfFormat.TURTLE, from_graph=ox.DefaultGraph(), prefixes=parsed.prefixes)
    return written or b""


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
