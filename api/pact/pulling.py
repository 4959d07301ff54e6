"""All that a partner offers: read page by page, judged, and stored; and requests for what it does not offer yet."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.errors import PartnerAnswerError
from api.pact.events import created_event
from api.pact.inbox import Inbox, Request
from api.pact.session import Session

if TYPE_CHECKING:
    from mappings.pact import ReadReport

MOST: Final = 200_000
"""Footprints that are taken from one partner at once."""
MOST_BYTES: Final = 1_000_000_000
"""Bytes of their pages."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a partner offers.

    Attributes:
        source: address of the list.
        reports: its pages, read and judged.
        older: footprints that were left out because they were made before the day that was asked for.
    """

    source: str
    reports: tuple[ReadReport, ...]
    older: int = 0


def offered(session: Session, since: date | None = None) -> Offer:
    """Read everything that a partner offers. Nothing is stored yet, so that a slow partner keeps nobody from writing.

    Raises:
        PartnerError: the partner cannot be called, or refuses.
        MappingError: a page holds no records.
    """
    from mappings.pact import read_records

    found, count, older, size = list["ReadReport"](), 0, 0, 0
    for url, body in session.pages([]):
        size += len(body)
        if size > MOST_BYTES:
            raise PartnerAnswerError(
                f"{session.partner.url} sends more than {MOST_BYTES:,} bytes, which is more than is taken."
            )
        report = read_records(body, url)
        count += len(report.records)
        if count > MOST:
            raise PartnerAnswerError(
                f"{session.partner.url} offers more than {MOST:,} footprints, which is more than is taken."
            )
        kept = tuple(read for read in report.records if since is None or _made_since(read.record, since))
        older += len(report.records) - len(kept)
        found.append(replace(report, records=kept))
    return Offer(f"{session.partner.url}/3/footprints", tuple(found), older)


def ask(store: Path, session: Session, here: str, products: Sequence[str], comment: str) -> str:
    """Ask a partner for footprints of products; it answers by an event, later. Returns the id of the request.

    Args:
        store: where the request is noted, so that the answer is known.
        session: the partner.
        here: where the partner reaches this server.
        products: URNs of products.
        comment: words for the people there; may be empty.

    Raises:
        PartnerError: the partner cannot be called, or does not take the request; then it is noted as failed.
    """
    identifier, inbox = str(uuid.uuid4()), Inbox(store)
    data = {"productId": list(products), **({"comment": comment} if comment else {})}
    inbox.ask(Request(identifier, session.partner.name, ", ".join(products), time.time(), "open", ""))
    try:
        session.tell(created_event(identifier, here, data))
    except Exception as error:
        inbox.settle(identifier, "failed", str(error))
        raise
    return identifier


def _made_since(record: object, since: date) -> bool:
    """Whether a record was made on a day or later; one that does not say when is judged with the others."""
    from mappings.pact.lexical import moment

    made = moment(record.get("created")) if isinstance(record, dict) else None
    return made is None or made.date() >= since
