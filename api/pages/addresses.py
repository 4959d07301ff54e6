"""Between IRIs of the graph and addresses of this server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlencode

import pyoxigraph as ox

import ontology

ONTOLOGY: Final = ontology.TM.rstrip("#")
SHAPES: Final = "https://w3id.org/tanmai/shapes/"
THINGS: Final = ("/id/", "/ontology/", "/shapes/")
"""What the addresses of things begin with."""

LINKED: Final = ("http", "https", "urn", "mailto")
"""Schemes of IRIs that are links on a page; any other IRI is text."""
_FOLLOWED: Final = ("http://", "https://", "mailto:")
"""What an IRI begins with that a browser may be sent to."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9\-._~/]+")
"""Rests of IRIs that stand in a path as they are."""
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Writes addresses for one page.

    Attributes:
        prefix: path under which clients see the server; empty where it is the root.
        base: base IRI of local data.
        carried: parameters that every link of the page keeps: the language, where the address states one, and the past state.
        twins: paths below ``/id/`` that local data and reference knowledge both use; such a path is that of the local node.
    """

    prefix: str
    base: str
    carried: Mapping[str, str]
    twins: set[str] = field(default_factory=set)

    def of(self, iri: str) -> str | None:
        """The address of the page about a node; ``None`` for an IRI that is no link."""
        scheme = _SCHEME.match(iri)
        if scheme is None or scheme.group(1).lower() not in LINKED:
            return None
        path = self.path_of(iri)
        return self.to("/resource", iri=iri) if path is None else self.to(path)

    def path_of(self, iri: str) -> str | None:
        """The path of a thing that has one of its own, below the prefix."""
        if iri == ONTOLOGY:
            return "/ontology"
        for space, folder in ((ontology.TM, "/ontology/"), (SHAPES, "/shapes/"), (self.base + "/id/", "/id/")):
            if iri.startswith(space) and _PLAIN.fullmatch(iri.removeprefix(space)):
                return folder + iri.removeprefix(space)
        rest = iri.removeprefix(ontology.ID)
        if rest != iri and _PLAIN.fullmatch(rest) and rest not in self.twins:
            return "/id/" + rest
        return None

    def to(self, path: str, **parameters: str | int) -> str:
        """An address of this server with the parameters that are carried, and others."""
        asked = {**self.carried, **{name.replace("_", "-"): str(value) for name, value in parameters.items()}}
        return self.prefix + path + ("?" + urlencode(asked, quote_via=quote) if asked else "")

    def document(self, iri: str, kind: str, **parameters: str | int) -> str:
        """The address of the document about a node: ``page`` or ``data``."""
        path = self.path_of(iri)
        if path is None:
            return self.to("/resource", iri=iri, **parameters)
        return self.to("/ontology" if path == "/ontology" else f"/{kind}{path}", **parameters)


def outside(iri: str) -> str | None:
    """An IRI as an address that a browser may be sent to; ``None`` for one that it may not, such as ``javascript:``."""
    return iri if iri.lower().startswith(_FOLLOWED) else None


def candidates(path: str, base: str) -> Iterator[str]:
    """The IRIs that a path of this server can stand for, as it is and decoded; local data before reference knowledge.

    Args:
        path: path below the prefix, percent-encoded, such as ``/id/product/x``.
        base: base IRI of local data.
    """
    decoded = unquote_to_bytes(path).decode("utf-8", "replace")
    for folder, spaces in (
        ("/id/", (base + "/id/", ontology.ID)),
        ("/ontology/", (ontology.TM, ONTOLOGY + "/")),
        ("/shapes/", (SHAPES,)),
    ):
        if path.startswith(folder):
            yield from dict.fromkeys(
                space + each.removeprefix(folder)
                for space in spaces
                for each in (path, decoded)
                if is_iri(space + each)
            )


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True
