"""Which datasets the package ships: their keys in a store."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

PREFIX: Final = "tanmai/"
"""Keys of shipped datasets begin with this."""


def key_of(path: str) -> str:
    """Name a shipped dataset after its folder and file: tanmai/reference/gwp."""
    folder, name = PurePath(path).parts[-2:]
    return f"{PREFIX}{'vocabulary' if folder == 'ontology' else folder}/{name.removesuffix('.ttl')}"


def keys() -> frozenset[str]:
    """The keys of all shipped datasets."""
    import ontology

    return frozenset(key_of(str(file)) for file in ontology.files())
