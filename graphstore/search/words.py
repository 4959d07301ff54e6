"""What of a label goes into the index, and what a question asks of it.

Latin words and numbers are indexed as they are, without case and width (NFKC, so that CO₂ is found as co2). A run of
Chinese characters is indexed as its pairs of neighbours, in order, with the last character alone behind them: a phrase of pairs
is then any substring of two or more characters, and a single character is the beginning of some pair or the last one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUNS: Final = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+)")
"""Runs of Chinese characters and runs of other letters and digits; everything else parts words."""


def folded(text: str) -> str:
    """Return a text without differences of case, width and composition."""
    return unicodedata.normalize("NFKC", text).casefold()


def in_order(text: str) -> bytes:
    """Return what to sort a name by: GB 18030 puts the 3,755 most common Chinese characters in the order of their pinyin."""
    return folded(text).encode("gb18030", "replace")


def terms(text: str) -> str:
    """Return the terms of a label, separated by spaces, in the order in which a phrase may ask for them."""
    made: list[str] = []
    for run in _RUNS.finditer(folded(text)):
        made += _pairs(run["han"]) if run["han"] else [run["word"]]
    return " ".join(made)


def question(text: str) -> str:
    """Return what to MATCH for a person's words: all of them, each the beginning of a word or a part of a Chinese run.

    Empty where the text holds no letter, digit or Chinese character.
    """
    asked = []
    for run in _RUNS.finditer(folded(text)):
        if run["word"]:
            asked.append(f'"{run["word"]}"*')
        elif len(run["han"]) == 1:
            asked.append(f'"{run["han"]}"*')
        else:
            asked.append(f'"{" ".join(_pairs(run["han"])[:-1])}"')
    return " AND ".join(asked)


def _pairs(run: str) -> list[str]:
    """Pairs of neighbouring characters, then the last character alone."""
    return [run[place : place + 2] for place in range(len(run) - 1)] + [run[-1]]
