"""`tanmai serve` as a person starts it: what it says, whom it answers, how it stops."""

import json
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest

from graphstore import GraphStore
from tanmai import cli

COMMAND = (sys.executable, "-P", "-m", "tanmai", "serve")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    where = tmp_path_factory.mktemp("serve") / "store"
    with GraphStore.open(where) as opened:
        opened.load_bytes(b"<urn:a> <urn:b> 1 .", key="tiny", format="turtle")
    return where


def answers(address):
    """A table and an error, as soon as the server listens."""
    with httpx.Client(base_url=address, timeout=20) as client:
        while True:
            try:
                client.get("/health")
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        query = {"query": "SELECT ?o { ?s ?p ?o FILTER(?o = 1) FILTER(?s = <urn:a>) }"}
        answer = client.get("/sparql", params=query, headers={"Accept": "text/csv"})
        error = client.get("/sparql", params={"update": "CLEAR ALL"}, headers={"Accept-Language": "zh"})
    return answer, error.json()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(store, number):
    arguments = (*COMMAND, "--store", store, "--port", "0", "--json", "--lang", "en")
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        watchdog = threading.Timer(30, process.kill)
        watchdog.start()
        said = ""
        while not said.endswith("}\n}\n") and (line := process.stdout.readline()):
            said += line
        told = json.loads(said)
        answer, chinese = answers(told["address"])
        process.send_signal(number)
        _, errors = process.communicate()
        watchdog.cancel()
    assert answer.text == "o\r\n1\r\n"
    assert process.returncode == 0
    assert errors == "stopped; no request is under way.\n"
    assert chinese["detail"] == "更新须用 POST 发送，不能用 GET。请放在请求体或表单中。"
    assert told["settings"]["allow_writes"] is False
    assert told["generation"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--host", "0.0.0.0"), "--no-authentication"),
        (("--store", "/nonexistent/store"), "There is no store"),
        (("--workers", "0"), "workers is 0"),
    ],
)
def test_what_cannot_be_served_is_one_message(store, arguments, says, monkeypatch, capsys):
    """No server is started, so this needs no process; test_serve_process.py has one for other settings."""
    monkeypatch.setattr(sys, "argv", ["tanmai", "serve", "--store", str(store), "--lang", "en", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    printed = capsys.readouterr()
    assert (stopped.value.code, printed.out) == (2, "")
    assert says in printed.err
    assert printed.err.count("\n") == 1
