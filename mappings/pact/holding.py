"""Records in a store: taken in, each as a dataset of its own, and given out word for word.

A record never changes. The one thing that may is its status, from Active to Deprecated: when its owner sends it so, or when a
newer record names it as one that it replaces. The status of today is a statement of the graph; the text stays as it came.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from graphstore import GraphStore
from graphstore.audiences.changes import inherit
from mappings.errors import RecordError
from mappings.pact import jsontext, known
from mappings.pact.facts import facts_of
from mappings.pact.lexical import moment
from mappings.pact.reading import Read, ReadReport
from mappings.pact.statements import OwnFacts, dataset_key, node, own_key, own_statements, statements

if TYPE_CHECKING:
    from graphstore.contract import SparqlStore
    from graphstore.transaction import Transaction

_DEPRECATED: Final = "Deprecated"
_MANY: Final = 1000
"""Records beyond which all are asked for."""
_AT_ONCE: Final = 50
"""Records that one query asks for: larger ones take longer for each."""
_ASKED: Final = "VALUES ?identifier {}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        added: identifiers of records that are new.
        unchanged: identifiers of records that were there already.
        deprecated: identifiers of records that became Deprecated: sent so, or replaced by one of these.
        factors: IRI of the factor of each record, on which a supply chain can end; records without one are left out: those
            that state no usable total, and those that were made here.
    """

    added: tuple[str, ...]
    unchanged: tuple[str, ...]
    deprecated: tuple[str, ...]
    factors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A record of the store.

    Attributes:
        text: as it came or was made.
        version: of its format.
        status: today.
        own: whether it was made here.
        activity: what it is about, for one that was made here: product, study and settings.
    """

    text: str
    version: str
    status: str
    own: bool = False
    activity: str = ""


def import_records(store: SparqlStore, report: ReadReport, label: str = "", foreign: Container[str] = ()) -> Imported:
    """Take in the records of a file: all of them or none.

    Args:
        store: open for writing.
        report: what `read_records` returned.
        label: what the change is called in the journal; "import" and the name of the file when empty.
        foreign: identifiers of records of others, which deprecate none of these.

    Raises:
        RecordError: a record has errors, or its identifier is that of another record; nothing is changed.
        GraphStoreError: the store cannot be written.
    """
    with store.transaction(label or f"import {report.name}") as transaction:
        return load_records(transaction, store, report, foreign)


def load_records(
    transaction: Transaction, store: SparqlStore, report: ReadReport, foreign: Container[str] = ()
) -> Imported:
    """Take in the records of a file inside a transaction of the store; see :func:`import_records`."""
    _refuse_broken(report)
    held = _held_of(store, report)
    fresh: dict[str, Read] = {}
    unchanged: list[str] = []
    for read in report.records:
        if read.id in held:
            _require_same(held[read.id], read)
            unchanged.append(read.id)
        else:
            fresh.setdefault(read.id, read)
    known_now = {**held, **{key: _as_held(read) for key, read in fresh.items()}}
    deprecated = list(dict.fromkeys([*_deprecated(report, known_now), *_replaced_before(store, fresh, foreign)]))
    for identifier in dict.fromkeys([*fresh, *deprecated]):
        found = known_now[identifier]
        status = _DEPRECATED if identifier in deprecated else found.status
        read = fresh.get(identifier) or Read(0, jsontext.parse(found.text, identifier), found.text)
        _write(transaction, dataset_key(identifier), read, statements(read, store.base, status), report.name)
    factors = {
        read.id: node(store.base, "emission-factor", read.id)[1:-1]
        for read in report.records
        if not known_now[read.id].own and facts_of(read.record).total is not None
    }
    return Imported(tuple(fresh), tuple(dict.fromkeys(unchanged)), tuple(deprecated), factors)


def _held_of(store: SparqlStore, report: ReadReport) -> dict[str, Held]:
    """The records of a store that a file speaks of."""
    named = {read.id for read in report.records}
    named |= {older.lower() for read in report.records for older in read.record.get("precedingPfIds") or ()}
    return held_records(store, None if len(named) > _MANY else named)


def _as_held(read: Read) -> Held:
    return Held(read.text, str(read.record["specVersion"]), str(read.record["status"]))


def _replaced_before(store: SparqlStore, fresh: Mapping[str, Read], foreign: Container[str]) -> list[str]:
    """The new records that a record of the same company, which came earlier, has replaced already."""
    from graphstore.queries import load

    missing: dict[str, list[str]] = defaultdict(list)
    for row in store.query(load("revisions-of-absent-records")).dicts() if fresh else ():
        missing[str(row["older"])].append(str(row["newer"]))
    found: list[str] = []
    for identifier, read in fresh.items():
        for newer in missing.get(node(store.base, "record", identifier)[1:-1], ()):
            before = held_records(store, [newer]).get(newer)
            trusted = before is not None and not before.own and newer not in foreign
            if trusted and before and _companies(jsontext.parse(before.text, newer)) & _companies(read.record):
                found.append(identifier)
    return [identifier for identifier in found if fresh[identifier].record["status"] != _DEPRECATED]


def _deprecated(report: ReadReport, known_now: Mapping[str, Held]) -> list[str]:
    """The records that are Deprecated from now on: sent so, or named as replaced by a record of the same company.

    What was made here, only we replace; and nobody replaces the records of another company.
    """
    found: dict[str, None] = {}
    for read in report.records:
        if read.record["status"] == _DEPRECATED:
            found[read.id] = None
        for older in read.record.get("precedingPfIds") or ():
            before = known_now.get(older.lower())
            if (
                before is not None
                and older.lower() != read.id
                and _companies(jsontext.parse(before.text, older)) & _companies(read.record)
            ):
                found[older.lower()] = None
    return [key for key in found if known_now[key].status != _DEPRECATED and not known_now[key].own]


def _companies(record: Mapping[str, Any]) -> set[str]:
    return {str(urn).casefold() for urn in record.get("companyIds") or ()}


def write_own(store: SparqlStore, read: Read, own: OwnFacts, replaced: Sequence[str]) -> Mapping[str, str]:
    """Keep a record that was made here, and set those that it replaces to Deprecated, in one commit.

    Who may read those may read this one: who was given a number has to learn of the one that takes its place.

    Args:
        store: open for writing.
        read: the record.
        own: what it is about.
        replaced: identifiers of older records about the same.

    Returns:
        The audiences with which it is shared, by name, and how much of it.
    """
    with store.transaction(f"publish {read.id}") as transaction:
        _write(transaction, own_key(read.id), read, own_statements(read, own, store.base, "Active"), read.id)
        for older in replaced:
            held = held_records(store, [older])[older]
            before = Read(0, jsontext.parse(held.text, older), held.text)
            _write(transaction, own_key(older), before, own_statements(before, own, store.base, _DEPRECATED), older)
        if not isinstance(store, GraphStore):
            return {}
        return inherit(store, transaction, own_key(read.id), [own_key(older) for older in replaced])


def records(store: SparqlStore) -> Iterator[dict[str, Any]]:
    """Yield every record of version 3 that a store holds, with its status of today; oldest first, the same order each time.

    Records of version 2 are facts of the graph only: they cannot be said in version 3 without loss.

    Raises:
        RecordError: the text of a record is not what its checksum says.
    """
    for found, _ in _in_order(store):
        yield found


def record_texts(store: SparqlStore) -> Iterator[str]:
    """Yield what `records` yields as text: byte for byte as it came but for the status of today.

    Raises:
        RecordError: the text of a record is not what its checksum says.
    """
    for _, held in _in_order(store):
        yield _told(held)


def _in_order(store: SparqlStore) -> list[tuple[dict[str, Any], Held]]:
    found = [(_parsed(key, held), held) for key, held in held_records(store).items() if held.version.startswith("3.")]
    return sorted(found, key=lambda each: (moment(each[0]["created"]), str(each[0]["id"]).lower()))


def record(store: SparqlStore, identifier: str) -> dict[str, Any] | None:
    """Return the record of version 3 with an identifier, with its status of today; ``None`` where the store has none.

    Raises:
        RecordError: its text is not what its checksum says.
    """
    held = held_records(store, [identifier.lower()]).get(identifier.lower())
    return _parsed(identifier, held) if held is not None and held.version.startswith("3.") else None


def record_text(store: SparqlStore, identifier: str) -> str | None:
    """Return the record of version 3 with an identifier as it came, byte for byte but for its status of today.

    Raises:
        RecordError: its text is not what its checksum says.
    """
    return texts_of(store, [identifier]).get(identifier.lower())


def texts_of(store: SparqlStore, identifiers: Iterable[str]) -> dict[str, str]:
    """Return what `record_text` returns for each of several identifiers that the store has, by identifier in lower case.

    Raises:
        RecordError: the text of one is not what its checksum says.
    """
    found = held_records(store, [each.lower() for each in identifiers])
    for identifier, held in found.items():
        _parsed(identifier, held)  # what was loaded by other ways may be no JSON
    return {identifier: _told(held) for identifier, held in found.items() if held.version.startswith("3.")}


def _told(held: Held) -> str:
    """The text of a record that was parsed before, with its status of today."""
    if jsontext.member(held.text, "status", "").value == held.status:
        return held.text
    return jsontext.with_member(held.text, "status", jsontext.dumps(held.status))


def _parsed(identifier: str, held: Held) -> dict[str, Any]:
    found: dict[str, Any] = jsontext.parse(held.text, identifier)
    return {**found, "status": held.status}


def _rows(store: SparqlStore, identifiers: Iterable[str] | None) -> Iterator[Mapping[str, Any]]:
    from graphstore.queries import load

    text = load("exchange-records")
    if identifiers is None:
        yield from store.query(text.replace(_ASKED, "")).dicts()
        return
    terms = sorted({str(ox.Literal(each)) for each in identifiers})
    for start in range(0, len(terms), _AT_ONCE):
        listed = " ".join(terms[start : start + _AT_ONCE])
        yield from store.query(text.replace(_ASKED, f"VALUES ?identifier {{ {listed} }}")).dicts()


def held_records(store: SparqlStore, identifiers: Iterable[str] | None = None) -> dict[str, Held]:
    """Return the records of a store, or those with some identifiers, by identifier.

    A node in any other dataset may call itself a record; only the datasets that are written here are believed.

    Raises:
        RecordError: the text of a record is not what its checksum says.
    """
    from graphstore.terms import dataset_iri

    words = {iri: word for word, iri in known.statuses().items()}
    found: dict[str, Held] = {}
    for row in _rows(store, identifiers):
        key, text, graph = str(row["identifier"]), str(row["text"]), str(row["graph"]).rpartition("/v")[0]
        own = graph == dataset_iri(store.base, own_key(key)).value
        if not own and graph != dataset_iri(store.base, dataset_key(key)).value:
            continue
        if hashlib.sha256(text.encode()).hexdigest() != row["sha256"]:
            raise RecordError(
                f"the text of record {key} in the store is not what its checksum says. Check the store with `tanmai doctor --deep`, "
                "and import the record again."
            )
        about = f"{row['product']} {row['study']} {row['settings']}" if own else ""
        found[key] = Held(text, str(row["version"]), words[str(row["status"])], own, about)
    return found


def _refuse_broken(report: ReadReport) -> None:
    """Refuse a file with a broken record, or with one identifier for two records."""
    seen: dict[str, Read] = {}
    for read in report.records:
        for finding in read.findings:
            if finding.severity == "error":
                raise RecordError(
                    f"{report.name}: record {read.number} ({read.id[:40] or 'without id'}), "
                    f"{finding.pointer or 'the whole record'}: {finding.messages['en']}"
                    + (f" It is {finding.value}." if finding.value else "")
                )
        other = seen.setdefault(read.id, read)
        if _content(other.record) != _content(read.record):
            raise RecordError(_changed(report.name, read.id))


def _changed(name: str, identifier: str) -> str:
    return (
        f"{name}: record {identifier} is not what it was before, but a record never changes, except from Active to Deprecated. "
        "Give the new one an id of its own and list the old one in its precedingPfIds."
    )


def _require_same(before: Held, read: Read) -> None:
    """Refuse a record that is another one under the name of one that is held; only the status may differ, one way."""
    old: Mapping[str, Any] = jsontext.parse(before.text, read.id)
    if _content(old) != _content(read.record):
        raise RecordError(_changed(f"record {read.number}", read.id))


def _content(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without its status; null is absence, and one value in another order of keys is the same."""
    return {key: value for key, value in record.items() if key != "status" and value is not None}


def _write(transaction: Transaction, key: str, read: Read, data: bytes, name: str) -> None:
    transaction.load_bytes(
        data,
        key=key,
        format="ntriples",
        title=str(read.record["productNameCompany"]),
        publisher=str(read.record["companyName"]),
        name=name,
    )
