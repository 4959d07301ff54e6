"""Studies in JSON-LD: contexts of the package work without a network, others are refused, and the bytes come back as they came."""

import gzip
import hashlib
import json

import pyoxigraph as ox
import pytest
from studies import approving, study

from graphstore.doctor import rebuild
from registry.receipt import receipt
from registry.submissions import find, raw_bytes, submissions
from registry.submitting import Handed, submit
from shapes.errors import ReadingError
from shapes.reading.contexts import BASE
from tanmai.translate import translated


def document(context, **changed):
    """The study in JSON-LD, with blanks and line ends as a person may leave them."""
    quads = ox.parse(study(**changed), format=ox.RdfFormat.TURTLE)
    expanded = json.loads(ox.serialize(quads, format=ox.RdfFormat.JSON_LD))
    return json.dumps({"@context": context, "@graph": expanded}, indent=3).encode() + b"\n\n"


@pytest.mark.parametrize("packed", [False, True])
def test_a_shipped_context_works_offline_and_the_bytes_come_back(disk, packed):
    data = document(f"{BASE}tanmai")
    data, name = (gzip.compress(data), "ingots.jsonld.gz") if packed else (data, "ingots.jsonld")
    with disk() as store:
        made = find(store, submit(store, Handed(data, name), approving).id)
        before = receipt(store, made)
        path = store.path
        assert (before["verdict"], before["details"]) == ("accepted", [])
        assert before["sha256"] == hashlib.sha256(data).hexdigest()
        assert before["size"] == len(data)
        assert not submit(store, Handed(data, name), approving).new
        assert raw_bytes(store, made) == data
    assert rebuild(path).ok
    with disk() as store:
        assert receipt(store, find(store, made.id)) == before
        assert raw_bytes(store, find(store, made.id)) == data


def test_a_context_in_the_file_needs_nothing_else(disk):
    data = document({"tm": "https://w3id.org/tanmai/ontology#"})
    with disk() as store:
        made = find(store, submit(store, Handed(data, "ingots.json"), approving).id)
        assert raw_bytes(store, made) == data
        assert not store.query("ASK { ?s tm:handedInBytes ?bytes }")


def test_a_context_from_outside_is_one_clear_error_in_both_languages(store):
    data, before = document("https://example.org/context.jsonld"), len(store.engine)
    with pytest.raises(ReadingError, match="nothing is fetched from the network") as refused:
        submit(store, Handed(data, "ingots.jsonld"), approving)
    said = translated(str(refused.value), "zh")
    for text in (str(refused.value), said):
        assert "ingots.jsonld" in text
        assert "https://example.org/context.jsonld" in text
        assert "--remote-contexts" in text
        assert f"{BASE}tanmai" in text
    assert "网络" in said
    assert (len(store.engine), submissions(store)) == (before, [])
