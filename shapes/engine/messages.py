"""Messages with variables in them: `{?value}` and `{$this}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyoxigraph as ox

from shapes.report import Term

_HOLE = re.compile(r"\{[?$](\w+)\}")


def filled(template: ox.Literal, values: Mapping[str, Term]) -> ox.Literal:
    """Return a message with the values of its variables; its language stays.

    Args:
        template: the message; a variable without a value stays as it stands.
        values: terms by variable name.
    """
    if "{" not in template.value:
        return template
    text = _HOLE.sub(lambda hole: _shown(values.get(hole.group(1)), hole.group()), template.value)
    return ox.Literal(text, language=template.language) if template.language else ox.Literal(text)


def _shown(term: Term | None, hole: str) -> str:
    if term is None:
        return hole
    return str(term) if isinstance(term, ox.Triple) else term.value
