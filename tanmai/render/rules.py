"""The rules at hand, a few lines for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tanmai.render.naming import short, text_in, visible
from tanmai.words import Language, word


def rule_lines(rules: Sequence[Mapping[str, Any]], lang: Language) -> Iterator[str]:
    """Say of each rule what it is called, what it is for, its status, by which files is judged, and what gives way."""
    comma, colon = word("comma", lang), word("colon", lang)
    for rule in rules:
        yield _heading(rule, lang)
        groups = comma.join(text_in(group["label"], lang) or short(group["iri"]) for group in rule["product_groups"])
        facts = [
            ("rule_status", _status(rule, lang)),
            ("rule_groups", groups or word("rule_every_product", lang)),
            ("shapes_files", comma.join(map(visible, rule["shapes"])) or word("rule_no_shapes", lang)),
            ("rule_gives_way", comma.join(map(visible, rule["gives_way_to"]))),
            ("rule_instead_of", comma.join(map(visible, rule["instead_of"]))),
        ]
        yield from (f"  {word(key, lang)}{colon}{text}" for key, text in facts if text)
        yield ""
    yield word("rules_counted", lang, count=len(rules), shapes=sum(bool(rule["shapes"]) for rule in rules))


def _heading(rule: Mapping[str, Any], lang: Language) -> str:
    """Number and name; the name alone where it has no number."""
    number, name = visible(rule["number"]), text_in(rule["label"], lang)
    if number in map(visible, rule["label"].values()):
        return name
    return f"{number}  {name.removeprefix(number).strip()}".rstrip()


def _status(rule: Mapping[str, Any], lang: Language) -> str:
    """Level and status; what is not known to be in force is not said to be."""
    status = word("rule_in_force", lang) if rule["in_force"] else text_in(rule["status"], lang)
    begins = word("rule_from", lang, day=visible(rule["valid_from"])) if rule["valid_from"] else ""
    return word("comma", lang).join(part for part in (text_in(rule["level"], lang), status, begins) if part)
