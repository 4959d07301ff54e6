"""Access tokens: signed statements that a client showed a key a short while ago (JWT, RFC 7519; type of RFC 9068).

A token says who asks and by which key it was had, nothing else that counts: what the client may do is looked up at each
request, so that a client or key that is gone takes its tokens along. It is signed by HMAC-SHA-256 with a key that this server
alone has; only this server has to believe it. Header members that name a key (``jwk``, ``jku``, ``kid``) are not looked at.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from api.access.principals import Principal
from api.errors import CredentialsError, TokenExpiredError

ALGORITHM: Final = "HS256"
TYPE: Final = "at+jwt"
_LONGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token was given to: name of the client, and id of the key that it showed."""

    name: str
    key: str


@dataclass(frozen=True)
class Tokens:
    """Makes and reads the tokens of one server.

    Attributes:
        secret: what they are signed with.
        seconds: how long they hold.
        public_url: where clients see the server; what tokens are from and for. Else the signing key gives the name.
        clock: seconds since 1970.
    """

    secret: bytes
    seconds: int
    public_url: str = ""
    clock: Callable[[], float] = time.time

    @cached_property
    def issuer(self) -> str:
        """Who makes the tokens, and whom they are for."""
        return self.public_url or f"urn:tanmai:{hashlib.sha256(b'issuer' + self.secret).hexdigest()[:16]}"

    def make(self, principal: Principal) -> str:
        """A token for a client that showed a key."""
        from joserfc import jwt

        now = int(self.clock())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": principal.name,
            "client_id": principal.name,
            "key": principal.key,
            "iat": now,
            "exp": now + self.seconds,
            "jti": uuid.uuid4().hex,
        }
        return jwt.encode({"alg": ALGORITHM, "typ": TYPE}, claims, self._key)

    def read(self, text: str) -> Holder:
        """Whom a token was given to.

        Raises:
            TokenExpiredError: its time is over.
            CredentialsError: it is none of this server's, or not yet valid.
        """
        from joserfc import jwt
        from joserfc.errors import ExpiredTokenError, JoseError

        if len(text) > _LONGEST:
            raise _refused()
        try:
            token = jwt.decode(text, self._key, algorithms=[ALGORITHM])
            if token.header.get("typ") != TYPE:
                raise _refused()
            self._claims.validate(token.claims)
        except ExpiredTokenError:
            raise TokenExpiredError("The access token is over its time. Ask for a new one at /auth/token.") from None
        except (JoseError, ValueError, TypeError):
            raise _refused() from None
        return Holder(token.claims["sub"], str(token.claims["key"]))

    @cached_property
    def _claims(self) -> Any:
        from joserfc.jwt import JWTClaimsRegistry

        return JWTClaimsRegistry(
            now=lambda: int(self.clock()),
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.issuer},
            sub={"essential": True},
            key={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )

    @cached_property
    def _key(self) -> Any:
        from joserfc.jwk import OctKey

        return OctKey.import_key(self.secret)


def _refused() -> CredentialsError:
    return CredentialsError("The access token is not accepted. Ask for a new one at /auth/token.")
