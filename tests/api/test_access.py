"""Who is let in, over real HTTP: keys, tokens, what each role may do, and every wrong way to prove oneself."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from admission import CLIENTS, GENEROUS, PARTNER, PUBLIC, SECRET, add, bearer, change, clients_of, fill, guarded
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey
from servers import served

from api.access import keys
from api.access.clients import Client
from api.access.principals import Role

EVERYTHING = {"query": "SELECT ?o { GRAPH ?g { ?s <urn:says> ?o } }"}
CHANGE = {"update": "INSERT DATA { <urn:new> <urn:says> 1 }"}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    return guarded(tmp_path_factory.mktemp("access"))


@pytest.fixture(scope="module")
def client(place) -> Iterator[httpx.Client]:
    with (
        served(place[0], allow_writes=True, readers=1, cors_origins=("https://friend.example",)) as address,
        httpx.Client(base_url=address, timeout=30) as made,
    ):
        yield made


@pytest.fixture
def key(place):
    """A new client, to be spoilt by the test, and its key."""
    return add(place[0], "guest", (Role.READER,), "mill")


@pytest.fixture
def token(client, key) -> str:
    return ask_token(client, auth=("guest", key)).json()["access_token"]


def ask_token(client: httpx.Client, auth: tuple[str, str] | None = None, **form: str) -> httpx.Response:
    return client.post("/auth/token", data={"grant_type": "client_credentials"} | form, auth=auth)


def seen(client: httpx.Client, headers: dict[str, str]) -> set[str]:
    """What can be found by all ways of reading, in every byte that comes back."""
    answers = [
        client.get("/sparql", params=EVERYTHING, headers=headers),
        client.get("/graphs", params={"graph": "https://w3id.org/tanmai/local/id/catalogue"}, headers=headers),
        client.get("/graphs", params={"graph": "https://w3id.org/tanmai/local/id/dataset/data2/v1"}, headers=headers),
        client.get("/.well-known/void", headers=headers),
        client.post("/sparql", data=EVERYTHING | {"default-graph-uri": "urn:x"}, headers=headers),
    ]
    assert answers[0].status_code == 200
    found = b"".join(bytes(f"{answer.headers}", "utf-8") + answer.content for answer in answers).decode()
    return {canary for canary in (PUBLIC, PARTNER, SECRET) if canary in found}


# --- who reads what ---


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, {PUBLIC}),
        ("mill", {PUBLIC, PARTNER}),
        ("miller", {PUBLIC, PARTNER}),
        ("boss", {PUBLIC, PARTNER, SECRET}),
        ("cura", {PUBLIC, PARTNER, SECRET}),
    ],
)
def test_each_reads_what_its_audience_may_read(client, place, name, expected):
    assert seen(client, bearer(place[1][name]) if name else {}) == expected


def test_a_key_may_come_in_a_header_of_its_own(client, place):
    assert seen(client, {"X-API-Key": place[1]["mill"]}) == {PUBLIC, PARTNER}


def test_no_cache_gives_the_answer_of_one_to_another(client, place):
    mine = client.get("/sparql", params=EVERYTHING, headers=bearer(place[1]["boss"]))
    assert {"Authorization", "X-API-Key"} <= set(mine.headers["vary"].split(", "))
    assert mine.headers["cache-control"] == "private, no-cache"
    assert "private" not in client.get("/sparql", params=EVERYTHING).headers["cache-control"]
    known = {"If-None-Match": mine.headers["etag"]}
    assert client.get("/sparql", params=EVERYTHING, headers=known | bearer(place[1]["boss"])).status_code == 304
    assert client.get("/sparql", params=EVERYTHING, headers=known | bearer(place[1]["mill"])).status_code == 200
    assert client.get("/sparql", params=EVERYTHING, headers=known).status_code == 200


# --- who writes ---


@pytest.mark.parametrize(
    ("name", "status"), [(None, 401), ("mill", 403), ("miller", 403), ("cura", 200), ("boss", 200)]
)
@pytest.mark.parametrize("way", ["update", "put", "post", "delete"])
def test_curators_of_the_whole_store_write(client, place, name, status, way):
    headers = bearer(place[1][name]) if name else {}
    mine, turtle = {"graph": f"urn:of:{name}"}, headers | {"Content-Type": "text/turtle"}
    if way == "update":
        answer = client.post("/sparql", data=CHANGE, headers=headers)
    elif way == "delete":
        answer = client.delete("/graphs", params=mine, headers=headers)
    else:
        answer = client.request(way.upper(), "/graphs", params=mine, content="<urn:a> <urn:b> 1 .", headers=turtle)
    assert answer.status_code in ({200, 201, 204} if status == 200 else {status})
    if status == 401:
        assert answer.headers["www-authenticate"] == 'Bearer realm="tanmai"'


def test_a_page_of_another_site_does_not_write_with_a_key_either(client, place):
    headers = bearer(place[1]["boss"]) | {"Origin": "https://evil.example"}
    assert client.post("/sparql", data=CHANGE, headers=headers).status_code == 403


def test_a_page_of_a_friend_may_show_a_key(client):
    asked = {
        "Origin": "https://friend.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization, x-api-key",
    }
    assert client.options("/sparql", headers=asked).status_code == 200


# --- wrong keys ---


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key[:-1],
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: key + "A",
        lambda key: key.upper(),
        lambda key: key.replace("tm_", "tm-"),
        lambda key: key.partition("_")[2],
        lambda key: "tm_" + "a" * 8 + key[11:],
        lambda key: key[:11],
        lambda _: "",
        lambda _: "null",
        lambda _: "a.b.c",
        lambda _: "tm_" + "a" * 8 + "_" + "A" * 43,
        lambda _: "0" * 64,
        lambda _: "x" * 20_000,
        lambda _: "\x80\xff",
    ],
)
def test_a_wrong_key_is_nobody_not_anonymous(client, place, spoil):
    wrong = spoil(place[1]["mill"]).encode("latin-1")
    for headers in ({"Authorization": (b"Bearer " + wrong).strip()}, {"X-API-Key": wrong}):
        answer = client.get("/sparql", params=EVERYTHING, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="tanmai", error="invalid_token"'
        assert not wrong or wrong.decode("latin-1") not in answer.text


def test_the_hash_of_a_key_is_no_key(client, place):
    (kept,) = clients_of(place[0]).current().client("boss").keys
    for text in (kept.sha256, f"tm_{kept.id}_{kept.sha256[:43]}"):
        assert client.get("/sparql", params=EVERYTHING, headers=bearer(text)).status_code == 401


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Token", ""])
def test_other_schemes_are_refused(client, place, scheme):
    headers = {"Authorization": f"{scheme} {place[1]['boss']}".strip()}
    assert client.get("/sparql", params=EVERYTHING, headers=headers).status_code == 401


def test_two_keys_are_one_too_many(client, place):
    key = place[1]["boss"]
    twice = [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {place[1]['mill']}")]
    for headers in (twice, [twice[0], ("X-API-Key", key)]):
        assert client.get("/sparql", params=EVERYTHING, headers=headers).status_code == 400


def test_a_key_in_the_address_is_not_looked_at(client, place):
    asked = EVERYTHING | {"access_token": place[1]["boss"], "api_key": place[1]["boss"]}
    assert SECRET not in client.get("/sparql", params=asked).text


@pytest.mark.parametrize("spoil", ["revoke", "disable", "remove", "expire"])
def test_a_key_that_is_taken_back_is_taken_back_at_once(client, place, key, spoil):
    assert client.get("/sparql", params=EVERYTHING, headers=bearer(key)).status_code == 200
    _spoil(place[0], spoil)
    assert client.get("/sparql", params=EVERYTHING, headers=bearer(key)).status_code == 401
    assert ask_token(client, auth=("guest", key)).status_code == 401


def _spoil(store: Path, how: str) -> None:
    if how == "remove":
        clients_of(store).change(lambda roster: roster.without("guest"))
    elif how == "expire":
        (kept,) = clients_of(store).current().client("guest").keys
        yesterday = keys.today() - keys.dt.timedelta(days=1)
        change(store, "guest", keys=(keys.Key(kept.id, kept.sha256, kept.created, yesterday),))
    else:
        change(store, "guest", **({"disabled": True} if how == "disable" else {"keys": ()}))


def test_a_key_holds_through_its_last_day(client, place):
    text = add(place[0], "guest", (Role.READER,), "mill", expires=keys.today())
    assert client.get("/sparql", params=EVERYTHING, headers=bearer(text)).status_code == 200


# --- tokens ---


def test_a_token_is_as_good_as_the_key(client, place, key):
    for answer in (
        ask_token(client, auth=("guest", key)),
        ask_token(client, client_id="guest", client_secret=key),
    ):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        told = answer.json()
        assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 3600, "reader")
        assert seen(client, bearer(told["access_token"])) == {PUBLIC, PARTNER}


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "mill"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "mill", "client_secret": ""}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "mill", "client_secret": "BOSS"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "", "client_secret": "BOSS"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": ["client_credentials"] * 2, "client_id": "mill"}, 400, "invalid_request"),
        ({"grant_type": "client_credentials", "client_id": "x" * 20_000}, 400, "invalid_request"),
    ],
)
def test_errors_of_the_token_endpoint_are_those_of_the_standard(client, place, form, status, error):
    """RFC 6749 section 5.2."""
    sent = {name: place[1]["boss"] if value == "BOSS" else value for name, value in form.items()}
    answer = client.post("/auth/token", data=sent, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json().keys() == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) is (status == 401)


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(), "Basic bm9jb2xvbg==", "Bearer x"],
)
def test_a_header_that_is_no_basic_header_proves_nobody(client, header):
    form = {"grant_type": "client_credentials"}
    answer = client.post("/auth/token", data=form, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_client_proves_itself_once(client, key):
    assert ask_token(client, auth=("guest", key), client_id="guest").status_code == 200
    assert ask_token(client, auth=("guest", key), client_id="mill").json()["error"] == "invalid_request"
    assert ask_token(client, auth=("guest", key), client_secret=key).json()["error"] == "invalid_request"


def test_tokens_are_asked_for_by_post_and_form(client, place):
    assert client.get("/auth/token").status_code == 405
    asked = {"grant_type": "client_credentials", "client_id": "boss", "client_secret": place[1]["boss"]}
    assert client.post("/auth/token", json=asked).json()["error"] == "invalid_request"
    assert client.post("/auth/token", params=asked).json()["error"] == "invalid_request"


@pytest.mark.parametrize("name", ["openid-configuration", "oauth-authorization-server"])
def test_where_tokens_are_given_is_said(client, name):
    told = client.get(f"/.well-known/{name}").json()
    assert told["token_endpoint"] == f"{client.base_url}/auth/token"
    assert "client_credentials" in told["grant_types_supported"]


@pytest.mark.parametrize("spoil", ["revoke", "disable", "remove", "expire"])
def test_a_token_does_not_outlive_its_key(client, place, token, spoil):
    assert seen(client, bearer(token)) == {PUBLIC, PARTNER}
    _spoil(place[0], spoil)
    assert client.get("/sparql", params=EVERYTHING, headers=bearer(token)).status_code == 401


def test_a_client_of_the_same_name_does_not_get_the_tokens_of_the_one_before(client, place, token):
    add(place[0], "guest", (Role.ADMIN,), None)
    assert client.get("/sparql", params=EVERYTHING, headers=bearer(token)).status_code == 401


def test_what_a_token_may_do_is_looked_up_at_each_request(client, place, token):
    change(place[0], "guest", roles=frozenset({Role.CURATOR}), audience=None)
    assert seen(client, bearer(token)) == {PUBLIC, PARTNER, SECRET}
    assert client.post("/sparql", data=CHANGE, headers=bearer(token)).status_code == 200


def _forge(place: tuple[Path, dict[str, str]], token: str, claims=(), header=(), secret: bytes | None = None) -> str:
    """A token that its server signed, but for some claims and members of its header."""
    head, body, _ = (json.loads(base64.urlsafe_b64decode(part + "==") or "0") for part in (*token.split(".")[:2], "MA"))
    signing = (place[0] / "access" / "token.key").read_bytes() if secret is None else secret
    known = {name: value for name, value in (body | dict(claims)).items() if value is not None}
    return jwt.encode(head | dict(header), known, OctKey.import_key(signing))


def _unsigned(token: str, algorithm: str, signature: str = "") -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "at+jwt"}).encode()).decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}.{signature}"


def test_a_forged_token_would_be_good_with_the_key_of_the_server(client, place, token):
    """So that the refusals below are for what they change, and for nothing else."""
    assert client.get("/sparql", params=EVERYTHING, headers=bearer(_forge(place, token))).status_code == 200


NOW = int(time.time())


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({"exp": NOW - 1}, "token-expired"),
        ({"exp": None}, "credentials"),
        ({"exp": "never"}, "credentials"),
        ({"nbf": NOW + 3600}, "credentials"),
        ({"iat": NOW + 3600, "exp": NOW + 7200}, "credentials"),
        ({"iat": None}, "credentials"),
        ({"aud": "https://other.example"}, "credentials"),
        ({"aud": None}, "credentials"),
        ({"aud": []}, "credentials"),
        ({"iss": "https://evil.example"}, "credentials"),
        ({"iss": None}, "credentials"),
        ({"sub": "boss"}, "credentials"),
        ({"sub": None}, "credentials"),
        ({"sub": ["boss"]}, "credentials"),
        ({"key": None}, "credentials"),
        ({"key": ""}, "credentials"),
    ],
)
def test_a_token_with_other_claims_is_refused_even_when_signed(client, place, token, claims, kind):
    answer = client.get("/sparql", params=EVERYTHING, headers=bearer(_forge(place, token, claims)))
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (401, kind)


def test_roles_in_a_token_are_not_looked_at(client, place, token):
    forged = _forge(place, token, {"roles": ["admin"], "scope": "admin", "audience": None})
    assert seen(client, bearer(forged)) == {PUBLIC, PARTNER}


def test_a_token_that_its_server_did_not_sign_is_refused(client, place, token):
    head, body, signature = token.split(".")
    other = OKPKey.generate_key("Ed25519")
    confused = jwt.encode({"alg": "Ed25519", "typ": "at+jwt"}, {"sub": "boss"}, other, algorithms=["Ed25519"])
    own = _forge(place, token, header={"jwk": {"kty": "oct", "k": "eA"}, "kid": "mine"}, secret=b"x" * 32)
    wrong = [
        *(_unsigned(token, algorithm) for algorithm in ("none", "None", "NONE", "", "HS257")),
        _unsigned(token, "none", signature),
        _unsigned(token, "RS256", signature),
        _unsigned(token, "HS512", signature),
        confused,
        own,
        _forge(place, token, secret=b"0" * 32),
        _forge(place, token, header={"typ": "JWT"}),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{base64.urlsafe_b64encode(b'{}').decode().rstrip('=')}.{signature}",
        f"{head}.{body}.{signature}.{signature}.",
        f"{head}..{signature}",
        "..",
    ]
    for text in wrong:
        answer = client.get("/sparql", params=EVERYTHING, headers=bearer(text))
        assert answer.status_code == 401, text


# --- the file of clients ---


def test_without_its_file_nobody_is_let_in(client, place):
    path = clients_of(place[0]).path
    kept, headers = path.read_bytes(), bearer(place[1]["boss"])
    for spoil in (
        path.unlink,
        lambda: path.write_text("{"),
        lambda: path.write_text('{"version": 2, "clients": {}}'),
        lambda: path.write_text('{"version": 1, "clients": {"x": {"roles": ["king"], "audience": null, "keys": []}}}'),
        lambda: path.write_text('{"version": 1, "clients": {"x": {"roles": ["admin"], "keys": []}}}'),
        lambda: path.write_text(
            '{"version": 1, "clients": {"x": {"roles": ["admin"], "audience": "../..", "keys": []}}}'
        ),
        lambda: path.chmod(0o644),
    ):
        spoil()
        for shown in (headers, {}):
            answer = client.get("/sparql", params=EVERYTHING, headers=shown)
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "access-file")
        path.unlink(missing_ok=True)
        path.write_bytes(kept)
        path.chmod(0o600)
        assert client.get("/sparql", params=EVERYTHING, headers=headers).status_code == 200


def test_files_of_secrets_are_their_owners_alone(place):
    for path in (place[0] / "access").iterdir():
        if path.name != "limits.toml":
            assert path.stat().st_mode & 0o077 == 0, path


def test_the_first_client_closes_a_running_server(tmp_path):
    store = tmp_path / "store"
    fill(store, SECRET)
    with served(store, readers=1) as address:
        assert SECRET in httpx.get(address + "/sparql", params=EVERYTHING).text
        key = add(store, "boss", (Role.ADMIN,), None)
        answer = httpx.get(address + "/sparql", params=EVERYTHING)
        assert answer.status_code == 403, "nothing is public yet"
        assert SECRET not in answer.text
        assert str(store) not in answer.text
        assert SECRET in httpx.get(address + "/sparql", params=EVERYTHING, headers=bearer(key)).text


def test_anonymous_may_be_shown_nothing(tmp_path):
    store, found = guarded(tmp_path)
    with served(store, anonymous="", readers=1) as address, httpx.Client(base_url=address, timeout=30) as client:
        for path in ("/sparql", "/.well-known/void", "/graphs?default", "/docs", "/openapi.json", "/audit", "/nothing"):
            assert client.get(path).status_code == 401, path
        for path in ("/health", "/ready", "/.well-known/openid-configuration"):
            assert client.get(path).status_code == 200, path
        assert seen(client, bearer(found["mill"])) == {PUBLIC, PARTNER}
        assert ask_token(client, auth=("mill", found["mill"])).status_code == 200


def test_the_names_of_the_clients_are_those_of_the_matrix():
    assert {role for roles, _ in CLIENTS.values() for role in roles} < set(Role)
    assert GENEROUS.startswith("[failures]")
    assert Client("a", frozenset({Role.READER}), "public").keys == ()
