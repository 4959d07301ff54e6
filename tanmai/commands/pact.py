"""Commands about PACT partners: who they are, what they offer, what we ask of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanmai.commands.options import Front, Json, Lang, Store, day
from tanmai.words import word

if TYPE_CHECKING:
    from datetime import date

    from api.pact.partners import Partner
    from api.pact.pulling import Offer
    from api.pact.session import Session
    from api.pact.writing import Stored

app = typer.Typer(
    help="Exchange footprints with partners by PACT 3. 按 PACT 3 与伙伴交换碳足迹。", no_args_is_help=True
)
partner_app = typer.Typer(help="Add, list and remove partners. 伙伴的登记、查看与移除。", no_args_is_help=True)
app.add_typer(partner_app, name="partner")

SECRET: str = "TANMAI_PACT_SECRET"  # noqa: S105 - the name of a variable
"""Environment variable that may hold the secret of a new partner."""

Name = Annotated[str, typer.Argument(help="Name of the partner. 伙伴名称。")]
Here = Annotated[
    str,
    typer.Option(
        "--here",
        envvar="TANMAI_API_PUBLIC_URL",
        help="Address at which the partner reaches this server. 本服务器对外网址。",
    ),
]
Networks = Annotated[
    list[str] | None,
    typer.Option(
        "--network",
        envvar="TANMAI_API_PACT_NETWORKS",
        help="Network that is not public and may be called all the same, such as 10.1.0.0/16. 允许访问的非公网网段。",
        show_default="none",
    ),
]


@partner_app.command()
def add(
    name: Name,
    url: Annotated[str, typer.Argument(help="Base address of its PACT host, https://... 其 PACT 主机地址。")],
    client_id: Annotated[
        str, typer.Option("--client-id", help="Under which name it knows us. 对方给我方的客户端名称。")
    ],
    secret_file: Annotated[
        Path | None,
        typer.Option("--secret-file", help=f"File that holds the secret; else ${SECRET}, else asked for. 密钥文件。"),
    ] = None,
    scope: Annotated[str, typer.Option("--scope", help="Scope that tokens are asked for. 令牌的 scope。")] = "",
    audience: Annotated[str, typer.Option("--audience", help="Audience of the tokens. 令牌的 audience。")] = "",
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Note a partner, in place of the one of that name; its secret is never printed. 登记伙伴（密钥不会显示）。"""
    from api.pact import partners

    front = Front.of(store, json, lang)
    _require_store(front)
    made = partners.Partner(name, partners.clean_url(url), client_id, _secret(secret_file), scope, audience)
    partners.add(front.store_path, made)
    if json:
        front.print_json(made.shown())
    else:
        typer.echo(word("partner_added", front.lang, name=made.name, url=made.url))


@partner_app.command(name="list")
def list_(store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """List the partners, without their secrets. 列出伙伴（不含密钥）。"""
    from api.pact import partners

    front = Front.of(store, json, lang)
    rows = [partner.shown() for _, partner in sorted(partners.load(front.store_path).items())]
    if json:
        front.print_json({"partners": rows})
        return
    from tanmai.render.pact import show_partners

    show_partners(rows, front.lang)


@partner_app.command()
def remove(name: Name, store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Forget a partner and its secret; its footprints stay. 移除伙伴及其密钥，碳足迹保留。"""
    from api.pact import partners

    front = Front.of(store, json, lang)
    gone = partners.remove(front.store_path, name)
    if json:
        front.print_json(gone.shown())
    else:
        typer.echo(word("partner_removed", front.lang, name=name))


@app.command()
def pull(
    url: Annotated[
        str | None, typer.Argument(help="Base address of the host; else that of --partner. 主机地址。")
    ] = None,
    partner: Annotated[
        str | None,
        typer.Option("--partner", help="Partner whose secret is used; else the one at the address. 伙伴名称。"),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only footprints made on this day or later, YYYY-MM-DD. 起始日期。")
    ] = None,
    network: Networks = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Fetch a partner's footprints, judge and store them; exit code 1 when one is refused. 获取、校验并保存伙伴的碳足迹。"""
    from api.pact.pulling import offered
    from api.pact.writing import store_records
    from tanmai import knowledge

    front = Front.of(store, json, lang)
    _require_store(front)
    chosen = _partner(front, url, partner)
    first = day(since, "--since") if since else None
    offer = offered(_session(chosen, network), first)
    with front.open("write") as graph:
        with graph.transaction("knowledge") as transaction:
            knowledge.load_into(transaction)
        stored = store_records(graph, offer.reports, offer.source, chosen.url)
        _tell(front, stored, offer, first)
    if stored.refused:
        raise typer.Exit(1)


@app.command()
def request(
    name: Name,
    product: Annotated[
        list[str], typer.Option("--product", help="URN of a product; may be repeated. 产品 URN，可重复。")
    ],
    here: Here,
    comment: Annotated[str, typer.Option("--comment", help="Words for the people there. 附言。")] = "",
    network: Networks = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Ask a partner for footprints of products; the answer comes later, to the server. 向伙伴请求产品碳足迹（异步回复）。"""
    from api.pact.partners import clean_url
    from api.pact.pulling import ask

    front = Front.of(store, json, lang)
    _require_store(front)
    session = _session(_partner(front, None, name), network)
    identifier = ask(front.store_path, session, clean_url(here), product, comment)
    if json:
        front.print_json({"id": identifier, "partner": name, "products": product})
    else:
        typer.echo(word("pact_asked", front.lang, id=identifier, partner=name))


@app.command()
def announce(
    name: Name,
    record: Annotated[
        list[str], typer.Option("--record", help="Id of a footprint; may be repeated. 碳足迹 ID，可重复。")
    ],
    here: Here,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Tell a partner which footprints it can fetch now; the server sends it, until it is taken. 告知伙伴可获取的碳足迹。"""
    from api.pact.announcing import announce as announced
    from api.pact.partners import clean_url
    from tanmai.commands.client import folder_of

    front = Front.of(store, json, lang)
    identifier = announced(front.store_path, folder_of(front), name, record, clean_url(here))
    if json:
        front.print_json({"id": identifier, "partner": name, "records": record})
    else:
        typer.echo(word("pact_announced", front.lang, id=identifier, partner=name, count=len(record)))


@app.command()
def requests(store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """List what we asked of partners and how it stands. 列出我方的请求及其状态。"""
    from dataclasses import asdict

    from api.pact.inbox import Inbox

    front = Front.of(store, json, lang)
    rows = [asdict(each) for each in Inbox(front.store_path).requests()]
    if json:
        front.print_json({"requests": rows})
        return
    from tanmai.render.pact import show_requests

    show_requests(rows, front.lang)


@app.command()
def events(store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """List the events of partners and what became of them. 列出收到的事件及其处理结果。"""
    from api.pact.inbox import Inbox

    front = Front.of(store, json, lang)
    rows = Inbox(front.store_path).history()
    if json:
        front.print_json({"events": rows})
        return
    from tanmai.render.pact import show_events

    show_events(rows, front.lang)


def _require_store(front: Front) -> None:
    """Refuse to keep anything beside what is no store.

    Raises:
        LayoutError: there is no store at the path.
    """
    from graphstore import layout

    layout.read(front.store_path)


def _partner(front: Front, url: str | None, name: str | None) -> Partner:
    """The partner at an address, or of a name.

    Raises:
        PartnerError: there is none, or the one of the name is at another address: its secret is for that address alone.
    """
    from api.errors import PartnerError
    from api.pact import partners

    known = partners.load(front.store_path)
    if url is None and name is None:
        raise typer.BadParameter("Say whose footprints: give an address, or --partner.")
    found = partners.partner_of(known, name) if name is not None else None
    if url is None and found is not None:
        return found
    address = partners.clean_url(str(url))
    if found is None:
        found = partners.at(known, address)
    if found is None:
        raise PartnerError(f"No partner is known at {address}. Add it by tanmai pact partner add NAME {address}.")
    if found.url != address:
        raise PartnerError(
            f"The partner {found.name} is at {found.url}, not at {address}; its secret is not sent there."
        )
    return found


def _session(partner: Partner, networks: list[str] | None) -> Session:
    from api.pact.outbound import Outbound
    from api.pact.session import Session

    named = [part.strip() for text in networks or () for part in text.split(",") if part.strip()]
    return Session(partner, Outbound.allowing(tuple(named)))


def _secret(path: Path | None) -> str:
    """The secret of a partner: from a file or the environment, else asked for without showing it."""
    if path is not None:
        found = path.read_text(encoding="utf-8").strip("\r\n")
    elif SECRET in os.environ:
        found = os.environ[SECRET]
    elif sys.stdin.isatty():
        found = typer.prompt("client_secret", hide_input=True)
    else:
        raise typer.BadParameter(f"There is no secret. Set {SECRET}, or give --secret-file.")
    if not found:
        raise typer.BadParameter("The secret is empty.", param_hint="--secret-file")
    return found


def _tell(front: Front, stored: Stored, offer: Offer, since: date | None) -> None:
    rows = _rows(stored)
    if front.json:
        front.print_json({"source": offer.source, "pages": len(offer.reports), "older": offer.older, "records": rows})
        return
    from tanmai.render.pact import show_pulled

    show_pulled(rows, offer.source, front.lang)
    if offer.older:
        typer.echo(word("pull_older", front.lang, count=offer.older, day=since))


def _rows(stored: Stored) -> list[dict[str, Any]]:
    """What became of each record, in the words of :data:`tanmai.words_pact.PACT_WORDS`."""
    outcomes = {"new": stored.added, "known": stored.unchanged, "deprecated": stored.deprecated}
    rows = [
        {
            "id": identifier,
            "outcome": outcome,
            "product": stored.names.get(identifier, ("", ""))[0],
            "company": stored.names.get(identifier, ("", ""))[1],
            "factor": stored.factors.get(identifier),
        }
        for outcome, found in outcomes.items()
        for identifier in found
    ]
    return rows + [{"id": each.id, "outcome": "refused", "en": each.en, "zh": each.zh} for each in stored.refused]
