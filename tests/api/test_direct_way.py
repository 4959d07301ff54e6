"""The endpoint is reached beside the router; what an answer says is the same as by the router."""

import httpx
import pytest
from servers import served

QUERY = {"query": "SELECT ?n { <urn:bob> <urn:name> ?n }"}
BAD = {"query": "SELECT ?n { ?s ?p"}


@pytest.fixture(scope="module")
def address(make_store):
    with served(make_store()) as found:
        yield found


def told(address, parameters, headers):
    """Status, headers and body, without what is another in each answer, and what is for browsers alone."""
    answer = httpx.get(f"{address}/sparql", params=parameters, headers=headers)
    own = {
        name: value.removesuffix(", Origin")
        for name, value in answer.headers.items()
        if name not in {"x-request-id", "date"} and not name.startswith("access-control-")
    }
    return answer.status_code, own, {key: value for key, value in answer.json().items() if key != "requestId"}


@pytest.mark.parametrize(
    "parameters", [QUERY, BAD, {**QUERY, "release": "none"}, {**QUERY, "as-of": "2025-13-01"}, {**QUERY, "x": "1"}]
)
@pytest.mark.parametrize(
    "headers", [{}, {"Accept": "image/png"}, {"Host": "evil.example"}, {"Content-Encoding": "gzip"}]
)
def test_both_ways_say_the_same(address, parameters, headers):
    """A request that names its origin goes by the router."""
    routed = {**headers, "Origin": "https://elsewhere.example"}
    assert told(address, parameters, headers) == told(address, parameters, routed)


def test_a_query_of_another_origin_gets_what_a_page_needs(make_store):
    with served(make_store(), cors_origins=("https://mill.example",)) as address:
        answer = httpx.get(f"{address}/sparql", params=QUERY, headers={"Origin": "https://mill.example"})
    assert answer.headers["access-control-allow-origin"] == "https://mill.example"
