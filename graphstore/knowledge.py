"""Whether a store holds the reference knowledge that Tanmai ships: without it nothing can be calculated."""

from __future__ import annotations

from graphstore.contract import SparqlStore
from graphstore.errors import UnknownNameError
from graphstore.shipped import PREFIX


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
