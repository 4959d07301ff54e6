"""Who is let in: the clients, tokens, limits and counters of one application, behind one door."""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final, Self

from starlette.datastructures import Headers
from starlette.types import Scope

from api.access import clients, keys, limits, private, rates
from api.access.allowance import Allowance
from api.access.clients import ClientFile, Roster
from api.access.credentials import proven, shown
from api.access.limits import Table
from api.access.principals import Principal, anonymous
from api.access.rates import Rates, Taken
from api.access.tokens import Tokens
from api.access.watched import Watched
from api.audit.log import AuditLog
from api.audit.refusals import Refusals
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
        signing: what makes and reads tokens, by the key that there is now.
        limits: the limits of each role, as the file says now.
        jobs: how many jobs each principal has under way in this process.
        refusals: who was refused for asking too often, and is not recorded each time.
    """

    settings: Settings
    file: ClientFile
    rates: Rates
    audit: AuditLog
    signing: Watched[Tokens]
    limits: Watched[Table]
    jobs: Counter[str] = field(default_factory=Counter)
    refusals: Refusals = field(default_factory=Refusals)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The door of an application; nothing is read yet."""
        folder = settings.access_folder

        def tokens() -> Tokens:
            return Tokens(private.secret(folder / SIGNING), settings.token_seconds, settings.public_url)

        return cls(
            settings,
            ClientFile(folder / clients.FILE),
            Rates(folder / rates.FILE),
            AuditLog(settings.store / "audit", Span(settings.audit_days, settings.audit_megabytes << 20)),
            Watched(folder / SIGNING, tokens, forgiving=False),
            Watched(folder / limits.FILE, lambda: Table.of(folder), forgiving=True),
        )

    @property
    def tokens(self) -> Tokens:
        """Makes and reads tokens. A signing key that was removed or replaced ends all tokens of before, also while the server runs.

        Raises:
            AccessFileError: the signing key cannot be used.
        """
        return self.signing.current()

    @property
    def table(self) -> Table:
        """The limits of each role; those of before while a changed file cannot be used.

        Raises:
            AccessFileError: the file of limits cannot be used.
        """
        return self.limits.current()

    def check(self) -> None:
        """Where there are clients, see that everything that lets them in can be used.

        Raises:
            AccessFileError: something cannot.
        """
        if self.file.current() is not None:
            self.signing.current()
            self.limits.current()
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

    def probe(self, scope: Scope) -> None:
        """Count a probe of another machine, which is answered without a key.

        Raises:
            RateError: there were too many.
        """
        rate = self.table.of_principal(anonymous("")).rate
        taken = self.rates.take(f"probe {self.address(scope)}", rate)
        if not taken.allowed:
            raise RateError("You ask more often than you may. Wait, then go on more slowly.", taken.wait)

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
