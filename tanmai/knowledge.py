"""The reference knowledge that the package ships, as datasets of a store."""

from __future__ import annotations

from pathlib import PurePath

from graphstore import Transaction
from graphstore.knowledge import PREFIX, require

__all__ = ["PREFIX", "load_into", "require"]


def load_into(transaction: Transaction) -> int:
    """Load every shipped file that is new or has changed; return how many that were."""
    import ontology

    changed = 0
    for file in ontology.files():
        key = _key(str(file))
        report = transaction.load_bytes(file.read_bytes(), key=key, format="turtle", name=file.name)
        changed += report.changed
    return changed


def _key(path: str) -> str:
    """Name a shipped dataset after its folder and file: tanmai/reference/gwp."""
    folder, name = PurePath(path).parts[-2:]
    return f"{PREFIX}{'vocabulary' if folder == 'ontology' else folder}/{name.removesuffix('.ttl')}"
