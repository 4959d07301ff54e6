"""JSON as text: read without losing a digit or a key, and written back.

Whole numbers stay `int`, other numbers become `decimal.Decimal`, so that what an extension holds comes out as it went in.
What has no defined meaning is refused: a key twice in one object, NaN and infinities, an exponent that no number type holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from mappings.errors import PackageError
from mappings.pact.findings import shortened

DEEPEST: Final = 100
"""Most levels of arrays and objects in a file, as elsewhere in Tanmai."""

_LARGEST_EXPONENT: Final = 6000
"""Exponents beyond this would let a short text stand for gigabytes of digits."""


_MARKS: Final = re.compile(r'[{}\[\]"]|\\.', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """A value as the text that it is written by, which :func:`dumps` leaves as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A value and the exact text that it was read from."""

    value: Any
    text: str


def decode(data: bytes, name: str) -> str:
    """Return the text of a file: bounded in size, unpacked, UTF-8 without byte order mark.

    Args:
        data: the bytes as they came; gzip is looked through.
        name: what messages call them.

    Raises:
        PackageError: too large, damaged, or no UTF-8.
    """
    from graphstore.errors import GraphStoreError
    from shapes.errors import ReadingError
    from shapes.reading.source import of_bytes  # brings the parsers in, which the command line needs late

    try:
        return of_bytes(data, name, "jsonld").text.decode()
    except ReadingError as error:
        raise PackageError(
            name, f"{error.cause}." if error.line is None else f"line {error.line}: {error.cause}."
        ) from None
    except GraphStoreError as error:
        raise PackageError(name, str(error)) from None


def loads(data: bytes, name: str) -> Any:
    """Read JSON from bytes: what an event or a request carries.

    Raises:
        PackageError: too large, no UTF-8, no JSON, nested too deeply, a repeated key, or a number that has no value.
    """
    return parse(decode(data, name), name)


def parse(text: str, name: str) -> Any:
    """Read JSON.

    Raises:
        PackageError: no JSON, nested too deeply, a repeated key, or a number that has no value.
    """
    _guard(text, name)
    try:
        return json.loads(
            text,
            parse_float=lambda written: _number(written, name),
            parse_constant=lambda written: _constant(written, name),
            object_pairs_hook=lambda pairs: _members(pairs, name),
        )
    except json.JSONDecodeError as error:
        raise PackageError(
            name,
            f"this is no JSON: {error.msg} in line {error.lineno}, column {error.colno}. Correct the line, or hand in the whole file.",
        ) from None
    except ValueError:
        raise PackageError(name, "a whole number in it has more digits than can be read. Correct it.") from None


def elements(text: str, name: str) -> Iterator[Part]:
    """Yield the elements of the array that a text holds, each with its own text; the array was parsed before."""
    scanner = json.JSONDecoder()
    place = _space(text, text.index("[") + 1)
    while text[place] != "]":
        _, end = scanner.raw_decode(text, place)
        yield Part(parse(text[place:end], name), text[place:end])
        place = _space(text, end)
        if text[place] == ",":
            place = _space(text, place + 1)


def member(text: str, key: str, name: str) -> Part:
    """Return the value of a member of the object that a text holds, with its own text; the object was parsed before."""
    begin, end = _place(text, key)
    return Part(parse(text[begin:end], name), text[begin:end])


def _place(text: str, key: str) -> tuple[int, int]:
    """Where the value of a member of the object that a text holds begins and ends."""
    scanner = json.JSONDecoder()
    place = _space(text, text.index("{") + 1)
    while text[place] != "}":
        found, end = scanner.raw_decode(text, place)
        begin = _space(text, _space(text, end) + 1)
        _, end = scanner.raw_decode(text, begin)
        if found == key:
            return begin, end
        place = _space(text, end)
        if text[place] == ",":
            place = _space(text, place + 1)
    raise KeyError(key)


def with_member(text: str, key: str, value: str) -> str:
    """Return the text of an object with another text in place of the value of a member; all else stays to the letter.

    >>> with_member('{"a": {"b": 1}, "b" : "x" }', "b", "2")
    '{"a": {"b": 1}, "b" : 2 }'
    """
    begin, end = _place(text, key)
    return text[:begin] + value + text[end:]


def dumps(value: Any) -> str:
    """Write a value that :func:`parse` returned as compact JSON; numbers keep their digits, keys their order.

    >>> dumps({"a": [Decimal("1.10"), None]})
    '{"a":[1.10,null]}'
    """
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Written):
        return value.text
    if isinstance(value, dict):
        return f"{{{','.join(f'{_text(str(key))}:{dumps(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(dumps(item) for item in value)}]"
    return _text(value) if isinstance(value, str) else json.dumps(value, allow_nan=False)


def shown(value: Any) -> str:
    """Return a value as it is quoted in a message: its JSON text, shortened; "" for nothing."""
    if value is None:
        return ""
    try:
        return shortened(dumps(value))
    except (ValueError, TypeError, RecursionError):  # a value that never was JSON
        return shortened(repr(value))


def _text(value: str) -> str:
    # Lone surrogates, which UTF-8 cannot hold, are written as escapes, as they came.
    written = json.dumps(value, ensure_ascii=False)
    return written if written.isascii() or not any("\ud800" <= c <= "\udfff" for c in written) else json.dumps(value)


def _space(text: str, place: int) -> int:
    while text[place] in " \t\n\r":
        place += 1
    return place


def _guard(text: str, name: str) -> None:
    """Refuse deep nesting before any parser recurses into it."""
    depth, inside = 0, False
    for mark in _MARKS.finditer(text):
        found = mark.group()
        if found == '"':
            inside = not inside
        elif not inside:
            depth += (found in "{[") - (found in "}]")
            if depth > DEEPEST:
                line = text.count("\n", 0, mark.start()) + 1
                raise PackageError(
                    name,
                    f"from line {line} on it is nested more than {DEEPEST} levels deep, which no record needs. Check the file.",
                )


def _number(written: str, name: str) -> Decimal:
    try:
        value = Decimal(written)
    except InvalidOperation:
        value = Decimal("Infinity")
    if not value.is_finite() or abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise PackageError(name, f"{written[:40]} is no number that a quantity can have. Write a finite number.")
    return value


def _constant(written: str, name: str) -> Any:
    raise PackageError(name, f"{written} is no number that a quantity can have. Write a finite number.")


def _members(pairs: list[tuple[str, Any]], name: str) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise PackageError(
            name, f"an object has the key {twice[:80]!r} twice; which one counts is not defined. Keep one."
        )
    return made
