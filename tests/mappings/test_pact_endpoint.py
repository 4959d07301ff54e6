"""Records in a store that an endpoint keeps: taken in, deprecated, and given out byte for byte, one and many."""

import json
import os

import pytest
from endpoints import cleared, oxigraph_server, virtuoso_server
from partners import footprint

from graphstore.remote import RemoteGraphStore
from mappings.pact import import_records, read_records, record_text, record_texts, texts_of

SERVERS = {"oxigraph": oxigraph_server}
if "TANMAI_TEST_VIRTUOSO" in os.environ:  # takes ten seconds to start
    SERVERS["virtuoso"] = virtuoso_server


@pytest.fixture(params=SERVERS)
def store(request, tmp_path):
    with SERVERS[request.param](tmp_path) as address, RemoteGraphStore.open(cleared(address)) as opened:
        yield opened


def test_records_come_out_as_they_went_in(store):
    texts = [json.dumps(footprint(n, **{"x-vendor": [1.50, "é\\/"]}), indent=n) for n in range(60)]
    import_records(store, read_records(f"[{','.join(texts)}]".encode(), "f.json"))
    ids = [footprint(n)["id"] for n in range(60)]
    assert list(record_texts(store)) == texts
    assert texts_of(store, ids[:55]) == dict(zip(ids[:55], texts[:55], strict=True))
    newer = footprint(70, precedingPfIds=[ids[3]])
    assert import_records(store, read_records(json.dumps(newer).encode(), "f.json")).deprecated == (ids[3],)
    assert record_text(store, ids[3]) == texts[3].replace('"Active"', '"Deprecated"')
