"""Commands about labels and certificates of submitted footprints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanmai.commands.options import Front, Json, Lang, Store, day
from tanmai.commands.submission import By, Id, ToState, Why

if TYPE_CHECKING:
    from graphstore import GraphStore
    from registry.certificates import Certificate

app = typer.Typer(
    help="Apply for, issue, suspend and revoke labels and certificates. 标识与证书的申请、颁发、暂停与撤销。",
    no_args_is_help=True,
)

Number = Annotated[str, typer.Argument(help="Number or IRI of a certificate. 证书编号或 IRI。")]


@app.command()
def apply(
    submission: Id,
    body: Annotated[
        str, typer.Option("--body", help="Certification body: approval number, IRI or part of its name. 认证机构。")
    ],
    by: By,
    label: Annotated[
        str | None,
        typer.Option("--label", help="IRI of the label scheme; else the Chinese footprint label. 标识制度 IRI。"),
    ] = None,
    why: Why = "",
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Apply for a certificate with a body whose scope fits. 申请证书。"""
    from registry.certificates import LABEL
    from registry.certificates import apply as applied
    from registry.life import Said

    front = Front.of(store, json, lang)
    with front.open("write") as graph:
        _told(front, graph, applied(graph, submission, body, Said(by, why), label or LABEL))


@app.command()
def status(
    certificate: Number,
    state: ToState,
    by: By,
    why: Why = "",
    on: Annotated[str | None, typer.Option("--on", help="First day of validity; else today. 生效日期。")] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Take a certificate to a state that may follow its present one. 变更证书状态。"""
    from registry.certificates import change
    from registry.life import Said

    front = Front.of(store, json, lang)
    with front.open("write") as graph:
        _told(front, graph, change(graph, certificate, state, Said(by, why), day(on, "--on") if on else None))


@app.command(name="list")
def list_(store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """List the certificates. 列出证书。"""
    from registry.certificates import certificates, described
    from registry.states import CERTIFICATE, States

    front = Front.of(store, json, lang)
    with front.open() as graph:
        states = States.of(graph, CERTIFICATE)
        rows = [described(certificate, states) for certificate in certificates(graph)]
    if json:
        front.print_json({"certificates": rows})
        return
    from tanmai.render.registry import show_certificates

    show_certificates(rows, front.lang)


@app.command()
def show(certificate: Number, store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Show a certificate and its history. 显示证书及其历程。"""
    from registry.certificates import find_certificate

    front = Front.of(store, json, lang)
    with front.open() as graph:
        _told(front, graph, find_certificate(graph, certificate))


@app.command()
def check(
    certificate: Number,
    on: Annotated[str | None, typer.Option("--on", help="Day that is asked about; else today. 查询日期。")] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Say whether a certificate holds on a day, and why not; exit code 1 when it does not. 查验证书是否有效。"""
    from datetime import UTC, datetime

    from registry.certificates import described, find_certificate
    from registry.holding import failings
    from registry.states import CERTIFICATE, States

    front, asked = Front.of(store, json, lang), day(on, "--on") if on else datetime.now(UTC).date()
    with front.open() as graph:
        found = find_certificate(graph, certificate)
        told, why = described(found, States.of(graph, CERTIFICATE)), failings(graph, found, asked)
    if json:
        front.print_json(told | {"on": asked.isoformat(), "holds": not why, "failings": why})
    else:
        from tanmai.render.dependents import show_failings
        from tanmai.render.registry import show_certificates

        show_certificates([told], front.lang)
        show_failings(why, asked.isoformat(), front.lang)
    if why:
        raise typer.Exit(1)


def _told(front: Front, graph: GraphStore, certificate: Certificate) -> None:
    """Say how a certificate stands now."""
    from registry.certificates import described
    from registry.receipt import named_events
    from registry.states import CERTIFICATE, States
    from registry.submissions import find

    events = named_events(graph, find(graph, certificate.submission), certificate.node, CERTIFICATE)
    data: dict[str, Any] = described(certificate, States.of(graph, CERTIFICATE)) | {"history": events}
    if front.json:
        front.print_json(data)
        return
    from tanmai.render.registry import show_certificates, show_story

    show_certificates([data], front.lang)
    show_story(events, front.lang)
