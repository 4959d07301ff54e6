"""Does a study keep the rules: the command that judges files, and plain SHACL validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanmai.commands.options import Front, Json, Lang, RemoteContexts, day
from tanmai.words import word

if TYPE_CHECKING:
    from shapes.judge import Judgement
    from shapes.reading import Document

NEGATIVE = 1
"""Exit code of a verdict that says no."""


Files = Annotated[
    list[Path],
    typer.Argument(help="Files of RDF (Turtle, JSON-LD, RDF/XML ...) or PACT JSON. 研究文件。", show_default=False),
]
Pcr = Annotated[
    list[str] | None,
    typer.Option(
        "--pcr",
        help="Judge by this rule (number, key or IRI) instead of those the study claims; repeat. 指定产品种类规则。",
    ),
]
Shapes = Annotated[
    list[Path] | None,
    typer.Option(
        "--shapes",
        help="Judge any data by these shapes alone, as a plain SHACL validator; repeat. 仅按所给形状校验。",
    ),
]
ShapesDir = Annotated[
    list[Path] | None,
    typer.Option(
        "--shapes-dir",
        help="Folder of rules of your own, Turtle files; repeat. Also: TANMAI_SHAPES. 自有规则目录。",
    ),
]
Day = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Day for which is judged, YYYY-MM-DD. 校验所依据的日期。",
        show_default="today",
    ),
]
Beside = Annotated[
    Path | None,
    typer.Option(
        "--store",
        help="Store whose knowledge, factors and products stand beside the study. 提供参考知识与因子的存储。",
        show_default="the shipped knowledge",
    ),
]
Ttl = Annotated[bool, typer.Option("--ttl", help="Print the W3C report as Turtle. 输出 W3C 报告（Turtle）。")]
JsonLd = Annotated[bool, typer.Option("--jsonld", help="Print the W3C report as JSON-LD. 输出 W3C 报告（JSON-LD）。")]
Html = Annotated[bool, typer.Option("--html", help="Print a page for people. 输出网页报告。")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="File for the report instead of the screen; with --fix the corrected copy. 报告文件；与 --fix 合用时为更正副本。",
    ),
]
WithEffect = Annotated[
    bool,
    typer.Option(
        "--effect", help="Say what each defect with a computable cure does to the result. 给出缺陷对结果的影响。"
    ),
]
Fix = Annotated[
    bool,
    typer.Option(
        "--fix",
        help="Write a corrected copy (NAME.fixed.EXT) of what has only one right answer: spelling of units, totals of stages, inverse "
        "links, deprecated terms; judge the copy. Turtle, TriG, N-Triples and N-Quads keep comments and layout, RDF/XML and JSON-LD do not. "
        "生成更正副本并校验副本。",
    ),
]


def validate(
    files: Files,
    pcr: Pcr = None,
    shapes: Shapes = None,
    shapes_dir: ShapesDir = None,
    as_of: Day = None,
    store: Beside = None,
    json: Json = False,
    ttl: Ttl = False,
    jsonld: JsonLd = False,
    html: Html = False,
    output: Output = None,
    effect: WithEffect = False,
    fix: Fix = False,
    remote_contexts: RemoteContexts = False,
    lang: Lang = None,
) -> None:
    """Judge a footprint study: what breaks which rule, where, and how to mend it; exit code 1 when a must is broken. 校验碳足迹研究。"""
    front = Front.of(None if store is None else str(store), json, lang)
    form = _form({"json": json, "ttl": ttl, "jsonld": jsonld, "html": html})
    if effect and form in {"ttl", "jsonld"}:
        raise typer.BadParameter(
            f"--effect has no place in a W3C report. Leave out --{form}, or take --json or --html."
        )
    if shapes:
        others = {"--pcr": pcr, "--shapes-dir": shapes_dir, "--as-of": as_of, "--store": store, "--effect": effect}
        _refuse_with_shapes(others | {"--fix": fix})
        judged = _plainly(files, shapes, remote=remote_contexts)
        told = judged.as_dict()
    else:
        asked = _Asked(pcr or [], shapes_dir or [], as_of, remote_contexts)
        judged, told = _judged(files, asked, store, fix=(fix, output), effect=effect)
    _tell(judged, told, form, front, None if fix else output)
    if not judged.passes:
        raise typer.Exit(NEGATIVE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """How is judged: rules, folders of rules, day, whether contexts are fetched."""

    pcr: list[str]
    folders: list[Path]
    as_of: str | None
    remote: bool


def _form(asked: dict[str, bool]) -> str:
    chosen = [name for name, wanted in asked.items() if wanted]
    if len(chosen) > 1:
        raise typer.BadParameter(f"--{chosen[0]} and --{chosen[1]} exclude each other: ask for one form of the report.")
    return chosen[0] if chosen else "text"


def _refuse_with_shapes(options: Mapping[str, object]) -> None:
    for name, value in options.items():
        if value:
            raise typer.BadParameter(
                f"{name} has no meaning with --shapes, which judges by the given shapes alone. Leave one out."
            )


def _judged(
    files: list[Path], asked: _Asked, store: Path | None, *, fix: tuple[bool, Path | None], effect: bool
) -> tuple[Judgement, dict[str, Any]]:
    """Judge files, or the corrected copy of one; the judgement, and what is told of it."""
    from shapes.judge import judge
    from shapes.reading.contexts import SHIPPED, Contexts
    from shapes.rulebook import rulebook
    from tanmai.judging import knowledge_of

    chosen = None if asked.as_of is None else day(asked.as_of, "--as-of")
    rules, contexts = rulebook(asked.folders), Contexts(SHIPPED.known, remote=asked.remote)
    with knowledge_of(store) as (background, opened):

        def judging(given: Sequence[Path | Document]) -> Judgement:
            return judge(given, pcr=asked.pcr, day=chosen, rules=rules, background=background, contexts=contexts)

        fixed = None
        if fix[0]:
            from tanmai.correcting import correct

            judged, fixed = correct(files, fix[1], background, judging)
        else:
            judged = judging(files)
        if effect:
            from registry.effects_of import effects_of

            told = effects_of(judged, rules, background, opened).told(judged)
        else:
            told = judged.as_dict()
    return judged, told if fixed is None else {**told, "fixed": fixed}


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


def _tell(judged: Judgement, told: dict[str, Any], form: str, front: Front, output: Path | None) -> None:
    if "fixed" in told and form != "json":
        from tanmai.render.corrections import correction_lines

        for line in correction_lines(told["fixed"], front.lang):
            typer.echo(line, err=form != "text")
    text = _written(judged, told, form, front)
    if output is not None:
        output.write_text(text, encoding="utf-8")
        typer.echo(word("written_to", front.lang, path=str(output)), err=True)
    elif form == "text":
        from tanmai.render.validation import show

        show(told, front.lang)
    else:
        typer.echo(text, nl=not text.endswith("\n"))


def _written(judged: Judgement, told: dict[str, Any], form: str, front: Front) -> str:
    if form == "json":
        import json

        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    if form == "html":
        from tanmai.render.validation_html import page

        return page(told, front.lang)
    if form == "text":
        from tanmai.render.tables import recorded
        from tanmai.render.validation import show

        return recorded(lambda: show(told, front.lang), width=200).export_text()
    from shapes.w3c import to_json_ld, to_turtle

    return to_turtle(judged.report) if form == "ttl" else to_json_ld(judged.report)
