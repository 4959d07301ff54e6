"""Who asks: the principal of a request, its roles, and which view of the store it reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from starlette.requests import Request
from starlette.types import Scope

from api.errors import AccessDeniedError, UnauthenticatedError

_KEY: Final = "tanmai.principal"


class Role(StrEnum):
    """What a principal may do beyond reading what its audience may read."""

    READER = "reader"
    SUBMITTER = "submitter"
    VERIFIER = "verifier"
    CURATOR = "curator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        name: its name among the clients of this server; empty for anonymous.
        roles: what it may do. An admin may do everything.
        audience: the view of the store that it reads; ``None`` for the whole store.
        organisation: IRI of the organisation that it acts for; empty where none is registered.
        key: id of the key that proved it; empty where none did.
    """

    name: str
    roles: frozenset[Role]
    audience: str | None
    organisation: str = ""
    key: str = ""

    @property
    def agent(self) -> str | None:
        """Who is named for what it does to the graph: its organisation, else itself; ``None`` for anonymous and the owner."""
        return self.organisation or (self.name if self.key else "") or None

    def has(self, role: Role) -> bool:
        """Whether it has a role, as an admin has each."""
        return role in self.roles or Role.ADMIN in self.roles


OWNER: Final = Principal("owner", frozenset(Role), None)
"""Who asks a server that knows no clients: the person whose machine it runs on."""


def identify(scope: Scope, principal: Principal) -> None:
    """Note in the scope of a request who asks."""
    scope[_KEY] = principal


def principal_of(request: Request) -> Principal:
    """Who asks."""
    found: Principal = request.scope.get(_KEY, OWNER)
    return found


def anonymous(audience: str) -> Principal:
    """Nobody known, who reads what an audience may read; nothing where that is empty."""
    return Principal("", frozenset(), audience)


def require(request: Request, role: Role) -> Principal:
    """The principal of a request, if it has a role.

    Raises:
        UnauthenticatedError: nobody is named, and somebody with the role may.
        AccessDeniedError: the principal has not the role.
    """
    asking = principal_of(request)
    if asking.has(role):
        return asking
    if not asking.name:
        raise UnauthenticatedError(f"This needs the role {role}. Send an API key or an access token with the request.")
    raise AccessDeniedError(f"{asking.name} has not the role {role}, which this needs. Ask an administrator for it.")


def require_whole_store(request: Request, role: Role) -> Principal:
    """The principal of a request, if it has a role and nothing of the store is hidden from it.

    Raises:
        UnauthenticatedError: nobody is named, and somebody with the role may.
        AccessDeniedError: the principal has not the role, or reads a part of the store only.
    """
    asking = require(request, role)
    if asking.audience is not None:
        raise AccessDeniedError(
            f"{asking.name} reads what the audience {asking.audience} may read; this takes the whole store. "
            "Ask an administrator for it."
        )
    return asking
