"""`tanmai serve` as a process: HTTPS, settings, stopping while a request is under way, backups while it writes."""

import contextlib
import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import tomllib

import httpx
import pytest

from graphstore import GraphStore

TANMAI = (sys.executable, "-P", "-m", "tanmai")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    where = tmp_path_factory.mktemp("serve") / "store"
    numbers = "\n".join(f"<urn:n{i}> <urn:value> {i} ." for i in range(2000))
    with GraphStore.open(where) as opened:
        opened.load_bytes(numbers.encode(), key="numbers", format="turtle")
    return where


@contextlib.contextmanager
def running(store, *arguments):
    """A server process and its address."""
    command = (*TANMAI, "serve", "--store", store, "--port", "0", "--json", "--lang", "en", *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        try:
            said = ""
            while not said.endswith("}\n}\n") and (line := process.stdout.readline()):
                said += line
            yield process, json.loads(said)["address"]
        finally:
            process.terminate()
            process.communicate()
            watchdog.cancel()


def until_ready(client):
    while True:
        with contextlib.suppress(httpx.ConnectError):
            return client.get("/ready")
        time.sleep(0.1)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for loopback, made for this run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here to make a certificate")
    where = tmp_path_factory.mktemp("tls")
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names)
    subprocess.run((*made, "-keyout", where / "key.pem", "-out", where / "cert.pem"), check=True, capture_output=True)
    return where


def test_https_alone_and_of_today(store, certificate):
    file = certificate / "tanmai.toml"
    file.write_text('tls_certificate = "cert.pem"\ntls_key = "key.pem"\nreaders = 1\n', encoding="utf-8")
    trust = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    with running(store, "--config", file) as (_, address):
        assert address.startswith("https://127.0.0.1:")
        with httpx.Client(base_url=address, verify=trust, timeout=20) as client:
            assert until_ready(client).json()["status"] == "ready"
            assert f"<{address}/sparql>" in client.get("/sparql", headers={"Accept": "application/n-triples"}).text
            for usual in ({}, {"X-Other": "1"}):  # a plain query goes a shorter way
                asked = client.get(
                    "/sparql", params={"query": "SELECT (<x> AS ?x) {}"}, headers={"Accept": "text/csv", **usual}
                )
                assert asked.text.split() == ["x", f"{address}/x"]
        with pytest.raises(httpx.HTTPError):
            httpx.get(address.replace("https", "http") + "/health", timeout=20)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        host, port = address.removeprefix("https://").split(":")
        with socket.create_connection((host, int(port))) as plain, pytest.raises(ssl.SSLError):
            old.wrap_socket(plain)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--certificate", "/nonexistent"), "both a certificate and its key"),
        (("--certificate", "/nonexistent", "--key", "/nonexistent"), "cannot be used"),
        (("--config", "/nonexistent"), "/nonexistent cannot be read"),
    ],
)
def test_what_cannot_be_used_is_one_message(store, arguments, says):
    command = (*TANMAI, "serve", "--store", store, "--lang", "en", *arguments)
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert says in done.stderr


def test_settings_are_printed_with_their_origin(store, tmp_path, monkeypatch):
    monkeypatch.setenv("TANMAI_API_READERS", "3")
    command = (*TANMAI, "serve", "--print-config", "--port", "9", "--store", store)
    said = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    assert 'store = "' in said
    assert "readers = 3  # environment TANMAI_API_READERS\n" in said
    assert "port = 9  # argument\n" in said
    assert tomllib.loads(said)["readers"] == 3
    command = (*TANMAI, "doctor", "--store", store, "--json")
    told = json.loads(subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout)
    assert told["server"]["readers"] == {"value": 3, "from": "environment TANMAI_API_READERS"}


@pytest.mark.parametrize(("stop_seconds", "finishes"), [("20", True), ("1", False)])
def test_what_is_under_way_may_finish_until_its_time_is_over(store, stop_seconds, finishes, monkeypatch):
    """About two seconds of work, or an hour; new connections are refused at once, and no process is left behind."""
    monkeypatch.setenv("TANMAI_API_STOP_SECONDS", stop_seconds)
    more = "" if finishes else " ?e <urn:value> ?f ."
    query = (
        f"SELECT (COUNT(*) AS ?n) {{ ?a <urn:value> ?b . ?c <urn:value> ?d .{more} FILTER(?b * ?d + ?b != ?d * 7) }}"
    )
    with running(store, "--timeout", "30") as (process, address):
        answers = []

        def ask():
            with httpx.Client(timeout=60) as client:
                try:
                    answers.append(client.get(f"{address}/sparql", params={"query": query}).status_code)
                except httpx.HTTPError:
                    answers.append(0)

        with httpx.Client(base_url=address, timeout=20) as client:
            until_ready(client)
        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.7)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{address}/health")
        asking.join()
        process.wait()
        assert process.returncode == 0
        assert time.monotonic() - began < 20
        assert (answers == [200]) is finishes


def test_a_backup_made_while_the_server_writes_is_a_whole_state(store, tmp_path):
    """Each update adds two statements at once: a backup never holds half of one, and restores to what it said."""
    with running(store, "--allow-writes") as (_, address), httpx.Client(base_url=address, timeout=30) as client:
        until_ready(client)
        stop, written = threading.Event(), []

        def write():
            with httpx.Client(base_url=address, timeout=30) as own:
                while not stop.is_set():
                    number = len(written)
                    update = f"INSERT DATA {{ <urn:w{number}> <urn:one> 1 ; <urn:two> 2 }}"
                    headers = {"Content-Type": "application/sparql-update"}
                    written.append(own.post("/sparql", content=update, headers=headers).status_code)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            while len(written) < 3:
                time.sleep(0.05)
            subprocess.run((*TANMAI, "backup", tmp_path / "copy", "--store", store), check=True, capture_output=True)
        finally:
            stop.set()
            writer.join()
    assert set(written) == {200}
    command = (*TANMAI, "restore", tmp_path / "copy", "--store", tmp_path / "restored")
    subprocess.run(command, check=True, capture_output=True)
    with GraphStore.open(tmp_path / "restored") as restored:
        counts = [
            restored.query(f"SELECT (COUNT(*) AS ?n) {{ ?s <urn:{name}> ?o }}").scalar()
            for name in ("one", "two", "value")
        ]
    assert counts[0] == counts[1]
    assert 3 <= counts[0] <= len(written)
    assert counts[2] == 2000
