"""The reference knowledge that the package ships, as datasets of a store."""

from __future__ import annotations

from graphstore import Transaction
from graphstore.contract import SparqlStore
from graphstore.errors import UnknownNameError
from graphstore.shipped import PREFIX, key_of


def load_into(transaction: Transaction) -> int:
    """Load every shipped file that is new or has changed; return how many that were."""
    import ontology

    changed = 0
    for file in ontology.files():
        key = key_of(str(file))
        report = transaction.load_bytes(file.read_bytes(), key=key, format="turtle", name=file.name)
        changed += report.changed
    return changed


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
