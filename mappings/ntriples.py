"""N-Triples text: terms as strings, built without a term object per node because imports write millions of lines.

The output is valid for any N-Triples parser. Two laws hold and are tested: parsing what `literal` wrote gives the text
back, and `double` gives the same 64-bit number back.
"""

from __future__ import annotations

import re
from urllib.parse import quote

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
PROV = "http://www.w3.org/ns/prov#"
OWL = "http://www.w3.org/2002/07/owl#"
QUDT = "http://qudt.org/schema/qudt/"
TM = "https://w3id.org/tanmai/ontology#"
ID = "https://w3id.org/tanmai/id/"

TYPE = f"<{RDF}type>"
VALUE = f"<{RDF}value>"
LABEL = f"<{RDFS}label>"
TRUE = f'"true"^^<{XSD}boolean>'

_DOUBLE_TAIL = f'"^^<{XSD}double>'
_UNSAFE = re.compile(r'["\\\x00-\x1f\x7f\ud800-\udfff]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_PLAIN_KEY = re.compile(r"[A-Za-z0-9._~-]+")
_NOT_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f-\x9f\ud800-\udfff]')
_DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def tm(name: str) -> str:
    """Return a term of the Tanmai vocabulary."""
    return f"<{TM}{name}>"


def dcterms(name: str) -> str:
    """Return a term of DCMI Metadata Terms."""
    return f"<{DCTERMS}{name}>"


def concept(kind: str, key: str) -> str:
    """Return the IRI of a piece of reference knowledge.

    >>> concept("gas", "CO2")
    '<https://w3id.org/tanmai/id/gas/CO2>'
    """
    return f"<{ID}{kind}/{iri_part(key)}>"


def iri_part(key: str) -> str:
    """Return a key as one path segment of an IRI: ASCII, everything reserved is percent-encoded.

    >>> iri_part("20aadc24 a/b")
    '20aadc24%20a%2Fb'
    """
    return key if _PLAIN_KEY.fullmatch(key) else quote(key, safe="~", errors="replace")


def is_iri(text: str) -> bool:
    """Tell whether a text can be written as an absolute IRI with a scheme."""
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]", text)) and not _NOT_IRI.search(text)


def literal(text: str) -> str:
    """Return a plain string literal; a lone surrogate, which no UTF-8 file can hold, becomes U+FFFD.

    >>> literal("steel")
    '"steel"'
    """
    return f'"{_UNSAFE.sub(_escape, text)}"'


def double(value: float) -> str:
    """Return an xsd:double literal with the shortest digits that give the same number back.

    >>> double(1e-06)
    '"1e-06"^^<http://www.w3.org/2001/XMLSchema#double>'
    """
    return f'"{value!r}{_DOUBLE_TAIL}'


def typed(text: str, datatype: str) -> str:
    """Return a literal of an XML Schema datatype; the caller vouches for the lexical form."""
    return f'"{text}"^^<{XSD}{datatype}>'


def date_time(text: str) -> str:
    """Return an xsd:dateTime literal, or a plain one where the text is no date and time."""
    return typed(text, "dateTime") if _DATE_TIME.fullmatch(text) else literal(text)


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    if "\ud800" <= char <= "\udfff":
        return "�"
    return _ESCAPES.get(char) or f"\\u{ord(char):04X}"
