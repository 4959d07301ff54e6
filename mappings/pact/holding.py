"""Records in a store: taken in, each as a dataset of its own, and given out word for word.

A record never changes. The one thing that may is its status, from Active to Deprecated: when its owner sends it so, or when a
newer record names it as one that it replaces. The status of today is a statement of the graph; the text stays as it came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mappings.errors import RecordError
from mappings.pact import jsontext, known
from mappings.pact.findings import shortened
from mappings.pact.lexical import moment
from mappings.pact.reading import Read, ReadReport
from mappings.pact.statements import dataset_key, statements

if TYPE_CHECKING:
    from graphstore.contract import SparqlStore
    from graphstore.transaction import Transaction

_DEPRECATED: Final = "Deprecated"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        added: identifiers of records that are new.
        unchanged: identifiers of records that were there already.
        deprecated: identifiers of records that became Deprecated: sent so, or replaced by one of these.
    """

    added: tuple[str, ...]
    unchanged: tuple[str, ...]
    deprecated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """A record of the store: its text, the version of its format, its status today."""

    text: str
    version: str
    status: str


def import_records(store: SparqlStore, report: ReadReport, label: str = "") -> Imported:
    """Take in the records of a file: all of them or none.

    Args:
        store: open for writing.
        report: what `read_records` returned.
        label: what the change is called in the journal; "import" and the name of the file when empty.

    Raises:
        RecordError: a record has errors, or its identifier is that of another record; nothing is changed.
        GraphStoreError: the store cannot be written.
    """
    _refuse_broken(report)
    with store.transaction(label or f"import {report.name}") as transaction:
        return load_records(transaction, store, report)


def load_records(transaction: Transaction, store: SparqlStore, report: ReadReport) -> Imported:
    """Take in the records of a file inside a transaction of the store; see :func:`import_records`."""
    _refuse_broken(report)
    held = _held(store)
    added, unchanged, deprecated = list[str](), list[str](), dict[str, None]()
    reads: dict[str, Read] = {}
    for read in report.records:
        before = held.get(read.id)
        status = str(read.record["status"])
        if before is None:
            added.append(read.id)
        elif _same(before, read):
            unchanged.append(read.id)
        if before is not None and before.status != status and status == _DEPRECATED:
            deprecated[read.id] = None
        reads[read.id] = Read(read.number, read.record, before.text if before else read.text)
        if before is None or status == _DEPRECATED:
            held[read.id] = _Held(reads[read.id].text, str(read.record["specVersion"]), status)
    replaced = [older.lower() for read in report.records for older in read.record.get("precedingPfIds") or ()]
    for older in replaced:
        if older in held and held[older].status != _DEPRECATED:
            deprecated[older] = None
    for identifier in dict.fromkeys([*added, *deprecated]):
        status = _DEPRECATED if identifier in deprecated else held[identifier].status
        _write(transaction, store, report.name, _read_again(identifier, held[identifier]), status)
    return Imported(tuple(added), tuple(unchanged), tuple(deprecated))


def records(store: SparqlStore) -> Iterator[dict[str, Any]]:
    """Yield every record of version 3 that a store holds, with its status of today; oldest first, the same order each time.

    Records of version 2 are facts of the graph only: they cannot be said in version 3 without loss.

    Raises:
        RecordError: the text of a record is not what its checksum says.
    """
    found = [_parsed(identifier, held) for identifier, held in _held(store).items() if held.version.startswith("3.")]
    yield from sorted(found, key=lambda each: (moment(each["created"]), str(each["id"]).lower()))


def record(store: SparqlStore, identifier: str) -> dict[str, Any] | None:
    """Return the record of version 3 with an identifier, with its status of today; ``None`` where the store has none.

    Raises:
        RecordError: its text is not what its checksum says.
    """
    held = _held(store, identifier.lower()).get(identifier.lower())
    return _parsed(identifier, held) if held is not None and held.version.startswith("3.") else None


def _parsed(identifier: str, held: _Held) -> dict[str, Any]:
    found: dict[str, Any] = jsontext.parse(held.text, identifier)
    return {**found, "status": held.status}


def _held(store: SparqlStore, identifier: str | None = None) -> dict[str, _Held]:
    from graphstore.queries import load

    bindings = {} if identifier is None else {"identifier": identifier}
    words = {iri: word for word, iri in known.statuses().items()}
    rows = store.query(load("exchange-records"), bindings).dicts()
    found: dict[str, _Held] = {}
    for row in rows:
        key, text = str(row["identifier"]), str(row["text"])
        if hashlib.sha256(text.encode()).hexdigest() != row["sha256"]:
            raise RecordError(
                f"the text of record {key} in the store is not what its checksum says. Check the store with `tanmai doctor --deep`, "
                "and import the record again."
            )
        found[key] = _Held(text, str(row["version"]), words[str(row["status"])])
    return found


def _refuse_broken(report: ReadReport) -> None:
    """Refuse a file with a broken record, or with one identifier for two records."""
    seen: dict[str, Read] = {}
    for read in report.records:
        for finding in read.findings:
            if finding.severity == "error":
                raise RecordError(
                    f"{report.name}: record {read.number} ({shortened(read.id) or 'without id'}), "
                    f"{finding.pointer or 'the whole record'}: {finding.messages['en']}"
                    + (f" It is {finding.value}." if finding.value else "")
                )
        other = seen.setdefault(read.id, read)
        if other.record != read.record:
            raise RecordError(_changed(report.name, read.id))


def _changed(name: str, identifier: str) -> str:
    return (
        f"{name}: record {identifier} is not what it was before, but a record never changes, except from Active to Deprecated. "
        "Give the new one an id of its own and list the old one in its precedingPfIds."
    )


def _same(before: _Held, read: Read) -> bool:
    """Whether a record is the one that is held, its status apart; refuse one that is another under the same name."""
    old: Mapping[str, Any] = jsontext.parse(before.text, read.id)
    if {**old, "status": ""} != {**read.record, "status": ""}:
        raise RecordError(_changed(f"record {read.number}", read.id))
    return True


def _read_again(identifier: str, held: _Held) -> Read:
    return Read(0, jsontext.parse(held.text, identifier), held.text)


def _write(transaction: Transaction, store: SparqlStore, name: str, read: Read, status: str) -> None:
    transaction.load_bytes(
        statements(read, store.base, status),
        key=dataset_key(read.id),
        format="ntriples",
        title=str(read.record["productNameCompany"]),
        publisher=str(read.record["companyName"]),
        name=name,
    )
