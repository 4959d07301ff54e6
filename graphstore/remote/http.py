"""HTTP to one endpoint: connections that are kept, time-outs, second attempts for reads, and errors that say what to do.

Nothing here knows SPARQL. Redirects are not followed: they would carry credentials and data to an address nobody named.
"""

from __future__ import annotations

import base64
import http.client
import queue
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from graphstore.errors import EndpointAnswerError, EndpointError, EndpointRefusedError, EndpointUnreachableError

ATTEMPTS: Final = 3
"""How often a read is tried; a write is tried once, since nobody knows whether the first one arrived."""
PAUSE: Final = 0.2
"""Seconds before the second attempt; twice that before the third."""
LONGEST_PAUSE: Final = 10.0
"""Seconds that an endpoint may ask us to wait before the next attempt; a longer wait is left to the user."""
_PASSING: Final = frozenset({429, 502, 503, 504})
"""Statuses that say "not now"."""
_SHOWN: Final = 300
"""Characters of an error page that a message quotes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers by lower-case name, the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def quoted(self) -> str:
        """The beginning of the body on one line, for a message."""
        text = " ".join(self.body[: 4 * _SHOWN].decode("utf-8", "replace").split())
        return text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")


class Client:
    """Speaks HTTP with the server of one address; may be used from several threads.

    Attributes:
        url: the address without user and password.
    """

    def __init__(self, url: str, *, token: str | None = None, timeout: float = 300.0) -> None:
        """Take an address apart; no connection is made yet.

        Args:
            url: ``http`` or ``https``; ``user:password@`` before the host is sent as basic credentials.
            token: bearer token; takes the place of user and password.
            timeout: seconds to wait for the next byte.

        Raises:
            EndpointError: the address is none.
        """
        wrong = EndpointError(
            f"{without_secrets(url)!r} is no address of an endpoint; write it as https://host/path of its SPARQL queries, "
            "without ? and #."
        )
        try:
            parts = urlsplit(url)
            self._host, self._port = parts.hostname or "", parts.port
        except ValueError:  # its message may quote a password
            raise wrong from None
        if parts.scheme not in {"http", "https"} or not self._host or parts.query or parts.fragment:
            raise wrong
        self.url = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")).rstrip("/")
        self._secure = parts.scheme == "https"
        self._credentials = _credentials(parts.username, parts.password, token)
        self._timeout = timeout
        self._idle: queue.LifoQueue[http.client.HTTPConnection] = queue.LifoQueue()

    def close(self) -> None:
        """Close the connections that are kept."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def read(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a POST that changes nothing; passing failures are tried again.

        Raises:
            EndpointError: no answer, or one that says no; see the tree in :mod:`graphstore.errors`.
        """
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS
            try:
                answer = self._once("POST", url, body, headers, self._kept() if attempt == 1 else None)
            except EndpointUnreachableError as error:
                if last or isinstance(error.__cause__, TimeoutError | ssl.SSLError):
                    raise
                answer = None
            if answer is not None and answer.status not in _PASSING:
                return accepted(answer, url)
            wait = _pause(answer, attempt)
            if answer is not None and (last or wait > LONGEST_PAUSE):
                return accepted(answer, url)
            time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def write(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a request that changes something: once, on a connection of its own.

        Raises:
            EndpointError: no answer, or one that says no.
        """
        return accepted(self._once(method, url, body, headers, None), url)

    def _once(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], kept: http.client.HTTPConnection | None
    ) -> Answer:
        parts = urlsplit(url)
        connection = kept or self._connection()
        try:
            target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
            connection.request(method, target, body, {**self._credentials, **headers})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            answer = Answer(response.status, found, response.read())
        except http.client.IncompleteRead as error:
            connection.close()
            raise EndpointAnswerError(
                f"The answer of {url} ended after {len(error.partial):,} bytes, before it was whole. Nothing of it was used. "
                "Ask again, or ask for less; the server may have a time limit of its own."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise EndpointUnreachableError(_unreachable(url, error, self._timeout)) from error
        if response.will_close:
            connection.close()
        else:
            self._idle.put(connection)
        return answer

    def _kept(self) -> http.client.HTTPConnection | None:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return None

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)


def accepted(answer: Answer, url: str) -> Answer:
    """The answer, if it says yes.

    Raises:
        EndpointRefusedError: 401, 403.
        EndpointAnswerError: another status than 2xx.
    """
    if 200 <= answer.status < 300:
        return answer
    if answer.status in {401, 403}:
        raise EndpointRefusedError(
            f"{url} does not allow this ({answer.status}). Give credentials: TANMAI_STORE_TOKEN, or user:password@ before the "
            "host in TANMAI_STORE; or ask who runs the endpoint for the right."
        )
    if 300 <= answer.status < 400:
        raise EndpointAnswerError(
            f"{url} points to {answer.headers.get('location', 'another address')}. If you trust it, give that address."
        )
    raise EndpointAnswerError(f"{url} answered with status {answer.status}: {answer.quoted() or 'nothing more'}")


def without_secrets(url: str) -> str:
    """An address as it may be shown: without user and password, also where these hold a slash, and without what follows a ?."""
    head, slashes, rest = url.partition("://")
    path, mark, _ = rest.rpartition("@")[2].partition("?")
    return head + slashes + path + (f"{mark}***" if mark else "")


def _credentials(user: str | None, password: str | None, token: str | None) -> dict[str, str]:
    if token:
        return {"Authorization": f"Bearer {token}"}
    if user is None:
        return {}
    pair = f"{unquote(user)}:{unquote(password or '')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def _pause(answer: Answer | None, attempt: int) -> float:
    asked = answer.headers.get("retry-after", "") if answer is not None else ""
    return float(asked) if asked.isdecimal() else PAUSE * attempt


def _unreachable(url: str, error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError):
        return f"{url} sent nothing for {timeout:g} seconds. Ask for less, or ask who runs the endpoint for more time."
    cause = str(error) or type(error).__name__
    return f"{url} cannot be reached: {cause}. Check the address, that the server runs, and the network."
