"""Footprints of partners into the store: each judged, each a dataset of its own that says where it came from and when.

A record never changes, and only who sent it may deprecate it. So one that is another under a known id is refused, and so is one that
would replace, or deprecate, what came from elsewhere: one partner has no say about the footprints of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from graphstore.contract import SparqlStore

if TYPE_CHECKING:
    from mappings.pact import Read, ReadReport

_MOST_REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was not taken in, and why, in English and Chinese."""

    id: str
    en: str
    zh: str


@dataclass(slots=True)
class Stored:
    """What became of the records of a partner, by id.

    Attributes:
        added: new.
        unchanged: there already, word for word.
        deprecated: became Deprecated: sent so, or replaced by one of these.
        refused: not taken in.
        names: product and company of every record that was taken in or known.
        factors: IRI of the factor of each of them, on which a supply chain can end; some have none.
    """

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    deprecated: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    factors: dict[str, str] = field(default_factory=dict)


def store_footprints(store: SparqlStore, job: Mapping[str, Any], payload: bytes) -> Mapping[str, Any]:
    """Take in what a partner sent, or what it answered; what the writer process does.

    Raises:
        MappingError: the bytes hold no records.
    """
    from mappings.pact import read_records

    source = str(job["source"])
    stored = store_records(store, [read_records(payload, source)], source, str(job["origin"]))
    return {
        "added": stored.added,
        "unchanged": stored.unchanged,
        "deprecated": stored.deprecated,
        "refused": [f"{each.id}: {each.en}" for each in stored.refused],
    }


def store_records(store: SparqlStore, reports: Iterable[ReadReport], source: str, origin: str) -> Stored:
    """Take in records that were read.

    Args:
        store: open for writing.
        reports: what was read, page by page.
        source: address that they came from; the datasets say so.
        origin: base address of the host that sent them.

    Returns:
        What became of each. Those that can be taken in are, whatever else is refused.
    """
    made = Stored()
    reads = [read for report in reports for read in report.records]
    foreign = _from_elsewhere(store, origin)
    good = [read for read in reads if not _refused(read, foreign, made)]
    _import(store, good, source, foreign, made)
    gone = {each.id for each in made.refused}
    for read in good:
        if read.id not in gone:
            made.names[read.id] = (str(read.record["productNameCompany"]), str(read.record["companyName"]))
    return made


def _from_elsewhere(store: SparqlStore, origin: str) -> dict[str, str]:
    """Ids of the records that the store has from others than this host, and where they are from."""
    return {
        version.key.removeprefix("pact-"): version.source
        for version in store.datasets()
        if version.key.startswith("pact-") and not version.source.startswith(f"{origin}/3/")
    }


def _refused(read: Read, foreign: Mapping[str, str], made: Stored) -> bool:
    """Whether a record cannot be taken in; notes why."""
    if not read.usable:
        wrong = [finding for finding in read.findings if finding.severity == "error"][:_MOST_REASONS]
        made.refused.append(Refused(read.id, *(_reasons(wrong, lang) for lang in ("en", "zh"))))
        return True
    touched = [str(older).lower() for older in read.record.get("precedingPfIds") or ()]
    touched += [read.id] if read.record["status"] == "Deprecated" else []
    taken = next((each for each in touched if each in foreign), None)
    if taken is None:
        return False
    made.refused.append(
        Refused(
            read.id,
            f"It would replace or deprecate the footprint {taken}, which came from {foreign[taken]}.",
            f"该记录会替代或弃用碳足迹 {taken}，而后者来自 {foreign[taken]}。",
        )
    )
    return True


def _reasons(findings: Sequence[Any], lang: str) -> str:
    return "; ".join(f"{each.pointer or '/'}: {each.messages[lang]}" for each in findings)


def _import(store: SparqlStore, reads: list[Read], source: str, foreign: Mapping[str, str], made: Stored) -> None:
    """Take in records in one transaction; where some of them stand in the way, one half after the other, down to those."""
    from mappings.errors import RecordError
    from mappings.pact import ReadReport, import_records

    if not reads:
        return
    try:
        done = import_records(store, ReadReport(source, "", tuple(reads)), foreign=foreign)
    except RecordError as error:
        if len(reads) == 1:
            made.refused.append(Refused(reads[0].id, str(error), str(error)))
            return
        middle = len(reads) // 2
        for half in (reads[:middle], reads[middle:]):
            _import(store, half, source, foreign, made)
        return
    made.added += done.added
    made.unchanged += [each for each in done.unchanged if each not in done.deprecated]
    made.deprecated += done.deprecated
    made.factors |= done.factors
