"""Who asks, and what a role lets them do."""

from __future__ import annotations

from collections import Counter

import pytest
from admission import SECRET, guarded
from servers import served
from starlette.requests import Request

from api.access.allowance import Allowance
from api.access.limits import Table
from api.access.principals import (
    OWNER,
    Principal,
    Role,
    anonymous,
    identify,
    principal_of,
    require,
    require_whole_store,
)
from api.errors import AccessDeniedError, RateError, UnauthenticatedError
from api.sparql.routes import SparqlEndpoint


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


def test_the_whole_store_is_more_than_a_role():
    whole, part = (Principal("cura", frozenset({Role.CURATOR}), audience) for audience in (None, "mill"))
    assert require_whole_store(asked_by(whole), Role.CURATOR) is whole
    with pytest.raises(AccessDeniedError, match="audience mill"):
        require_whole_store(asked_by(part), Role.CURATOR)


@pytest.mark.parametrize(
    ("principal", "agent"),
    [
        (OWNER, None),
        (anonymous("public"), None),
        (Principal("mill", frozenset({Role.SUBMITTER}), "mill", key="abc"), "mill"),
        (
            Principal("mill", frozenset({Role.SUBMITTER}), "mill", "https://mill.example/", "abc"),
            "https://mill.example/",
        ),
    ],
)
def test_what_is_done_is_done_by_an_organisation_or_a_client(principal, agent):
    assert principal.agent == agent


def allowance_of(principal: Principal, tmp_path) -> Allowance:
    return Allowance(principal, "somebody", Table.of(tmp_path).of_principal(principal), Counter())


@pytest.mark.parametrize("audience", ["mill", "public"])
def test_a_read_for_the_audience_or_the_public_is_right(audience, tmp_path):
    allowance_of(Principal("mill", frozenset({Role.READER}), "mill"), tmp_path).check(audience)


@pytest.mark.parametrize("audience", [None, "other", ""])
@pytest.mark.parametrize("own", ["mill", "public"])
def test_a_read_for_more_is_a_fault(own, audience, tmp_path):
    with pytest.raises(AssertionError, match=f"asked for by {own}"):
        allowance_of(anonymous(own), tmp_path).check(audience)


def test_who_reads_nothing_reads_nothing(tmp_path):
    for audience in (None, "public", ""):
        with pytest.raises(UnauthenticatedError):
            allowance_of(anonymous(""), tmp_path).check(audience)


def test_jobs_are_counted_while_they_run(tmp_path):
    allowance = allowance_of(anonymous("public"), tmp_path)
    for _ in range(3):
        with (
            allowance.job(),
            allowance.job(),
            allowance.job(),
            allowance.job(),
            pytest.raises(RateError, match="4 queries"),
        ):
            allowance.job().__enter__()
    assert not allowance.jobs


def test_a_route_that_forgets_for_whom_it_reads_fails_and_does_not_leak(tmp_path, monkeypatch):
    import httpx

    async def forgetful(self, request, asked, send):
        async with self.state.read({**self._job(request, asked), "accept": "*/*", "patterns": 200}) as answer:
            raise AssertionError(answer.first)

    monkeypatch.setattr(SparqlEndpoint, "_query", forgetful)
    store, _ = guarded(tmp_path)
    with served(store, readers=1) as address:
        answer = httpx.get(address + "/sparql", params={"query": "SELECT ?o { ?s ?p ?o }"})
    assert answer.status_code == 500
    assert SECRET not in answer.text
