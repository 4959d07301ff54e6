"""A question about one product: which activity is meant, how much of it, and its supply chain, complete or refused.

The whole graph is compiled once and serves every question. Where it cannot be compiled or solved, because of something that
this product may have nothing to do with, its upstream part is taken alone; the result then says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from footprint.assemble import assemble
from footprint.errors import AllocationError, FootprintError, InvalidQuery
from footprint.gaps import CutOffReason
from footprint.solve import Supply, supply
from footprint.upstream import upstream
from graphstore.answers.cutoffs import processes_in
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.answers.products import find, products, unassembled_products
from graphstore.answers.sectors import require_sound
from graphstore.errors import ScenarioError, UnknownNameError
from graphstore.technosphere.extract import extract
from graphstore.technosphere.quantities import conversions_of
from graphstore.technosphere.snapshot import Snapshot, tolerant

SMALLEST, LARGEST = 1e-100, 1e100
"""Amounts that may be asked for: far outside, products of numbers underflow, where no bound holds, or overflow."""


@dataclass(frozen=True, slots=True)
class Question:
    """One product, found and solved.

    Attributes:
        calculation: The system it was solved in, the whole graph or its upstream part.
        names: Names learned so far.
        activity: Index of the product's activity.
        amount, unit: What was asked for; the unit is an IRI.
        chain: The supply chain of that amount.
        narrowed: Why the whole graph could not be used; empty when it was.
    """

    calculation: Calculation
    names: Names
    activity: int
    amount: float
    unit: str
    chain: Supply
    narrowed: str = ""


def ask(calculation: Calculation, product: str, amount: float, unit: str | None) -> Question:
    """Find a product and solve its supply chain; on the upstream part where the whole graph fails.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        amount: How much of it.
        unit: IRI of the unit of the amount; the product's own reference unit when None.

    Raises:
        InvalidQuery: the amount is not a positive number.
        UnknownNameError: no such product, or several.
        UnitError: the unit does not fit the product.
        AllocationError, IncompleteInventory: gaps in this supply chain that the reading does not allow.
        InvalidInventory: sectors of an input-output table are all there is, or an input is covered twice.
        FootprintError: the supply chain cannot be computed.
    """
    check_amount(amount)
    names = Names(calculation)
    try:
        question = _answered(calculation, names, product, (amount, unit))
    except UnknownNameError:
        _refuse_co_product(calculation, names, product)
        raise
    question.calculation.require_complete(processes_in(question.calculation, question.chain))
    require_sound(question.calculation, question.chain)
    return question


def ask_within(calculation: Calculation, product: str, amount: float, unit: str | None) -> Question:
    """Answer from the system that a calculation was given, and from nothing else: what fails there is an error.

    For systems that differ from the graph on purpose (a variant of it), where the graph's own upstream part would be another
    answer. Arguments and errors as for `ask`.
    """
    check_amount(amount)
    names = Names(calculation)
    row = find(calculation, products(calculation), product, names)
    question = _solved(calculation, names, row.key, (amount, unit))
    calculation.require_complete(processes_in(calculation, question.chain))
    require_sound(calculation, question.chain)
    return question


def check_amount(amount: float) -> None:
    """Refuse an amount that no footprint can be given for.

    Raises:
        InvalidQuery: it is no positive number, or so large or small that errors cannot be bounded.
    """
    if not (math.isfinite(amount) and amount > 0):
        raise InvalidQuery(f"the amount asked for is {amount:g}; ask for a positive amount of the product.")
    if not SMALLEST <= amount <= LARGEST:
        raise InvalidQuery(
            f"the amount asked for is {amount:g}; ask for an amount between {SMALLEST:g} and {LARGEST:g}, within which errors are "
            "bounded. Choose another unit."
        )


def _answered(calculation: Calculation, names: Names, product: str, asked: tuple[float, str | None]) -> Question:
    try:
        row = find(calculation, products(calculation), product, names)
        return _solved(calculation, names, row.key, asked)
    except FootprintError as whole:
        try:
            question = _narrowed(calculation, names, product, asked, str(whole))
        except ScenarioError:  # the scenario draws on what is not upstream in the data
            raise whole from None
        if question is None:
            raise
        return question


def _refuse_co_product(calculation: Calculation, names: Names, text: str) -> None:
    """Say of a co-product that carries nothing why it has no footprint of its own."""
    try:
        found = calculation.snapshot
    except FootprintError:
        return  # the store as a whole cannot be assembled; the name was looked for in what it states
    cut = found.cut_offs
    gaps = np.flatnonzero(cut.reason == CutOffReason.UNALLOCATED_PRODUCT).tolist()
    made_by = {found.product_ids[int(cut.flow[g])]: found.process_ids[int(cut.process[g])] for g in gaps}
    names.learn(made_by)
    for flow, process in made_by.items():
        called = {label.strip().lower() for label in names[flow].labels.values()}
        if text == flow or text.strip().lower() in called:
            raise AllocationError(
                f"<{flow}> is a co-product of <{process}>, which states no allocation method, so it has no footprint of its "
                "own. State tm:allocationMethod, or ask for a reading: --coproducts mass | energy | economic | "
                "system-expansion | price-ratio."
            )


def _solved(
    calculation: Calculation, names: Names, activity: int, asked: tuple[float, str | None], narrowed: str = ""
) -> Question:
    amount, unit = asked
    own = calculation.snapshot.unit_of(activity)
    chain = supply(calculation.snapshot.compiled, activity, in_reference_unit(calculation, activity, amount, unit))
    calculation.scores  # noqa: B018 - solved here, so that a system that cannot be is known before anything is answered
    return Question(calculation, names, activity, amount, unit or own, chain, narrowed)


def _narrowed(
    calculation: Calculation, names: Names, product: str, asked: tuple[float, str | None], refusal: str
) -> Question | None:
    """Answer from the upstream part alone, why the whole was refused being told; ``None`` when that part is the whole."""
    inventory = extract(calculation.select)
    row = find(calculation, unassembled_products(inventory), product, names)
    part = upstream(inventory, row.key)
    if len(part.processes.ids) == len(inventory.processes.ids):
        return None
    reading = calculation.settings.reading
    made = Snapshot.of(part, assemble(part, tolerant(reading.coproducts, reading.recycling)))
    narrow = Calculation(calculation.graph, calculation.settings, made)
    wanted = row.output if row.output in made.compiled.system.activity_ids else row.process
    activity = find(narrow, products(narrow), wanted, names).key
    return _solved(narrow, names, activity, asked, refusal)


def in_reference_unit(calculation: Calculation, activity: int, amount: float, unit: str | None) -> float:
    """Return an amount in the product's reference unit, converted by way of its stated properties if need be.

    Raises:
        UnitError: the unit is not known, or does not fit the product.
    """
    own = calculation.snapshot.unit_of(activity)
    if unit is None or unit == own:
        return amount
    units, product = calculation.units, str(calculation.snapshot.product_of(activity))
    properties = () if units.commensurable(unit, own) else conversions_of(calculation.select, product)
    return amount * units.scale(unit, own, properties)
