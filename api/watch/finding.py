"""What a reader process does for a target: finds the changes that it has not been told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from api.errors import WatchError
from api.pages.addresses import Addresses
from api.pages.changes import later, told
from api.pages.feeds import Feed, json_feed
from api.pages.graphs import Graphs
from api.pages.labels import Labels
from api.pages.moments import moment
from api.pages.shipped import shipped_shapes
from api.pages.words import Language, word
from api.readers.frames import Output
from graphstore.contract import SparqlStore


def later_changes(store: SparqlStore, job: Mapping[str, Any], _payload: bytes, out: Output) -> None:
    """Write the oldest changes that a target was not told, as JSON Feed; the head says how many and until when.

    Raises:
        WatchError: it is not known until when the target was told.
    """
    after = moment(job["after"])
    if after is None:
        raise WatchError(
            f"Until when {job['name']} was told is {job['after']!r}, which is no time. Add the target anew."
        )
    about: str | None = job["about"]
    found, more = later(store, about, after, frozenset(job["told"]))
    labels = Labels(Graphs(store.engine, shipped_shapes()), cast("Language", job["lang"]))
    root = str(job["root"])
    addresses = Addresses("", store.base, {})
    feed = Feed(
        "Tanmai 碳脉: " + word("changes", labels.lang),
        labels.lang,
        [told(store, labels, change) for change in found],
        {"self": root + "/changes"} if root else {},
        lambda node: root + address if root and (address := addresses.of(node)) is not None else None,
    )
    last = found[-1].time if found else after
    out.head(
        content_type="application/feed+json",
        generation=job["generation"],
        count=len(found),
        more=more,
        time=last.isoformat(),
        told=[change.id for change in found if change.time == last],
    )
    out.write(json_feed(feed))
