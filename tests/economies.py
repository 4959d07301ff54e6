"""Small input-output tables as files: the three sectors of rule R11, and what may be changed in them.

All numbers are made up (rule R11 calls its table a toy); the third sector supplies energy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

BASE = "https://example.org"
A = ((0.10, 0.20, 0.05), (0.15, 0.10, 0.30), (0.05, 0.02, 0.10))
R = (1.2, 0.6, 5.0)
CODES = ("1", "2", "3")
SECTORS = "code,name_en,name_zh\n1,goods,制造业\n2,services,服务业\n3,power and heat,电力热力\n"
INDEX = '[[price_index]]\namount = 1.08\nunit = "CNY-2023"\nper = "CNY-2020"\nsource = "made up"\n'
TABLE = {
    "key": '"three"',
    "title_en": '"three sectors"',
    "title_zh": '"三部门示意表"',
    "year": "2020",
    "geography": '"CN"',
    "currency": '"CNY"',
    "price_year": "2020",
    "multiple": "1",
    "prices": '"basic"',
    "scope": '"total"',
    "energy_sectors": '["3"]',
    "source": '"made up for tests"',
    "licence": '"CC0-1.0"',
    "illustrative": "true",
}


def matrix(values: Sequence[Sequence[float]], rows: Sequence[str] = CODES, columns: Sequence[str] = CODES) -> str:
    """A matrix as CSV with its codes."""
    lines = [",".join(("", *columns))]
    lines += [",".join((code, *(repr(float(v)) for v in row))) for code, row in zip(rows, values, strict=True)]
    return "\n".join(lines) + "\n"


def emissions(amounts: Sequence[float], codes: Sequence[str] = CODES, unit: str = "kg", gas: str = "CO2") -> str:
    """Fossil emissions as CSV."""
    rows = [f"{code},{gas},fossil,{float(v)!r},{unit}" for code, v in zip(codes, amounts, strict=True)]
    return "\n".join(("sector,gas,category,amount,unit", *rows)) + "\n"


def write(
    folder: Path,
    *,
    files: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
    more: str = "",
    **table: str | None,
) -> Path:
    """Write a table and return its manifest.

    Fields of [table] are replaced by name, None leaves one out; `files` are the fields of [files], `texts` the CSV files.
    """
    fields = {name: value for name, value in (TABLE | table).items() if value is not None}
    listed = files or {
        "coefficients": '"a.csv"',
        "emissions": '"e.csv"',
        "emissions_are": '"per-output"',
        "sectors": '"s.csv"',
    }
    for name, text in ({"a.csv": matrix(A), "e.csv": emissions(R), "s.csv": SECTORS} | dict(texts or {})).items():
        (folder / name).write_text(text, "utf-8")
    lines = [
        "[table]",
        *(f"{k} = {v}" for k, v in fields.items()),
        "[files]",
        *(f"{k} = {v}" for k, v in listed.items()),
    ]
    manifest = folder / "table.toml"
    manifest.write_text("\n".join(lines) + "\n" + more, "utf-8")
    return manifest


def turtle(manifest: Path) -> str:
    """The table as Turtle under the example base; may follow other Turtle."""
    from mappings.inputoutput import convert, read_manifest

    return convert(read_manifest(manifest), base=BASE).data.decode()


def sector(code: str, key: str = "three", kind: str = "sector-product") -> str:
    """IRI of the product of a sector (or, with kind sector, of its process)."""
    return f"{BASE}/id/{kind}/{key}/{code}"
