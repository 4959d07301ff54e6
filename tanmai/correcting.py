"""A corrected copy beside a file: made, judged, and only then written."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphstore.formats import is_gzip_name
from shapes.correcting import Corrected, corrected
from shapes.errors import CorrectionError, StudyError
from shapes.findings import text_of
from shapes.reading import Document, read, read_bytes

if TYPE_CHECKING:
    from shapes.background import Background
    from shapes.judge import Judgement


def correct(
    files: list[Path], output: Path | None, background: Background, judge: Callable[[list[Document]], Judgement]
) -> tuple[Judgement, dict[str, Any]]:
    """Mend what has only one right answer in a copy, judge the copy, write it; nothing is written where nothing was mended.

    Args:
        files: the one file.
        output: the file to write; NAME.fixed.EXT beside the file where it is left out.
        background: the reference knowledge.
        judge: judges the copy.

    Returns:
        The judgement of the copy, and for machines: the file, its changes, whether comments and layout are kept.

    Raises:
        CorrectionError: several files, a record that cannot be written, or a place where nothing can be.
        StudyError: the copy cannot be judged; it is not written.
    """
    source = _only(files)
    document = read(source)
    target = output or _beside(source)
    _check(target, source)
    with background.lend() as lent:
        found = corrected(document, lent.store)
    if not found.changes:
        return judge([document]), _told(found, None, document.name)
    text = gzip.compress(found.text, mtime=0) if is_gzip_name(target) else found.text
    try:
        judged = judge([read_bytes(text, str(target), format=document.format)])
    except StudyError:
        judge([document])  # fails alike, and names the file and line that are there
        raise
    _write(target, text)
    return judged, _told(found, target, document.name)


def _only(files: list[Path]) -> Path:
    if len(files) != 1:
        raise CorrectionError(
            f"--fix corrects one file at a time, and {len(files)} were given. Run it for each of them. Nothing was written."
        )
    return files[0]


def _beside(source: Path) -> Path:
    """NAME.fixed.EXT, and NAME.fixed.EXT.gz of a packed file."""
    suffix = "".join(source.suffixes[-2:]) if is_gzip_name(source) else source.suffix
    return source.with_name(f"{source.name.removesuffix(suffix)}.fixed{suffix}")


def _check(target: Path, source: Path) -> None:
    """Refuse a place that is taken, before anything is judged."""
    if target.exists() or target.is_symlink():
        what = "is the file itself" if target.exists() and target.samefile(source) else "is there already"
        raise CorrectionError(
            f"{target} {what}, and nothing is written over a file. Name another one with --output, or remove it. Nothing was "
            "written."
        )


def _write(target: Path, text: bytes) -> None:
    """Write a new file, whole or not at all."""
    made = False
    try:
        with target.open("xb") as stream:
            made = True
            stream.write(text)
    except OSError as error:
        if made:
            target.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise CorrectionError(
            f"The corrected copy {target} cannot be written: {reason}. Name a file in another folder with --output."
        ) from None


def _told(found: Corrected, target: Path | None, source: str) -> dict[str, Any]:
    changes = [
        {
            "kind": change.kind,
            "node": text_of(change.node),
            "property": change.predicate.value,
            "before": None if change.before is None else text_of(change.before),
            "after": text_of(change.after),
            "source": source,
            "line": line,
        }
        for change, line in found.changes
    ]
    return {"file": None if target is None else str(target), "comments_kept": found.comments_kept, "changes": changes}
