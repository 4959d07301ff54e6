"""Commands about the clients of the server: who they are, and their keys."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanmai.commands.options import Front, Json, Lang, Store, day
from tanmai.words import word

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from api.access.clients import Client, ClientFile, Roster
    from api.access.principals import Role

app = typer.Typer(
    help="Add, list and remove clients of the server, and their keys. 服务器客户端及其密钥的登记、查看与移除。",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="Name of the client; its client_id. 客户端名称，即 client_id。")]
Expires = Annotated[
    str | None,
    typer.Option("--expires", help="Last day of the key, YYYY-MM-DD. 密钥有效期末日。", show_default="no end"),
]


@app.command()
def add(
    name: Name,
    role: Annotated[
        list[str],
        typer.Option("--role", help="reader, submitter, verifier, curator or admin; may be repeated. 角色，可重复。"),
    ],
    audience: Annotated[
        str | None,
        typer.Option("--audience", help="Audience whose view of the store it reads, such as public. 受众。"),
    ] = None,
    whole_store: Annotated[
        bool, typer.Option("--whole-store", help="It reads everything; so do curators and admins. 可读取整个存储。")
    ] = False,
    organisation: Annotated[
        str, typer.Option("--organisation", help="IRI of the organisation that it acts for. 所代表组织的 IRI。")
    ] = "",
    expires: Expires = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Add a client and print its key, this once. 登记客户端并显示其密钥（仅一次）。"""
    from api.access import keys
    from api.access.clients import Client
    from api.errors import ClientError

    front = Front.of(store, json, lang)
    roles = frozenset(_role(each) for each in role)
    _check_audience(roles, audience, whole_store)
    text, key = keys.new(keys.today(), _last_day(expires))
    made = Client(name, roles, audience, organisation, (key,))

    def adding(roster: Roster) -> Roster:
        if name in roster.clients:
            raise ClientError(f"There is a client {name} already. Give it another key by tanmai client key {name}.")
        return roster.with_client(made)

    file = _file(front)
    first = not file.path.exists()
    file.change(adding)
    _note(front, f"client add {name} {' '.join(sorted(roles))} {audience or 'whole store'}")
    _tell_key(front, made, text, key.id)
    if first:
        typer.echo(word("client_first", front.lang), err=True)


@app.command(name="list")
def list_(store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """List the clients, their keys and when each was used last. 列出客户端、密钥及其最近使用日期。"""
    from api.access import rates
    from api.access.clients import Roster
    from api.access.rates import Rates

    front = Front.of(store, json, lang)
    file = _file(front)
    roster = file.current() or Roster()
    counted = Rates(file.path.with_name(rates.FILE))
    used = counted.days()
    counted.close()
    rows = [_row(each, used) for _, each in sorted(roster.clients.items())]
    if json:
        front.print_json({"clients": rows})
        return
    from tanmai.render.access import show_clients

    show_clients(rows, front.lang)


@app.command()
def key(name: Name, expires: Expires = None, store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Give a client one more key and print it, this once. 为客户端新增密钥并显示（仅一次）。"""
    from api.access import keys

    front = Front.of(store, json, lang)
    text, made = keys.new(keys.today(), _last_day(expires))
    roster = _changed(front, name, lambda client: replace(client, keys=(*client.keys, made)))
    _note(front, f"client key {name} {made.id}")
    _tell_key(front, roster.client(name), text, made.id)


@app.command()
def revoke(
    name: Name,
    key: Annotated[
        str | None, typer.Option("--key", help="Id of the key; else all keys. 密钥编号，默认全部。", show_default="all")
    ] = None,
    store: Store = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Revoke a key, or all keys, with the tokens that were had by them; at once. 立即吊销密钥及以其获取的令牌。"""
    from api.access.clients import without_key

    front = Front.of(store, json, lang)
    gone = list[str]()

    def revoking(client: Client) -> Client:
        left = without_key(client, key)
        gone.extend(each.id for each in client.keys if each not in left.keys)
        return left

    _changed(front, name, revoking)
    _note(front, f"client revoke {name} {' '.join(gone)}")
    _say(front, {"client": name, "revoked": gone}, word("client_keys_gone", front.lang, name=name, count=len(gone)))


@app.command()
def disable(name: Name, store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Do not let a client in for now; at once. 立即停用客户端。"""
    _switch(Front.of(store, json, lang), name, disabled=True)


@app.command()
def enable(name: Name, store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Let a client in again. 重新启用客户端。"""
    _switch(Front.of(store, json, lang), name, disabled=False)


@app.command()
def remove(name: Name, store: Store = None, json: Json = False, lang: Lang = None) -> None:
    """Remove a client with its keys; at once. 立即移除客户端及其密钥。"""
    front = Front.of(store, json, lang)
    _file(front).change(lambda roster: roster.without(name))
    _note(front, f"client remove {name}")
    _say(front, {"client": name, "removed": True}, word("client_removed", front.lang, name=name))


def _switch(front: Front, name: str, *, disabled: bool) -> None:
    _changed(front, name, lambda client: replace(client, disabled=disabled))
    _note(front, f"client {'disable' if disabled else 'enable'} {name}")
    told = word("client_disabled" if disabled else "client_enabled", front.lang, name=name)
    _say(front, {"client": name, "disabled": disabled}, told)


def folder_of(front: Front) -> Path:
    """Folder of the clients of the store; where an endpoint keeps it, in the directory of what the server itself keeps.

    Raises:
        StoreNotFoundError: there is no store.
    """
    from api.settings import PREFIX, access_folder
    from graphstore import layout

    stated = os.environ.get(PREFIX + "ACCESS", "")
    return access_folder(front.own_path if front.remote else layout.read(front.store_path).root, stated)


def _file(front: Front) -> ClientFile:
    from api.access import clients

    return clients.ClientFile(folder_of(front) / clients.FILE)


def _changed(front: Front, name: str, by: Any) -> Roster:
    return _file(front).change(lambda roster: roster.with_client(by(roster.client(name))))


def _note(front: Front, command: str) -> None:
    """Have the audit log say what was done; where it cannot be written, the clients are changed all the same."""
    from api.audit.log import AuditLog
    from api.errors import AuditError
    from tanmai.translate import translated

    try:
        AuditLog(front.own_path / "audit").command(command)
    except AuditError as error:
        typer.echo(translated(str(error), front.lang), err=True)


def _role(text: str) -> Role:
    from api.access.principals import Role

    if text not in {*Role}:
        raise typer.BadParameter(f"{text!r} is no role: choose from {', '.join(Role)}.", param_hint="--role")
    return Role(text)


def _check_audience(roles: frozenset[Role], audience: str | None, whole_store: bool) -> None:
    """See that it is said what a client reads; nobody gets the whole store because a word was forgotten.

    Raises:
        typer.BadParameter: it is not said, or said twice.
    """
    from graphstore.audiences.visibility import checked_name

    if audience is not None:
        checked_name(audience)  # no view has another name, so the client could read nothing
    if audience is not None and whole_store:
        raise typer.BadParameter("Say --audience or --whole-store, not both.", param_hint="--audience")
    if audience is None and not whole_store and not roles & {"curator", "admin"}:
        raise typer.BadParameter(
            "Say what the client reads: --audience public, or --whole-store.", param_hint="--audience"
        )


def _last_day(text: str | None) -> dt.date | None:
    from api.access import keys

    if text is None:
        return None
    found = day(text, "--expires")
    if found < keys.today():
        raise typer.BadParameter(f"{text} is over already.", param_hint="--expires")
    return found


def _tell_key(front: Front, client: Client, text: str, key_id: str) -> None:
    data = {"client": client.name, "client_id": client.name, "key_id": key_id, "key": text}
    _say(front, data, word("client_key", front.lang, name=client.name, secret=text))


def _say(front: Front, data: dict[str, Any], text: str) -> None:
    if front.json:
        front.print_json(data)
    else:
        typer.echo(text)


def _row(client: Client, used: dict[str, str]) -> dict[str, Any]:
    """A client as it is listed: no hash of a key."""
    told = {name: value for name, value in client.to_json().items() if name != "keys"}
    keys = [
        {
            "id": each.id,
            "created": each.created.isoformat(),
            "expires": each.expires.isoformat() if each.expires else None,
            "used": used.get(each.id),
        }
        for each in client.keys
    ]
    return {"name": client.name, **told, "keys": keys}
