"""The plans that a wheel ships, so that the first validation after an installation compiles nothing.

A plan is named by what it is made of: the bytes of the shapes files and the version of plans. One that is out of date has a name
that nobody asks for. A checkout ships none and keeps its plans in the user's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shapes.engine.plan import packed
from shapes.rulebook import Rulebook, ShapesFile, shipped_files
from shapes.validate import compiled_files, shipped_name


def usual() -> Iterator[tuple[ShapesFile, ...]]:
    """Yield the shapes files by which one study is usually judged: without a product rule, with labels, and by each rule."""
    book = Rulebook(shipped_files())
    always = (*book.of("general"), *(file for file in book.of("exchange", "label") if file.searches))
    yield always
    yield (*always, *(file for file in book.of("label") if not file.searches))
    for files in dict.fromkeys(tuple(files) for files in book.by_rule.values()):
        if not set(files) <= set(always):
            yield (*always, *files)


def write(folder: Path) -> list[Path]:
    """Compile the usual plans into a folder, for the wheel."""
    made = []
    for files in usual():
        paths = [file.path for file in files]
        target = folder / shipped_name(paths)
        target.write_bytes(packed(compiled_files(paths)))
        made.append(target)
    return made
