"""Which datasets the package ships: their keys in a store, and whether a store holds them."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from graphstore.contract import SparqlStore
from graphstore.errors import UnknownNameError

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


def require(store: SparqlStore) -> None:
    """Refuse to calculate on a store without units, gases and warming potentials.

    Raises:
        UnknownNameError: says how to load them.
    """
    if not any(dataset.key.startswith(PREFIX) for dataset in store.datasets()):
        where = store.location or "the store in memory"
        raise UnknownNameError(
            f"{where} holds no reference knowledge (units, gases, warming potentials). Run `tanmai init --store {where}`."
        )
