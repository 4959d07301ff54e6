"""What is wrong with a record, and what the graph or another format cannot hold of it: each with place, reason and cure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["error", "warning", "info"]
"""A record with an error is no PACT record; a warning is a duty of the one who reports; info is a recommendation."""

Layer = Literal["schema", "method"]
"""Of the data model, which software must keep, or of the reporting rules, which guide the owner of the data."""

_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect of one record.

    Attributes:
        pointer: where, as a JSON pointer (RFC 6901) from the root of the record; "" for the record itself.
        rule: what is violated: the key of a text in `texts`, such as ``decimal`` or ``sign``.
        severity: how bad.
        layer: of the data model, or of the method.
        value: what stands there, as JSON text, shortened; "" where nothing stands.
        messages: why and how to mend it, by language: ``en``, ``zh``.
    """

    pointer: str
    rule: str
    severity: Severity
    layer: Layer
    value: str
    messages: Mapping[str, str]

    def as_dict(self) -> dict[str, object]:
        """Return plain values that JSON can hold."""
        return {
            "pointer": self.pointer,
            "rule": self.rule,
            "severity": self.severity,
            "layer": self.layer,
            "value": self.value,
            "messages": dict(self.messages),
        }


@dataclass(frozen=True, slots=True)
class Loss:
    """What does not survive a step from one form to another as it was.

    Attributes:
        pointer: what it is about: a JSON pointer into the record, or the name of a fact of the graph.
        kind: ``changed`` (another form or unit), ``narrowed`` (a wider or narrower value), ``computed`` (calculated from others),
            ``dropped`` (stays in the kept record only), ``impossible`` (cannot be said at all, and is needed).
        messages: what happens to it and why, by language.
    """

    pointer: str
    kind: Literal["changed", "narrowed", "computed", "dropped", "impossible"]
    messages: Mapping[str, str]

    def as_dict(self) -> dict[str, object]:
        """Return plain values that JSON can hold."""
        return {"pointer": self.pointer, "kind": self.kind, "messages": dict(self.messages)}


def shortened(text: str) -> str:
    """Return a text that fits into a message."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def child(pointer: str, key: str | int) -> str:
    """Return the pointer of a member or element.

    >>> child("/pcf", "a/b")
    '/pcf/a~1b'
    """
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
