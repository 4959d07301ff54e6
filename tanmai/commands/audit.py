"""Commands about the audit log of the server."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tanmai.commands.options import Front, Json, Lang, Store
from tanmai.words import word

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
    archive: Annotated[
        Path | None,
        typer.Option(
            "--archive", help="Folder with records that were taken out. 已移出记录的存档目录。", show_default="none"
        ),
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
    verdict = verified(_folder(front), Head.parse(head) if head is not None else None, archive)
    if json:
        findings = [asdict(finding) for finding in verdict.findings]
        front.print_json({"sound": not findings, "head": str(verdict.head), "findings": findings})
    else:
        from tanmai.render.access import show_verdict

        show_verdict(verdict, front.lang)
    if verdict.findings:
        raise typer.Exit(1)


@app.command()
def prune(
    before: Annotated[
        str, typer.Option("--before", help="Day (UTC, 2026-01-31); only records before it go. 截止日期（不含）。")
    ],
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Folder that they are copied to before. 移出前先存档到此目录。", show_default="none"),
    ] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Take old records out of the log, whole files at a time; a record that says so stays. 移出旧的审计记录并留存移出记录。

    The log is verified before. What is left verifies from that record on; together with the archive, from the beginning:
    tanmai audit verify --archive FOLDER. 其余记录仍可校验；连同存档可自首条记录起校验。
    """
    from api.audit.pruning import prune as taken_out

    front = Front.of(store, json, lang)
    pruned = taken_out(_folder(front), _day(before), to)
    if json:
        front.print_json({"pruned": None if pruned is None else {**asdict(pruned), "head": str(pruned.head)}})
        return
    if pruned is None:
        typer.echo(word("audit_nothing_old", front.lang, day=before))
    else:
        told = {"first": pruned.first, "last": pruned.head.number, "files": len(pruned.files)}
        typer.echo(word("audit_pruned", front.lang, **told))


def _day(text: str) -> dt.date:
    from api.errors import AuditError

    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise AuditError(f"{text!r} is no day. Give it as 2026-01-31.") from None
    if day > dt.datetime.now(dt.UTC).date():
        raise AuditError(f"{text} has not come yet. Give today or an earlier day.")
    return day


def _folder(front: Front) -> Path:
    from graphstore import layout

    return layout.read(front.store_path).root / "audit"
