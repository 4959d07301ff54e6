"""What was mended in a corrected copy, one change to a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tanmai.render.naming import bracketed, short, visible
from tanmai.words import Language, word


def correction_lines(fixed: Mapping[str, Any], lang: Language) -> list[str]:
    """Say which file was written and what is different in it, with the place in the file that was handed in."""
    if not fixed["changes"]:
        return [word("fix_nothing", lang)]
    kept = word("fix_comments_kept" if fixed["comments_kept"] else "fix_comments_lost", lang)
    lines = [word("fix_written", lang, path=visible(fixed["file"]), count=len(fixed["changes"]), kept=kept)]
    for change in fixed["changes"]:
        place = visible(change["source"]) + ("" if change["line"] is None else f":{change['line']}")
        before = word("fix_added", lang) if change["before"] is None else short(change["before"])
        said = f"{short(change['property'])}{word('colon', lang)}{before} → {short(change['after'])}"
        lines.append(
            f"  {place}  {visible(change['node'])}  {said}{bracketed(word('fix_' + change['kind'], lang), lang)}"
        )
    return lines
