"""The shipped site of nginx before a real server: what has to pass passes as it is, and what must not does not."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from admission import add, bearer
from partners import make_certificate
from processes import started, until

from api.access.principals import Role
from api.audit.reading import newest

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
SITE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NAME = "data.example.org"
INGOT = "https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-hydro"

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")

MAIN = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; {user}
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/site.conf;
}}
"""


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def adapted(text: str, changes: dict[str, str]) -> str:
    """The shipped site as a user changes it: names of files and ports alone."""
    for old, new in changes.items():
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def proxy(folder: Path, address: str, certificate: Path, key: Path) -> Iterator[tuple[int, int]]:
    """nginx before a server; its ports for HTTPS and for HTTP."""
    secure, plain = free(), free()
    changes = {
        "listen 443 ssl http2;": f"listen 127.0.0.1:{secure} ssl http2;",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "/etc/ssl/tanmai/fullchain.pem": str(certificate),
        "/etc/ssl/tanmai/privkey.pem": str(key),
        "server 127.0.0.1:8000;": f"server {address.removeprefix('http://')};",
    }
    (folder / "site.conf").write_text(adapted(SITE.read_text(), changes))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))
    command = [str(NGINX), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr
    process = subprocess.Popen(command)
    try:
        until(lambda: reaches(secure))
        yield secure, plain
    finally:
        process.terminate()
        process.wait(20)


def reaches(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


class Site:
    """What clients of the proxy know."""

    def __init__(self, store: Path, keys: dict[str, str], address: str, secure: int, plain: int, trust: Path) -> None:
        self.store, self.keys, self.address, self.secure, self.plain = store, keys, address, secure, plain
        self.context = ssl.create_default_context(cafile=str(trust))
        self.context.check_hostname = False

    def client(self, name: str | None = "boss", **headers: str) -> httpx.Client:
        shown = {"Host": NAME, **(bearer(self.keys[name]) if name else {}), **headers}
        return httpx.Client(base_url=f"https://127.0.0.1:{self.secure}", verify=self.context, headers=shown, timeout=60)

    def get(self, path: str, name: str | None = "boss", **headers: str) -> httpx.Response:
        with self.client(name, **headers) as client:
            return client.get(path)

    def raw(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        """An answer as it comes, with no word of ours about what is taken: status, headers, body."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.secure, context=self.context, timeout=60)
        connection.request("GET", path, headers={"Host": NAME, **bearer(self.keys["boss"]), **headers})
        with contextlib.closing(connection), connection.getresponse() as answer:
            return answer.status, answer.headers, answer.read()


@pytest.fixture(scope="module")
def site(shop_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("nginx")
    store = folder / "store"
    shutil.copytree(shop_store, store)
    keys = {"boss": add(store, "boss", (Role.ADMIN,), None), "few": add(store, "few", (Role.READER,), None)}
    keys["small"] = add(store, "small", (Role.VERIFIER,), None)
    (store / "access" / "limits.toml").write_text(
        "[reader]\nper_minute = 1\nburst = 2\n[verifier]\nanswer_megabytes = 1\n"
    )
    certificate, key = make_certificate(folder)
    told = {
        "TANMAI_API_TRUSTED_PROXIES": "127.0.0.1",
        "TANMAI_API_HOSTS": NAME,
        "TANMAI_API_PUBLIC_URL": f"https://{NAME}",
        "TANMAI_API_BODY_BYTES": "1000000",
        "TANMAI_API_PACT_NETWORKS": "",
    }
    with (
        started(store, "--readers", "1", "--allow-writes", environment=told) as server,
        proxy(folder, server.address, certificate, key) as (secure, plain),
    ):
        yield Site(store, keys, server.address, secure, plain, certificate)


def test_plain_http_leads_to_https(site):
    with socket.create_connection(("127.0.0.1", site.plain), 10) as connection:
        connection.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.0\r\nHost: data.example.org\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 308 ")
    assert b"Location: https://data.example.org/sparql?query=ASK%7B%7D\r\n" in answer


def test_an_iri_in_an_address_arrives_as_it_was_sent(site):
    answer = site.get(f"/products/{INGOT}/footprint")
    assert answer.json()["total"]["value"] == pytest.approx(4656.69016)
    assert site.get("/products//x/../y").status_code == 404


def test_events_come_when_they_happen(site):
    with site.client() as client:
        address = client.get(f"/products/{INGOT}/uncertainty?draws=1000000", headers={"Prefer": "respond-async"}).headers["location"]  # fmt: skip
        came = []
        with client.stream("GET", f"{address}/events") as events:
            for line in events.iter_lines():
                came += [time.monotonic()] if line.startswith("event:") else []
                if len(came) == 3:
                    break
        assert came[2] - came[0] > 0.2, "what a proxy holds back comes at once"
        assert client.delete(address).status_code == 204


def test_what_the_server_refuses_is_told_in_its_words(site):
    refused = [site.get("/queries", "few") for _ in range(4)][-1]
    assert refused.status_code == 429
    assert refused.json()["type"].endswith("/rate")
    assert int(refused.headers["retry-after"]) > 0
    with site.client() as client:
        large = client.post("/graphs?graph=urn:g", content=b" " * 1_000_001, headers={"Content-Type": "text/turtle"})
        assert (large.status_code, large.headers["content-type"]) == (413, "application/problem+json")
        assert client.put("/graphs?graph=urn:g", content=b"<urn:a> <urn:b> 1 .", headers={"Content-Type": "text/turtle"}).status_code == 201  # fmt: skip
    assert site.get("/sparql?query=ASK").json()["type"].endswith("/query-syntax")


def test_answers_stay_compressed_and_keep_their_tags(site):
    query = "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%20500"
    _, headers, body = site.raw(query, **{"Accept-Encoding": "gzip", "Accept": "text/csv"})
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body).count(b"\n") == 501
    _, zipped, body = site.raw(query, **{"Accept-Encoding": "zstd", "Accept": "text/csv"})
    assert zipped["content-encoding"] == "zstd"
    assert body[:4] == b"\x28\xb5\x2f\xfd"  # RFC 8878: the magic number
    known = site.get(query, Accept="text/csv", **{"If-None-Match": headers["etag"]})
    assert known.status_code == 304


def test_requests_keep_their_ids(site):
    assert site.get("/health", **{"X-Request-Id": "mine-1"}).headers["x-request-id"] == "mine-1"
    assert re.fullmatch(r"[0-9a-f]{32}", site.get("/health").headers["x-request-id"])


def test_the_server_is_seen_where_clients_see_it(site):
    described = site.get("/sparql", Accept="application/n-triples").text
    assert f"<https://{NAME}/sparql>" in described
    assert "127.0.0.1" not in described


def test_what_clients_say_of_themselves_is_not_believed(site):
    """All come from 127.0.0.1 here, whoever they say they are: one address, one name in the log."""
    for number in range(2):
        said = {"X-Forwarded-For": f"8.8.8.{number}", "Forwarded": f"for=9.9.9.{number}", "X-Forwarded-Host": "evil"}
        site.get("/queries", None, **said, **{"X-Request-Id": f"said-{number}"})
    until(lambda: len(found(site)) == 2)
    assert len(set(found(site))) == 1


def found(site: Site) -> list[str]:
    return [each["address"] for each in newest(site.store / "audit", 50) if each.get("request", "").startswith("said-")]


def test_there_are_no_figures_and_no_other_names(site):
    for path in ("/metrics", "/%6detrics", "//metrics"):
        for name in ("boss", None):
            assert "tanmai_requests" not in site.get(path, name).text
    assert site.get("/metrics").status_code == 404
    assert httpx.get(f"{site.address}/metrics").status_code == 200, "on the machine itself"
    direct = httpx.get(f"{site.address}/health", headers={"Host": "evil.example"})
    assert direct.status_code == 421


def test_footprints_may_go_by_the_proxy(site):
    """They go over HTTPS alone: what counts is how the proxy was asked."""
    token = {"grant_type": "client_credentials"}
    with site.client(None) as client:
        answer = client.post("/auth/token", data=token, auth=("boss", site.keys["boss"]))
    assert answer.status_code == 200
    assert httpx.post(f"{site.address}/auth/token", data=token, auth=("boss", site.keys["boss"])).status_code != 200


def test_there_are_no_web_sockets(site):
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    assert site.raw("/sparql", **upgrade)[0] not in {101, 500, 502}


def test_a_head_without_bound_is_refused(site):
    assert site.raw("/health", **{"X-Large": "x" * 70_000})[0] == 400
    assert site.raw("/sparql?query=ASK%7B%7D%23" + "x" * 20_000)[0] == 200


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_that_breaks_off_breaks_off_at_the_client_too(site, encoding):
    """More than the client may have: it must not take what came for all."""
    asked = {"query": "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000"}
    headers = {"Accept": "text/csv", "Accept-Encoding": encoding}
    with site.client("small") as client, pytest.raises(httpx.RemoteProtocolError, match="complete message"):
        client.get("/sparql", params=asked, headers=headers)
