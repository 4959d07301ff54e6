"""Calling a partner's host: where calls may go, signing in, pages; and what is kept of partners."""

import json
import socket
import threading
import time
from ipaddress import ip_address

import pytest
from partners import CLIENT, SECRET, Host, make_certificate, partner_host

from api.errors import AccessFileError, PartnerAddressError, PartnerAnswerError, PartnerError, PartnerUnreachableError
from api.pact import partners
from api.pact.outbound import Outbound, Reply, is_public
from api.pact.partners import Partner
from api.pact.session import Session, next_link

LOOPBACK = Outbound.allowing(("127.0.0.0/8", "::1/128"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def host(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with partner_host(*certificate, Host(records=[{"id": str(n)} for n in range(5)])) as running:
        yield running


def session(host, secret=SECRET, outbound=LOOPBACK):
    return Session(Partner("mill", host.url, CLIENT, secret), outbound)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0",
    ],
)  # fmt: skip
def test_addresses_that_only_this_side_reaches_are_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(ip_address(address))


def test_a_host_on_loopback_is_not_called_unless_its_network_is_named(host):
    with pytest.raises(PartnerAddressError, match=r"localhost is (127\.0\.0\.1|::1), which is no public address"):
        Outbound().send("GET", host.url, {})
    assert host.calls == []
    assert LOOPBACK.send("GET", host.url + "/3/footprints", {}).status == 401


def test_a_host_of_several_addresses_is_reached_at_the_one_that_answers(host, monkeypatch):
    """As with a name that has an IPv6 address, seen from where there is no IPv6."""
    port = int(host.url.rpartition(":")[2])
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.9", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert LOOPBACK.send("GET", host.url + "/3/footprints", {}).status == 401


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/x",
        "ftp://localhost/",
        "https://user@localhost/",
        "https:///x",
        "https://a b/",
        "https://é.example/",
    ],
)
def test_only_plain_addresses_of_https_are_called(url):
    with pytest.raises(PartnerAddressError, match="is not called"):
        LOOPBACK.send("GET", url, {})


def test_a_certificate_that_nobody_trusts_ends_the_call(certificate):
    with partner_host(*certificate) as running, pytest.raises(PartnerUnreachableError, match="certificate"):
        LOOPBACK.send("GET", running.url, {})


def test_an_answer_that_drips_ends_with_its_time():
    taken = socket.create_server(("127.0.0.1", 0))

    def drip():
        connection, _ = taken.accept()
        with connection:
            for _ in range(60):
                time.sleep(0.05)
                try:
                    connection.sendall(b"\x16")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    outbound = Outbound(LOOPBACK.networks, seconds=0.4)
    started = time.monotonic()
    with pytest.raises(PartnerUnreachableError):
        outbound.send("GET", f"https://127.0.0.1:{taken.getsockname()[1]}/", {})
    assert time.monotonic() - started < 2.0
    thread.join()
    taken.close()


def test_an_answer_that_is_too_large_is_none(host):
    with pytest.raises(PartnerUnreachableError, match="more than 10 bytes"):
        Outbound(LOOPBACK.networks, most=10).send("GET", host.url + "/3/footprints", {})


def test_all_pages_are_read_with_one_token(host):
    found = [json.loads(body)["data"] for _, body in session(host).pages([])]
    assert [[each["id"] for each in page] for page in found] == [["0", "1"], ["2", "3"], ["4"]]
    assert host.calls.count("POST /auth/token") == 1


def test_the_token_is_had_where_the_configuration_says(host):
    host.discovery = "/elsewhere/token"
    list(session(host).pages([]))
    assert "POST /elsewhere/token" in host.calls
    assert "POST /auth/token" not in host.calls


def test_a_token_that_ended_early_is_had_anew(host):
    client = session(host)
    client.footprint("1")
    host.token = "token-2"
    assert json.loads(client.footprint("3")[1])["data"] == {"id": "3"}


@pytest.mark.parametrize("life", [0, -5, 1e400, 10**400, "soon", None, True])
def test_whatever_life_a_token_is_said_to_have_it_is_used(host, life):
    host.life = life
    client = session(host)
    assert [json.loads(client.footprint(one)[1])["data"]["id"] for one in "12"] == ["1", "2"]


def test_a_wrong_secret_is_told_and_not_shown(host):
    with pytest.raises(PartnerAnswerError, match="gives no access token, but 400") as told:
        session(host, secret="wrong-secret").footprint("1")
    assert "wrong-secret" not in str(told.value)
    assert "wrong-secret" not in repr(Partner("mill", host.url, CLIENT, "wrong-secret"))


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/3/footprints", "http://localhost/3/footprints", "//127.0.0.1/x"]
)
def test_the_token_goes_to_no_other_host(host, link):
    host.next_link = link
    with pytest.raises(PartnerAnswerError, match="another host"):
        list(session(host).pages([]))


def test_the_next_page_is_found_among_several_link_headers(host):
    host.more_links = ['<https://elsewhere.example/doc>; rel="describedby"', '<https://elsewhere.example/>; rel="last"']
    assert len(list(session(host).pages([]))) == 3


def test_a_link_header_without_end_is_refused(host):
    host.more_links = ["<a>;" * 5000, "x"]
    with pytest.raises(PartnerAnswerError, match="Link header"):
        list(session(host).pages([]))


def test_the_same_host_may_state_the_usual_port():
    partner = Partner("mill", "https://mill.example", CLIENT, SECRET)
    one = Session(partner, Outbound())
    for link in ("https://mill.example:443/3/footprints?a=1", "https://MILL.example/3/footprints?a=1"):
        assert one._next("https://mill.example/3/footprints", Reply(200, {"link": f"<{link}>; rel=next"}, b"")) == link
    for link in ("https://mill.example:8443/x", "https://mill.example@evil.example/x", "https://mill.example:x/"):
        with pytest.raises(PartnerAnswerError):
            one._next("https://mill.example/3/footprints", Reply(200, {"link": f"<{link}>; rel=next"}, b""))


def test_pages_that_go_in_a_circle_end(host):
    host.next_link = host.url + "/3/footprints"
    with pytest.raises(PartnerAnswerError, match="do not end"):
        list(session(host).pages([]))


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ('<https://a/b?c=1>; rel="next"', "https://a/b?c=1"),
        ('<x>; rel="prev", <y>; title="a"; rel="last next"', "y"),
        ("</p>; rel=next", "/p"),
        ('<x>; rel="nextto"', None),
        ('<x>; title="a;b<c>, d"; rel="next"', "x"),
        ('<x>; title="rel=next; rel=\\"next"', None),
        ("<x>; REL = NEXT", "x"),
        ("", None),
        ("<x", None),
    ],
)
def test_the_next_page_in_a_link_header(header, target):
    assert next_link(header) == target


def test_partners_are_kept_for_their_owner_alone(tmp_path):
    partners.add(tmp_path, Partner("mill", partners.clean_url("https://MILL.example/pact/"), "us", "hush"))
    path = tmp_path / "pact" / "partners.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    known = partners.load(tmp_path)
    assert known["mill"].url == "https://mill.example/pact"
    assert known["mill"].client_secret == "hush"
    assert "hush" not in str(known["mill"].shown())
    for written in ("https://mill.example:443/pact", "//mill.example/pact/", "https://mill.example/pact/3/events"):
        assert partners.at(known, written) == known["mill"]
    assert partners.at(known, "https://mill.example/other") is None
    with pytest.raises(PartnerError, match="The partner mill has the address"):
        partners.add(tmp_path, Partner("other", "https://mill.example/pact", "us", "hush"))
    path.chmod(0o640)
    with pytest.raises(AccessFileError, match="chmod 600"):
        partners.load(tmp_path)
    path.chmod(0o600)
    partners.remove(tmp_path, "mill")
    with pytest.raises(PartnerError, match="There is no partner 'mill'"):
        partners.remove(tmp_path, "mill")


@pytest.mark.parametrize(
    "url",
    [
        "http://mill.example",
        "https://",
        "https://u:p@mill.example",
        "https://mill.example/?a",
        "mill.example",
        "https://[x",
    ],
)
def test_the_address_of_a_partner_is_https_and_nothing_else(url):
    with pytest.raises(PartnerError, match="is no address of a PACT host"):
        partners.clean_url(url)
