"""Who asks, and what a role lets them do."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from api.access.principals import Principal, Role, identify, principal_of, require
from api.errors import AccessDeniedError, UnauthenticatedError


def asked_by(principal: Principal | None) -> Request:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    if principal is not None:
        identify(scope, principal)
    return Request(scope)


def test_a_server_without_clients_is_its_owners():
    request = asked_by(None)
    assert principal_of(request).audience is None
    assert [require(request, role).name for role in Role] == ["owner"] * 5


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUBMITTER])
def test_a_role_is_no_other_role(role):
    request = asked_by(Principal("mill", frozenset({Role.SUBMITTER}), "public"))
    assert require(request, Role.SUBMITTER).name == "mill"
    with pytest.raises(AccessDeniedError, match=f"mill has not the role {role}"):
        require(request, role)


def test_nobody_is_asked_to_say_who_they_are():
    with pytest.raises(UnauthenticatedError, match="role reader"):
        require(asked_by(Principal("", frozenset(), "public")), Role.READER)


@pytest.mark.parametrize("role", list(Role))
def test_an_admin_may_do_everything(role):
    assert require(asked_by(Principal("root", frozenset({Role.ADMIN}), None)), role).name == "root"
