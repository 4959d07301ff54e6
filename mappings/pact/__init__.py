"""PACT records (ProductFootprint 3.0.x; 2.0 to 2.3 on the way in) into the graph and out of it.

    report = read_records(data, "partner.json")      # a record, a list, {"data": ...}, or an event with "pfs"
    import_records(store, report)                    # each record is one dataset, `pact-<uuid>`; lifecycle is kept
    for found in records(store): ...                 # every record of version 3 that the store holds, oldest first
    record(store, "3e2b6a54-...")                    # one of them, or None
    record_text(store, "3e2b6a54-...")               # the same as it came, byte for byte but for its status of today
    check(found)                                     # findings of both layers; no error means: a PACT record
    matches(found, {"geography": ["CN"]})            # the filters of the list
    publish(calculation, product)                    # our own footprint as a record that the store holds from then on
    loads(body, "event")                             # any JSON, read by the same guards and to the last digit
    dumps(found)                                     # JSON text; json.dumps cannot write the exact numbers of extensions

Records are plain dictionaries. Numbers of the specification are strings there; other numbers that are not whole are
`decimal.Decimal`, so that nothing of an extension is lost.

Written after the facts of the PACT Technical Specifications published by the World Business Council for Sustainable
Development (WBCSD); no text of it is used.
"""

from mappings.pact.filters import FILTERS, matches
from mappings.pact.findings import Finding, Loss
from mappings.pact.holding import Imported, import_records, record, record_text, record_texts, records, texts_of
from mappings.pact.jsontext import dumps, loads
from mappings.pact.judging import check
from mappings.pact.publishing import Published, publish
from mappings.pact.reading import Read, ReadReport, read_records

__all__ = [
    "FILTERS",
    "Finding",
    "Imported",
    "Loss",
    "Published",
    "Read",
    "ReadReport",
    "check",
    "dumps",
    "import_records",
    "loads",
    "matches",
    "publish",
    "read_records",
    "record",
    "record_text",
    "record_texts",
    "records",
    "texts_of",
]
