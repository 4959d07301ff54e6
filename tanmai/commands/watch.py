"""Commands about who is told of changes by the server."""

from __future__ import annotations

from typing import Annotated

import typer

from tanmai.commands.options import Front, Json, Lang, Store
from tanmai.words import word

app = typer.Typer(
    help="Have the server tell others of changes by signed calls. 变更通知：由服务器以签名请求告知对方。",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="What the target is called here. 通知对象名称。")]


@app.command()
def add(
    name: Name,
    url: Annotated[str, typer.Argument(help="Address that is told, https://... 接收通知的地址。")],
    audience: Annotated[
        str | None,
        typer.Option("--audience", help="Audience whose view of the store it is told about. 受众。"),
    ] = None,
    whole_store: Annotated[
        bool, typer.Option("--whole-store", help="It is told about everything. 通知整个存储的变更。")
    ] = False,
    about: Annotated[
        str, typer.Option("--about", help="IRI of a node; only what concerns it. 节点 IRI，仅通知与之有关的变更。")
    ] = "",
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Add an address that is told of changes, and print the secret that signs the calls, this once. 登记通知地址并显示签名密钥（仅一次）。"""
    import datetime as dt
    import secrets

    from api.errors import WatchError
    from api.watch import targets

    front = Front.of(store, json, lang)
    if (audience is None) != whole_store:
        raise WatchError("Say what the target is told about: --audience NAME, or --whole-store.")
    created = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    secret = secrets.token_urlsafe(32)
    target = targets.Target(name, url, secret, created, audience, about, front.lang)
    targets.add(front.own_path, target)
    if json:
        front.print_json({**target.shown(), "secret": secret})
        return
    typer.echo(word("watch_added", front.lang, name=name, url=url, secret=secret))


@app.command(name="list")
def list_(store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """List who is told of changes, and how far. 列出通知对象及其进度。"""
    from api.watch import targets
    from api.watch.watcher import shown

    front = Front.of(store, json, lang)
    known = targets.progress(front.own_path)
    rows = [shown(each, known) for _, each in sorted(targets.load(front.own_path).items())]
    if json:
        front.print_json({"targets": rows})
        return
    for row in rows:
        view = row["audience"] or word("client_whole_store", front.lang)
        typer.echo(f"{row['name']}  {row['url']}  {view}  {row['about']}".rstrip())
        if row["message"]:
            typer.echo("  " + word("watch_failed", front.lang, count=row["attempts"], message=row["message"]))
    if not rows:
        typer.echo(word("watch_none", front.lang))


@app.command()
def remove(name: Name, store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """No longer tell an address of changes. 移除通知对象。"""
    from api.watch import targets

    front = Front.of(store, json, lang)
    targets.remove(front.own_path, name)
    if json:
        front.print_json({"removed": name})
        return
    typer.echo(word("watch_removed", front.lang, name=name))
