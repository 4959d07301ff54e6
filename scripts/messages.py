#!/usr/bin/env python3
"""Compare the error messages in the source with the Chinese catalogue in `tanmai/messages/zh`.

    python scripts/messages.py            says what is missing, stale or wrong; exit code 1 when anything is
    python scripts/messages.py --paste    prints the missing entries, ready to paste into the file of the package;
                                          then put the Chinese in place of the English on each `zh` line

The packages are those that pyproject.toml ships. How messages are found: scripts/message_source.py.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from message_source import Message, Source, has_words

ROOT = Path(__file__).parent.parent
CATALOGUE = Path("tanmai") / "messages" / "zh"
OUTSIDE = "outside.toml"
"""What others word (the parser of the command line, the operating system): not looked for in our source."""

_HOLE = re.compile(r"\{(\d+)(!?)\}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(slots=True)
class Catalogue:
    """The Chinese catalogue as it is on disk.

    Attributes:
        entries: File name and Chinese template of each English template.
        keep: Words that stay as they are, such as names of columns.
        repeated: English templates that are there more than once.
    """

    entries: dict[str, tuple[str, str]] = field(default_factory=dict)
    keep: set[str] = field(default_factory=set)
    repeated: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> Catalogue:
        """Read all files of a folder."""
        made = cls()
        for path in sorted(folder.glob("*.toml")):
            found = tomllib.loads(path.read_text(encoding="utf-8"))
            made.keep.update(found.get("keep", ()))
            for entry in found["message"]:
                if entry["en"] in made.entries:
                    made.repeated.append(entry["en"])
                made.entries[entry["en"]] = (path.name, entry["zh"])
        return made


def packages(root: Path) -> list[str]:
    """Return the packages that the wheel ships."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[str] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return found


def source(root: Path) -> Source:
    """Read the source of the shipped packages."""
    files = [path for package in packages(root) for path in sorted((root / package).rglob("*.py"))]
    return Source.of({path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files})


def missing(messages: list[Message], catalogue: Catalogue) -> list[Message]:
    """Return the messages that have no Chinese."""
    return [m for m in messages if m.template not in catalogue.entries and m.template not in catalogue.keep]


def findings(found: Source, catalogue: Catalogue) -> list[str]:
    """Say what is wrong, one sentence each."""
    messages = found.messages()
    said = [
        f"{m.place}: the message {_shown(m.template)} has no Chinese. Add it to {CATALOGUE / _file(m)} "
        f"(`python scripts/messages.py --paste` prints the entry), or to `keep` there if it is a name that stays as it is."
        for m in missing(messages, catalogue)
    ]
    said += [f"{CATALOGUE}: {_shown(en)} is there twice. Keep one entry." for en in catalogue.repeated]
    known = {m.template: m for m in messages}
    written = found.written()
    for en, (file, zh) in catalogue.entries.items():
        if file != OUTSIDE and en not in known and en not in written:
            said.append(f"{CATALOGUE / file}: no source says {_shown(en)} any more. Correct or delete the entry.")
        said += [
            f"{CATALOGUE / file}: {_shown(en)}: {wrong}" for wrong in _wrong(en, zh, known.get(en), catalogue.keep)
        ]
    said += [
        f"{CATALOGUE}: no source says the word {word!r} of `keep` any more. Delete it."
        for word in sorted(catalogue.keep - known.keys())
    ]
    return said


def _wrong(en: str, zh: str, message: Message | None, keep: set[str]) -> list[str]:
    said = []
    english, chinese = ([number for number, _ in _HOLE.findall(text)] for text in (en, zh))
    if Counter(english) != Counter(chinese):
        said.append(f"the holes differ: {english} in English, {chinese} in Chinese. Use each hole once.")
    if has_words(en) and not _CHINESE.search(zh):
        said.append("the Chinese holds no Chinese.")
    marked = {int(number) for number, mark in _HOLE.findall(zh) if mark}
    unmarked = sorted((message.nested(keep) if message else set()) - marked)
    said += [
        f"hole {n} may hold another message; write it {{{n}!}} in the Chinese, so that it is translated."
        for n in unmarked
    ]
    return said


def _shown(template: str) -> str:
    return json.dumps(template, ensure_ascii=False)


def _file(message: Message) -> str:
    return f"{message.file.partition('/')[0]}.toml"


def entry(message: Message, keep: set[str]) -> str:
    """Return the entry of a message for the catalogue; its Chinese is still the English."""
    nested = message.nested(keep)
    zh = _HOLE.sub(lambda hole: f"{{{hole[1]}!}}" if int(hole[1]) in nested else hole[0], message.template)
    return f"# {message.place}\n[[message]]\nen = {_shown(message.template)}\nzh = {_shown(zh)}\n"


def main() -> int:
    """Check, or print what is missing."""
    parser = argparse.ArgumentParser(description="Compare the error messages with their Chinese catalogue.")
    parser.add_argument("--paste", action="store_true", help="print the missing entries")
    wanted = parser.parse_args()
    found, catalogue = source(ROOT), Catalogue.read(ROOT / CATALOGUE)
    if wanted.paste:
        by_file: dict[str, list[str]] = {}
        for message in missing(found.messages(), catalogue):
            by_file.setdefault(_file(message), []).append(entry(message, catalogue.keep))
        for file, texts in by_file.items():
            print(f"#### {CATALOGUE / file}\n")
            print("\n".join(texts))
        return 0
    said = findings(found, catalogue)
    print("\n".join(said) or f"{len(catalogue.entries)} messages, all in Chinese")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
