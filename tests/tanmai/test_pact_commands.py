"""`tanmai pact` from the shell, against a partner over HTTPS: what is pulled, refused, replaced, and used in a supply chain."""

import json
import sys
import uuid

import pytest
from chains import HEAD, process
from partners import CLIENT, SECRET, footprint, make_certificate, partner_host

from api.pact.inbox import Inbox
from tanmai import cli

NETWORKS = ("--network", "127.0.0.0/8", "--network", "::1/128")


@pytest.fixture(scope="module")
def mill(tmp_path_factory):
    certificate = make_certificate(tmp_path_factory.mktemp("certificate"))
    with pytest.MonkeyPatch.context() as patch, partner_host(*certificate) as host:
        patch.setenv("SSL_CERT_FILE", str(certificate[0]))
        yield host


@pytest.fixture(scope="module")
def where(tmp_path_factory, with_knowledge):
    return with_knowledge(tmp_path_factory.mktemp("pact") / "store")


@pytest.fixture(scope="module")
def shell(where):
    def run(*arguments, lang="en"):
        with pytest.MonkeyPatch.context() as patch, pytest.MonkeyPatch.context():
            patch.setattr(sys, "argv", ["tanmai", *arguments, "--store", str(where), "--lang", lang])
            try:
                cli.main()
            except SystemExit as end:
                return int(end.code or 0)
        return 0

    return run


@pytest.fixture
def run(shell, capsys):
    def command(*arguments, lang="en"):
        capsys.readouterr()
        code = shell(*arguments, lang=lang)
        printed = capsys.readouterr()
        assert "internal error" not in printed.err
        return code, printed.out, printed.err

    return command


@pytest.fixture(scope="module", autouse=True)
def known(shell, mill):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TANMAI_PACT_SECRET", SECRET)
        assert shell("pact", "partner", "add", "mill", mill.url + "/", "--client-id", CLIENT) == 0


def pulled(run, *more):
    code, out, err = run("pact", "pull", *more, *NETWORKS, "--json")
    assert err == ""
    return code, {row["id"]: row["outcome"] for row in json.loads(out)["records"]}, json.loads(out)


def test_partners_are_listed_without_their_secrets(run, mill):
    code, out, _ = run("pact", "partner", "list")
    assert code == 0
    assert mill.url in out
    assert SECRET not in out + run("pact", "partner", "list", "--json")[1]


def test_what_is_offered_comes_in_and_what_is_no_record_is_refused(run, mill):
    a, b, c = footprint(1), footprint(2), footprint(3, pcf={"biogenicCO2Uptake": "0.8"})
    mill.records = [a, b, c]
    code, outcomes, told = pulled(run, mill.url)
    assert code == 1
    assert outcomes == {a["id"]: "new", b["id"]: "new", c["id"]: "refused"}
    assert (told["source"], told["pages"]) == (f"{mill.url}/3/footprints", 2)
    assert "biogenicCO2Uptake" in next(row["en"] for row in told["records"] if row["outcome"] == "refused")
    mill.records = [a, b]
    assert pulled(run, "--partner", "mill")[:2] == (0, {a["id"]: "known", b["id"]: "known"})
    _, out, _ = run("info", "--json")
    sources = {each["key"]: each["source"] for each in json.loads(out)["datasets"] if each["key"].startswith("pact-")}
    assert sources == {f"pact-{each['id']}": f"{mill.url}/3/footprints" for each in (a, b)}


def test_a_record_never_changes_and_a_newer_one_takes_its_place(run, mill):
    a, b = footprint(1), footprint(2)
    mill.records = [a, b | {"productNameCompany": "another name"}]
    code, outcomes, _ = pulled(run, mill.url)
    assert (code, outcomes) == (1, {a["id"]: "known", b["id"]: "refused"})
    newer = footprint(4, precedingPfIds=[a["id"]])
    mill.records = [a | {"status": "Deprecated"}, b, newer]
    assert pulled(run, mill.url)[:2] == (0, {a["id"]: "deprecated", b["id"]: "known", newer["id"]: "new"})


def test_only_what_was_made_since_a_day(run, mill):
    old, new = footprint(5, created="2025-01-31T23:00:00Z"), footprint(6, created="2025-02-01T00:00:00Z")
    mill.records = [old, new]
    code, outcomes, told = pulled(run, mill.url, "--since", "2025-02-01")
    assert (code, outcomes, told["older"]) == (0, {new["id"]: "new"}, 1)


def test_a_supply_chain_ends_at_what_a_partner_declared(run, mill, tmp_path):
    """Per kilogram 410.9 fossil, 1.1 and 0.3 of land, 0.3 biogenic methane and the like: 412.6, of which a rack takes three."""
    mill.records = [footprint(7, pcf={"declaredUnitOfMeasurement": "kilogram", "productMassPerDeclaredUnit": "1"})]
    factor = pulled(run, mill.url)[2]["records"][0]["factor"]
    part = factor.replace("/emission-factor/", "/product/")
    file = tmp_path / "rack.ttl"
    file.write_text(
        HEAD + process("rack", inputs=((f"<{part}>", 3, "unit:KiloGM", f"tm:defaultProvider <{factor}> ;"),)),
        encoding="utf-8",
    )
    assert run("load", str(file))[0] == 0
    code, out, _ = run("footprint", "https://example.org/rack", "--json")
    assert code == 0
    assert json.loads(out)["total"]["value"] == pytest.approx(3 * 412.6, rel=1e-12)


def test_a_secret_goes_to_the_address_it_is_for(run, mill):
    assert run("pact", "pull", "https://other.example", "--partner", "mill")[0::2] == (
        2,
        f"error: The partner mill is at {mill.url}, not at https://other.example; its secret is not sent there.\n",
    )
    code, _, err = run("pact", "pull", "https://other.example")
    assert code == 2
    assert "No partner is known at https://other.example" in err
    calls = len(mill.calls)
    code, _, err = run("pact", "pull", mill.url)
    assert code == 2
    assert "no public address" in err
    assert len(mill.calls) == calls


def test_a_request_is_sent_and_remembered(run, mill, where):
    before = len(mill.events)
    code, out, err = run(
        "pact", "request", "mill", "--product", "urn:x:a", "--here", "https://us.example", "--comment", "please", *NETWORKS,
        "--json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    told = mill.events[before]
    assert told["type"] == "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3"
    assert (told["source"], told["data"]) == ("https://us.example", {"productId": ["urn:x:a"], "comment": "please"})
    assert uuid.UUID(json.loads(out)["id"]) == uuid.UUID(told["id"])
    assert Inbox(where).waits_for(told["id"], "mill")
    assert "待回复" in run("pact", "requests", lang="zh")[1]


def test_people_are_told_in_their_language(run, mill):
    mill.records = [footprint(8, productNameCompany="\x1b[2Jgone"), footprint(9, pcf={"declaredUnitAmount": "-1"})]
    code, out, _ = run("pact", "pull", mill.url, *NETWORKS, lang="zh")
    assert code == 1
    assert "\N{REPLACEMENT CHARACTER}[2Jgone" in out
    assert "新增 1 条，已存在 0 条，现已弃用 0 条，拒收 1 条" in out
    assert run("pact", "events", lang="zh")[1] == "尚未收到事件。\n"


def test_a_partner_is_told_once_it_is_a_client_here(run, mill, where):
    mill.records = [footprint(11)]
    assert pulled(run, mill.url)[0] == 0
    asked = ("pact", "announce", "mill", "--record", footprint(11)["id"], "--here", "https://us.example")
    code, _, err = run(*asked)
    assert code == 2
    assert "no client mill" in err
    assert run("client", "add", "mill", "--role", "reader", "--whole-store")[0] == 0
    code, out, err = run(*asked, lang="zh")
    assert (code, err) == (0, "")
    assert "告知 mill 1 条碳足迹" in out
    (waiting,) = Inbox(where).due()
    assert (waiting.kind, waiting.partner) == ("announced", "mill")
    assert "告知我方发布的碳足迹" in run("pact", "events", lang="zh")[1]
    Inbox(where).done(waiting, "")
    assert run("client", "remove", "mill")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("pact", "pull"),
        ("pact", "pull", "http://mill.example"),
        ("pact", "pull", "--partner", "nobody"),
        ("pact", "pull", "--partner", "mill", "--since", "soon"),
        ("pact", "pull", "--partner", "mill", "--network", "here"),
        ("pact", "partner", "remove", "nobody"),
        ("pact", "partner", "add", "a b", "https://a.example", "--client-id", "x"),
        ("pact", "request", "nobody", "--product", "urn:x:y", "--here", "https://us.example"),
    ],
)
def test_what_cannot_be_done_is_one_message(run, arguments, monkeypatch):
    monkeypatch.setenv("TANMAI_PACT_SECRET", "x")
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
