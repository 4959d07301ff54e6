"""How wide a text will be, estimated: a drawing is made before any font is at hand."""

from __future__ import annotations

import unicodedata

MOST_LINES = 2


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in pixels, rather too wide than too narrow.

    >>> width("铝", 12.0), width("al", 10.0)
    (12.6, 12.4)
    """
    total = sum(_em(c) for c in text) * size * (1.06 if bold else 1.0)
    return round(total, 6)


def _em(c: str) -> float:
    """Width of a character in parts of the font size; Chinese characters are square."""
    if unicodedata.east_asian_width(c) in "WF":
        return 1.05
    if c in "ijl.,:;'|!()[] ":
        return 0.4
    return 0.88 if c in "MWmw%@↑↓↺" else 0.76 if c.isupper() else 0.62


def clipped(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return the text, cut with an ellipsis where it is wider than the room."""
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(f"{text}…", size, bold=bold) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrapped(text: str, room: float, size: float, *, bold: bool = False, most: int = MOST_LINES) -> list[str]:
    """Return the text in so many lines that fit the room; what is left is cut with an ellipsis.

    Lines break behind spaces and hyphens, and anywhere where there is none (Chinese has none).
    """
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < most - 1 and width(rest, size, bold=bold) > room:
        cut = len(rest)
        while cut > 1 and width(rest[:cut], size, bold=bold) > room:
            cut -= 1
        cut = _break(rest, cut)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, clipped(rest, room, size, bold=bold)] if rest else lines or [""]


def _break(text: str, most: int) -> int:
    """Return where to break: behind a space or hyphen, between Chinese characters, else in the middle of a word."""
    for cut in range(most, most // 3, -1):
        before, after = text[cut - 1], text[cut : cut + 1]
        hyphen = before == "-" and after.isalpha()  # not in 1e-06
        if hyphen or " " in {before, after} or not (before + after).isascii():
            return cut
    return most
