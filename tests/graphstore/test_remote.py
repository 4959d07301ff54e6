"""What an endpoint may do wrong, and that it is told as what it is."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from amounts import tries
from chains import EX, HEAD
from endpoints import Says, cleared, server_that
from hypothesis import given
from hypothesis import strategies as st

from graphstore import GraphStore
from graphstore.errors import (
    EndpointAnswerError,
    EndpointError,
    EndpointRefusedError,
    EndpointUnreachableError,
)
from graphstore.remote import RemoteGraphStore, http
from graphstore.remote.http import without_secrets
from graphstore.technosphere.columns import Select
from graphstore.technosphere.extract import extract

NO_ROWS = b'{"head":{"vars":["g"]},"results":{"bindings":[]}}'
NO = b'{"head":{},"boolean":false}'
OPENING = (Says(), Says(body=NO_ROWS))
"""What opening asks: whether queries are answered, and which catalogue there is."""


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(http, "PAUSE", 0.0)


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (Says(401, b"who?"), EndpointRefusedError, "TANMAI_STORE_TOKEN"),
        (Says(403), EndpointRefusedError, "does not allow this"),
        (Says(404, b"no such page"), EndpointAnswerError, "404: no such page"),
        (Says(500, b"out of memory"), EndpointAnswerError, "500: out of memory"),
        (Says(302, b"", Location="https://elsewhere.example/"), EndpointAnswerError, "points to https://elsewhere"),
        (Says(200, b"<html>", "text/html; charset=utf-8"), EndpointAnswerError, "answered with text/html, not with a"),
        (Says(**{"Content-Length": "999"}), EndpointAnswerError, "ended after 26 bytes, before it was whole"),
    ],
)
def test_an_endpoint_that_is_none_is_told(said, error, words):
    with server_that(said) as (address, _), pytest.raises(error, match=words):
        RemoteGraphStore.open(address)


def test_an_answer_that_is_cut_off_with_status_200_gives_no_rows():
    rows = b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"1"}},'
    with (
        server_that(*OPENING, Says(), Says(body=NO), Says(body=rows)) as (address, _),
        RemoteGraphStore.open(address) as store,
    ):
        for use in (lambda answer: answer.rows, lambda answer: answer.serialize("csv"), list, len):
            answer = store.query("SELECT ?o WHERE { ?s ?p ?o }")
            with pytest.raises(EndpointAnswerError, match="cut off or no SPARQL result"):
                use(answer)


def test_a_read_is_tried_three_times_and_a_refusal_once():
    with server_that(Says(503), Says(429, **{"Retry-After": "0"}), *OPENING) as (address, seen):
        RemoteGraphStore.open(address).close()
        assert len(seen) == 4
    with server_that(Says(503, b"busy")) as (address, seen), pytest.raises(EndpointAnswerError, match="503: busy"):
        RemoteGraphStore.open(address)
    assert len(seen) == 3 * 3, "three attempts for each of the three addresses"
    with server_that(Says(401)) as (address, seen), pytest.raises(EndpointRefusedError):
        RemoteGraphStore.open(address)
    assert len(seen) == 1


def test_a_write_is_tried_once_and_leaves_no_graph_behind():
    answers = (*OPENING, Says(body=NO_ROWS), Says(body=NO_ROWS), Says(503, b"busy"), Says(204, b""))
    with server_that(*answers) as (address, seen), RemoteGraphStore.open(address) as store:
        with pytest.raises(EndpointAnswerError, match="503: busy"):
            store.load_bytes(b"<urn:a> <urn:b> 1 .", key="k", format="turtle")
        assert len(seen) == 6, "one attempt, and one request that takes out what may have arrived"


def test_nobody_there_and_nobody_in_time():
    with pytest.raises(EndpointUnreachableError, match=r"cannot be reached: .*refused.*Check the address"):
        RemoteGraphStore.open("http://127.0.0.1:1/sparql")
    with server_that(Says(), wait=0.4) as (address, _):
        start = time.monotonic()
        with pytest.raises(EndpointUnreachableError, match=r"sent nothing for 0\.1 seconds"):
            RemoteGraphStore.open(address, timeout=0.1)
        assert time.monotonic() - start < 0.35, "a time-out is not tried again"


@pytest.mark.parametrize(
    "address", ["ftp://host/x", "https://", "http://host:port/", "host/sparql", "http://h/?a=b", "http://me:S3/x@h"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(EndpointError, match="no address of an endpoint") as caught:
        RemoteGraphStore.open(address)
    assert "S3" not in str(caught.value)


def test_credentials_are_sent_and_never_shown():
    with server_that(*OPENING) as (address, seen):
        secret = address.replace("http://", "http://me:p%40ss@")
        with RemoteGraphStore.open(secret) as store:
            assert store.location == address
            assert "ss" not in repr(store)
        assert seen[0]["Authorization"] == "Basic " + base64.b64encode(b"me:p@ss").decode()
    with server_that(*OPENING) as (address, seen), RemoteGraphStore.open(address, token="t0k"):
        assert seen[0]["Authorization"] == "Bearer t0k"
    with server_that(Says(500)) as (address, _), pytest.raises(EndpointAnswerError) as caught:
        RemoteGraphStore.open(address.replace("http://", "http://me:hush@"))
    assert "hush" not in str(caught.value)


@given(st.text("ab:/@?#", max_size=12), st.text("ab", min_size=1))
def test_no_secret_of_any_address_is_shown(path, host):
    secret = "S3"
    assert secret not in without_secrets(f"https://{secret}:/{secret}@{host}/{path}")
    assert secret not in without_secrets(f"https://{host}/{path}?key={secret}")


LITERALS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8).map(ox.Literal)
NUMBERS = st.decimals(-(10**6), 10**6, places=3).map(
    lambda value: ox.Literal(str(value), datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
)


@tries(15)
@given(st.lists(st.tuples(st.sampled_from("abc"), LITERALS | NUMBERS), max_size=6))
def test_any_statements_come_back_the_same(oxigraph, pairs):
    """Random statements: an embedded store and the endpoint give the same rows, and the same digest of local statements."""
    lines = sorted({f"<urn:{name}> <urn:p> {value} ." for name, value in pairs})
    data = "\n".join(lines).encode()
    with GraphStore.open() as here, RemoteGraphStore.open(cleared(oxigraph)) as there:
        tables = []
        for store in (here, there):
            store.load_bytes(data, key="k", format="turtle")
            tables.append(sorted(map(str, store.query("SELECT ?s ?o { ?s <urn:p> ?o }"))))
        assert tables[0] == tables[1]
        assert here.local_statements() == there.local_statements() == {}


def select_of(store) -> Select:
    return lambda text: store.query(text).serialize("csv")


@pytest.fixture(scope="module")
def demo(oxigraph):
    """The demo and the reference knowledge in memory and on the endpoint."""
    import tanmai
    from tanmai import knowledge

    chain = Path(tanmai.__file__).parent / "demo" / "aluminium.ttl"
    with GraphStore.open() as here, RemoteGraphStore.open(cleared(oxigraph)) as there:
        for store in (here, there):
            with store.transaction() as transaction:
                knowledge.load_into(transaction)
                transaction.load(chain, key="demo")
        yield here, there


def flat(value: object) -> object:
    """Arrays and tables as what can be compared, to the last bit."""
    import dataclasses

    import numpy as np

    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if dataclasses.is_dataclass(value):
        return {f.name: flat(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: flat(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [flat(item) for item in value]
    return value


def test_the_columns_of_an_endpoint_are_those_of_an_embedded_store(demo):
    here, there = (extract(select_of(store)) for store in demo)
    assert len(here.exchanges.ids) > 50
    assert flat(here) == flat(there)


def test_a_footprint_is_the_same_to_the_last_bit(demo):
    from graphstore.answers.explanation import explain
    from graphstore.answers.footprint import calculate
    from graphstore.answers.graph import Calculation

    product = "https://w3id.org/tanmai/demo/profile-delivered"
    answers = []
    for store in demo:
        found, why = calculate(Calculation(store), product), explain(Calculation(store), product)
        answers.append((found.data, why))
    assert answers[0] == answers[1], "data hash, numbers, sources, names"


CHAIN = """
:power a tm:Product . :metal a tm:Product .
:power-out a tm:Exchange ; tm:flow :power ; tm:amount 1 ; tm:unit unit:KiloW-HR .
:power-making a tm:UnitProcess ; tm:quantitativeReference :power-out ; tm:output :power-out ; tm:emission :power-co2 .
:power-co2 a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 0.5 ; tm:unit unit:KiloGM .
:metal-out a tm:Exchange ; tm:flow :metal ; tm:amount 1 ; tm:unit unit:KiloGM .
:metal-making a tm:UnitProcess ; tm:quantitativeReference :metal-out ; tm:output :metal-out ; tm:input :metal-in .
:metal-in a tm:Exchange ; tm:flow :power ; tm:amount %s ; tm:unit unit:KiloW-HR ; tm:defaultProvider :power-making .
"""


@tries(5)
@given(st.integers(1, 10**6))
def test_a_changed_input_changes_the_footprint_behind_the_endpoint(demo, amount):
    """By hand: each kW·h emits 0.5 kg, so metal that takes `amount` kW·h per kg has amount / 2 kg CO2e."""
    from graphstore.answers.footprint import calculate
    from graphstore.answers.graph import Calculation

    found = []
    for store in demo:
        store.load_bytes((HEAD + CHAIN % amount).encode(), key="chain", format="turtle")
        found.append(calculate(Calculation(store), f"{EX}metal").data["total"]["value"])
    assert found == [amount / 2, amount / 2]
