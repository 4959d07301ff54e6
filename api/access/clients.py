"""Who is known: clients with roles, audience, organisation and keys, as one JSON file that is read again when it changes."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from api.access import private
from api.access.keys import Key, id_in, matches
from api.access.principals import Principal, Role
from api.errors import AccessFileError, ClientError

FILE: Final = "clients.json"
VERSION: Final = 1
NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,63}")
"""What clients and audiences may be called: a name that is a name of a folder, too, and of nothing above it."""


@dataclass(frozen=True, slots=True)
class Client:
    """One client.

    Attributes:
        name: its name, which is its ``client_id`` too.
        roles: what it may do.
        audience: the view of the store that it reads; ``None`` for the whole store.
        organisation: IRI of the organisation that it acts for; empty for none.
        keys: its keys; each is an API key, and a client secret.
        disabled: whether it is not let in for now.
    """

    name: str
    roles: frozenset[Role]
    audience: str | None
    organisation: str = ""
    keys: tuple[Key, ...] = ()
    disabled: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be used.

        Raises:
            ClientError: a name of another form, no role, or an organisation that is no absolute IRI.
        """
        for text in (self.name, self.audience):
            if text is not None and not NAME.fullmatch(text):
                raise ClientError(
                    f"{text!r} cannot be the name of a client or audience: letters, digits, '.', '_' and '-', at most 64, a "
                    "letter or digit first."
                )
        if not self.roles:
            raise ClientError(f"The client {self.name} has no role. Give it one of: {', '.join(Role)}.")
        if self.organisation and not _absolute(self.organisation):
            raise ClientError(f"The organisation {self.organisation!r} of {self.name} is no absolute IRI.")

    def principal(self, key: Key) -> Principal:
        """The client as who asks."""
        return Principal(self.name, self.roles, self.audience, self.organisation, key.id)

    def to_json(self) -> dict[str, Any]:
        """How it stands in the file."""
        return {
            "roles": sorted(self.roles),
            "audience": self.audience,
            "organisation": self.organisation,
            "disabled": self.disabled,
            "keys": [_key_json(key) for key in self.keys],
        }


@dataclass(frozen=True)
class Roster:
    """All clients at one time, by name."""

    clients: Mapping[str, Client] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes, name: str) -> Roster:
        """Read the file.

        Raises:
            AccessFileError: it is none; says where.
        """
        try:
            found = json.loads(data)
            if found["version"] != VERSION:
                raise AccessFileError(f"{name} has version {found['version']!r}; this program reads {VERSION}.")
            return cls({each: _client(each, stated) for each, stated in found["clients"].items()})
        except (ValueError, KeyError, TypeError, AttributeError, ClientError) as error:
            raise AccessFileError(
                f"{name} is no file of clients: {type(error).__name__}: {error}. Nobody is let in until it is mended."
            ) from None

    def to_bytes(self) -> bytes:
        """The file."""
        told = {"version": VERSION, "clients": {name: each.to_json() for name, each in sorted(self.clients.items())}}
        return json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"

    def client(self, name: str) -> Client:
        """A client by its name.

        Raises:
            ClientError: there is none.
        """
        if name not in self.clients:
            known = ", ".join(sorted(self.clients)) or "none"
            raise ClientError(f"There is no client {name}. Known: {known}.")
        return self.clients[name]

    def by_key(self, text: str, day: dt.date) -> Principal | None:
        """Whom a key proves on a day; ``None`` for nobody."""
        client, key = self._by_id.get(id_in(text), (None, None))
        proven = matches(key.sha256 if key else None, text)
        if client is None or key is None or not proven:
            return None
        return client.principal(key) if key.lives(day) and not client.disabled else None

    def by_secret(self, name: str, secret: str, day: dt.date) -> Principal | None:
        """Whom a client's name and secret prove on a day; ``None`` for nobody."""
        found = self.by_key(secret, day)
        return found if found is not None and found.name == name else None

    def holder(self, name: str, key_id: str, day: dt.date) -> Principal | None:
        """The client that a token was given to for one of its keys, if both still hold; ``None`` else."""
        client = self.clients.get(name)
        if client is None or client.disabled:
            return None
        return next((client.principal(key) for key in client.keys if key.id == key_id and key.lives(day)), None)

    def with_client(self, client: Client) -> Roster:
        """The same with a client in place of the one of that name."""
        return Roster({**self.clients, client.name: client})

    def without(self, name: str) -> Roster:
        """The same without a client.

        Raises:
            ClientError: there is none.
        """
        self.client(name)
        return Roster({each: client for each, client in self.clients.items() if each != name})

    @cached_property
    def _by_id(self) -> dict[str, tuple[Client, Key]]:
        return {key.id: (client, key) for client in self.clients.values() for key in client.keys}


@dataclass(slots=True)
class ClientFile:
    """The file of clients as a running server sees it: read again when it changes.

    Attributes:
        path: where it is.
    """

    path: Path
    _seen: tuple[int, int, int] | None = None
    _roster: Roster | None = None

    def current(self) -> Roster | None:
        """Who is known now; ``None`` where there never was a file.

        Raises:
            AccessFileError: the file cannot be used, or is gone although it was there: then nobody is let in.
        """
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            if self._seen is not None:
                raise AccessFileError(
                    f"{self.path} is gone. Nobody is let in until it is back, or the server is started again without it."
                ) from None
            return None
        except OSError as error:
            raise AccessFileError(
                f"{self.path} cannot be read: {error.strerror}. Nobody is let in until it can."
            ) from None
        stamp = (found.st_ctime_ns, found.st_ino, found.st_size)
        if stamp != self._seen or self._roster is None:
            self._roster, self._seen = None, stamp
            self._roster = Roster.parse(private.read(self.path), str(self.path))
        return self._roster

    def change(self, by: Callable[[Roster], Roster]) -> Roster:
        """Change who is known; two that change it at once do so one after the other.

        Raises:
            AccessFileError: the file cannot be used; it is unchanged.
            ClientError: what ``by`` refuses; nothing is changed.
        """
        private.make_folder(self.path.parent)
        with private.locked(self.path.with_name("LOCK")):
            changed = by(self.current() or Roster())
            private.write(self.path, changed.to_bytes())
        return changed


def without_key(client: Client, key_id: str | None) -> Client:
    """A client without one of its keys, or without any.

    Raises:
        ClientError: it has no such key.
    """
    left = tuple(key for key in client.keys if key_id is not None and key.id != key_id)
    if key_id is not None and len(left) == len(client.keys):
        known = ", ".join(key.id for key in client.keys) or "none"
        raise ClientError(f"The client {client.name} has no key {key_id}. Its keys: {known}.")
    return replace(client, keys=left)


def _client(name: str, stated: Mapping[str, Any]) -> Client:
    return Client(
        name,
        frozenset(Role(role) for role in stated["roles"]),
        None if stated["audience"] is None else str(stated["audience"]),
        str(stated.get("organisation", "")),
        tuple(_key(each) for each in stated["keys"]),
        bool(stated.get("disabled", False)),
    )


def _key(stated: Mapping[str, Any]) -> Key:
    expires = stated.get("expires")
    return Key(
        str(stated["id"]),
        str(stated["sha256"]),
        dt.date.fromisoformat(stated["created"]),
        None if expires is None else dt.date.fromisoformat(expires),
    )


def _key_json(key: Key) -> dict[str, Any]:
    expires = key.expires.isoformat() if key.expires else None
    return {"id": key.id, "sha256": key.sha256, "created": key.created.isoformat(), "expires": expires}


def _absolute(iri: str) -> bool:
    parts = urlsplit(iri)
    return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r'[\s<>"{}|^`\\]', iri)
