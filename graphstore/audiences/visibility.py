"""What the catalogue says of who may read what.

A dataset has an access level and is shared with audiences by name, each as data or as result. What says nothing is the
organisation's alone, except the vocabulary and reference knowledge that everybody has, since the package ships them. What is
public, or shared with the audience ``public``, belongs to every audience. Results and judgements that were written into the
graph speak of the whole of it, so no audience sees them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graphstore import shipped
from graphstore.catalogue import ASSESSMENTS, RESULTS, DatasetVersion
from graphstore.errors import AudienceError
from graphstore.layout import Layout
from graphstore.queries import load
from graphstore.store import GraphStore
from graphstore.terms import catalogue_iri

EVERYBODY: Final = "public"
"""The audience that everybody belongs to."""

ID: Final = "https://w3id.org/tanmai/id/"

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Level(StrEnum):
    """The access levels, the strictest last."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    CONFIDENTIAL = "confidential"

    @property
    def iri(self) -> ox.NamedNode:
        """Its concept."""
        return ox.NamedNode(f"{ID}access-level/{self}")


class Extent(StrEnum):
    """How much of a dataset an audience sees: all its statements, or totals of its products."""

    DATA = "data"
    RESULT = "result"

    @property
    def iri(self) -> ox.NamedNode:
        """Its concept."""
        return ox.NamedNode(f"{ID}sharing-extent/{self}")


def is_name(text: str) -> bool:
    """Whether an audience may be called so."""
    return _NAME.fullmatch(text) is not None


def checked_name(name: str) -> str:
    """The name of an audience as it came, if it is one. Nothing else may become a part of a path.

    Raises:
        AudienceError: it is no name of an audience.
    """
    if not is_name(name):
        raise AudienceError(
            f"{name!r} names no audience: use 1 to 40 small letters, digits and hyphens, a letter or digit first."
        )
    return name


def view_path(layout: Layout, audience: str) -> Path:
    """Where the store of an audience lies.

    Raises:
        AudienceError: that is no name of an audience.
    """
    return layout.audiences / checked_name(audience)


def epoch(layout: Layout, audience: str) -> str:
    """What stays the same as long as nothing is taken away from an audience: what was read for it in another epoch is not for it.

    Raises:
        AudienceError: that is no name of an audience.
    """
    try:
        return replace(layout, root=view_path(layout, audience)).epoch.read_text(encoding="ascii")
    except FileNotFoundError:  # made by a version that wrote none, or there is no store for the audience
        return ""


@dataclass(frozen=True, slots=True)
class Audience:
    """One audience.

    Attributes:
        title: what people call it.
        gwp: notation of the GWP set that totals are published to it with.
        unlinked: how inputs that nothing supplies are read in these totals.
        coproducts: how co-products without an allocation method are.
    """

    title: str
    gwp: str = "AR6"
    unlinked: str = "error"
    coproducts: str = "error"


@dataclass(frozen=True)
class Visibility:
    """Who may read what, at one moment.

    Attributes:
        audiences: the audiences by name.
        stated: access level by dataset key, where one is stated.
        sharings: extent by dataset key and audience.
    """

    audiences: Mapping[str, Audience]
    stated: Mapping[str, Level]
    sharings: Mapping[str, Mapping[str, Extent]]

    @classmethod
    def of(cls, store: GraphStore) -> Visibility:
        """Read the catalogue of a store."""
        catalogue = {"catalogue": catalogue_iri(store.base)}
        known = {
            str(row["name"]): Audience(
                str(row["title"]), str(row["gwp"]).rpartition("/")[2], str(row["unlinked"]), str(row["coproducts"])
            )
            for row in store.query(load("audiences"), catalogue).dicts()
        }
        stated: dict[str, Level] = {}
        sharings: dict[str, dict[str, Extent]] = {}
        for row in store.query(load("visibility"), catalogue).dicts():
            key = str(row["key"])
            if row["level"] is not None:
                found = Level(str(row["level"]).rpartition("/")[2])
                stated[key] = max(found, stated.get(key, found), key=list(Level).index)
            elif row["audience"] is not None:
                extent = Extent(str(row["extent"]).rpartition("/")[2])
                sharings.setdefault(key, {})[str(row["audience"])] = extent
        return cls(known, stated, sharings)

    @cached_property
    def _shipped(self) -> frozenset[str]:
        return shipped.keys()

    def level(self, key: str) -> Level | None:
        """The access level of a dataset; None where only sharings, if any, say who may read it."""
        return self.stated.get(key, Level.PUBLIC if key in self._shipped else None)

    def extent(self, key: str, audience: str) -> Extent | None:
        """How much of a dataset an audience sees; None for nothing."""
        level = self.level(key)
        if of_whole_store(key):
            return None
        if level is Level.PUBLIC:
            return Extent.DATA
        found = {self.sharings.get(key, {}).get(name) for name in (audience, EVERYBODY)}
        if Extent.DATA in found and level is not Level.CONFIDENTIAL:
            return Extent.DATA
        return Extent.RESULT if Extent.RESULT in found else None

    def seen(self, versions: list[DatasetVersion], audience: str, extent: Extent) -> list[DatasetVersion]:
        """The dataset versions of which an audience sees this much."""
        return [version for version in versions if self.extent(version.key, audience) is extent]


def of_whole_store(key: str) -> bool:
    """Whether a dataset speaks of the whole store: computed results and judgements that were written into it."""
    return key.startswith((RESULTS, ASSESSMENTS))
