"""Commands about the audit log of the server."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tanmai.commands.options import Front, Json, Lang, Store

app = typer.Typer(
    help="Show and verify the audit log of the server. 服务器审计日志的查看与校验。", no_args_is_help=True
)


@app.command()
def show(
    count: Annotated[int, typer.Option("--count", help="How many records. 记录条数。", min=1)] = 50,
    before: Annotated[
        int | None, typer.Option("--before", help="Only records before this number. 仅此编号之前的记录。", min=1)
    ] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Show records, the newest first. 显示记录，最新在前。"""
    from api.audit.reading import newest

    front = Front.of(store, json, lang)
    records = newest(_folder(front), count, before)
    if json:
        front.print_json({"records": records})
        return
    from tanmai.render.access import show_audit

    show_audit(records, front.lang)


@app.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option("--head", help="NUMBER:SHA-256 that was kept elsewhere. 另行保存的链头。", show_default="none"),
    ] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Find records that were changed, removed or put elsewhere; exit code 1 when there are. 校验审计日志是否被改动。

    An end that was cut off is found by the head that the server keeps, and by one that you kept elsewhere (--head): whoever
    can write the files of the server can write both anew. 末尾被截断须凭另行保存的链头（--head）发现。
    """
    from api.audit.log import Head
    from api.audit.reading import verify as verified

    front = Front.of(store, json, lang)
    verdict = verified(_folder(front), Head.parse(head) if head is not None else None)
    if json:
        findings = [asdict(finding) for finding in verdict.findings]
        front.print_json({"sound": not findings, "head": str(verdict.head), "findings": findings})
    else:
        from tanmai.render.access import show_verdict

        show_verdict(verdict, front.lang)
    if verdict.findings:
        raise typer.Exit(1)


def _folder(front: Front) -> Path:
    from graphstore import layout

    return layout.read(front.store_path).root / "audit"
