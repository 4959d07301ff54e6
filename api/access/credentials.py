"""What a request shows to prove who asks."""

from __future__ import annotations

import datetime as dt
from typing import Final

from starlette.datastructures import Headers

from api.access.clients import Roster
from api.access.keys import id_in
from api.access.principals import Principal
from api.access.tokens import Tokens
from api.errors import CredentialsError, RequestError

KEY_HEADER: Final = "x-api-key"


def shown(headers: Headers) -> str | None:
    """The key or token that a request shows; ``None`` where it shows none.

    Raises:
        RequestError: it shows two.
        CredentialsError: it shows something of another kind.
    """
    found = [(text, False) for text in headers.getlist(KEY_HEADER)]
    found += [(text, True) for text in headers.getlist("authorization")]
    if len(found) > 1:
        raise RequestError("The request shows more than one key or token. Send one of them, once.")
    if not found:
        return None
    (text, scheme), *_ = found
    if not scheme:
        return text.strip()
    kind, _, rest = text.strip().partition(" ")
    if kind.lower() != "bearer":
        raise CredentialsError("Credentials are sent as 'Authorization: Bearer ...' with an API key or access token.")
    return rest.strip()


def proven(text: str, roster: Roster, tokens: Tokens, day: dt.date) -> Principal:
    """Whom a key or token proves on a day.

    Raises:
        TokenExpiredError: the time of the token is over.
        CredentialsError: nobody.
    """
    if text.count(".") == 2 and not id_in(text):
        holder = tokens.read(text)
        found = roster.holder(holder.name, holder.key, day)
    else:
        found = roster.by_key(text, day)
    if found is None:
        raise CredentialsError("This key or token is not accepted. Check it, or ask an administrator for a new one.")
    return found
