"""The four events of PACT 3, as CloudEvents 1.0 in structured mode: read with care, and written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from api.errors import RequestError
from api.pact.filters import Filters, filters_of_event
from api.pact.inbox import Kind

if TYPE_CHECKING:
    from mappings.pact.jsontext import Written

MEDIA_TYPE: Final = "application/cloudevents+json"
_FAMILY: Final = "org.wbcsd.pact.ProductFootprint."
KINDS: Final[dict[str, Kind]] = {
    _FAMILY + "RequestCreatedEvent.3": "created",
    _FAMILY + "RequestFulfilledEvent.3": "fulfilled",
    _FAMILY + "RequestRejectedEvent.3": "rejected",
    _FAMILY + "PublishedEvent.3": "published",
}
"""Type of an event to what it says."""
TYPES: Final = {kind: name for name, kind in KINDS.items()}

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST: Final = 2000
_MOST: Final = 10_000
"""Footprints that one event may name."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PactEvent:
    """An event that is what it has to be.

    Attributes:
        kind: what it says.
        id: its id, unique among the events of its source.
        source: address of the host that sent it.
        data: what it carries.
    """

    kind: Kind
    id: str
    source: str
    data: Record

    @property
    def filters(self) -> Filters:
        """What a request selects."""
        return filters_of_event(self.data)

    @property
    def footprints(self) -> list[str]:
        """Ids of the footprints that were published."""
        return [str(each).lower() for each in self.data["pfIds"]]


def read_event(body: bytes) -> PactEvent:
    """Read an event and everything in it that PACT fixes, except the footprints of a fulfilled request.

    Raises:
        RequestError: it is no event of PACT 3; the message says where and why.
        UnsupportedError: it selects by a filter of a vendor.
    """
    found = _object(body)
    if found.get("specversion") != "1.0":
        raise RequestError(f"The specversion of the event is {found.get('specversion')!r}; only '1.0' is read.")
    kind = KINDS.get(_text(found, "type"))
    if kind is None:
        raise RequestError(f"The type of the event is {found['type']!r}; it is one of: {', '.join(KINDS)}.")
    _check_time(_text(found, "time"))
    data = found.get("data")
    if not isinstance(data, dict):
        raise RequestError("The event has no data. Send an object.")
    event = PactEvent(kind, _text(found, "id"), _text(found, "source"), data)
    _CHECKS[kind](event)
    return event


def is_uuid(text: object) -> bool:
    """Whether a value is an id of a footprint."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def created_event(identifier: str, source: str, data: Record) -> bytes:
    """The event that asks a partner for footprints."""
    return _written("created", identifier, source, data)


def fulfilled_event(identifier: str, source: str, request: str, records: Sequence[Written]) -> bytes:
    """The event that answers a request with footprints."""
    return _written("fulfilled", identifier, source, {"requestEventId": request, "pfs": list(records)})


def published_event(identifier: str, source: str, footprints: Sequence[str]) -> bytes:
    """The event that tells a partner which footprints it can fetch."""
    return _written("published", identifier, source, {"pfIds": list(footprints)})


def rejected_event(identifier: str, source: str, request: str, code: str, message: str) -> bytes:
    """The event that answers a request with the reason why there are none."""
    return _written(
        "rejected", identifier, source, {"requestEventId": request, "error": {"code": code, "message": message}}
    )


def _written(kind: Kind, identifier: str, source: str, data: Record) -> bytes:
    event = {
        "type": TYPES[kind],
        "specversion": "1.0",
        "id": identifier,
        "source": source,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }
    from mappings.pact.jsontext import dumps

    return dumps(event).encode()


def _object(body: bytes) -> Record:
    from mappings.errors import MappingError
    from mappings.pact.jsontext import parse

    try:
        found = parse(body.decode("utf-8"), "event")
    except UnicodeDecodeError:
        raise RequestError("The event is not UTF-8.") from None
    except MappingError as error:
        raise RequestError(f"The event cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise RequestError("The event is no JSON object. Send one event in structured mode.")
    return found


def _text(found: Record, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        raise RequestError(f"The event needs {name}, a text of 1 to {_LONGEST} characters; there is {value!r:.80}.")
    return value


def _check_time(text: str) -> None:
    try:
        good = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        good = False
    if not good:
        raise RequestError(f"The time of the event is {text!r:.80}; write it as 2025-01-31T08:00:00Z.")


def _check_created(event: PactEvent) -> None:
    comment = event.data.get("comment")
    if comment is not None and not isinstance(comment, str):
        raise RequestError("The comment in the data of the event is no text.")
    if not event.filters:
        raise RequestError("The request selects nothing. State productId or another filter in the data of the event.")


def _check_fulfilled(event: PactEvent) -> None:
    _text(event.data, "requestEventId")
    records = event.data.get("pfs")
    if not isinstance(records, list) or not records or len(records) > _MOST:
        raise RequestError(f"The event needs pfs in its data, a list of 1 to {_MOST} footprints.")
    if not all(isinstance(record, dict) for record in records):
        raise RequestError("One of the pfs in the data of the event is no object.")


def _check_rejected(event: PactEvent) -> None:
    _text(event.data, "requestEventId")
    error = event.data.get("error")
    if not isinstance(error, dict):
        raise RequestError("The event needs error in its data, an object with code and message.")
    _text(error, "code")
    _text(error, "message")


def _check_published(event: PactEvent) -> None:
    named = event.data.get("pfIds")
    if not isinstance(named, list) or not named or len(named) > _MOST:
        raise RequestError(f"The event needs pfIds in its data, a list of 1 to {_MOST} ids of footprints.")
    wrong = next((each for each in named if not is_uuid(each)), None)
    if wrong is not None:
        raise RequestError(f"One of the pfIds in the data of the event is {wrong!r:.80}, which is no UUID.")


_CHECKS: Final = {
    "created": _check_created,
    "fulfilled": _check_fulfilled,
    "rejected": _check_rejected,
    "published": _check_published,
}
