"""Error messages in Chinese: found again in a catalogue by their English form, and said with the same values.

Errors are raised in English, deep inside packages that know nothing of languages. The catalogue (`messages/zh/*.toml`) pairs
each English template with a Chinese one; `{0}`, `{1}` are holes for values. A hole that is written `{1!}` in the Chinese
template may hold another message, a phrase or a list of them, which is translated too. What no template fits stays English.

    [[message]]
    en = "There is no release {0}. Known: {1}."
    zh = "没有发布版本 {0}。已有：{1!}。"

The catalogue is read when the first error is told in Chinese, never before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby

from tanmai.words import Language

HOLE = re.compile(r"\{(\d+)(!?)\}")
"""A hole in a template; `!` marks one whose content is translated as well."""

_LIST = ", "
_DEEPEST = 5
_LONGEST = 2000
"""Longest text, in characters, that is taken apart with care; a longer one (a message that quotes a file) is matched once."""


@dataclass(frozen=True, slots=True)
class Template:
    """An English template and its Chinese one.

    Attributes:
        zh: The Chinese template.
        literals: The fixed texts of the English one, one more than there are runs of holes.
        runs: The holes between them; those that touch each other make one run.
        marked: The holes whose content is translated.
    """

    zh: str
    literals: tuple[str, ...]
    runs: tuple[tuple[int, ...], ...]
    marked: frozenset[int]

    @classmethod
    def of(cls, en: str, zh: str) -> Template:
        """Take a pair of templates apart."""
        literals, runs = [""], list[tuple[int, ...]]()
        for is_hole, parts in groupby(_parts(en), key=lambda part: isinstance(part, int)):
            if is_hole:
                runs.append(tuple(part for part in parts if isinstance(part, int)))
                literals.append("")
            else:
                literals[-1] = "".join(str(part) for part in parts)
        marked = frozenset(int(number) for number, mark in HOLE.findall(zh) if mark)
        return cls(zh, tuple(literals), tuple(runs), marked)

    @property
    def weight(self) -> int:
        """How much fixed text there is: the more, the surer a match."""
        return sum(map(len, self.literals))

    @property
    def has_words(self) -> bool:
        """False for a mere frame such as `{0}: {1}`, which alone proves nothing."""
        return any(letter.isalpha() for literal in self.literals for letter in literal)

    def match(self, text: str, *, strict: bool = True) -> list[str] | None:
        """Return what fills each run, as short as can be from the left; None where the text is not of this form.

        Args:
            text: A whole message or phrase.
            strict: Whether brackets in each value must be closed in it: `<http://a.b>` is then not cut at its full stop.
        """
        first, last = self.literals[0], self.literals[-1]
        if not self.runs:
            return [] if text == first else None
        if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
            return None
        found, here, end = list[str](), len(first), len(text) - len(last)
        for literal in self.literals[1:-1]:
            there = text.find(literal, here, end)
            while strict and there >= 0 and not _closed(text[here:there]):
                there = text.find(literal, there + 1, end)
            if there < 0:
                return None
            found.append(text[here:there])
            here = there + len(literal)
        found.append(text[here:end])
        return None if strict and not _closed(found[-1]) else found


def _closed(value: str) -> bool:
    """Whether every bracket that is opened in a text is closed in it, and none closed that was not opened."""
    depth = {"(": 0, "<": 0}
    for sign in value:
        if sign in "(<":
            depth[sign] += 1
        elif sign in ")>":
            opening = "(" if sign == ")" else "<"
            depth[opening] -= 1
            if depth[opening] < 0:
                return False
    return not any(depth.values())


def _parts(template: str) -> Iterator[str | int]:
    here = 0
    for hole in HOLE.finditer(template):
        if hole.start() > here:
            yield template[here : hole.start()]
        yield int(hole.group(1))
        here = hole.end()
    if here < len(template):
        yield template[here:]


class Catalogue:
    """Templates, the most specific first."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._templates = sorted((Template.of(en, zh) for en, zh in pairs), key=lambda each: -each.weight)
        self._message = lru_cache(maxsize=10_000)(self._translated)

    def translate(self, text: str) -> str:
        """Return a message in Chinese; as it is where no template fits."""
        return self._content(text, _DEEPEST)[1]

    def _translated(self, text: str, depth: int, *, strict: bool = True, tail: bool = False) -> tuple[int, str] | None:
        """The best translation of a whole text and its weight: the fixed text recognised, that of nested phrases included.

        With `tail` only templates that begin with a sign or a blank count: those that may follow a value without a gap.
        """
        found = (
            self._filled(template, values, depth)
            for template in (self._templates if depth else ())
            if not (tail and (template.literals[0][:1] or "a").isalnum())
            and (values := template.match(text, strict=strict)) is not None
        )
        return max((each for each in found if each is not None), key=lambda each: each[0], default=None)

    def _filled(self, template: Template, found: list[str], depth: int) -> tuple[int, str] | None:
        values = dict[int, str]()
        for run, text in zip(template.runs, found, strict=True):
            values.update(zip(run, self._split(template, run, text, depth), strict=True))
        weight = 0
        for hole in template.marked & values.keys():
            nested, values[hole] = self._content(values[hole], depth - 1)
            weight += nested
        if not weight and not template.has_words:
            return None
        filled = HOLE.sub(lambda hole: values.get(int(hole.group(1)), hole.group()), template.zh)
        return template.weight + weight, filled

    def _split(self, template: Template, run: tuple[int, ...], text: str, depth: int) -> list[str]:
        """Share a text among holes that touch: one that is marked takes a phrase from the end, or nothing."""
        if len(run) == 1:
            return [text]
        cut = len(text)
        if run[-1] in template.marked and cut <= _LONGEST:
            cut = next((at for at in range(cut) if self._message(text[at:], depth - 1, tail=True)), cut)
        return [*self._split(template, run[:-1], text[:cut], depth), text[cut:]]

    def _content(self, text: str, depth: int) -> tuple[int, str]:
        """Translate a text that is one message, or a list of phrases."""
        if len(text) > _LONGEST:
            return self._message(text, depth, strict=False) or (0, text)
        either = [said for said in (self._message(text, depth), self._listed(text, depth)) if said is not None]
        return (
            max(either, key=lambda each: each[0], default=None) or self._message(text, depth, strict=False) or (0, text)
        )

    def _listed(self, text: str, depth: int) -> tuple[int, str] | None:
        """Translate what stands between commas, as far as it is known."""
        parts, said, weight = text.split(_LIST), list[str](), 0
        while len(parts) > 1 or (said and parts):
            ends = range(1, min(len(parts), 3) + 1)
            found = ((end, self._message(_LIST.join(parts[:end]), depth)) for end in ends)
            end, best = next(((end, best) for end, best in found if best), (1, (0, parts[0])))
            weight += best[0]
            said.append(best[1])
            parts = parts[end:]
        return (weight, "、".join(said)) if weight else None


def entries() -> Iterator[tuple[str, str, str]]:
    """Yield the file, the English and the Chinese template of every entry of the catalogue."""
    import tomllib
    from importlib.resources import files  # neither is needed before something goes wrong

    folder = files("tanmai") / "messages" / "zh"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        for entry in tomllib.loads(file.read_text("utf-8"))["message"]:
            yield file.name, entry["en"], entry["zh"]


@cache
def _chinese() -> Catalogue:
    return Catalogue((en, zh) for _, en, zh in entries())


def translated(text: str, lang: Language) -> str:
    """Return a message in the language; one that the catalogue does not know stays English rather than being lost."""
    return text if lang == "en" else _chinese().translate(text)
