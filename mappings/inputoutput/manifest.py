"""The manifest of an input-output table: what it is, at which prices, from where."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mappings.errors import PackageError
from mappings.inputoutput.known import currencies
from mappings.placecodes import known_places

SCOPES = ("domestic", "total")
PRICES = ("basic", "producer", "purchaser")
NEGATIVE = ("refuse", "keep", "zero")
BASES = ("per-output", "total")
FORMS = {"coefficients": ("coefficients",), "transactions": ("transactions", "output"), "supply-use": ("make", "use")}
"""What a table is published as, and the files that it takes."""

MOST_BYTES = 1 << 20
"""A manifest is a page of text; anything longer is none."""

_MONEY = re.compile(r"([A-Z]{3})-(\d{4})")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """A currency at the prices of a base year."""

    currency: str
    year: int

    @property
    def key(self) -> str:
        """As it is written: CNY-2020."""
        return f"{self.currency}-{self.year}"


@dataclass(frozen=True, slots=True)
class Rate:
    """A price index or exchange rate: `amount` of `unit` per one `per`."""

    kind: str
    amount: float
    unit: Money
    per: Money
    source: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a table says of itself.

    Attributes:
        path: The manifest; files are named relative to it.
        key: Name of the table, part of its IRIs.
        titles: Title by language tag, en or zh or both.
        year: Year that the table describes.
        place: IRI of the place.
        money: Currency and base year.
        multiple: How much of the currency one unit of the table is.
        prices, scope, form: Price basis, domestic or total, and what the table was published as.
        energy: Codes of the sectors that supply energy.
        source, licence: Who published it, and under which terms.
        illustrative: Whether it is made up.
        negative: What becomes of negative cells: refuse, keep, or zero.
        negative_value_added: Whether sectors may buy for as much as they make or more.
        files: Path of each file by what it holds.
        emissions_are: per-output, or total of the year.
        rates: Price indices and exchange rates stated beside it.
        issued: Day on which the table was published, where it is stated.
    """

    path: Path
    key: str
    titles: Mapping[str, str]
    year: int
    place: str
    money: Money
    multiple: float
    prices: str
    scope: str
    form: str
    energy: tuple[str, ...]
    source: str
    licence: str
    illustrative: bool
    negative: str
    negative_value_added: bool
    files: Mapping[str, Path]
    emissions_are: str
    rates: tuple[Rate, ...]
    issued: dt.date | None


def is_manifest(path: Path) -> bool:
    """Tell from the content whether a file is a manifest: TOML with a [table] and [files]."""
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return False
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return path.suffix.lower() == ".toml"  # meant as one; reading it will say what is wrong
    return "table" in data or path.suffix.lower() == ".toml"


def read_manifest(path: Path, key: str | None = None) -> Manifest:
    """Read a manifest.

    Raises:
        PackageError: it cannot be read, or a field is missing, unknown or wrong; names the field.
    """
    data = _parsed(path)
    table, files = _Section(path, data, "table", _TABLE), _Section(path, data, "files", _FILES)
    form = _form(path, files)
    name = key or table.text("key", path.stem)
    return Manifest(
        path=path,
        key=name,
        titles=_titles(table),
        year=table.year("year"),
        place=_place(table),
        money=Money(_currency(table, table.text("currency")), table.year("price_year")),
        multiple=table.positive("multiple"),
        prices=table.choice("prices", PRICES),
        scope=table.choice("scope", SCOPES),
        form=form,
        energy=table.codes("energy_sectors"),
        source=table.text("source"),
        licence=table.text("licence"),
        illustrative=table.flag("illustrative"),
        negative=table.choice("negative_cells", NEGATIVE, NEGATIVE[0]),
        negative_value_added=table.flag("negative_value_added"),
        files={name: path.parent / files.text(name) for name in (*FORMS[form], "emissions", *_named(files, "sectors"))},
        emissions_are=files.choice("emissions_are", BASES),
        rates=tuple(rate for kind in _RATES for rate in _rates(path, data, kind)),
        issued=table.day("issued"),
    )


def _parsed(path: Path) -> dict[str, Any]:
    """Read the file; its sections must be known."""
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise PackageError(str(path), f"cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise PackageError(str(path), "is not UTF-8 text. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise PackageError(str(path), f"is no TOML: {error}.") from error
    unknown = sorted(set(data) - {"table", "files", *_RATES})
    if unknown:
        raise PackageError(
            str(path), f"[{unknown[0]}] is no part of a manifest. Known: table, files, {', '.join(_RATES)}."
        )
    return data


_TABLE = frozenset(
    (
        "key",
        "title",
        "title_en",
        "title_zh",
        "year",
        "geography",
        "currency",
        "price_year",
        "multiple",
        "prices",
        "scope",
    )
) | {"energy_sectors", "source", "licence", "illustrative", "negative_cells", "negative_value_added", "issued"}
_FILES = frozenset(("coefficients", "transactions", "output", "make", "use", "emissions", "emissions_are", "sectors"))
_RATES = ("price_index", "exchange_rate")


class _Section:
    """One section of a manifest, whose fields are read by type; what is wrong is named with file and field."""

    def __init__(self, path: Path, data: Mapping[str, Any], name: str, known: frozenset[str]) -> None:
        self._path, self._name = path, name
        found = data.get(name)
        if not isinstance(found, dict):
            raise PackageError(str(path), f"has no section [{name}]. See docs/input-output-tables.md.")
        self._data: dict[str, Any] = found
        unknown = sorted(set(found) - known)
        if unknown:
            raise self.wrong(unknown[0], f"is no field of it. Known: {', '.join(sorted(known))}.")

    def wrong(self, field: str, cause: str) -> PackageError:
        """Return the error about a field."""
        return PackageError(str(self._path), f"[{self._name}] {field} {cause}")

    def has(self, field: str) -> bool:
        """Tell whether a field is given."""
        return field in self._data

    def text(self, field: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self._data.get(field, default)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(
                field, f"is {value!r}; state it as a text." if field in self._data else "is missing; state it."
            )
        return value.strip()

    def choice(self, field: str, known: tuple[str, ...], default: str | None = None) -> str:
        """Return one of some words."""
        value = self.text(field, default)
        if value not in known:
            raise self.wrong(field, f"is {value!r}; choose one of {', '.join(known)}.")
        return value

    def year(self, field: str) -> int:
        """Return a year of four digits."""
        value = self._data.get(field)
        if not isinstance(value, int) or isinstance(value, bool) or not 1000 <= value <= 9999:
            raise self.wrong(field, f"is {value!r}; state a year such as 2020. No year is assumed.")
        return value

    def day(self, field: str) -> dt.date | None:
        """Return a day, None where none is given."""
        value = self._data.get(field)
        if value is not None and (not isinstance(value, dt.date) or isinstance(value, dt.datetime)):
            raise self.wrong(field, f"is {value!r}; write a day such as 2022-09-30, without quotes.")
        return value

    def positive(self, field: str) -> float:
        """Return a positive number."""
        value = self._data.get(field)
        if not isinstance(value, int | float) or isinstance(value, bool) or not (math.isfinite(value) and value > 0):
            raise self.wrong(field, f"is {value!r}; state a positive number, 1 for single units. None is assumed.")
        return float(value)

    def flag(self, field: str) -> bool:
        """Return true or false, false where it is not given."""
        value = self._data.get(field, False)
        if not isinstance(value, bool):
            raise self.wrong(field, f"is {value!r}; write true or false.")
        return value

    def codes(self, field: str) -> tuple[str, ...]:
        """Return a list of codes; it must be there, but may be empty."""
        value = self._data.get(field)
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            raise self.wrong(field, f"is {value!r}; list the codes of the sectors that supply energy, [] for none.")
        return tuple(code.strip() for code in value)


def _form(path: Path, files: _Section) -> str:
    given = [form for form, parts in FORMS.items() if any(files.has(part) for part in parts)]
    if len(given) != 1:
        raise PackageError(
            str(path),
            f"[files] gives {' and '.join(given) or 'no table'}; give one of: coefficients; transactions and output; make and use.",
        )
    return given[0]


def _named(section: _Section, field: str) -> tuple[str, ...]:
    return (field,) if section.has(field) else ()


def _titles(table: _Section) -> dict[str, str]:
    titles = {tag: table.text(f"title_{tag}") for tag in ("en", "zh") if table.has(f"title_{tag}")}
    return titles or {"en": table.text("title_en")}


def _place(table: _Section) -> str:
    code, known = table.text("geography"), known_places()
    if code not in known:
        raise table.wrong(
            "geography", f"is {code!r}, which is no known place. Use an ISO 3166 code such as CN, or GLO."
        )
    return known[code]


def _currency(section: _Section, code: str) -> str:
    known = currencies()
    if code not in known:
        raise section.wrong("currency", f"is {code!r}, which is no known currency. Known: {', '.join(sorted(known))}.")
    return code


def _rates(path: Path, data: Mapping[str, Any], kind: str) -> list[Rate]:
    listed = data.get(kind, [])
    if not isinstance(listed, list):
        raise PackageError(str(path), f"[{kind}] is one section; write [[{kind}]], once for each.")
    made = []
    for item in listed:
        section = _Section(path, {kind: item}, kind, frozenset(("amount", "unit", "per", "source")))
        unit, per = _money(section, "unit"), _money(section, "per")
        same = unit.currency == per.currency
        if kind == "price_index" and not (same and unit.year != per.year):
            raise section.wrong(
                "unit", f"{unit.key} per {per.key} is no price index: it links two years of one currency."
            )
        if kind == "exchange_rate" and (same or unit.year != per.year):
            raise section.wrong(
                "unit", f"{unit.key} per {per.key} is no exchange rate: it links two currencies in one year."
            )
        made.append(Rate(kind, section.positive("amount"), unit, per, section.text("source")))
    return made


def _money(section: _Section, field: str) -> Money:
    match = _MONEY.fullmatch(section.text(field))
    if not match:
        raise section.wrong(field, f"is {section.text(field)!r}; write currency and base year, such as CNY-2020.")
    return Money(_currency(section, match.group(1)), int(match.group(2)))
