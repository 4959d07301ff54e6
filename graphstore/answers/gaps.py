"""The links that a supply chain lacks: every exchange that nothing supplies, with how much of it the chain asks for.

The chain is solved with its gaps left out. An exchange that names a factor of a kind that may not enter a footprint makes
the whole refuse to be calculated; here it becomes a gap like the others, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from footprint.assemble import assemble
from footprint.errors import FootprintError, InvalidInventory
from footprint.gaps import CutOffReason
from footprint.inventory import UNKNOWN_PROVIDER, Inventory
from footprint.upstream import upstream
from graphstore.answers.cutoffs import processes_in
from graphstore.answers.graph import Calculation, Settings
from graphstore.answers.names import Names
from graphstore.answers.products import find, products, unassembled_products
from graphstore.answers.question import Question, ask
from graphstore.errors import UnknownNameError
from graphstore.queries import load
from graphstore.technosphere.columns import members, table
from graphstore.technosphere.extract import extract
from graphstore.technosphere.snapshot import Snapshot, tolerant

REFUSED_FACTOR = -1
"""Beside the reasons of `CutOffReason`: the factor that is named may not enter a product footprint."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One missing link.

    Attributes:
        exchange, process, flow, unit: IRIs; the unit is that of the amount.
        reason: a `CutOffReason`, or `REFUSED_FACTOR`.
        amount: how much the supply chain that was asked about takes of it; a credit is negative.
        bound: bound of its numerical error.
        place, year: for which data are wanted, as stated by the exchange or its process; None where neither states it.
        provider: what the exchange names as its provider, None where it names none.
        refusal: why that provider is refused; empty for other reasons.
    """

    exchange: str
    process: str
    flow: str
    unit: str
    reason: int
    amount: float
    bound: float
    place: str | None
    year: int | None
    provider: str | None
    refusal: str


def incomplete(calculation: Calculation, product: str, amount: float, unit: str | None) -> tuple[Question, list[Gap]]:
    """Solve the supply chain of a product with its gaps left out, and return it with them, in order of exchange.

    Co-products without a method are no gaps where the reading says how they are read.

    Raises:
        UnknownNameError, UnitError, FootprintError: see `graphstore.answers.question.ask`.
    """
    tolerating = Calculation(calculation.graph, _tolerant(calculation.settings), calculation.part)
    try:
        question = ask(tolerating, product, amount, unit)
    except UnknownNameError as error:
        _refuse_unmade(calculation, product, error)
        raise
    except InvalidInventory:
        masked, refused = _without_refused(tolerating, product)
        if not refused:
            raise
        question = ask(masked, product, amount, unit)
    else:
        refused = {}
    undecided = calculation.settings.reading.coproducts == "error"
    found = _gaps(question, refused)
    return question, [gap for gap in found if undecided or gap.reason != CutOffReason.UNALLOCATED_PRODUCT]


def _refuse_unmade(calculation: Calculation, text: str, error: UnknownNameError) -> None:
    """Say of a product that stands in the graph without a process that this process is what is missing."""
    wanted = text.strip().lower()
    labels = table(calculation.select, load("product-labels"), "product", "label")
    called = labels.filter(labels["label"].str.to_lowercase() == wanted)["product"].unique().sort().to_list()
    known = called or [iri for iri in members(calculation.select, "Product") if iri == text]
    try:
        made = {row.iri for row in products(calculation)} if known else set()
    except FootprintError:
        return  # the store as a whole cannot be assembled; the name was looked for in what it states
    if known and made.isdisjoint(known):
        raise UnknownNameError(
            f"no data: <{known[0]}> is in the graph, but no process makes it. The missing link is its own unit process: load one "
            "with this product as tm:output, or ask about a product that is made (`tanmai products` lists them)."
        ) from error


def _tolerant(settings: Settings) -> Settings:
    """The settings with gaps left out; an allocation method that was asked for stays."""
    return replace(settings, reading=tolerant(settings.reading.coproducts, settings.reading.recycling), strict=False)


def _without_refused(calculation: Calculation, product: str) -> tuple[Calculation, dict[str, str]]:
    """Cut exchanges from factors that may not supply them; return the rest, and the reason by exchange."""
    inventory = extract(calculation.select)
    table, factors = inventory.exchanges, inventory.factors
    factor = table.provider - len(inventory.processes.ids)
    hit = (table.provider >= 0) & np.isin(factor, list(factors.refusal))
    if not np.any(hit):
        return calculation, {}
    masked = replace(
        inventory, exchanges=replace(table, provider=np.where(hit, UNKNOWN_PROVIDER, table.provider).astype(np.int64))
    )
    reasons = {table.ids[int(e)]: factors.refusal[int(factor[e])] for e in np.flatnonzero(hit)}
    return replace(calculation, part=_assembled(calculation, masked, product)), reasons


def _assembled(calculation: Calculation, inventory: Inventory, product: str) -> Snapshot:
    """Compile an inventory; where something else is wrong with the whole, what is upstream of the product."""
    reading = tolerant(calculation.settings.reading.coproducts, calculation.settings.reading.recycling)
    try:
        made = Snapshot.of(inventory, assemble(inventory, reading))
        replace(calculation, part=made).scores  # noqa: B018 - a loop elsewhere shows only when it is solved
    except FootprintError:
        row = find(calculation, unassembled_products(inventory), product, Names(calculation))
        part = upstream(inventory, row.key)
        return Snapshot.of(part, assemble(part, reading))
    return made


def _gaps(question: Question, refused: Mapping[str, str]) -> list[Gap]:
    snapshot = question.calculation.snapshot
    cut = snapshot.cut_offs
    inside = np.flatnonzero(processes_in(question.calculation, question.chain)[cut.process])
    ids = snapshot.compiled.system.exchange_ids
    reasons = {ids[int(cut.exchange[g])]: int(cut.reason[g]) for g in inside}
    rows: dict[str, dict[str, Any]] = {}
    for row in question.calculation.about(load("gap-details"), "exchange", reasons):
        rows.setdefault(str(row["exchange"]), row)
    runs = _runs(question)
    return [_gap(row, reasons[exchange], runs, refused.get(exchange, "")) for exchange, row in rows.items()]


def _gap(row: Mapping[str, Any], reason: int, runs: Mapping[str, tuple[float, float]], refusal: str) -> Gap:
    times, bound = runs.get(str(row["output"]), runs[str(row["process"])])
    amount = float(row["amount"]) * (-1.0 if row["avoided"] else 1.0)
    text = {key: None if row[key] is None else str(row[key]) for key in ("place", "provider", "year")}
    year = text["year"] or ""
    return Gap(
        exchange=str(row["exchange"]),
        process=str(row["process"]),
        flow=str(row["flow"]),
        unit=str(row["unit"]),
        reason=REFUSED_FACTOR if refusal else reason,
        amount=amount * times,
        bound=abs(amount) * bound,
        place=text["place"],
        year=int(year) if year.lstrip("-").isdigit() else None,
        provider=text["provider"],
        refusal=refusal,
    )


def _runs(question: Question) -> dict[str, tuple[float, float]]:
    """Return how often each process of the chain runs, and its outputs one by one, with bounds of the error."""
    snapshot, chain = question.calculation.snapshot, question.chain
    made: dict[str, tuple[float, float]] = {}
    here = processes_in(question.calculation, chain)
    for activity in np.flatnonzero((snapshot.process >= 0) & here[snapshot.process]).tolist():
        times, bound = float(chain.runs[activity]), float(chain.bounds[activity])
        share, process = float(snapshot.share[activity]), snapshot.maker(activity)
        before = made.get(process, (0.0, 0.0))
        made[snapshot.compiled.system.activity_ids[activity]] = (times, bound)
        made[process] = (before[0] + share * times, before[1] + share * bound)
    return made
