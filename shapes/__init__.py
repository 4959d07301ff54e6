"""Judging submissions: SHACL shapes as data, and the engine that runs them.

The shapes are Turtle files: `general/` (every product carbon footprint), `pcr/` (one file per product category rule),
`exchange/` (records for exchange with others) and `label/` (labels and certificates). This module finds them, installed or
editable; it parses nothing and imports the standard library only.

>>> path("general/prefixes.ttl").name
'prefixes.ttl'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapes.errors import UnknownShapesError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

FOLDERS = ("general", "pcr", "exchange", "label")
"""Folders of shapes files: for every footprint, for one product rule, for records of exchange, for labels."""

__all__ = ["FOLDERS", "exchange", "files", "general", "label", "path", "pcr"]


def files() -> list[Traversable]:
    """Return every shipped shapes file: general ones first, each folder in order of name."""
    return [file for folder in FOLDERS for file in _in(folder)]


def general() -> list[Traversable]:
    """Return the shapes that every product carbon footprint is judged by, and the prefixes that all shapes use."""
    return _in("general")


def pcr() -> list[Traversable]:
    """Return the shapes of product category rules, one file for each."""
    return _in("pcr")


def exchange() -> list[Traversable]:
    """Return the shapes of records for exchange with others."""
    return _in("exchange")


def label() -> list[Traversable]:
    """Return the shapes of labels and certificates."""
    return _in("label")


def path(name: str) -> Traversable:
    """Return the shipped file with this name relative to the package, such as "pcr/cement.ttl".

    Raises:
        UnknownShapesError: no such file is shipped; the message lists what is in its folder.
    """
    found = _root().joinpath(*name.split("/"))
    if found.is_file():
        return found
    folder = name.rpartition("/")[0]
    known = ", ".join(file.name for file in _in(folder, "")) or "nothing"
    raise UnknownShapesError(f"shapes ships no file {name!r}: {folder or 'its root'} holds {known}. Correct the name.")


def _in(folder: str, suffix: str = ".ttl") -> list[Traversable]:
    root = _root().joinpath(*filter(None, folder.split("/")))
    if not root.is_dir():
        return []
    return sorted((f for f in root.iterdir() if f.is_file() and f.name.endswith(suffix)), key=lambda f: f.name)


def _root() -> Traversable:
    # Imported here because importlib.resources takes 25 ms, a tenth of the time in which the command line answers.
    import importlib.resources

    return importlib.resources.files(__name__)
