"""Partners: whose footprints are fetched, who is told about ours, and how we sign in with them.

They are kept in ``partners.json`` in the folder ``pact`` of the store, readable by its owner alone, since it holds secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from api.access import private
from api.errors import PartnerError
from graphstore.durable import sync_directory

FOLDER: Final = "pact"
"""Folder of the store for partners and events."""
FILE: Final = "partners.json"
_LOCK: Final = "partners.lock"
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.\-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Partner:
    """One host of footprints.

    Attributes:
        name: what it is called here; the same as the name of its client at this server, so that its events are known as its own.
        url: base address of its host, ``https://...`` without a final slash; events name it as their source.
        client_id: under which name it knows us.
        client_secret: and by which secret.
        scope: scope that its tokens are asked for; empty for none.
        audience: audience that its tokens are asked for; empty for none.
    """

    name: str
    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    audience: str = ""

    def shown(self) -> dict[str, str]:
        """What may be printed: everything but the secret."""
        return {key: value for key, value in asdict(self).items() if key != "client_secret"}


def folder_of(store: Path) -> Path:
    """The folder of a store for partners and events; made when it is first needed."""
    return store / FOLDER


def clean_url(url: str) -> str:
    """A base address as it is kept: host in lower case, no final slash.

    Raises:
        PartnerError: it is no address of a host, or not of HTTPS.
    """
    wrong = PartnerError(
        f"{url!r} is no address of a PACT host. Write it as https://host or https://host/path, without user, ? and #."
    )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme.lower() != "https" or not host or parts.username is not None or parts.query or parts.fragment:
        raise wrong
    if not url.isascii() or not url.isprintable() or " " in url:
        raise wrong
    shown = f"[{host}]" if ":" in host else host
    return f"https://{shown}{'' if port in {None, 443} else f':{port}'}{parts.path.rstrip('/')}"


def load(store: Path) -> dict[str, Partner]:
    """The partners of a store, by name.

    Raises:
        PartnerError: the file is none of partners.
        AccessFileError: it cannot be read, or others than its owner can read it.
    """
    path = folder_of(store) / FILE
    try:
        data = private.read(path)
    except FileNotFoundError:
        return {}
    try:
        found = [Partner(**entry) for entry in json.loads(data)["partners"]]
    except (ValueError, KeyError, TypeError) as error:
        raise PartnerError(
            f"{path} cannot be read ({error}). Mend it, or remove it and add the partners anew."
        ) from None
    return {partner.name: partner for partner in found}


def add(store: Path, partner: Partner) -> Partner:
    """Note a partner, in place of the one of this name.

    Raises:
        PartnerError: its name or address cannot be used, or another partner has the address.
    """
    if not _NAME.fullmatch(partner.name):
        raise PartnerError(f"{partner.name!r} is no name of a partner: use letters, digits, dots, - and _, at most 64.")
    with private.locked(make_folder(store) / _LOCK):
        return _added(store, partner)


def _added(store: Path, partner: Partner) -> Partner:
    known = load(store)
    other = next((p for p in known.values() if p.url == partner.url and p.name != partner.name), None)
    if other is not None:
        raise PartnerError(f"The partner {other.name} has the address {partner.url} already. Remove it first.")
    _save(store, (known | {partner.name: partner}).values())
    return partner


def remove(store: Path, name: str) -> Partner:
    """Forget a partner.

    Raises:
        PartnerError: there is none of this name.
    """
    with private.locked(make_folder(store) / _LOCK):
        known = load(store)
        gone = partner_of(known, name)
        _save(store, (partner for partner in known.values() if partner is not gone))
    return gone


def partner_of(known: dict[str, Partner], name: str) -> Partner:
    """The partner of a name.

    Raises:
        PartnerError: there is none.
    """
    if name not in known:
        shown = ", ".join(sorted(known)) or "none yet"
        raise PartnerError(f"There is no partner {name!r}. Known: {shown}. Add it by tanmai pact partner add.")
    return known[name]


def at(known: dict[str, Partner], url: str) -> Partner | None:
    """The partner at an address, as events write it (also ``//host`` or with the path of events); ``None`` where there is none."""
    whole = f"https:{url}" if url.startswith("//") else url
    try:
        wanted = clean_url(whole.removesuffix("/3/events"))
    except PartnerError:
        return None
    return next((partner for partner in known.values() if partner.url == wanted), None)


def make_folder(store: Path) -> Path:
    """The folder of a store for partners and events, for its owner's eyes alone."""
    folder = folder_of(store)
    if not folder.is_dir():
        private.make_folder(folder)
        sync_directory(store)
    return folder


def _save(store: Path, partners: Iterable[Partner]) -> None:
    text = json.dumps({"partners": [asdict(partner) for partner in partners]}, ensure_ascii=False, indent=2)
    private.write(make_folder(store) / FILE, text.encode() + b"\n")
