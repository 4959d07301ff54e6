"""Stores whose server knows clients, for tests."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from api.access import keys
from api.access.clients import Client, ClientFile
from api.access.principals import Role
from graphstore import GraphStore
from graphstore.audiences import changes
from graphstore.audiences.visibility import Audience, Extent, Level
from registry.publishing.publish import publish

SECRET, PARTNER, PUBLIC = "CANARY-bill-of-materials", "CANARY-shared-with-mill", "everybody-may-know"

GENEROUS = "[failures]\nper_minute = 60000\nburst = 1000\n"
"""Limits under which tests that try many wrong keys from one address are not slowed down."""

CLIENTS = {
    "boss": ((Role.ADMIN,), None),
    "cura": ((Role.CURATOR,), None),
    "mill": ((Role.SUBMITTER, Role.READER), "mill"),
    "miller": ((Role.ADMIN,), "mill"),
}


_templates: list[tempfile.TemporaryDirectory[str]] = []
"""A store with its views, made once and copied for each test that wants one."""


def clients_of(store: Path) -> ClientFile:
    """The file of clients of a store."""
    return ClientFile(store / "access" / "clients.json")


def add(store: Path, name: str, roles: tuple[Role, ...], audience: str | None, expires: dt.date | None = None) -> str:
    """Add a client, or in its place a new one; its key."""
    text, key = keys.new(keys.today(), expires)
    client = Client(name, frozenset(roles), audience, keys=(key,))
    clients_of(store).change(lambda roster: roster.with_client(client))
    return text


def change(store: Path, name: str, **fields: object) -> None:
    """Change a client."""
    clients_of(store).change(lambda roster: roster.with_client(replace(roster.client(name), **fields)))


def fill(path: Path, *values: str) -> None:
    """Make a store with one statement for each value."""
    with GraphStore.open(path) as store, store.transaction("data") as transaction:
        for number, value in enumerate(values):
            text = f'<urn:thing{number}> <urn:says> "{value}" .'
            transaction.load_bytes(text.encode(), key=f"data{number}", format="turtle", title=value)


def guarded(where: Path, limits: str = GENEROUS) -> tuple[Path, dict[str, str]]:
    """A store with views for two audiences, and the keys of its clients."""
    store = where / "store"
    if not _templates:
        _templates.append(tempfile.TemporaryDirectory(prefix="admission-"))
        template = Path(_templates[0].name) / "store"
        fill(template, PUBLIC, PARTNER, SECRET)
        with GraphStore.open(template) as opened:
            changes.set_level(opened, "data0", Level.PUBLIC)
            changes.add(opened, "public", Audience("Everybody"))
            changes.add(opened, "mill", Audience("The mill"))
            changes.share(opened, "data1", "mill", Extent.DATA)
            publish(opened)
    shutil.copytree(Path(_templates[0].name) / "store", store)
    found = {name: add(store, name, *stated) for name, stated in CLIENTS.items()}
    (store / "access" / "limits.toml").write_text(limits)
    return store, found


def bearer(text: str) -> dict[str, str]:
    """The header that shows a key or token."""
    return {"Authorization": f"Bearer {text}"}
