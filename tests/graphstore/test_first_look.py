"""The first look at a text refuses what its tokens refuse, and never counts fewer patterns than they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstore.errors import QueryError
from graphstore.sparql import MAX_LENGTH, MAX_NESTING, count_patterns, guard, look

PIECES = (
    "SELECT * {|}|?s ?p ?o| . | ; |(|)|[|]|<urn:a/b>|'SERVICE {'|# FROM\n|FROM <urn:g>|service <urn:x>|load|:p/:q|'{' "
)
MORE = (*PIECES.split("|"), "\\u0053ERVICE", "!" * 60, "(" * 60, "{" * 60, "^" * 30, "-+" * 30)


def judged(text):
    try:
        return guard(text)
    except QueryError as error:
        return str(error)


@given(st.lists(st.sampled_from(MORE), max_size=25), st.sampled_from([0, 3, 200]))
def test_it_says_what_the_tokens_say(pieces, most):
    text = " ".join(pieces)
    words = judged(text)
    if isinstance(words, str):
        with pytest.raises(QueryError) as refused:
            look(text, most)
        assert str(refused.value) == words
        return
    found = look(text, most)
    assert found.own_dataset == any(word.kind == "word" and word.text == "FROM" for word in words)
    exact = count_patterns(words)
    assert exact <= found.patterns <= max(most, exact)


@pytest.mark.parametrize(
    "text",
    [
        "ASK {} #" + " " * MAX_LENGTH,
        "ASK " + "{" * (MAX_NESTING + 1) + "}" * (MAX_NESTING + 1),
        "ASK { FILTER(" + "!" * (MAX_NESTING + 1) + "true) }",
    ],
)
def test_it_refuses_what_is_too_long_or_too_deep(text):
    with pytest.raises(QueryError):
        look(text, 10_000)
