"""The conformance tool of WBCSD against our host, over HTTPS, with two footprints and a partner that is called back.

The tool is no part of this project. Where a checkout of wbcsd/pact-conformance-service (with its packages: npm ci --ignore-scripts)
is at hand, name it by TANMAI_PACT_TOOL. Its exit code is 1 whatever happens, so its lines are read; the callbacks, which it cannot
take from the command line, are looked at here.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from partners import CLIENT, SECRET, Host, footprint, make_certificate, partner_host
from servers import served
from test_pact_host import FULFILLED, REJECTED, known, put

from api.pact import partners
from api.pact.partners import Partner
from mappings.pact import check

TOOL = os.environ.get("TANMAI_PACT_TOOL", "")
LINE = re.compile(r'Test case "Test Case (\d+(?:\.[A-Z])?): [^\n]*?" (passed|failed)')
CALLBACKS = {"13", "14.B"}
ALL = {*(str(n) for n in range(1, 41)), "14.A", "14.B"} - {"14"}

pytestmark = pytest.mark.skipif(
    not (TOOL and shutil.which("npx")), reason="TANMAI_PACT_TOOL names no checkout of wbcsd/pact-conformance-service"
)


def run_tool(address, secret, callback):
    """What the tool prints."""
    told = {"baseUrl": address, "clientId": "tool", "clientSecret": secret, "version": "V3.0", "organizationName": "x"}
    command = ["npx", "ts-node", "--transpile-only", "src/scripts/run-tests-cli.ts"]
    command += [part for name, value in told.items() for part in (f"--{name}", value)]
    environment = {
        **os.environ,
        "NODE_ENV": "development",
        "PORT": "18004",
        "DB_CONNECTION_STRING": "postgres://none",
        "CONFORMANCE_API": callback,
        "LOG_OUTPUT": "console",
        "JWT_SECRET": "x",
        "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    }
    done = subprocess.run(
        command, cwd=Path(TOOL), env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout + done.stderr


def test_every_case_that_can_run_passes(tmp_path, monkeypatch):
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    store, records = tmp_path / "store", [footprint(1), footprint(2)]
    put(store, records)
    secret = known(store, "tool", None)
    with partner_host(*certificate, Host()) as host:
        partners.add(store, Partner("tool", host.url, CLIENT, SECRET))
        options = {"allow_writes": True, "pact_networks": ("127.0.0.0/8", "::1/128")}
        with served(store, tls=certificate, **options) as address:
            output = run_tool(address, secret, host.url)
            events = {event["type"]: event for event in host.wait_for(2)}
    verdicts = dict(LINE.findall(output))
    assert set(verdicts) == ALL, output
    assert {case for case, verdict in verdicts.items() if verdict == "failed"} == CALLBACKS, output
    assert "Warning: expected error code" not in output
    fulfilled, rejected = events[FULFILLED]["data"], events[REJECTED]["data"]
    assert fulfilled["requestEventId"].endswith("/12")
    assert [record["id"] for record in fulfilled["pfs"]] == [records[0]["id"]]
    assert [finding for finding in check(fulfilled["pfs"][0]) if finding.severity == "error"] == []
    assert rejected["requestEventId"].endswith("/14.A")
    assert rejected["error"]["code"]
    assert rejected["error"]["message"]
