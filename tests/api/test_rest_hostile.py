"""What a client may send wrongly to the REST API, by mistake or on purpose: one clear refusal each, never a 500."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from servers import served

STUDY = (Path(__file__).parents[2] / "examples" / "studies" / "aluminium.ttl").read_bytes()
RECORD = (Path(__file__).parents[2] / "examples" / "studies" / "pact-record.json").read_bytes()
COAL = "https://w3id.org/tanmai/demo/ingot-coal"
TRY = {"as-of": "2026-11-25", "dry-run": "true"}


def refused(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    detail = response.json()["detail"]
    assert isinstance(detail, str)
    return detail


@pytest.mark.parametrize(
    "body",
    [
        b'{"product": "\\ud800", "set": ["anode = 1"]}',
        b'{"product": "x", "set": ["\\udc00 = 1"]}',
        b'{"product": "x", "set": ["a = 1"], "\\ud800": 1}',
    ],
)
def test_half_a_character_is_no_text(shop, body):
    assert "half of a character" in refused(shop.post("/whatif", content=body), 400)


def test_a_field_is_stated_once(shop):
    body = f'{{"product": "{COAL}", "product": "x", "set": ["anode in electrolysis = -10%"]}}'
    assert "'product'" in refused(shop.post("/whatif", content=body.encode()), 400)


@pytest.mark.parametrize("amount", ["1_000", "1__0", "１", "٣", "0x10", "1e", "", " 1 2", "1,5"])
def test_an_amount_is_written_in_digits(shop, amount):
    address = "/products/https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-coal/footprint"
    assert "amount" in refused(shop.get(address, params={"amount": amount}), 400)


@pytest.mark.parametrize("year", ["20x4", "-1", "24", "2024-01", "２０２４"])
def test_a_year_is_four_digits(shop, year):
    assert "year" in refused(shop.get("/factors", params={"year": year}), 400)


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: x=y", "a\0.ttl", "a\x1b[31m.ttl", "a\u202ettl.exe", "a\u2028b"])
@pytest.mark.parametrize("address", ["/validate", "/submissions"])
def test_a_file_name_steers_nothing(shop, address, name):
    response = shop.post(address, content=STUDY, params={"name": name}, headers={"Content-Type": "text/turtle"})
    assert "name" in refused(response, 400)


@pytest.mark.parametrize(
    "address",
    [
        "/products?limit=1",
        "/products/https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-coal/footprint",
        "/factors?limit=1",
        "/standards?limit=1",
        "/queries",
        "/queries/04-grid-factor-change?first=2023&second=2024",
        "/exports/turtle",
        "/submissions",
        "/health",
        "/ready",
    ],
)
def test_head_is_get_without_a_body(shop, address):
    got, head = shop.get(address), shop.head(address)
    assert (head.status_code, head.content) == (got.status_code, b"") == (200, b"")
    for name in ("content-type", "etag", "content-disposition"):
        assert head.headers.get(name) == got.headers.get(name)


def test_what_is_refused_to_get_is_refused_to_head(shop):
    assert shop.head("/products?limit=0").status_code == 400
    assert shop.head("/whatif").status_code == 405
    assert shop.head("/jobs/x/events").status_code == 405


def test_what_may_be_asked_of_an_address_is_said_with_405(shop):
    response = shop.put("/products")
    assert response.status_code == 405
    assert {each.strip() for each in response.headers["allow"].split(",")} == {"GET", "HEAD"}


def test_an_export_says_what_it_can_be(shop):
    assert "*/*" not in refused(shop.get("/exports/turtle", headers={"Accept": "image/png"}), 406)


FORMATS = [
    ("text/turtle", ox.RdfFormat.TURTLE),
    ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    ("application/trig", ox.RdfFormat.TRIG),
    ("application/n-quads", ox.RdfFormat.N_QUADS),
    ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    ("application/ld+json", ox.RdfFormat.JSON_LD),
    ("application/json", ox.RdfFormat.JSON_LD),
]


@pytest.mark.parametrize(("media_type", "format_"), FORMATS)
def test_a_study_comes_in_every_format(shop, media_type, format_):
    body = ox.serialize(ox.parse(STUDY, format=ox.RdfFormat.TURTLE), format=format_)
    response = shop.post("/submissions", content=body, params=TRY, headers={"Content-Type": media_type})
    assert response.status_code == 200, response.text
    assert response.json()["verdict"] == "accepted"
    assert response.json()["total"]["computed"] == pytest.approx(12257.161881)
    assert shop.post(
        "/validate", content=body, params={"as-of": "2026-11-25"}, headers={"Content-Type": media_type}
    ).json()["passes"]


def test_a_study_that_names_graphs_is_refused(shop):
    body = b"<urn:g> { <urn:a> a <https://w3id.org/tanmai/ontology#FootprintStudy> }"
    detail = refused(
        shop.post("/submissions", content=body, params=TRY, headers={"Content-Type": "application/trig"}), 422
    )
    assert "urn:g" in detail


def test_a_partners_record_is_judged_and_is_no_study(shop):
    headers = {"Content-Type": "application/json"}
    assert shop.post("/validate", content=RECORD, headers=headers).json()["passes"] is True
    detail = refused(shop.post("/submissions", content=RECORD, params=TRY, headers=headers), 422)
    assert "PACT" in detail
    assert "/3/events" in detail


def test_an_upload_that_is_broken_off_is_no_failure_of_the_server(shop, caplog):
    where = httpx.URL(str(shop.base_url))
    head = f"POST /submissions HTTP/1.1\r\nHost: {where.netloc.decode()}\r\nContent-Type: text/turtle\r\nContent-Length: 100000\r\n\r\n<urn:a>"
    for _ in range(3):
        with socket.create_connection((where.host, where.port or 80)) as connection:
            connection.sendall(head.encode())
    time.sleep(0.3)
    assert shop.get("/products", params={"limit": 1}).status_code == 200
    assert [record for record in caplog.records if record.name == "tanmai.api"] == []


def test_a_job_says_its_address_as_it_was_sent_and_that_it_still_runs(shop):
    address = "/products/https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-coal/uncertainty?draws=1000000"
    job = shop.get(address, headers={"Prefer": "respond-async"})
    assert job.status_code == 202
    assert job.json()["about"] == f"GET {address}"
    early = shop.get(job.headers["location"] + "/result")
    assert "still runs" in refused(early, 409)
    assert early.headers["retry-after"] == "1"
    assert shop.delete(job.headers["location"]).status_code == 204


def test_links_of_jobs_stand_under_the_public_address(shop_store):
    with (
        served(shop_store, readers=1, public_url="https://data.example.org/pcf", hosts=("127.0.0.1",)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        job = client.get("/products?limit=1", headers={"Prefer": "respond-async"})
        assert job.headers["location"] == f"/pcf/jobs/{job.json()['id']}"
        assert job.json()["links"]["events"] == f"/pcf/jobs/{job.json()['id']}/events"
        link = client.get("/products/https%3A%2F%2Fw3id.org%2Ftanmai%2Fdemo%2Fingot-coal").headers["link"]
        assert link.startswith("</pcf/products/")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/products?limit=1", 304),
        ("/products/urn%3Anone/footprint", 404),
        ("/resource?iri=urn:none&format=turtle", 404),
        ("/page/id/gas/CO2", 304),
        ("/page/id/gas/none", 404),
    ],
)
def test_what_is_not_there_is_not_unchanged(shop, address, status):
    """If-None-Match: * holds where there is no representation at all (RFC 9110, 13.1.2)."""
    assert shop.get(address, headers={"If-None-Match": "*"}).status_code == status
