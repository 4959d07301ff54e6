"""Telling a partner which of our footprints it can fetch now: noted here, sent by the server, again and again until it is taken."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from api.access.clients import FILE, ClientFile, Roster
from api.errors import PartnerError
from api.pact import partners
from api.pact.events import is_uuid, published_event
from api.pact.inbox import Event, Inbox, key_of
from graphstore import GraphStore, layout
from graphstore.audiences.visibility import view_path


def announce(store: Path, access: Path, name: str, identifiers: Sequence[str], here: str) -> str:
    """Note that a partner is to be told of footprints. Returns the id of the event.

    Args:
        store: directory of the store.
        access: folder of the clients.
        name: of the partner, and of the client that it is here.
        identifiers: of the footprints.
        here: where the partner reaches this server.

    Raises:
        PartnerError: there is no such partner, or it can fetch one of the footprints not at all.
        ClientError: it is no client of this server, so that it can fetch nothing.
        BusyError: too much waits for it already.
    """
    from mappings.pact import record

    partners.partner_of(partners.load(store), name)
    client = (ClientFile(access / FILE).current() or Roster()).client(name)
    seen = store if client.audience is None else view_path(layout.read(store), client.audience)
    ids = [each.lower() for each in dict.fromkeys(identifiers)]
    with GraphStore.open(seen, mode="read") as view:
        hidden = [each for each in ids if not is_uuid(each) or record(view, each) is None]
    if hidden:
        raise PartnerError(
            f"{name} can fetch no footprint {hidden[0]} here, so it is told of none. Check the id, or share its dataset first: "
            "tanmai audience share."
        )
    identifier = str(uuid.uuid4())
    body = published_event(identifier, here, ids)
    Inbox(store).note(Event(key_of(name, here, identifier), "announced", body, name, client.audience, name, here))
    return identifier
