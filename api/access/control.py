"""Who is let in: the clients, tokens, limits and counters of one application, behind one door."""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from starlette.datastructures import Headers
from starlette.types import Scope

from api.access import clients, keys, private, rates
from api.access.allowance import Allowance
from api.access.clients import ClientFile, Roster
from api.access.credentials import proven, shown
from api.access.limits import Table
from api.access.principals import Principal, anonymous
from api.access.rates import Rates, Taken
from api.access.tokens import Tokens
from api.audit.log import AuditLog
from api.audit.segments import Span
from api.errors import CredentialsError, RateError
from api.settings import Settings

SIGNING: Final = "token.key"


@dataclass(slots=True)
class Access:
    """The door of one application.

    Attributes:
        settings: what the server was told.
        file: who is known.
        rates: how often each asks.
        audit: what was asked.
        jobs: how many jobs each principal has under way in this process.
    """

    settings: Settings
    file: ClientFile
    rates: Rates
    audit: AuditLog
    jobs: Counter[str] = field(default_factory=Counter)
    _tokens: Tokens | None = None
    _table: Table | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The door of an application; nothing is read yet."""
        folder = settings.access_folder
        return cls(
            settings,
            ClientFile(folder / clients.FILE),
            Rates(folder / rates.FILE),
            AuditLog(settings.store / "audit", Span(settings.audit_days, settings.audit_megabytes << 20)),
        )

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.settings.access_folder

    @property
    def tokens(self) -> Tokens:
        """Makes and reads tokens.

        Raises:
            AccessFileError: the signing key cannot be used.
        """
        if self._tokens is None:
            secret = private.secret(self.folder / SIGNING)
            self._tokens = Tokens(secret, self.settings.token_seconds, self.settings.public_url)
        return self._tokens

    @property
    def table(self) -> Table:
        """The limits of each role, as they were when first asked for.

        Raises:
            AccessFileError: the file of limits cannot be used.
        """
        if self._table is None:
            self._table = Table.of(self.folder)
        return self._table

    def check(self) -> None:
        """Where there are clients, see that everything that lets them in can be used.

        Raises:
            AccessFileError: something cannot.
        """
        if self.file.current() is not None:
            self._tokens, self._table = self.tokens, self.table
            self.rates.check()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the audit log on the disk while requests are served."""
        try:
            async with self.audit.running():
                yield
        finally:
            self.rates.close()

    def principal(self, scope: Scope, roster: Roster) -> Principal:
        """Who asks.

        Raises:
            CredentialsError: what is shown proves nobody.
            RateError: the address has shown too much of that kind.
            RequestError: two things are shown.
        """
        try:
            text = shown(Headers(scope=scope))
            if text is None:
                return anonymous(self.settings.anonymous)
            found = proven(text, roster, self.tokens, keys.today())
        except CredentialsError:
            self.failed(scope)
            raise
        self.rates.used(found.key, keys.today().isoformat())
        return found

    def failed(self, scope: Scope) -> None:
        """Count an attempt that proved nobody against the address that it came from.

        A right key is let in all the same: with 256 random bits there is nothing to find by trying, and nobody can lock out
        others who come from the same address.

        Raises:
            RateError: there were too many.
        """
        taken = self.rates.take(f"failed {self.address(scope)}", self.table.failures)
        if not taken.allowed:
            raise RateError("Too many keys or tokens from this address were not accepted. Wait.", taken.wait)

    def allowance(self, scope: Scope, principal: Principal) -> Allowance:
        """What a request of a principal may take."""
        who = f"client {principal.name}" if principal.name else f"address {self.address(scope)}"
        return Allowance(principal, who, self.table.of_principal(principal), self.jobs)

    def take(self, allowance: Allowance) -> Taken:
        """Count a request."""
        return self.rates.take(allowance.who, allowance.limits.rate)

    def address(self, scope: Scope) -> str:
        """A name for the address that a request comes from: the same for the same address, and no way back to it."""
        address = _network((scope.get("client") or ("",))[0])
        return hmac.digest(self.tokens.secret, b"address " + address.encode(), "sha256").hex()[:16]


def _network(address: str) -> str:
    """What stands for an address: itself, or of IPv6 its first 64 bits, since one machine has as many of the rest as it likes."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((found.packed[:8] + bytes(8), 64)))
