"""A certificate is renewed while the server runs and serves: new connections see the new one, nothing that is open ends."""

from __future__ import annotations

import shutil
import signal
import socket
import ssl
import threading
import time
from pathlib import Path

import httpx
import pytest
from partners import make_certificate
from processes import Server, started, until

from graphstore import GraphStore
from tanmai import renewal


@pytest.fixture(scope="module")
def serve_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the numbers from 0 to 1999."""
    where = tmp_path_factory.mktemp("renewal") / "store"
    numbers = "\n".join(f"<urn:n{i}> <urn:value> {i} ." for i in range(2000))
    with GraphStore.open(where) as opened:
        opened.load_bytes(numbers.encode(), key="numbers", format="turtle")
    return where


def shown(server: Server) -> bytes:
    """The certificate that a new connection gets."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, _, port = server.address.removeprefix("https://").partition(":")
    with socket.create_connection((host, int(port)), 10) as plain, context.wrap_socket(plain) as made:
        found = made.getpeercert(binary_form=True)
    assert found is not None
    return found


def der(certificate: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(certificate.read_text())


@pytest.fixture
def pairs(tmp_path) -> list[tuple[Path, Path]]:
    """Two certificates, each with its key."""
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.append(make_certificate(tmp_path / name))
    return made


@pytest.fixture
def used(tmp_path, pairs) -> tuple[Path, Path]:
    """Files with the first, as the server is told of them."""
    files = tmp_path / "used.pem", tmp_path / "used.key"
    for kept, file in zip(pairs[0], files, strict=True):
        shutil.copy(kept, file)
    return files


def replace(source: Path, target: Path) -> None:
    partial = target.with_suffix(".new")
    shutil.copy(source, partial)
    partial.replace(target)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_certificate_is_renewed_without_a_restart(serve_store, pairs, used, workers):
    arguments = ("--certificate", str(used[0]), "--key", str(used[1]), "--readers", "1", "--workers", workers)
    trust = ssl.create_default_context(cafile=str(pairs[0][0]))
    with started(serve_store, *arguments) as server, httpx.Client(base_url=server.address, verify=trust) as client:
        assert client.get("/health").status_code == 200
        assert shown(server) == der(pairs[0][0])
        if workers == "1":
            replace(pairs[1][0], used[0])  # and not its key
            server.process.send_signal(signal.SIGHUP)
            time.sleep(0.5)
            assert shown(server) == der(pairs[0][0]), "a pair that does not fit is left aside"
            replace(pairs[1][1], used[1])
            server.process.send_signal(signal.SIGHUP)
            until(lambda: shown(server) == der(pairs[1][0]))
            assert client.get("/health").status_code == 200, "the connection that was open is still"
        else:
            for source, target in zip(pairs[1], used, strict=True):
                replace(source, target)
            until(lambda: all(shown(server) == der(pairs[1][0]) for _ in range(8)), renewal.SECONDS + 20)
        assert server.process.poll() is None


def test_a_hangup_does_not_end_a_server_without_a_certificate(serve_store):
    with started(serve_store, "--readers", "1") as server:
        server.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        assert httpx.get(f"{server.address}/health").status_code == 200


def test_a_long_answer_outlives_the_renewal_and_the_stop(serve_store, pairs, used):
    """A renewal, then SIGTERM, while an answer of about two seconds is under way: it comes whole."""
    arguments = ("--certificate", str(used[0]), "--key", str(used[1]), "--readers", "1")
    trust = ssl.create_default_context(cafile=str(pairs[0][0]))
    query = "SELECT (COUNT(*) AS ?n) { ?a <urn:value> ?b . ?c <urn:value> ?d . FILTER(?b * ?d + ?b != ?d * 7) }"
    answers = []
    with (
        started(serve_store, *arguments, environment={"TANMAI_API_STOP_SECONDS": "25"}) as server,
        httpx.Client(base_url=server.address, verify=trust, timeout=60) as client,
    ):
        client.get("/ready")
        asked = {"params": {"query": query}, "headers": {"Accept": "text/csv"}}
        thread = threading.Thread(target=lambda: answers.append(client.get("/sparql", **asked)))
        thread.start()
        time.sleep(0.3)
        for source, target in zip(pairs[1], used, strict=True):
            replace(source, target)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: shown(server) == der(pairs[1][0]))
        assert not answers, "it was still under way"
        server.process.send_signal(signal.SIGTERM)
        thread.join(60)
        assert server.process.wait(40) == 0
    # b (d + 1) = 7 d, where d + 1 divides 7 since it has no factor of d: (0, 0) and (6, 6)
    assert answers[0].text.split() == ["n", str(2000 * 2000 - 2)]
