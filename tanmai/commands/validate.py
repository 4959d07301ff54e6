"""Does a study keep the rules: the command that judges files, and plain SHACL validation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tanmai.commands.options import Front, Json, Lang, day
from tanmai.words import word

if TYPE_CHECKING:
    from shapes.background import Background
    from shapes.judge import Judgement

NEGATIVE = 1
"""Exit code of a verdict that says no."""


def validate(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files of RDF (Turtle, JSON-LD, RDF/XML ...) or PACT JSON. 研究文件。", show_default=False),
    ],
    pcr: Annotated[
        list[str] | None,
        typer.Option(
            "--pcr",
            help="Judge by this rule (number, key or IRI) instead of those the study claims; repeat. 指定产品种类规则。",
        ),
    ] = None,
    shapes: Annotated[
        list[Path] | None,
        typer.Option(
            "--shapes",
            help="Judge any data by these shapes alone, as a plain SHACL validator; repeat. 仅按所给形状校验。",
        ),
    ] = None,
    shapes_dir: Annotated[
        list[Path] | None,
        typer.Option(
            "--shapes-dir",
            help="Folder of rules of your own, Turtle files; repeat. Also: TANMAI_SHAPES. 自有规则目录。",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="Day for which is judged, YYYY-MM-DD. 校验所依据的日期。",
            show_default="today",
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            help="Store whose knowledge, factors and products stand beside the study. 提供参考知识与因子的存储。",
            show_default="the shipped knowledge",
        ),
    ] = None,
    json: Json = False,
    ttl: Annotated[
        bool, typer.Option("--ttl", help="Print the W3C report as Turtle. 输出 W3C 报告（Turtle）。")
    ] = False,
    jsonld: Annotated[
        bool, typer.Option("--jsonld", help="Print the W3C report as JSON-LD. 输出 W3C 报告（JSON-LD）。")
    ] = False,
    html: Annotated[bool, typer.Option("--html", help="Print a page for people. 输出网页报告。")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File for the report instead of the screen. 报告文件。")
    ] = None,
    remote_contexts: Annotated[
        bool,
        typer.Option(
            "--remote-contexts", help="Fetch JSON-LD contexts from the network. 允许从网络获取 JSON-LD 上下文。"
        ),
    ] = False,
    lang: Lang = None,
) -> None:
    """Judge a footprint study: what breaks which rule, where, and how to mend it; exit code 1 when a must is broken. 校验碳足迹研究。"""
    front = Front.of(store, json, lang)
    form = _form({"json": json, "ttl": ttl, "jsonld": jsonld, "html": html})
    if shapes:
        _refuse_with_shapes({"--pcr": pcr, "--shapes-dir": shapes_dir, "--as-of": as_of, "--store": store})
        judged = _plainly(files, shapes, remote=remote_contexts)
    else:
        with _knowledge(store) as background:
            judged = _judged(files, pcr or [], shapes_dir or [], as_of, background, remote=remote_contexts)
    _tell(judged, form, front, output)
    if not judged.passes:
        raise typer.Exit(NEGATIVE)


def _form(asked: dict[str, bool]) -> str:
    chosen = [name for name, wanted in asked.items() if wanted]
    if len(chosen) > 1:
        raise typer.BadParameter(f"--{chosen[0]} and --{chosen[1]} exclude each other: ask for one form of the report.")
    return chosen[0] if chosen else "text"


def _refuse_with_shapes(options: dict[str, object]) -> None:
    for name, value in options.items():
        if value:
            raise typer.BadParameter(
                f"{name} has no meaning with --shapes, which judges by the given shapes alone. Leave one out."
            )


def _judged(
    files: list[Path], pcr: list[str], folders: list[Path], as_of: str | None, background: Background, *, remote: bool
) -> Judgement:
    from shapes.judge import judge
    from shapes.reading.contexts import SHIPPED, Contexts
    from shapes.rulebook import rulebook

    return judge(
        files,
        pcr=pcr,
        day=None if as_of is None else day(as_of, "--as-of"),
        rules=rulebook(folders),
        background=background,
        contexts=Contexts(SHIPPED.known, remote=remote),
    )


def _plainly(files: list[Path], shapes: list[Path], *, remote: bool) -> Judgement:
    from shapes.judge import validate_plainly
    from shapes.reading import read
    from shapes.reading.contexts import SHIPPED, Contexts

    contexts = Contexts(SHIPPED.known, remote=remote)
    data, rules = (
        [read(path, base_iri=path.absolute().as_uri(), contexts=contexts, apart=len(paths) > 1) for path in paths]
        for paths in (files, shapes)
    )
    return validate_plainly(data, rules)


@contextmanager
def _knowledge(store: Path | None) -> Iterator[Background]:
    """The knowledge of a store, which stays open meanwhile; the shipped one where none is given."""
    from shapes.background import of_store, shipped

    if store is None:
        yield shipped()
        return
    from graphstore import GraphStore

    with GraphStore.open(store, mode="read") as opened:
        yield of_store(opened)


def _tell(judged: Judgement, form: str, front: Front, output: Path | None) -> None:
    text = _written(judged, form, front)
    if output is not None:
        output.write_text(text, encoding="utf-8")
        typer.echo(word("written_to", front.lang, path=str(output)), err=True)
    elif form == "text":
        from tanmai.render.validation import show

        show(judged.as_dict(), front.lang)
    else:
        typer.echo(text, nl=not text.endswith("\n"))


def _written(judged: Judgement, form: str, front: Front) -> str:
    if form == "json":
        import json

        return json.dumps(judged.as_dict(), ensure_ascii=False, indent=2) + "\n"
    if form == "html":
        from tanmai.render.validation_html import page

        return page(judged.as_dict(), front.lang)
    if form == "text":
        from tanmai.render.tables import recorded
        from tanmai.render.validation import show

        return recorded(lambda: show(judged.as_dict(), front.lang), width=200).export_text()
    from shapes.w3c import to_json_ld, to_turtle

    return to_turtle(judged.report) if form == "ttl" else to_json_ld(judged.report)
