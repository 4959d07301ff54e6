"""The words of the interface: one meaning to a key, in both languages."""

import ast
import re
from pathlib import Path

import pytest

from tanmai import words, words_access, words_audience, words_exchange, words_registry, words_schemes, words_validation


def test_no_key_stands_for_two_words():
    """Tables are spread into one: a key of two would show the wrong word somewhere, and nobody would be told."""
    tree = ast.parse(Path(words.__file__).read_text(encoding="utf-8"))
    (table,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "WORDS"
    ]
    own = [key.value for key in table.keys if isinstance(key, ast.Constant)]
    assert len(own) == len(set(own))
    spread = (
        words_access.ACCESS_WORDS,
        words_audience.AUDIENCE_WORDS,
        words_exchange.EXCHANGE_WORDS,
        words_registry.REGISTRY_WORDS,
        words_schemes.SCHEME_WORDS,
        words_validation.VALIDATION_WORDS,
    )
    assert len(words.WORDS) == len(own) + sum(map(len, spread))
    assert all(table.items() <= words.WORDS.items() for table in spread)


@pytest.mark.parametrize("key", sorted(words.WORDS))
def test_both_languages_name_the_same_values(key):
    english, chinese = words.WORDS[key]
    assert set(re.findall(r"{(\w+)", english)) == set(re.findall(r"{(\w+)", chinese))
