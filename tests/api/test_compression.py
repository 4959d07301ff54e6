"""Compressed answers: chosen by the client, the same content, never ended where the answer was not."""

import gzip
import http.client
import zlib
from contextlib import closing
from urllib.parse import quote, urlsplit

import httpx
import pytest
import zstandard
from servers import served

from api.compression import choose

TABLE = "SELECT ?a ?b { ?a <urn:value> ?x . ?b <urn:value> ?y FILTER(?y < 20) }"  # 8,000 rows, two blocks
SHORT = "SELECT ?a { ?a <urn:value> ?x FILTER(?x < 300) }"  # 300 rows, one block
ENDLESS = "SELECT ?a ?b ?c { ?a <urn:value> ?x . ?b <urn:value> ?y . ?c <urn:value> ?z }"


def raw(address, query, coding, method="GET", **headers):
    """Status, headers and bytes as they come."""
    connection = http.client.HTTPConnection(urlsplit(str(address)).netloc, timeout=30)
    sent = {"Accept": "text/csv", "Accept-Encoding": coding, **headers}
    connection.request(method, f"/sparql?query={quote(query)}", headers=sent)
    with closing(connection), connection.getresponse() as response:
        return response, response.read()


def unpacked(coding, body):
    return gzip.decompress(body) if coding == "gzip" else zstandard.ZstdDecompressor().decompressobj().decompress(body)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize(("query", "rows"), [(TABLE, 8000), (SHORT, 300)])
def test_the_content_is_the_same(reading, coding, query, rows):
    _, plain = raw(reading.base_url, query, "identity")
    response, body = raw(reading.base_url, query, coding)
    assert response.getheader("Content-Encoding") == coding
    assert "Accept-Encoding" in response.getheader("Vary")
    assert len(body) < len(plain) / 2
    assert sorted(unpacked(coding, body).splitlines()) == sorted(plain.splitlines())
    assert plain.count(b"\r\n") == rows + 1


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("*", "zstd"),
        ("*;q=0.5, zstd;q=0", "gzip"),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=0", None),
        ("br", None),
        ("", None),
    ],
)
def test_the_client_chooses(accepted, coding):
    assert choose(accepted) == coding


def test_what_is_small_or_only_a_head_goes_out_as_it_is(reading):
    for query, method in (("ASK { ?s ?p ?o }", "GET"), (TABLE, "HEAD")):
        response, _ = raw(reading.base_url, query, "gzip", method)
        assert (response.status, response.getheader("Content-Encoding")) == (200, None)


def test_a_compressed_answer_is_not_sent_again_while_nothing_changed(reading):
    response, _ = raw(reading.base_url, SHORT, "zstd")
    tag = response.getheader("ETag")
    assert tag.startswith('W/"')
    again, body = raw(reading.base_url, SHORT, "gzip", **{"If-None-Match": tag})
    assert (again.status, body) == (304, b"")


def test_what_is_broken_off_is_no_whole_stream(make_store):
    with served(make_store(), query_seconds=1.0, readers=1) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
        sent = {"Accept": "text/csv", "Accept-Encoding": "gzip"}
        connection.request("GET", f"/sparql?query={quote(ENDLESS)}", headers=sent)
        with closing(connection), connection.getresponse() as response:
            assert (response.status, response.getheader("Content-Encoding")) == (200, "gzip")
            with pytest.raises(http.client.IncompleteRead) as broken:
                response.read()
        stream = zlib.decompressobj(wbits=31)
        stream.decompress(broken.value.partial)
        assert not stream.eof
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{address}/sparql", params={"query": ENDLESS}, headers=sent, timeout=30)
