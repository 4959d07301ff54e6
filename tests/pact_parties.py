"""What tests of the PACT host share: clients, footprints in stores, and events."""

import json
import uuid

from api.access import keys
from api.access.clients import Client, ClientFile
from api.access.principals import Role
from graphstore import GraphStore
from mappings.pact import import_records, read_records

TYPE = "application/cloudevents+json; charset=UTF-8"
CREATED = "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3"
FULFILLED = "org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3"
REJECTED = "org.wbcsd.pact.ProductFootprint.RequestRejectedEvent.3"
PUBLISHED = "org.wbcsd.pact.ProductFootprint.PublishedEvent.3"


def put(store, found):
    with GraphStore.open(store) as opened:
        import_records(opened, read_records(json.dumps(found).encode(), "test"))


def known(store, name, audience):
    """Make a client; the secret it signs in with."""
    text, key = keys.new(keys.today())
    roles = frozenset({Role.READER, Role.SUBMITTER}) if name != "looker" else frozenset({Role.READER})
    ClientFile(store / "access" / "clients.json").change(
        lambda r: r.with_client(Client(name, roles, audience, keys=(key,)))
    )
    return text


def event(kind, source, data, identifier=None):
    return {
        "type": kind,
        "specversion": "1.0",
        "id": identifier or str(uuid.uuid4()),
        "source": source,
        "time": "2026-01-05T08:00:00Z",
        "data": data,
    }


def send(client, told):
    return client.post("/3/events", content=json.dumps(told), headers={"Content-Type": TYPE})
