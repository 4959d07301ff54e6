"""JSON-LD before the parser sees it: contexts that are at hand are put in, others are refused, PACT records get theirs.

The parser fetches nothing, and leaves out in silence what it cannot name; both are refused here with a reason.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from shapes.errors import ReadingError

BASE: Final = "https://w3id.org/tanmai/contexts/"
"""The shipped contexts are called this and their file name without suffix."""

PACT_CONTEXT: Final = "exchange/pact-context.jsonld"
"""The context of plain PACT records, as a file of this package."""

_PACT_KEYS: Final = frozenset({"specVersion", "pcf", "productIds", "companyIds"})
_WRAPPERS: Final = ("data", "pfs")
_FETCHED: Final = 1 << 20
_SECONDS: Final = 10
_MOST: Final = 16
_BAD: Final = frozenset(' <>"{}|\\^`\n\t\r')


@dataclass(frozen=True, slots=True)
class Contexts:
    """The JSON-LD contexts that a document may refer to.

    Attributes:
        known: contexts at hand: their address and the file of this package that holds them.
        remote: whether others are fetched from the network.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    remote: bool = False

    def resolved(self, text: bytes, name: str, base_iri: str | None) -> bytes:
        """Return a document with every context written into it; the same bytes where nothing was to be done.

        Raises:
            ReadingError: no JSON; a context that is not at hand; a number or an identifier that cannot be taken.
        """
        document = _loaded(text, name)
        if not isinstance(document, dict | list):
            raise ReadingError(name, "a JSON file of data is an object or an array of objects. Hand in such a file", 1)
        plain = _is_pact(document)
        if plain:
            document = _with_pact(document)
        elif not _has_context(document) and not _looks_expanded(document):
            raise ReadingError(
                name,
                "the JSON has no @context, so its keys mean nothing in RDF, and it is no PACT record either. Add an @context, "
                f'such as "{BASE}tanmai", or hand in another syntax',
                1,
            )
        filled, changed = self._filled(document, name, 0)
        _check_names(filled, name, base_iri, text)
        return json.dumps(filled, ensure_ascii=False, allow_nan=False).encode() if plain or changed else text

    def _filled(self, value: Any, name: str, depth: int) -> tuple[Any, bool]:
        """Replace each address of a context by the context, everywhere in a document."""
        if isinstance(value, list):
            parts = [self._filled(item, name, depth) for item in value]
            return [part for part, _ in parts], any(changed for _, changed in parts)
        if not isinstance(value, dict):
            return value, False
        made, changed = {}, False
        for key, item in value.items():
            if key == "@context":
                made[key], part = self._context(item, name, depth), item
                changed = changed or made[key] != part
            else:
                made[key], one = self._filled(item, name, depth)
                changed = changed or one
        return made, changed

    def _context(self, context: Any, name: str, depth: int) -> Any:
        if depth > _MOST:
            raise ReadingError(
                name, "its contexts refer to one another without end. Write the context into the document"
            )
        if isinstance(context, list):
            parts = [self._context(item, name, depth) for item in context]
            return [item for part in parts for item in (part if isinstance(part, list) else [part])]
        if isinstance(context, str):
            return self._context(self._at(context, name), name, depth + 1)
        if isinstance(context, dict) and "@import" in context:
            imported = self._context(context["@import"], name, depth + 1)
            merged = imported if isinstance(imported, dict) else {}
            context = {**merged, **{key: item for key, item in context.items() if key != "@import"}}
        return self._filled(context, name, depth)[0]

    def _at(self, address: str, name: str) -> Any:
        if address in self.known:
            return _shipped(self.known[address])
        if not self.remote:
            at_hand = ", ".join(sorted(self.known)) or "none"
            raise ReadingError(
                name,
                f"the document refers to the context {address!r}, and nothing is fetched from the network while a file is read. "
                f"Write the context into the document, expand it first, or allow it (--remote-contexts). At hand are: {at_hand}",
            )
        return _fetched(address, name)


SHIPPED: Final = Contexts({f"{BASE}tanmai": "contexts/tanmai.jsonld", f"{BASE}pact": PACT_CONTEXT})
"""The contexts of this package, and nothing from the network."""


def has_context(text: bytes) -> bool:
    """Whether a JSON-LD text says itself what its keys mean; a PACT record does not."""
    document = json.loads(text)
    return _has_context(document) or _looks_expanded(document)


def _shipped(file: str) -> Any:
    import shapes

    return json.loads(shapes.path(file).read_bytes())["@context"]


def _loaded(text: bytes, name: str) -> Any:
    def refused(constant: str) -> Any:
        raise _constant(constant, text, name)

    def number(written: str) -> float:
        value = float(written)
        if not math.isfinite(value):
            raise _constant(written, text, name)
        return value

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            twice = next(key for key, _ in pairs if sum(1 for other, _ in pairs if other == key) > 1)
            raise ReadingError(
                name, f"an object has the key {twice!r} twice; which one counts is not defined. Keep one"
            )
        return made

    try:
        return json.loads(text, parse_constant=refused, parse_float=number, object_pairs_hook=members)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.decode().rstrip()):
            cause = "the file ends in the middle of the JSON; it is cut short. Get it again, whole"
        else:
            cause = f"this is no JSON: {error.msg}. Correct the line, or check that it is the right file"
        raise ReadingError(name, cause, error.lineno, error.colno) from None
    except ValueError:
        raise ReadingError(name, "a whole number in it has more digits than can be read. Correct it") from None


def _constant(written: str, text: bytes, name: str) -> ReadingError:
    line = text.count(b"\n", 0, text.find(written.encode())) + 1
    return ReadingError(name, f"{written} is no number that a quantity can have. Write a finite number", line)


def _is_pact(value: Any, depth: int = 3) -> bool:
    """Whether a document without context is a PACT record, a list of them, or an event that wraps them."""
    if isinstance(value, list):
        return bool(value) and all(_is_pact(item, depth - 1) for item in value) if depth else False
    if not isinstance(value, dict) or _has_context(value):
        return False
    if len(_PACT_KEYS & value.keys()) > 1:
        return True
    return depth > 0 and any(_is_pact(value[key], depth - 1) for key in _WRAPPERS if key in value)


def _with_pact(document: Any) -> dict[str, Any]:
    context = _shipped(PACT_CONTEXT)
    if isinstance(document, list):
        return {"@context": context, "@graph": document}
    return {"@context": context, **document}


def _has_context(value: Any) -> bool:
    if isinstance(value, list):
        return any(_has_context(item) for item in value)
    return isinstance(value, dict) and ("@context" in value or any(_has_context(item) for item in value.values()))


def _looks_expanded(value: Any) -> bool:
    """Whether every key is an IRI or a keyword, as in expanded JSON-LD, which needs no context."""
    if isinstance(value, list):
        return all(_looks_expanded(item) for item in value)
    if isinstance(value, dict):
        return all(":" in key or key.startswith("@") for key in value)
    return False


def _check_names(document: Any, name: str, base_iri: str | None, text: bytes) -> None:
    """Refuse identifiers that the parser would leave out in silence, with all that is said about them."""
    aliases = {"@id", *_aliases(document)}
    has_base = base_iri is not None or b'"@base"' in text
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [item for key, item in value.items() if key != "@context"]
            for key in aliases & value.keys():
                if isinstance(value[key], str):
                    _check_name(value[key], name, has_base, text)


def _check_name(iri: str, name: str, has_base: bool, text: bytes) -> None:
    line = text.count(b"\n", 0, max(0, text.find(json.dumps(iri, ensure_ascii=False).encode()))) + 1
    if _BAD & set(iri):
        raise ReadingError(
            name,
            f"the identifier {iri!r} holds a character that IRIs cannot have, such as a space. Write it percent-encoded (a space "
            "is %20), or give the node another IRI",
            line,
        )
    if not has_base and ":" not in iri:
        raise ReadingError(
            name,
            f"the identifier {iri!r} is relative and has nothing to stand on. Write a whole IRI (https://...), or an @base into "
            "the context",
            line,
        )


def _aliases(document: Any) -> set[str]:
    """The keys that stand for @id in the contexts at the top of a document."""
    top = document if isinstance(document, list) else [document]
    contexts = [item.get("@context") for item in top if isinstance(item, dict)]
    flat = [each for context in contexts for each in (context if isinstance(context, list) else [context])]
    return {key for context in flat if isinstance(context, dict) for key, value in context.items() if value == "@id"}


def _fetched(address: str, name: str) -> Any:
    """Get a context from the network: JSON of at most 1 MiB within ten seconds."""
    from urllib.request import Request, urlopen  # only where the user allows it

    if urlsplit(address).scheme not in {"http", "https"}:
        raise ReadingError(name, f"the context {address!r} is no web address. Write the context into the document")
    request = Request(address, headers={"Accept": "application/ld+json, application/json"})  # noqa: S310 - scheme checked above
    try:
        with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - scheme checked above
            data = answer.read(_FETCHED + 1)
        if len(data) > _FETCHED:
            raise ReadingError(
                name, f"the context {address!r} is larger than 1 MiB. Write what is needed into the document"
            )
        return json.loads(data)["@context"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReadingError(
            name,
            f"the context {address!r} cannot be fetched: {error}. Try again, or write the context into the document",
        ) from None
