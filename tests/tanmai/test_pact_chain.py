"""A partner's footprints in our supply chain: pulled from a second `tanmai serve`, used, replaced, withdrawn, and torn on the way."""

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time

import pytest
from chains import HEAD, process
from pact_parties import known, put
from partners import CLIENT, SECRET, footprint, make_certificate, partner_host

from api.pact import pulling
from tanmai import cli

NETWORKS = ("--network", "127.0.0.0/8", "--network", "::1/128")
RACK = "https://example.org/rack"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    made = make_certificate(tmp_path_factory.mktemp("certificate"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(made[0]))
        yield made


def until_open(port):
    while True:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=10):
            return
        time.sleep(0.05)


@contextlib.contextmanager
def serving(store, certificate):
    """`tanmai serve` as a process of its own, over HTTPS; its address."""
    command = [sys.executable, "-m", "tanmai", "serve", "--store", store, "--port", "0", "--json", "--lang", "en"]
    command += ["--certificate", certificate[0], "--key", certificate[1]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8") as server:
        watchdog = threading.Timer(90, server.kill)
        watchdog.start()
        try:
            said = ""
            while not said.endswith("}\n}\n") and (line := server.stdout.readline()):
                said += line
            address = json.loads(said)["address"]
            until_open(int(address.rpartition(":")[2]))
            yield address
        finally:
            server.terminate()
            server.communicate()
            watchdog.cancel()


@pytest.fixture
def ours(tmp_path, with_knowledge, monkeypatch, capsys):
    """`tanmai` from the shell with our store: a rack takes 3 kg of a part, which our own process makes with 5 kg CO2 per kg."""

    def command(*arguments):
        capsys.readouterr()
        monkeypatch.setattr(
            sys, "argv", ["tanmai", *map(str, arguments), "--store", str(tmp_path / "ours"), "--lang", "en"]
        )
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    with_knowledge(tmp_path / "ours")
    chain = process("part", emissions=(("flow:CO2-fossil", 5),)) + process("rack", inputs=((":part", 3),))
    (tmp_path / "chain.ttl").write_text(HEAD + chain, encoding="utf-8")
    assert command("load", tmp_path / "chain.ttl")[0] == 0
    return command


def partner_of(ours, monkeypatch, url, client, secret):
    monkeypatch.setenv("TANMAI_PACT_SECRET", secret)
    assert ours("pact", "partner", "add", "mill", url, "--client-id", client)[0] == 0


def pulled(ours, code=0):
    got, out, err = ours("pact", "pull", "--partner", "mill", *NETWORKS, "--json")
    assert (got, err) == (code, "")
    return {row["id"]: row for row in json.loads(out)["records"]}


def outcomes(ours, code=0):
    return {int(identifier[-12:]): row["outcome"] for identifier, row in pulled(ours, code).items()}


def total(ours):
    """Total of the rack, and what is said of records that are deprecated."""
    code, out, err = ours("footprint", RACK, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    said = [each["text_en"] for each in found["assumptions"] if each["code"] == "factor-deprecated"]
    return round(found["total"]["value"], 9), " ".join(said)


def link(ours, folder, factor):
    """Choose the factor of a record in place of our own process, as statements of the linking graph."""
    file = folder / "linking.ttl"
    file.write_text(f"{HEAD} :rack-in-1 tm:linkedTo <{factor}> .", encoding="utf-8")
    assert ours("load", file)[0] == 0


def declared(number, total, **changes):
    """A record for one kilogram with so many kg CO2e, all fossil."""
    parts = {
        "landUseChangeGhgEmissions": "0",
        "landManagementBiogenicCO2Emissions": "0",
        "biogenicNonCO2Emissions": "0",
    }
    totals = dict.fromkeys(("pcfExcludingBiogenicUptake", "fossilGhgEmissions"), total)
    unit = {"declaredUnitOfMeasurement": "kilogram", "productMassPerDeclaredUnit": "1"}
    biogenic = {"biogenicCO2Uptake": "0", "pcfIncludingBiogenicUptake": total}
    return footprint(number, pcf={**parts, **totals, **unit, **biogenic}, **changes)


def test_a_suppliers_record_replaces_our_estimate_until_it_is_withdrawn(ours, tmp_path, certificate, monkeypatch):
    """3 kg at 5 = 15; at the supplier's 2.5 = 7.5; at its next 2 = 6; withdrawn, the number stands and says so."""
    theirs = tmp_path / "theirs"
    first, second = declared(1, "2.5"), declared(2, "2")
    second["precedingPfIds"] = [first["id"]]
    put(theirs, [first])
    secret = known(theirs, "us", None)
    assert total(ours) == (15.0, "")
    with serving(theirs, certificate) as address:
        partner_of(ours, monkeypatch, address, "us", secret)
        record = pulled(ours)[first["id"]]
        assert record["outcome"] == "new"
        assert total(ours) == (15.0, "")  # what a partner says changes nothing until it is chosen
        link(ours, tmp_path, record["factor"])
        assert total(ours) == (7.5, "")
        assert outcomes(ours) == {1: "known"}
        put(theirs, [second])
        found = pulled(ours)
        assert {row["outcome"] for row in found.values()} == {"new", "deprecated"}
        value, said = total(ours)
        assert (value, f"{first['id']} (replaced by {second['id']})" in said) == (7.5, True)
        link(ours, tmp_path, found[second["id"]]["factor"])
        assert total(ours) == (6.0, "")
        put(theirs, [second | {"status": "Deprecated"}])
        assert outcomes(ours) == {1: "known", 2: "deprecated"}
        value, said = total(ours)
        assert (value, f"{second['id']} (nothing replaces it)" in said) == (6.0, True)
        datasets = ours("info", "--json")[1]
        assert outcomes(ours) == {1: "known", 2: "known"}
        assert ours("info", "--json")[1] == datasets
    (source,) = {each["source"] for each in json.loads(datasets)["datasets"] if each["key"].startswith("pact-")}
    assert source == f"{address}/3/footprints"


def test_what_breaks_in_the_middle_of_the_pages_changes_nothing(ours, certificate, monkeypatch):
    with partner_host(*certificate) as host:
        host.records = [declared(n, "2.5") for n in range(1, 6)]
        host.on_page = lambda start: 200 if start < 4 else 500
        partner_of(ours, monkeypatch, host.url, CLIENT, SECRET)
        before = ours("info", "--json")[1]
        code, out, err = ours("pact", "pull", "--partner", "mill", *NETWORKS, "--json")
        assert (code, out) == (2, "")
        assert "?from=4 answers 500" in err
        assert ours("info", "--json")[1] == before
        assert total(ours) == (15.0, "")
        host.on_page = lambda _: 200
        assert outcomes(ours) == dict.fromkeys(range(1, 6), "new")


@pytest.mark.parametrize(
    ("limit", "value", "said"), [("MOST", 3, "more than 3 footprints"), ("MOST_BYTES", 9000, "9,000 bytes")]
)
def test_a_partner_that_sends_without_end_is_left(ours, certificate, monkeypatch, limit, value, said):
    monkeypatch.setattr(pulling, limit, value)
    with partner_host(*certificate) as host:
        host.records = [declared(n, "2.5") for n in range(1, 9)]
        partner_of(ours, monkeypatch, host.url, CLIENT, SECRET)
        code, out, err = ours("pact", "pull", "--partner", "mill", *NETWORKS)
    assert (code, out) == (2, "")
    assert said in err


def test_what_changes_between_two_pages(ours, certificate, monkeypatch):
    """While page 2 is asked for: a record is put in front, one comes again in another form, and one was replaced."""
    a, b, c = (declared(n, "2.5") for n in (1, 2, 3))

    def shifted(start):
        if start == 2:
            again = b | {"productNameCompany": "not what it was"}
            host.records = [
                declared(9, "1"),
                a | {"status": "Deprecated"},
                again,
                declared(4, "2", precedingPfIds=[c["id"]]),
                c,
            ]
        return 200

    with partner_host(*certificate) as host:
        partner_of(ours, monkeypatch, host.url, CLIENT, SECRET)
        host.records, host.on_page = [a, b, c], shifted
        assert outcomes(ours, code=1) == {1: "new", 2: "refused", 3: "deprecated", 4: "new"}
        host.on_page = lambda _: 200
        host.records[2] = b
        assert outcomes(ours) == {9: "new", 1: "deprecated", 2: "known", 3: "known", 4: "known"}
