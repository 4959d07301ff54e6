"""Entity tags: what an answer was made from, for whom, and what was asked (RFC 9110, section 8.8.3)."""

from __future__ import annotations

import hashlib


def tag_of(generation: str, audience: str | None, *parts: object) -> str:
    """The entity tag of an answer: what it was made from, for whom, and what was asked. Weak, since rows may come in any order."""
    digest = hashlib.blake2b(repr((audience, *parts)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f'W/"{generation}-{digest}"'


def matches(condition: str, tag: str) -> bool:
    """Whether an If-None-Match header names the tag (weak comparison, RFC 9110 section 13.1.2)."""
    known = [part.strip().removeprefix("W/") for part in condition.split(",")]
    return "*" in known or tag.removeprefix("W/") in known


def generations_in(condition: str) -> list[str]:
    """The generations from which the answers with the entity tags of an If-Match header were made."""
    return [part.strip().removeprefix("W/").strip('"').rpartition("-")[0] for part in condition.split(",")]
