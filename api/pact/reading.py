"""What reader processes do for the host: pages of footprints, single ones, checking events, and answers to requests."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from api.errors import NotFoundError, RequestError
from api.pact.events import PactEvent, Record, fulfilled_event, read_event, rejected_event
from api.pact.filters import Filters
from api.readers.frames import Output
from graphstore.contract import SparqlStore

Job = Mapping[str, Any]

JSON: Final = "application/json"
BEFORE_ALL: Final = "00000000-0000-0000-0000-000000000000"
"""The position before the first footprint."""
MOST_ANSWERED: Final = 500
"""Footprints that one answer to a request holds."""
_SELECTED_BY: Final = (
    "id", "status", "productIds", "companyIds", "productClassifications", "validityPeriodStart", "validityPeriodEnd",
)  # fmt: skip
_SELECTED_BY_PCF: Final = (
    "geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision", "referencePeriodEnd",
)  # fmt: skip
_MOST_REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class Index:
    """What the footprints of one generation are selected by, in the order of their ids."""

    ids: list[str]
    keys: list[Record]

    @classmethod
    def of(cls, store: SparqlStore) -> Index:
        """The index of a store; made once, and gone with it."""
        if store not in _INDEXES:
            from mappings.pact import records

            found = sorted((_reduced(record) for record in records(store)), key=lambda record: str(record["id"]))
            _INDEXES[store] = cls([str(record["id"]) for record in found], found)
        return _INDEXES[store]

    def matching(self, filters: Filters, after: str | None) -> Iterator[str]:
        """Ids behind a position that the filters let through."""
        from mappings.pact import matches

        start = 0 if after is None else bisect_right(self.ids, after.lower())
        for place in range(start, len(self.ids)):
            if matches(self.keys[place], filters):
                yield self.ids[place]


_INDEXES: Final[WeakKeyDictionary[SparqlStore, Index]] = WeakKeyDictionary()


def list_page(store: SparqlStore, job: Job, _payload: bytes, out: Output) -> None:
    """Answer with one page of footprints, and say behind which the next one begins."""
    limit, after = int(job["limit"]), job["after"]
    chosen = list[str]()
    more = False
    for identifier in Index.of(store).matching(job["filters"], after):
        if len(chosen) == limit:
            more = True
            break
        chosen.append(identifier)
    last = chosen[-1] if chosen else after or BEFORE_ALL
    out.head(content_type=JSON, generation=store.generation, next=last if more else None)
    out.write(b'{"data":[')
    for number, text in enumerate(_texts(store, chosen)):
        out.write((b"," if number else b"") + text.encode())
    out.write(b"]}")


def footprint(store: SparqlStore, job: Job, _payload: bytes, out: Output) -> None:
    """Answer with one footprint.

    Raises:
        NotFoundError: there is none of this id that the client may read.
    """
    (found,) = _texts(store, [str(job["id"])])
    out.head(content_type=JSON, generation=store.generation)
    out.write(b'{"data":' + found.encode() + b"}")


def check_event(_store: SparqlStore, _job: Job, payload: bytes, out: Output) -> None:
    """Check an event and say what it is.

    Raises:
        RequestError: it is none, or one of the footprints in it is none.
    """
    event = read_event(payload)
    if event.kind == "fulfilled":
        _check_footprints(event.data["pfs"])
    error = event.data["error"] if event.kind == "rejected" else {"code": "", "message": ""}
    out.head(
        content_type=JSON,
        event=event.kind,
        id=event.id,
        source=event.source,
        request=event.data["requestEventId"] if event.kind in {"fulfilled", "rejected"} else None,
        footprints=event.footprints if event.kind == "published" else [],
        message=f"{error['code']}: {error['message']}",
    )


def answer(store: SparqlStore, job: Job, payload: bytes, out: Output) -> None:
    """Write the event that answers a request: the footprints that it selects, or why there are none."""
    event = read_event(payload)
    out.head(content_type=JSON, generation=store.generation)
    out.write(_answer(store, event, str(job["id"]), str(job["here"])))


def _answer(store: SparqlStore, event: PactEvent, identifier: str, here: str) -> bytes:
    from mappings.pact.jsontext import Written

    chosen = list(Index.of(store).matching(event.filters, None))
    if not chosen:
        message = "There is no footprint that matches the request. 没有符合请求的碳足迹。"
        return rejected_event(identifier, here, event.id, "NotFound", message)
    if len(chosen) > MOST_ANSWERED:
        message = (
            f"{len(chosen)} footprints match; one answer holds {MOST_ANSWERED}. Select fewer, or use ListFootprints. "
            f"符合的碳足迹有 {len(chosen)} 条，一次最多回复 {MOST_ANSWERED} 条。请缩小范围或使用 ListFootprints。"
        )
        return rejected_event(identifier, here, event.id, "BadRequest", message)
    return fulfilled_event(identifier, here, event.id, [Written(text) for text in _texts(store, chosen)])


def _check_footprints(records: list[Record]) -> None:
    from mappings.pact import check

    for place, record in enumerate(records):
        wrong = [finding for finding in check(record) if finding.severity == "error"]
        if wrong:
            reasons = "; ".join(f"{each.pointer or '/'}: {each.messages['en']}" for each in wrong[:_MOST_REASONS])
            raise RequestError(f"The footprint {place} in the event is none of PACT 3: {reasons}")


def _texts(store: SparqlStore, identifiers: list[str]) -> list[str]:
    """Footprints as they came, so that what signs a part of them holds; their status is that of today.

    Raises:
        NotFoundError: there is no such footprint.
    """
    from mappings.pact import texts_of

    found = texts_of(store, identifiers)
    missing = next((each for each in identifiers if each.lower() not in found), None)
    if missing is not None:
        raise NotFoundError(f"There is no footprint {missing}.")
    return [found[each.lower()] for each in identifiers]


def _reduced(record: Mapping[str, Any]) -> Record:
    pcf = record.get("pcf") or {}
    return {
        **{name: record[name] for name in _SELECTED_BY if name in record},
        "pcf": {name: pcf[name] for name in _SELECTED_BY_PCF if name in pcf},
    }
