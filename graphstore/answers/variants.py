"""One product under several methods side by side: allocation (rule R05) or recycling (rule R06)."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from footprint.activities import treated_wastes
from footprint.assemble import assemble
from footprint.errors import AllocationError, FootprintError, InvalidQuery
from footprint.gaps import METHODS, UNALLOCATED, Reading
from footprint.inventory import NONE, AllocationMethod, Direction, FlowKind, Ints, Inventory
from footprint.upstream import upstream
from graphstore.answers.assumptions import collect
from graphstore.answers.credits import credits_in
from graphstore.answers.cutoffs import cut_offs, processes_in
from graphstore.answers.footprint import Footprint, answer, not_restated
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.lines import Terms
from graphstore.answers.names import Names
from graphstore.answers.products import find, unassembled_products
from graphstore.answers.question import Question, ask_within
from graphstore.answers.recycling import recycling
from graphstore.queries import load
from graphstore.technosphere.extract import extract
from graphstore.technosphere.snapshot import Snapshot, tolerant

ID = "https://w3id.org/tanmai/id/"
SENSITIVITY_RUN = f"{ID}reference-value/allocation-sensitivity-run"
CODES = {**METHODS, UNALLOCATED: AllocationMethod.UNALLOCATED}
_NO_METHOD = {UNALLOCATED, "price-ratio"}
"""Variants that are no method of allocation of their own: everything to one product, or a choice between two methods."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What all variants of one product start from.

    Attributes:
        calculation: State of the graph and settings.
        part: The product's process and all it may draw on, as stated.
        product, output, process: IRIs of the product, of the output exchange that makes it, and of its process.
        amount, unit: What was asked for.
    """

    calculation: Calculation
    part: Inventory
    product: str
    output: str
    process: str
    amount: float
    unit: str | None


def variants(
    calculation: Calculation, product: str, amount: float = 1.0, unit: str | None = None, by: str = "allocation"
) -> dict[str, Any]:
    """Return the footprint of an amount of a product under each method, beside the one that the data state.

    By allocation, the method of the product's own process changes, where that has several products (or treats several wastes); else
    that of every such process in its supply chain. Single outputs then share like the others; exchanges allocated to one
    output stay with it. Under system expansion a co-product that names what it replaces is credited, and the others share as
    their process states. By recycling, one recycling model holds for the whole chain.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        amount: How much of it.
        unit: IRI of the unit of the amount; the product's own reference unit when None.
        by: `allocation` or `recycling`.

    Returns:
        product, amount, unit, `processes` (those that vary), `rows`: the first as stated, then one a method, each with
        `applicable`, and either `total` (value, bound), `difference` and `ratio` to the stated one, `share` of the process,
        `credits` in kg CO2e, `cutoffs` and `assumptions`, or the `reason` why it cannot be carried out; `spread` over the applicable
        methods; `sensitivity`: whether a second run is mandatory, and whether that rule is verified.

    Raises:
        UnknownNameError: no such product, or several.
        InvalidQuery: nothing in the chain could vary, `by` is neither, or the recycling model asked for is unknown.
        FootprintError: neither what is stated nor any method gives a result.
    """
    if by not in {"allocation", "recycling"}:
        raise InvalidQuery(f"variants by {by!r} are not known; choose allocation or recycling.")
    _refuse_unknown_model(calculation)
    ground = _ground(calculation, product, amount, unit)
    stated = _solved(ground, ground.part, calculation.settings.reading)
    processes, rows = _by_allocation(ground, stated) if by == "allocation" else _by_recycling(ground)
    if isinstance(stated, FootprintError) and not any(row["applicable"] for row in rows):
        raise stated
    names = Names(calculation)
    first = {"method": {"iri": "stated"}, "stated": True, **_row(ground, stated)}
    _compare(first, rows)
    solved = stated if isinstance(stated, Question) else None
    return {
        "product": names[ground.product].as_dict(),
        "amount": amount,
        "unit": names[unit or _own_unit(ground)].as_dict(),
        "by": by,
        "processes": [names[iri].as_dict() for iri in processes],
        "rows": [first, *rows],
        "spread": _spread([row for row in rows if row["applicable"] and row["counts"]]),
        "sensitivity": _sensitivity(calculation, names, rows) if by == "allocation" else None,
        "settings": calculation.settings.as_dict(),
        "inputs": inputs(calculation),
        "engine": engine(solved.calculation, solved.chain.info) if solved else None,
    }


def under_allocation(
    calculation: Calculation, product: str, asked: tuple[float, str], method: str, among: Collection[str]
) -> Footprint:
    """Compute the footprint of a product with one allocation method in place of what some processes state.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        asked: How much of it, and the IRI of the unit.
        method: Short name of the method, as in `footprint.gaps.METHODS`. The product's own process takes it where that has
            several products, else every such process behind it; and every process that states none.
        among: IRIs of the processes that may take it; others keep what they state.

    Raises:
        InvalidQuery: no such method, or none of the processes has several products.
        UnknownNameError: no such product, or several.
        FootprintError: the method cannot be carried out; says why.
    """
    if method not in CODES:
        raise InvalidQuery(f"allocation method {method!r} cannot be computed; choose one of {', '.join(CODES)}.")
    ground = _ground(calculation, product, *asked)
    reading = calculation.settings.reading
    varied = _varied(ground, _solved(ground, ground.part, reading))
    varied = varied[[ground.part.processes.ids[int(p)] in among for p in varied]]
    if not len(varied):
        raise InvalidQuery(
            f"no process of its own behind <{ground.product}> has several products, so another allocation method changes nothing."
        )
    part = _allocated(ground.part, varied, CODES[method])
    found = _solved(ground, part, replace(reading, coproducts=method))
    if isinstance(found, FootprintError):
        raise found
    return answer(found)


def _refuse_unknown_model(calculation: Calculation) -> None:
    """Refuse what would make every row inapplicable for a slip of the pen."""
    asked = calculation.settings.reading.recycling
    known = [str(row["notation"]) for row in calculation.graph.query(load("recycling-models")).dicts()]
    if asked and asked not in known:
        raise InvalidQuery(f"recycling model {asked!r} is not known; choose one of {', '.join(known)}.")


def _ground(calculation: Calculation, product: str, amount: float, unit: str | None) -> _Ground:
    inventory = extract(calculation.select)
    row = find(calculation, unassembled_products(inventory), product, Names(calculation))
    return _Ground(calculation, upstream(inventory, row.key), row.iri, row.output, row.process, amount, unit)


def _own_unit(ground: _Ground) -> str:
    table = ground.part.exchanges
    return str(ground.part.unit_ids[int(table.unit[list(table.ids).index(ground.output)])])


def _product_outputs(inventory: Inventory) -> Ints:
    """Return the process of every product output, and of every waste that a treatment takes in."""
    table = inventory.exchanges
    made = (table.direction == Direction.OUTPUT) & ~table.avoided
    made &= inventory.flows.kind[table.flow] == FlowKind.PRODUCT
    owners: Ints = table.process[(made | treated_wastes(inventory)) & (table.amount != 0)]
    return owners


def _by_allocation(ground: _Ground, stated: Question | FootprintError) -> tuple[list[str], list[dict[str, Any]]]:
    varied = _varied(ground, stated)
    if not len(varied):
        raise InvalidQuery(
            f"no process behind <{ground.product}> has several products, so there is nothing to allocate. Ask for another "
            "product, or --by recycling."
        )
    names, rows = Names(ground.calculation), []
    told = {str(row["notation"]): row for row in ground.calculation.graph.query(load("allocation-methods")).dicts()}
    for notation in sorted(CODES, key=lambda key: (_step(told, key), list(CODES).index(key))):
        concept = told.get(notation, {})
        reading = ground.calculation.settings.reading
        if notation == UNALLOCATED:
            reading = replace(reading, coproducts=UNALLOCATED)
        found = _solved(ground, _allocated(ground.part, varied, CODES[notation]), reading)
        rows.append(
            {
                "method": names[f"{ID}allocation/{notation}"].as_dict() | {"notation": notation},
                "stated": False,
                "counts": notation not in _NO_METHOD,
                "condition_en": concept.get("en"),
                "condition_zh": concept.get("zh"),
                "step": concept.get("step"),
                "unverified": bool(concept.get("unverified")),
                **_row(ground, found),
            }
        )
    return [ground.part.processes.ids[int(p)] for p in varied], rows


def _step(told: Mapping[str, Mapping[str, Any]], notation: str) -> int:
    return int(told.get(notation, {}).get("step") or 99)


def _varied(ground: _Ground, stated: Question | FootprintError) -> Ints:
    """Return the processes whose method changes: the product's own, else all of its chain that have several products."""
    part = ground.part
    own = list(part.processes.ids).index(ground.process)
    processes, count = np.unique(_product_outputs(part), return_counts=True)
    several: Ints = processes[count > 1].astype(np.int64)
    if own in several:
        return np.array([own], dtype=np.int64)
    if isinstance(stated, Question):  # its system holds the processes of the part, in their order
        running = processes_in(stated.calculation, stated.chain)
        several = several[running[several]]
    return several


def _allocated(part: Inventory, varied: Ints, method: AllocationMethod) -> Inventory:
    """Return the inventory with another method for some processes, whatever they and their outputs state."""
    methods, outputs = part.processes.method.copy(), part.outputs
    own = outputs.method.copy()
    here = np.isin(part.exchanges.process[outputs.exchange], varied)
    own[here] = NONE
    if method is AllocationMethod.SYSTEM_EXPANSION:
        reference = np.isin(outputs.exchange, part.processes.reference)
        replaces = here & ~reference & ((outputs.flow != NONE) | (outputs.provider != NONE))
        own[replaces] = method
        undecided = varied[methods[varied] == AllocationMethod.NONE]
        without = np.setdiff1d(varied, part.exchanges.process[outputs.exchange[replaces]])
        methods[np.union1d(undecided, without)] = method
    else:
        methods[varied] = method
    return replace(part, processes=replace(part.processes, method=methods), outputs=replace(outputs, method=own))


def _by_recycling(ground: _Ground) -> tuple[list[str], list[dict[str, Any]]]:
    part = ground.part
    owners = np.unique(part.exchanges.process[part.recycling.exchange])
    if not len(owners):
        raise InvalidQuery(
            f"no process behind <{ground.product}> has recycling terms (tm:recyclingRole), so no recycling model changes "
            "anything. Ask for another product, or --by allocation."
        )
    names, rows = Names(ground.calculation), []
    for row in ground.calculation.graph.query(load("recycling-models")).dicts():
        reading = replace(ground.calculation.settings.reading, recycling=str(row["notation"]))
        rows.append(
            {
                "method": names[str(row["model"])].as_dict() | {"notation": row["notation"]},
                "stated": False,
                "counts": True,
                "unverified": False,
                **_row(ground, _solved(ground, part, reading)),
            }
        )
    return [part.processes.ids[int(p)] for p in owners], rows


def _solved(ground: _Ground, part: Inventory, reading: Reading) -> Question | FootprintError:
    """Return the answer of one variant, or the error that says why there is none."""
    calculation = ground.calculation
    try:
        made = Snapshot.of(part, assemble(part, tolerant(reading.coproducts, reading.recycling)))
        settings = replace(calculation.settings, reading=reading)
        wanted = _activity(ground, made)
        return ask_within(Calculation(calculation.graph, settings, made), wanted, ground.amount, ground.unit)
    except FootprintError as error:
        return error


def _activity(ground: _Ground, made: Snapshot) -> str:
    """Return the IRI by which the product's activity is known in a system.

    Raises:
        AllocationError: it has none, since it carries nothing there.
    """
    ids = made.compiled.system.activity_ids
    if ground.output in ids:
        return ground.output
    if ground.process in ids and made.product_of(list(ids).index(ground.process)) == ground.product:
        return ground.process
    raise AllocationError(
        f"<{ground.product}> carries nothing here: the reference product of <{ground.process}> carries everything, and no method "
        "says otherwise. State tm:allocationMethod on the process, or ask for one with --coproducts."
    )


def _row(ground: _Ground, found: Question | FootprintError) -> dict[str, Any]:
    if isinstance(found, FootprintError):
        return {"applicable": False, "reason": Names(ground.calculation).annotate(str(found)), "total": None}
    bounded = found.chain.total(found.calculation.cost)
    snapshot = found.calculation.snapshot
    several = int(np.sum(snapshot.process == snapshot.process[found.activity])) > 1
    fixed = not_restated(found.calculation, found.chain.inventory().values)
    terms = Terms.of(found.calculation, found.chain)
    return {
        "applicable": True,
        "reason": None,
        "total": {"value": float(bounded.values), "unit": "kg CO2e", "error_bound": float(bounded.bounds)},
        "share": float(snapshot.share[found.activity]) if several else None,
        "credits": math.fsum(credit["value"] for credit in credits_in(found)),
        "cutoffs": len(cut_offs(found.calculation, found.chain, found.names)),
        "recycling": recycling(found),
        "assumptions": collect(found, terms, float(bounded.values), fixed),
    }


def _compare(first: Mapping[str, Any], rows: Sequence[dict[str, Any]]) -> None:
    """Add to each row how it differs from the stated result, where both are there."""
    for row in rows:
        row |= {"difference": None, "ratio": None}
        if first["applicable"] and row["applicable"]:
            value, base = float(row["total"]["value"]), float(first["total"]["value"])
            row |= {"difference": value - base, "ratio": value / base if base else None}


def _spread(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the lowest and highest result, and by which factor they differ where both are positive."""
    if len(rows) < 2:
        return None
    by_value = sorted(rows, key=lambda row: float(row["total"]["value"]))
    low, high = by_value[0], by_value[-1]
    lowest, highest = float(low["total"]["value"]), float(high["total"]["value"])
    return {
        "lowest": {"method": low["method"], "value": lowest},
        "highest": {"method": high["method"], "value": highest},
        "factor": highest / lowest if lowest > 0 else None,
    }


def _sensitivity(calculation: Calculation, names: Names, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Say whether the rule asks for a run under a second method, and whether anybody checked that rule."""
    rule = f"<{SENSITIVITY_RUN}> a tm:ReferenceValue"
    known = calculation.graph.query(
        f"SELECT ?u {{ {rule} OPTIONAL {{ <{SENSITIVITY_RUN}> tm:unverified ?u }} }}"
    ).dicts()
    methods = [row["method"]["notation"] for row in rows if row["applicable"] and row["counts"]]
    return {
        "mandatory": bool(known) and len(methods) > 1,
        "methods": methods,
        "rule": names[SENSITIVITY_RUN].as_dict() if known else None,
        "unverified": any(row["u"] for row in known),
    }
