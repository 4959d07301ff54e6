"""Keys of clients: ``tm_ID_SECRET``. The id is no secret and finds the key; of the rest only the hash is kept.

The secret has 256 random bits, so that one SHA-256 is enough: there is nothing to guess that a slow hash would have to protect.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "tm"
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_FORM: Final = re.compile(rf"{PREFIX}_([a-z0-9]{{8}})_[A-Za-z0-9_-]{{43}}")
_NO_KEY: Final = "0" * 64
"""What is compared where there is no such key, so that it takes as long; no text has this hash."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept.

    Attributes:
        id: what it is called in lists and logs.
        sha256: hash of the whole text.
        created: the day it was made.
        expires: the last day (UTC) on which it is taken; ``None`` for no end.
    """

    id: str
    sha256: str
    created: dt.date
    expires: dt.date | None = None

    def lives(self, day: dt.date) -> bool:
        """Whether it is taken on a day."""
        return self.expires is None or day <= self.expires


def matches(sha256: str | None, text: str) -> bool:
    """Whether a text has a hash, in the time that it takes for every hash, also for none."""
    found = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return hmac.compare_digest(found, sha256 or _NO_KEY) and sha256 is not None


def id_in(text: str) -> str:
    """The id that a text of the form of a key has; empty for other texts."""
    found = _FORM.fullmatch(text)
    return found[1] if found else ""


def new(created: dt.date, expires: dt.date | None = None) -> tuple[str, Key]:
    """A new key: its text, which is told once, and what is kept of it."""
    identifier = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    text = f"{PREFIX}_{identifier}_{secrets.token_urlsafe(32)}"
    return text, Key(identifier, hashlib.sha256(text.encode()).hexdigest(), created, expires)


def today() -> dt.date:
    """The day (UTC)."""
    return dt.datetime.now(dt.UTC).date()
