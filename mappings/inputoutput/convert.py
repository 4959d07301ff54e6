"""From an input-output table to Turtle: a sector is a process that buys and sells money's worth, and a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from mappings.errors import ArgumentError
from mappings.inputoutput.economy import CO2E, Economy, read_economy
from mappings.inputoutput.known import currencies
from mappings.inputoutput.manifest import Manifest, Money
from mappings.ntriples import DCTERMS, ID, QUDT, RDFS, SKOS, TM, XSD, iri_part, is_iri, literal
from mappings.olca.report import ImportReport

MONEY_DIMENSION = "http://qudt.org/vocab/dimensionvector/A0E0L0I0M0H0T0D1"
ROWS = 50_000
"""Coefficients that are turned into text at once."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A converted table: Turtle for its graph, and the report."""

    report: ImportReport
    _manifest: Manifest
    _economy: Economy
    _base: str

    def chunks(self) -> Iterator[bytes]:
        """Yield the data as Turtle in pieces of some megabytes; the same bytes for the same files; may be called again."""
        lines = _Lines(self._manifest, self._economy)
        yield lines.prologue(self._base).encode()
        yield "".join(lines.sectors()).encode()
        for piece in lines.inputs():
            yield piece.encode()
        for piece in lines.emissions():
            yield piece.encode()

    @property
    def data(self) -> bytes:
        """All of it."""
        return b"".join(self.chunks())


def convert(manifest: Manifest, *, base: str) -> Conversion:
    """Read the files of a table and convert it; every error is raised here, before the first byte is written.

    Args:
        manifest: What `read_manifest` returned.
        base: Under which IRIs are made.

    Raises:
        PackageError: a file cannot be read or states something impossible; names file, row and column.
        ArgumentError: the base is no IRI.
    """
    if not is_iri(base):
        raise ArgumentError(f"the base {base!r} is no absolute IRI.")
    economy = read_economy(manifest)
    return Conversion(_report(manifest, economy), manifest, economy, base)


def _report(manifest: Manifest, economy: Economy) -> ImportReport:
    report = ImportReport(str(manifest.path), "input-output table")
    report.counts["sectors"] = len(economy.codes)
    report.counts["coefficients"] = int(economy.inputs.count_nonzero())
    report.counts["kinds of emission"] = len(economy.emissions)
    report.counts["energy sectors"] = len(economy.energy)
    rows = sorted(report.counts.items())
    report.add("counts", "What the table holds", ("name", "number"), [*rows])
    if economy.unmade:
        report.warn(
            f"{len(economy.unmade)} products are bought and no sector makes them ({', '.join(economy.unmade[:8])}): whoever needs "
            "them is incomplete; --unlinked cutoff leaves them out and lists them."
        )
    if economy.empty:
        report.warn(
            f"{len(economy.empty)} sectors make, buy and emit nothing and are left out: {', '.join(economy.empty[:8])}."
        )
    count, total = economy.replaced
    if count:
        done = "set to zero" if manifest.negative == "zero" else "kept; the three tiers refuse such a table"
        report.warn(f"{count} cells are negative, {total:g} in all; they were {done}.")
    overspent = [economy.codes[int(j)] for j in economy.table().overspent()]
    if overspent:
        report.warn(f"{len(overspent)} sectors buy for as much as they make or more: {', '.join(overspent[:8])}.")
    if not economy.energy:
        report.warn("no sector is marked as supplying energy: tier 2 will equal tier 1.")
    return report


class _Lines:
    """The Turtle of one table, relative to {base}/id/."""

    def __init__(self, manifest: Manifest, economy: Economy) -> None:
        self._manifest, self._economy = manifest, economy
        self._key = iri_part(manifest.key)
        self._codes = [iri_part(code) for code in (*economy.codes, *economy.unmade)]
        self._unit = _unit_iri(manifest.money, manifest.multiple)
        self._table = f"<input-output-table/{self._key}>"

    def prologue(self, base: str) -> str:
        """Return prefixes, the units of money, the rates, the table, and the CO2e factors."""
        manifest = self._manifest
        titles = ", ".join(_tagged(text, tag) for tag, text in sorted(manifest.titles.items()))
        allowed = " tm:negativeValueAdded true ;" if manifest.negative_value_added else ""
        lines = [
            f"@base <{base}/id/> .\n@prefix tm: <{TM}> .\n@prefix qudt: <{QUDT}> .\n@prefix rdfs: <{RDFS}> .\n",
            f"@prefix dcterms: <{DCTERMS}> .\n@prefix skos: <{SKOS}> .\n@prefix xsd: <{XSD}> .\n",
            f"{self._table} a tm:InputOutputTable ; rdfs:label {titles} ; tm:referenceYear {_year(manifest.year)} ;\n",
            f"  tm:geography <{manifest.place}> ; tm:currency <{currencies()[manifest.money.currency]}> ;\n",
            f"  tm:priceYear {_year(manifest.money.year)} ; tm:unit <{self._unit}> ;\n",
            f"  tm:tableScope <{ID}table-scope/{manifest.scope}> ; tm:priceBasis <{ID}price-basis/{manifest.prices}> ;\n",
            f"  tm:tableForm <{ID}table-form/{manifest.form}> ;{allowed}\n",
            f"  dcterms:license {_text_or_iri(manifest.licence)} ; {self._origin()} .\n",
        ]
        years = {manifest.money, *(side for rate in manifest.rates for side in (rate.unit, rate.per))}
        lines += [_money_unit(money, 1.0) for money in sorted(years)]
        lines += [_money_unit(manifest.money, manifest.multiple)] if manifest.multiple != 1 else []
        lines += list(self._rates())
        lines += list(self._co2e_factors())
        return "".join(lines)

    def sectors(self) -> Iterator[str]:
        """Yield product, process and output of each sector."""
        economy, place = self._economy, f"tm:geography <{self._manifest.place}>"
        for code, part in zip((*economy.codes, *economy.unmade), self._codes, strict=True):
            yield (
                f"<sector-product/{self._key}/{part}> a tm:Product, tm:SectorProduct ; {self._named(code)} ; "
                f"tm:referenceUnit <{self._unit}> .\n"
            )
        for code, part, output in zip(economy.codes, self._codes, economy.output.tolist(), strict=False):
            process, product = f"<sector/{self._key}/{part}>", f"<sector-product/{self._key}/{part}>"
            out = f"<sector-output/{self._key}/{part}>"
            energy = " ; tm:suppliesEnergy true" if code in economy.energy else ""
            yield (
                f"{process} a tm:UnitProcess, tm:Sector ; {self._named(code)} ; tm:inTable {self._table} ; {place} ;\n"
                f"  tm:referenceYear {_year(self._manifest.year)} ; {self._origin()} ;\n"
                f"  tm:output {out} ; tm:quantitativeReference {out}{energy} .\n"
                f"{out} a tm:Exchange ; tm:flow {product} ; tm:amount {output!r} ; tm:unit <{self._unit}> .\n"
            )

    def _named(self, code: str) -> str:
        names = self._economy.labels.get(code) or {"": code}
        labels = ", ".join(_tagged(text, tag) for tag, text in sorted(names.items()))
        return f"rdfs:label {labels} ; skos:notation {literal(code)}"

    def inputs(self) -> Iterator[str]:
        """Yield the purchases of sectors from sectors, zeros left out."""
        entries = self._economy.inputs.tocoo()
        used = np.flatnonzero(entries.data)
        for start in range(0, len(used), ROWS):
            some = used[start : start + ROWS]
            frame = pl.DataFrame(
                {
                    "from": np.array(self._codes)[entries.row[some]],
                    "to": np.array(self._codes)[entries.col[some]],
                    "amount": entries.data[some],
                }
            )
            yield _joined(
                frame.select(
                    pl.format(
                        f"<sector/{self._key}/{{}}> tm:input <sector-input/{self._key}/{{}}/{{}}> .\n"
                        f"<sector-input/{self._key}/{{}}/{{}}> a tm:Exchange ; tm:flow <sector-product/{self._key}/{{}}> ; "
                        f"tm:amount {{}} ; tm:unit <{self._unit}> .\n",
                        *("to", "from", "to", "from", "to", "from"),
                        _double(pl.col("amount")),
                    )
                )
            )

    def emissions(self) -> Iterator[str]:
        """Yield the direct emissions of the sectors, zeros left out."""
        for number, emitted in enumerate(self._economy.emissions, 1):
            used = np.flatnonzero(emitted.amounts)
            frame = pl.DataFrame(
                {"code": np.array(self._codes, dtype=object)[used].tolist(), "amount": emitted.amounts[used]}
            )
            side = "emission" if emitted.flow else "input"
            flow = f"<{emitted.flow}>" if emitted.flow else f"<direct-emission/{self._key}>"
            marked = " ; tm:illustrative true" if self._manifest.illustrative else ""
            provider = (
                "" if emitted.flow else f" ; tm:defaultProvider <direct-emission-factor/{self._key}/{emitted.gwp_set}>"
            )
            yield _joined(
                frame.select(
                    pl.format(
                        f"<sector/{self._key}/{{}}> tm:{side} <sector-emission/{self._key}/{number}/{{}}> .\n"
                        f"<sector-emission/{self._key}/{number}/{{}}> a tm:Exchange ; tm:flow {flow} ; tm:amount {{}} ; "
                        f"tm:unit <{emitted.unit}>{provider}{marked} .\n",
                        *("code", "code", "code"),
                        _double(pl.col("amount")),
                    )
                )
            )

    def _origin(self) -> str:
        """Return the source, and the mark of made-up data."""
        marked = " ; tm:illustrative true" if self._manifest.illustrative else ""
        return f"dcterms:source {_text_or_iri(self._manifest.source)}{marked}"

    def _rates(self) -> Iterator[str]:
        kinds = {"price_index": "PriceIndex", "exchange_rate": "ExchangeRate"}
        for rate in self._manifest.rates:
            yield (
                f"<money-conversion/{self._key}/{rate.unit.key}/{rate.per.key}> a tm:{kinds[rate.kind]} ; "
                f"tm:amount {rate.amount!r} ; tm:unit <{_unit_iri(rate.unit, 1.0)}> ; tm:perUnit <{_unit_iri(rate.per, 1.0)}> ; "
                f"dcterms:source {_text_or_iri(rate.source)} .\n"
            )

    def _co2e_factors(self) -> Iterator[str]:
        """Yield a factor of 1 for each GWP set in which the table states CO2e, and the flow that uses it."""
        sets = sorted({emitted.gwp_set for emitted in self._economy.emissions if not emitted.flow})
        if sets:
            label = '"direct emissions of a sector, CO2e"@en, "部门直接排放（CO2e）"@zh'
            yield f"<direct-emission/{self._key}> a tm:Product ; rdfs:label {label} .\n"
        for name in sets:
            yield (
                f"<direct-emission-factor/{self._key}/{name}> a tm:EmissionFactor ; rdfs:label {literal(f'{CO2E}, {name}')} ; "
                f"tm:co2e 1.0 ; tm:perUnit <http://qudt.org/vocab/unit/KiloGM> ; tm:gwpSet <{ID}gwp-set/{name}> ; "
                f"tm:referenceYear {_year(self._manifest.year)} ; tm:geography <{self._manifest.place}> ; {self._origin()} .\n"
            )


def _unit_iri(money: Money, multiple: float) -> str:
    return f"{ID}unit/{money.key}" + ("" if multiple == 1 else f"-x{_plain(multiple)}")


def _money_unit(money: Money, multiple: float) -> str:
    """Return a unit of money; every dataset that uses it states the same of it."""
    times = "" if multiple == 1 else f"{_plain(multiple)} "
    return (
        f"<{_unit_iri(money, multiple)}> a qudt:Unit, tm:MoneyUnit ; qudt:symbol {literal(times + money.key)} ;\n"
        f"  rdfs:label {literal(f'{times}{money.currency} of {money.year}')}@en, {literal(f'{times}{money.currency}（{money.year}年价）')}@zh ;\n"
        f"  tm:currency <{currencies()[money.currency]}> ; tm:priceYear {_year(money.year)} ;\n"
        f"  qudt:conversionMultiplier {multiple!r} ; qudt:hasDimensionVector <{MONEY_DIMENSION}> ;\n"
        f"  qudt:hasQuantityKind <{ID}quantity-kind/money-{money.key}> .\n"
    )


def _plain(multiple: float) -> str:
    return str(int(multiple)) if multiple.is_integer() else repr(multiple)


def _year(year: int) -> str:
    return f'"{year}"^^xsd:gYear'


def _tagged(text: str, tag: str) -> str:
    return literal(text) + (f"@{tag}" if tag else "")


def _text_or_iri(text: str) -> str:
    return f"<{text}>" if "://" in text and is_iri(text) else literal(text)


def _double(values: pl.Expr) -> pl.Expr:
    """Write numbers as xsd:double with the shortest digits that give them back; Turtle knows a double by its exponent."""
    text = values.cast(pl.String)
    return pl.when(text.str.contains("e", literal=True)).then(text).otherwise(text + "e0")


def _joined(frame: pl.DataFrame) -> str:
    return "".join(frame.to_series().to_list())
