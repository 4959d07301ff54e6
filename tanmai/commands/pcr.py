"""Commands about product category rules as data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from tanmai.commands.options import Front, Json, Lang, day
from tanmai.words import word

app = typer.Typer(help="Product category rules as data. 以数据形式管理的产品种类规则。", no_args_is_help=True)


@app.command(name="new")
def new(
    prefix: Annotated[
        str, typer.Argument(help="Capital letters that begin the requirement numbers: FOIL. 要求编号前缀。")
    ],
    base: Annotated[
        str,
        typer.Option("--base", help="IRI under which the rule's nodes are named, ending in / or #. 规则的基准 IRI。"),
    ],
    name_en: Annotated[str, typer.Option("--name-en", help="Name in English. 英文名称。")],
    name_zh: Annotated[str, typer.Option("--name-zh", help="Name in Chinese. 中文名称。")],
    group: Annotated[str, typer.Option("--group", help="Product group: key, name or IRI. 产品类别。")],
    unit: Annotated[str, typer.Option("--unit", help="Declared unit: a number and a unit, such as '1 t'. 声明单位。")],
    boundary: Annotated[str, typer.Option("--boundary", help="System boundary: key, name or IRI. 系统边界。")],
    author: Annotated[str, typer.Option("--author", help="Who writes the rule. 编制者。")],
    process: Annotated[
        list[str] | None,
        typer.Option(
            "--process", help="Kind of process that an inventory must hold; repeat. 必含过程类别，可多次给出。"
        ),
    ] = None,
    single: Annotated[
        str | None, typer.Option("--single-cut-off", help="Limit of one cut-off: 1% or 0.01. 单项取舍限值。")
    ] = None,
    total: Annotated[
        str | None, typer.Option("--total-cut-off", help="Limit of all cut-offs: 5% or 0.05. 合计取舍限值。")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; standard output when left out. 输出文件。")
    ] = None,
    lang: Lang = None,
) -> None:
    """Write the commented start of a new rule: unit, boundary, processes, data, allocation, cut-off, report. 生成产品种类规则模板。"""
    from shapes.names import concept
    from shapes.names import unit as unit_iri
    from shapes.template import NewRule, rule_file

    front = Front.of(None, json=False, lang=lang)
    amount, name = _quantity(unit)
    rule = NewRule(
        base=base,
        prefix=prefix,
        name_en=name_en,
        name_zh=name_zh,
        group=concept("product group", group),
        amount=amount,
        unit=unit_iri(name),
        boundary=concept("boundary", boundary),
        source=f"{author}, {date.today().isoformat()}",  # noqa: DTZ011 the author's own calendar day
        kinds=tuple(concept("process kind", kind) for kind in process or ()),
        single=_share(single, "--single-cut-off"),
        total=_share(total, "--total-cut-off"),
    )
    text = rule_file(rule)
    if output is None:
        typer.echo(text, nl=False)
        return
    if output.exists():
        raise typer.BadParameter(
            f"{output} is there already. Name another file, or remove that one.", param_hint="--output"
        )
    output.write_text(text, encoding="utf-8")
    typer.echo(word("pcr_written", front.lang, path=str(output)))


@app.command(name="list")
def list_rules(
    shapes_dir: Annotated[
        list[Path] | None,
        typer.Option("--shapes-dir", help="Folder of rules of your own; repeat. Also: TANMAI_SHAPES. 自有规则目录。"),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also product rules that there are no shapes for. 包括尚无校验形状的规则。")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Day for which is asked, YYYY-MM-DD. 查询日期。", show_default="today"),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", help="Store whose standards count. 提供标准信息的存储。", show_default="the shipped knowledge"
        ),
    ] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """List the rules at hand: number, name, product groups, status, shapes, and what gives way to what. 列出可用的产品种类规则。"""
    from shapes.at_hand import rules_at_hand
    from shapes.rulebook import rulebook
    from tanmai.judging import knowledge_of

    front = Front.of(None if store is None else str(store), json, lang)
    today = date.today() if as_of is None else day(as_of, "--as-of")  # noqa: DTZ011 the day of the person who asks
    with knowledge_of(store) as (background, _):
        found = rules_at_hand(background, rulebook(shapes_dir or []), today, every=every)
    if json:
        front.print_json([rule.as_dict() for rule in found])
        return
    from tanmai.render.rules import rule_lines

    for line in rule_lines([rule.as_dict() for rule in found], front.lang):
        typer.echo(line)


@app.command(name="lint")
def lint(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Shapes files, Turtle; the shipped ones when left out. 形状文件。", show_default=False),
    ] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Check shapes files: names, messages in both languages, severities, requirements, queries; exit code 1 when there is something to mend. 检查形状文件。"""
    from dataclasses import asdict

    from shapes.lint import lint as linted
    from shapes.rulebook import shipped_files

    front = Front.of(None, json, lang)
    checked = [*files] if files else [*shipped_files()]
    findings = linted(checked)
    if json:
        front.print_json([asdict(finding) for finding in findings])
    else:
        from tanmai.render.validation import lint_lines

        for line in lint_lines(findings, front.lang):
            typer.echo(line)
        key = "lint_found" if findings else "lint_clean"
        typer.echo(word(key, front.lang, count=len(findings), files=len(checked)))
    if findings:
        raise typer.Exit(1)


def _quantity(text: str) -> tuple[Decimal, str]:
    """Split "1 t" into a number and a unit."""
    number, _, name = text.strip().partition(" ")
    try:
        amount = Decimal(number)
    except InvalidOperation:
        name = ""
    if not name.strip():
        raise typer.BadParameter(
            f"{text!r} is no quantity. Give a number, a space and a unit, such as '1 t'.", param_hint="--unit"
        )
    return amount, name.strip()


def _share(text: str | None, option: str) -> Decimal | None:
    """Read 1% or 0.01."""
    if text is None:
        return None
    number = text.strip().removesuffix("%")
    try:
        share = Decimal(number)
    except InvalidOperation:
        raise typer.BadParameter(f"{text!r} is no share. Write it as 1% or 0.01.", param_hint=option) from None
    return share / 100 if number != text.strip() else share
