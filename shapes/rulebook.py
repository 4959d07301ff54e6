"""The shapes files at hand, shipped and of the user's own, and what each says about itself.

A rule is data: a Turtle file in a folder that says which standard its shapes are for (`tm:shapesFor`), and, beside the shapes,
what the rule states (limits, kinds of processes, requirements). No code knows any rule by name.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

import shapes
from shapes.errors import UnknownShapesError
from shapes.reading import Document, read
from shapes.report import SH
from shapes.terms import TYPE, tm

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SETTING: Final = "TANMAI_SHAPES"
"""Environment variable: folders of own rules, separated as in PATH."""

OWN: Final = "own"
"""The folder that files of the user's own are counted to."""

_SHAPES_FOR: Final = tm("shapesFor")
_TARGETS: Final = frozenset(ox.NamedNode(SH + name) for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf"))
_OTHER_TARGETS: Final = frozenset(ox.NamedNode(SH + name) for name in ("target", "targetNode"))


class ShapesFile:
    """One file of shapes.

    Attributes:
        name: "pcr/cement.ttl" for a shipped file, the path for one of the user's own.
        folder: "general", "pcr", "exchange", "label" or "own".
    """

    def __init__(self, name: str, folder: str, source: Traversable | Path) -> None:
        self.name, self.folder, self._source = name, folder, source

    def __repr__(self) -> str:
        return f"<ShapesFile {self.name}>"

    @cached_property
    def path(self) -> Path:
        """The file on disk."""
        return Path(str(self._source))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file as it is."""
        return hashlib.sha256(self._source.read_bytes()).hexdigest()

    @cached_property
    def document(self) -> Document:
        """The file as it was read.

        Raises:
            ReadingError: it is no Turtle.
        """
        return read(self.path)

    @cached_property
    def triples(self) -> tuple[ox.Triple, ...]:
        """All statements of the file."""
        return tuple(quad.triple for quad in self._stream())

    @cached_property
    def rules(self) -> frozenset[ox.NamedNode]:
        """The standards and rules that the shapes of the file check."""
        found = set()
        for quad in self._stream():
            if quad.predicate == _SHAPES_FOR and isinstance(quad.object, ox.NamedNode):
                found.add(quad.object)
            elif found and self.folder != OWN and quad.predicate == TYPE:
                break  # shipped files say it in their head, which the lint checks; the rest need not be parsed
        return frozenset(found)

    @cached_property
    def knowledge(self) -> tuple[ox.Triple, ...]:
        """What the file states beside shapes: rules with their limits, requirements, concepts."""
        described: dict[object, list[ox.Triple]] = {}
        shape_like = set()
        for triple in self.triples:
            described.setdefault(triple.subject, []).append(triple)
            if triple.predicate.value.startswith(SH) or (
                triple.predicate == TYPE
                and isinstance(triple.object, ox.NamedNode)
                and triple.object.value.startswith(SH)
            ):
                shape_like.add(triple.subject)
        waiting: list[object] = [e for e in described if isinstance(e, ox.NamedNode) and e not in shape_like]
        kept: dict[object, list[ox.Triple]] = {}
        while waiting:
            subject = waiting.pop()
            kept[subject] = described[subject]
            objects = (triple.object for triple in described[subject])
            waiting += [o for o in objects if isinstance(o, ox.BlankNode) and o in described and o not in kept]
        return tuple(triple for triples in kept.values() for triple in triples)

    @cached_property
    def targets(self) -> frozenset[ox.NamedNode]:
        """The classes and the predicates that the shapes look for by name."""
        return frozenset(
            triple.object
            for triple in self.triples
            if triple.predicate in _TARGETS and isinstance(triple.object, ox.NamedNode)
        )

    @cached_property
    def searches(self) -> bool:
        """Whether shapes may find nodes in other ways too: by a query, or by their names."""
        return any(triple.predicate in _OTHER_TARGETS for triple in self.triples)

    def _stream(self) -> Iterable[ox.Quad]:
        if self.folder == OWN:
            return self.document.quads
        return ox.parse(self._source.read_bytes(), format=ox.RdfFormat.TURTLE)


class Rulebook:
    """All shapes files that may apply."""

    def __init__(self, files: Sequence[ShapesFile]) -> None:
        self.files = tuple(files)

    def __iter__(self) -> Iterator[ShapesFile]:
        return iter(self.files)

    def of(self, *folders: str) -> list[ShapesFile]:
        """Return the files of these folders."""
        return [file for file in self.files if file.folder in folders]

    @cached_property
    def by_rule(self) -> dict[ox.NamedNode, list[ShapesFile]]:
        """The files of each rule; one of the user's own takes the place of a shipped one for the same rule."""
        found: dict[ox.NamedNode, list[ShapesFile]] = {}
        for file in self.files:
            for rule in file.rules:
                found.setdefault(rule, []).append(file)
        own = {rule: [file for file in files if file.folder == OWN] for rule, files in found.items()}
        return {rule: own[rule] or files for rule, files in found.items()}


def rulebook(folders: Iterable[Path] = ()) -> Rulebook:
    """Return the shipped shapes and those in the user's folders.

    Args:
        folders: folders beside those of `own_folders`.

    Raises:
        UnknownShapesError: a folder is none.
    """
    own = [ShapesFile(str(path), OWN, path) for folder in (*own_folders(), *folders) for path in _turtle_in(folder)]
    return Rulebook((*shipped_files(), *own))


def own_folders() -> list[Path]:
    """Return the folders of the user's own rules: those of TANMAI_SHAPES, else tanmai/shapes in the settings folder if it is there."""
    stated = os.environ.get(SETTING, "")
    if stated:
        return [Path(each) for each in stated.split(os.pathsep) if each]
    usual = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "tanmai" / "shapes"
    return [usual] if usual.is_dir() else []


@cache
def shipped_files() -> tuple[ShapesFile, ...]:
    """Return the shapes files of this package; the same for all callers of a process, which keep what they parsed."""
    folders = {
        "general": shapes.general(),
        "pcr": shapes.pcr(),
        "exchange": shapes.exchange(),
        "label": shapes.label(),
    }
    return tuple(ShapesFile(f"{name}/{file.name}", name, file) for name, files in folders.items() for file in files)


def _turtle_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UnknownShapesError(
            f"there is no folder of shapes {folder}. Make it, or correct --shapes-dir or {SETTING}; rules are Turtle files in it."
        )
    return sorted(path for path in folder.iterdir() if path.suffix == ".ttl" and path.is_file())
