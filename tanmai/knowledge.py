"""The reference knowledge that the package ships, as datasets of a store."""

from __future__ import annotations

from graphstore import Transaction
from graphstore.shipped import PREFIX, key_of, require

__all__ = ["PREFIX", "load_into", "require"]


def load_into(transaction: Transaction) -> int:
    """Load every shipped file that is new or has changed; return how many that were."""
    import ontology

    changed = 0
    for file in ontology.files():
        key = key_of(str(file))
        report = transaction.load_bytes(file.read_bytes(), key=key, format="turtle", name=file.name)
        changed += report.changed
    return changed
