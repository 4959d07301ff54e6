"""Which lexical forms the datatypes of XML Schema have, as patterns for SPARQL's REGEX.

Source: XML Schema 1.1 part 2 (https://www.w3.org/TR/xmlschema11-2/), the built-in types that RDF 1.1 lists as usable
(https://www.w3.org/TR/rdf11-concepts/#xsd-datatypes). A datatype that is not here has no ill-formed literal for us.
"""

from __future__ import annotations

from shapes.engine.vocabulary import RDF, XSD

_YEAR = "-?([1-9][0-9]{3,}|0[0-9]{3})"
_MONTH = "(0[1-9]|1[0-2])"
_DAY = "(0[1-9]|[12][0-9]|3[01])"
_DATE = (
    f"{_YEAR}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-9]))"
)
_TIME = r"(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)"
_ZONE = "(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_FLOAT = r"([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([Ee][+-]?[0-9]+)?|[+-]?INF|NaN)"
_DAYS = "P([0-9]+D(T(TIME))?|T(TIME))".replace(
    "TIME", r"([0-9]+H([0-9]+M)?|[0-9]+M)([0-9]+(\.[0-9]+)?S)?|[0-9]+(\.[0-9]+)?S"
)
_DURATION = (
    r"-?P((([0-9]+Y([0-9]+M)?|[0-9]+M)([0-9]+D)?|[0-9]+D)(T([0-9]+H([0-9]+M)?([0-9]+(\.[0-9]+)?S)?|[0-9]+M([0-9]+"
    r"(\.[0-9]+)?S)?|[0-9]+(\.[0-9]+)?S))?|T([0-9]+H([0-9]+M)?([0-9]+(\.[0-9]+)?S)?|[0-9]+M([0-9]+(\.[0-9]+)?S)?|"
    r"[0-9]+(\.[0-9]+)?S))"
)

_FORMS = {
    "boolean": "true|false|1|0",
    "decimal": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)",
    "float": _FLOAT,
    "double": _FLOAT,
    "date": f"{_DATE}{_ZONE}?",
    "time": f"{_TIME}{_ZONE}?",
    "dateTime": f"{_DATE}T{_TIME}{_ZONE}?",
    "dateTimeStamp": f"{_DATE}T{_TIME}{_ZONE}",
    "gYear": f"{_YEAR}{_ZONE}?",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonth": f"--{_MONTH}{_ZONE}?",
    "gDay": f"---{_DAY}{_ZONE}?",
    "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}?",
    "duration": _DURATION,
    "yearMonthDuration": "-?P([0-9]+Y([0-9]+M)?|[0-9]+M)",
    "dayTimeDuration": f"-?{_DAYS}",
    "hexBinary": "([0-9a-fA-F]{2})*",
    "base64Binary": "(([A-Za-z0-9+/] ?){4})*(([A-Za-z0-9+/] ?){2}[AEIMQUYcgkosw048] ?=|[A-Za-z0-9+/] ?[AQgw] ?= ?=)?",
}

_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
_NUMERIC = frozenset({"decimal", "float", "double", *_INTEGERS})
INTEGER_TYPES = frozenset(XSD + name for name in _INTEGERS)
"""xsd:integer and the types derived from it."""

LANGUAGE_STRING = RDF + "langString"


def well_formed(datatype: str, variable: str) -> str | None:
    """Return a SPARQL condition that a literal of a datatype is well-formed; None where every one is.

    Args:
        datatype: IRI of the datatype.
        variable: the variable that holds the literal, with its question mark.
    """
    name = datatype.removeprefix(XSD) if datatype.startswith(XSD) else ""
    if name in _INTEGERS:
        return _integer(name, variable)
    form = _FORMS.get(name)
    if form is None:
        return None
    matches = f'REGEX(STR({variable}), "^({_escaped(form)})$")'
    return f"(isNumeric({variable}) || {matches})" if name in _NUMERIC else matches


def _integer(name: str, variable: str) -> str:
    lowest, highest = _INTEGERS[name]
    form = f'(isNumeric({variable}) || REGEX(STR({variable}), "^[+-]?[0-9]+$"))'
    number = f"<{XSD}decimal>(STR({variable}))"
    limits = [form]
    if lowest is not None:
        limits.append(f"{number} >= {lowest}.0")
    if highest is not None:
        limits.append(f"{number} <= {highest}.0")
    return " && ".join(limits)


def _escaped(form: str) -> str:
    return form.replace("\\", "\\\\")
