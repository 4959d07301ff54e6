"""The changes as Atom (RFC 4287, paged as RFC 5005 says) and as JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as Xml

from api.pages.changes import NAMED, Told
from api.pages.words import Language, word

ATOM: Final = "http://www.w3.org/2005/Atom"
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that an XML document cannot hold."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a feed.

    Attributes:
        title: what it is called.
        lang: its language.
        entries: what changed, newest first.
        links: relation to absolute address: self, first, previous, next, alternate.
        page_of: absolute address of the page about an IRI; ``None`` for an IRI that is no link.
    """

    title: str
    lang: Language
    entries: Sequence[Told]
    links: dict[str, str]
    page_of: Callable[[str], str | None]

    def summary(self, entry: Told) -> str:
        """What rests on the old state, in words; empty where nothing does."""
        if not entry.count:
            return ""
        names = (", " if self.lang == "en" else "、").join(text for _, text in entry.data)
        more = entry.count - len(entry.data)
        rest = " " + word("and_more", self.lang, count=more) if more else ""
        return f"{word('resting', self.lang, count=entry.count, old=entry.old)}{word('colon', self.lang)}{names}{rest}"


def atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    root = Xml.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-Hans" if feed.lang == "zh" else "en"})
    _text(root, "id", feed.links["self"])
    _text(root, "title", feed.title)
    _text(root, "updated", _time(feed.entries[0]) if feed.entries else "1970-01-01T00:00:00+00:00")
    _text(Xml.SubElement(root, "author"), "name", "Tanmai 碳脉")
    for relation, address in feed.links.items():
        Xml.SubElement(root, "link", {"rel": relation, "href": address})
    for entry in feed.entries:
        _entry(root, feed, entry)
    document: bytes = Xml.tostring(root, "utf-8", xml_declaration=True)
    return document


def _entry(root: Xml.Element, feed: Feed, entry: Told) -> None:
    made = Xml.SubElement(root, "entry")
    _text(made, "id", entry.change.id)
    _text(made, "title", entry.title)
    _text(made, "updated", _time(entry))
    Xml.SubElement(made, "category", {"term": entry.change.kind})
    address = feed.page_of(entry.change.subject)
    if address is not None:
        Xml.SubElement(made, "link", {"rel": "alternate", "href": address})
    for iri, _ in entry.data:
        if (related := feed.page_of(iri)) is not None:
            Xml.SubElement(made, "link", {"rel": "related", "href": related})
    _text(made, "summary", feed.summary(entry) or entry.title)


def json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed; ``_tanmai`` holds what other readers may ignore."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "language": "zh-Hans" if feed.lang == "zh" else "en",
        **({"feed_url": feed.links["self"]} if "self" in feed.links else {}),
        "items": [_item(feed, entry) for entry in feed.entries],
    }
    if "next" in feed.links:
        document["next_url"] = feed.links["next"]
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


def _item(feed: Feed, entry: Told) -> dict[str, Any]:
    address = feed.page_of(entry.change.subject)
    return {
        "id": entry.change.id,
        **({} if address is None else {"url": address}),
        "title": entry.title,
        "content_text": feed.summary(entry) or entry.title,
        "date_published": _time(entry),
        "tags": [entry.change.kind],
        "_tanmai": {
            "subject": entry.change.subject,
            **entry.change.facts,
            "resting": [iri for iri, _ in entry.data],
            "resting_count": entry.count,
            "resting_named_at_most": NAMED,
        },
    }


def _time(entry: Told) -> str:
    return entry.change.time.isoformat(timespec="seconds")


def _text(parent: Xml.Element, tag: str, text: str) -> None:
    Xml.SubElement(parent, tag).text = _NOT_XML.sub("\ufffd", text)
