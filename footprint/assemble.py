"""Assembly: from the columns of the graph to a linked, unit-consistent, allocated product system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footprint import activities as splitting
from footprint import recycling
from footprint.activities import Activities
from footprint.errors import AllocationError, IncompleteInventory, InvalidInventory, UnitError
from footprint.expansion import credits_of
from footprint.gaps import Assumed, Assumption, CutOffReason, CutOffs, Reading
from footprint.inventory import NONE, UNKNOWN_PROVIDER, Bools, Direction, Floats, FlowKind, Ints, Inventory
from footprint.linking import Links, Producers, link
from footprint.system import System


@dataclass(frozen=True, slots=True)
class Assembly:
    """A product system and the way back to the graph.

    Attributes:
        system: n activities, processes' activities first, then the emission factors in use.
        process, product, unit: For each activity its process (-1: a factor), product flow and unit indices.
        factor: For each activity the index of its emission factor (-1: a process).
        share: Allocation factor of each activity.
        cut_offs: Exchanges outside the system, and why.
        assumed: Exchanges that rest on an assumption, and which.
    """

    system: System
    process: Ints
    product: Ints
    unit: Ints
    factor: Ints
    share: Floats
    cut_offs: CutOffs
    assumed: Assumed


@dataclass(frozen=True, slots=True)
class _Demands:
    """Exchanges that ask other activities for something, spread over the activities of their process."""

    exchange: Ints
    activity: Ints
    amount: Floats
    provider: Ints


def assemble(inventory: Inventory, reading: Reading | None = None) -> Assembly:
    """Link, convert and allocate.

    Raises:
        InvalidInventory: amounts that are no numbers, missing units or flow kinds, factors of a kind that may not enter a
            footprint.
        AllocationError: co-products without a usable method.
        RecyclingError: a recycling model that cannot be applied.
        IncompleteInventory: unlinked demands, unless the reading is `cutoff`.
        UnitError: an amount cannot be converted to the unit of its provider.
    """
    reading = reading or Reading()
    _check_columns(inventory)
    stated = inventory
    inventory = recycling.applied(inventory, reading.recycling)
    acts = splitting.build(inventory, reading.coproducts)
    is_reference = np.zeros(len(inventory.exchanges.ids), dtype=np.bool_)
    is_reference[acts.output] = True
    is_reference[acts.unallocated] = True
    demands, lowest, substituted, unlinked = _link(inventory, acts, is_reference)
    cut_offs = _cut_offs(inventory, unlinked, acts.unallocated)
    reading.require(cut_offs, inventory.processes.ids, inventory.flows.ids)
    factors = np.unique(demands.provider[demands.provider >= len(acts.output)]) - len(acts.output)
    _refuse_factors(inventory, factors)
    return Assembly(
        system=_system(inventory, acts, demands, factors, is_reference),
        process=np.concatenate((acts.process, np.full(len(factors), NONE))),
        product=np.concatenate((inventory.exchanges.flow[acts.output], np.full(len(factors), NONE))),
        unit=np.concatenate((inventory.exchanges.unit[acts.output], inventory.factors.unit[factors])),
        factor=np.concatenate((np.full(len(acts.output), NONE), factors)),
        share=np.concatenate((acts.share, np.ones(len(factors)))),
        cut_offs=cut_offs,
        assumed=_assumed(stated, acts, lowest, substituted),
    )


def _check_columns(inventory: Inventory) -> None:
    table = inventory.exchanges
    checks: list[tuple[Bools, str, str]] = [
        (table.flow == NONE, "have no tm:flow", "State the product, waste or elementary flow."),
        (~np.isfinite(table.amount), "have no finite tm:amount", "State a number; NaN and infinity are refused."),
        (table.unit == NONE, "have no tm:unit", "State a QUDT unit; no unit is assumed."),
        (table.process == NONE, "belong to no process", "Attach them by tm:output, tm:input or tm:emission."),
    ]
    for wrong, what, cure in checks:
        _refuse(inventory, np.flatnonzero(wrong), what, cure)
    _refuse_claims(inventory)
    _check_kinds(inventory)


def _refuse_claims(inventory: Inventory) -> None:
    """Refuse carbon credits and avoided emissions in an inventory: they stand beside a footprint, never in it (rule R09)."""
    claimed = np.flatnonzero(np.isin(inventory.exchanges.flow, list(inventory.flows.refusal)))
    if len(claimed):
        kind = inventory.flows.refusal[int(inventory.exchanges.flow[claimed[0]])]
        what = f"are of the class <{kind}>, which may not enter a product footprint"
        _refuse(
            inventory, claimed, what, "Take them out of the inventory; a claim of neutrality stands beside the number."
        )


def _check_kinds(inventory: Inventory) -> None:
    """Refuse exchanges whose side, kind of flow and sign contradict each other: they would be left out or counted wrongly."""
    table, kind = inventory.exchanges, inventory.flows.kind[inventory.exchanges.flow]
    elementary, avoided = kind == FlowKind.ELEMENTARY, table.avoided
    taken_in = (kind == FlowKind.WASTE) & (table.direction == Direction.INPUT) & ~splitting.treated_wastes(inventory)
    kinds = "Type the flow as tm:Product, tm:WasteFlow or tm:ElementaryFlow."
    sides = "State products and wastes by tm:input or tm:output."
    removal = "An avoided product is an output that another process need not make; state a removal by its own flow."
    scrap = (
        "A waste goes in only where it is treated: the tm:quantitativeReference of its process is a waste that goes in, this "
        "one or another. Type scrap that is bought as tm:Product."
    )
    checks: list[tuple[Bools, str, str]] = [
        (kind == FlowKind.UNKNOWN, "have a flow of no known kind", kinds),
        (~elementary & (table.direction == Direction.EMISSION), "are tm:emission of no elementary flow", sides),
        (elementary & avoided, "are tm:avoided elementary flows", removal),
        (avoided & (table.amount < 0), "are avoided and negative", "State a positive amount; it is counted negative."),
        (taken_in, "take in a waste that their process does not treat", scrap),
    ]
    for wrong, what, cure in checks:
        _refuse(inventory, np.flatnonzero(wrong), what, cure)


def _refuse(inventory: Inventory, exchanges: Ints, what: str, cure: str) -> None:
    if len(exchanges):
        first = ", ".join(f"<{inventory.exchanges.ids[int(e)]}>" for e in exchanges[:3])
        raise InvalidInventory(f"{len(exchanges)} exchanges {what}: {first}. {cure}")


def _link(inventory: Inventory, acts: Activities, is_reference: Bools) -> tuple[_Demands, Ints, Ints, Ints]:
    """Return the linked demands, and the exchanges that were decided by rule, substituted, or left unlinked."""
    table, kind = inventory.exchanges, inventory.flows.kind[inventory.exchanges.flow]
    treated = (table.direction == Direction.OUTPUT) & ((kind == FlowKind.WASTE) | table.avoided)
    asked = ~is_reference & (((table.direction == Direction.INPUT) & (kind != FlowKind.ELEMENTARY)) | treated)
    exchange, activity, share = splitting.spread(inventory, acts, np.flatnonzero(asked & (table.amount != 0)))
    credit = credits_of(inventory, acts)
    sign = np.where(table.avoided[exchange], -1.0, 1.0)
    amount = np.concatenate((table.amount[exchange] * share * sign, credit.amount))
    is_credit = np.repeat([False, True], [len(exchange), len(credit.exchange)])
    flow = np.concatenate((table.flow[exchange], credit.flow))
    provider = np.concatenate((table.provider[exchange], credit.provider))
    exchange, activity = np.concatenate((exchange, credit.exchange)), np.concatenate((activity, credit.activity))
    stated, other_flow = _stated_providers(inventory, acts, exchange, flow, provider)
    links = _linked(inventory, acts, flow, stated, is_credit)
    _check_credits(inventory, acts, exchange[is_credit], flow[is_credit], links.activity[is_credit])
    linked = links.activity >= 0
    demands = _Demands(exchange[linked], activity[linked], amount[linked], links.activity[linked])
    return (
        demands,
        np.unique(exchange[links.by_lowest_identifier | (table.by_rule[exchange] & ~is_credit)]),
        np.unique(exchange[other_flow & ~is_credit]),  # that something else is replaced is no assumption: it is stated
        np.unique(exchange[~linked]),
    )


def _linked(inventory: Inventory, acts: Activities, flow: Ints, stated: Ints, is_credit: Bools) -> Links:
    """Link demands; a credit replaces what is made elsewhere, so co-products that are credited themselves do not supply it."""
    product = inventory.exchanges.flow[acts.output]
    found = link(flow, stated, Producers.of(product, acts.ids))
    if not np.any(is_credit):
        return found
    elsewhere = link(flow[is_credit], stated[is_credit], Producers.of(np.where(acts.credited, NONE, product), acts.ids))
    found.activity[is_credit] = elsewhere.activity
    found.by_lowest_identifier[is_credit] = elsewhere.by_lowest_identifier
    return found


def _check_credits(inventory: Inventory, acts: Activities, exchange: Ints, flow: Ints, provider: Ints) -> None:
    """Refuse a co-product that replaces what nobody makes, or what its own process makes."""
    ids = inventory.exchanges.ids
    nobody = np.flatnonzero(provider < 0)
    if len(nobody):
        first = int(nobody[0])
        raise AllocationError(
            f"the co-product <{ids[int(exchange[first])]}> is credited by system expansion, but nothing supplies what it replaces"
            f" (<{inventory.flows.ids[int(flow[first])]}> or the provider named in tm:displaces). Load a process or an emission "
            "factor for it."
        )
    made_here = provider < len(acts.output)
    exchange, provider = exchange[made_here], provider[made_here]
    wrong = exchange[acts.process[provider] == inventory.exchanges.process[exchange]]
    if len(wrong):
        raise AllocationError(
            f"the co-product <{ids[int(wrong[0])]}> replaces a product of its own process. Name in tm:displaces what is made "
            "elsewhere for the same use: another product, process or emission factor."
        )


def _stated_providers(
    inventory: Inventory, acts: Activities, exchange: Ints, flow: Ints, provider: Ints
) -> tuple[Ints, Bools]:
    """Turn stated providers (processes, factors) into activities; the second array marks those that make another flow."""
    processes = len(inventory.processes.ids)
    result = np.full(len(exchange), NONE, dtype=np.int64)
    is_factor = provider >= processes
    result[is_factor] = provider[is_factor] - processes + len(acts.output)
    result[provider == UNKNOWN_PROVIDER] = UNKNOWN_PROVIDER
    named = np.flatnonzero((provider >= 0) & ~is_factor)
    first = acts.start[provider[named]]
    count = acts.start[provider[named] + 1] - first
    result[named] = first
    other = np.zeros(len(exchange), dtype=np.bool_)
    other[named] = inventory.exchanges.flow[acts.output[first]] != flow[named]
    for position in named[(count > 1) & other[named]]:
        at = (int(provider[position]), int(flow[position]))
        result[position] = _co_product(inventory, acts, *at, int(exchange[position]))
        other[position] = False
    return result, other


def _co_product(inventory: Inventory, acts: Activities, process: int, flow: int, exchange: int) -> int:
    """Return the activity of a multi-product provider that makes the flow the exchange asks for."""
    for activity in range(int(acts.start[process]), int(acts.start[process + 1])):
        if inventory.exchanges.flow[acts.output[activity]] == flow:
            return activity
    raise IncompleteInventory(
        f"<{inventory.exchanges.ids[exchange]}> names <{inventory.processes.ids[process]}> as its provider, which has "
        f"several products, none of them <{inventory.flows.ids[flow]}>. Name a provider that makes this flow."
    )


def _refuse_factors(inventory: Inventory, factors: Ints) -> None:
    for factor in factors:
        reason = inventory.factors.refusal.get(int(factor))
        if reason is not None:
            raise InvalidInventory(
                f"<{inventory.factors.ids[int(factor)]}> may not enter a product footprint: {reason}"
            )
    table = inventory.factors
    removal = np.isin(table.emission_row, list(inventory.removal_rows)) & (table.emission_amount > 0)
    wrong = np.intersect1d(table.emission_factor[removal], factors)
    if len(wrong):
        raise InvalidInventory(
            f"<{table.ids[int(wrong[0])]}> states a positive amount of a removal. State a removal as a negative amount."
        )


def _cut_offs(inventory: Inventory, unlinked: Ints, unallocated: Ints) -> CutOffs:
    waste = inventory.flows.kind[inventory.exchanges.flow[unlinked]] == FlowKind.WASTE
    reason = np.where(waste, CutOffReason.UNTREATED_WASTE, CutOffReason.UNLINKED_INPUT)
    reason[inventory.exchanges.provider[unlinked] == UNKNOWN_PROVIDER] = CutOffReason.UNKNOWN_PROVIDER
    exchange = np.concatenate((unlinked, unallocated))
    return CutOffs(
        exchange,
        inventory.exchanges.flow[exchange],
        inventory.exchanges.process[exchange],
        np.concatenate((reason, np.full(len(unallocated), CutOffReason.UNALLOCATED_PRODUCT))).astype(np.int64),
    )


def _system(inventory: Inventory, acts: Activities, demands: _Demands, factors: Ints, is_reference: Bools) -> System:
    table, first_factor = inventory.exchanges, len(acts.output)
    provider_unit = np.concatenate((table.unit[acts.output], inventory.factors.unit))
    scale = _scales(inventory, demands.exchange, provider_unit[demands.provider])
    position = np.full(first_factor + len(inventory.factors.ids), NONE, dtype=np.int64)
    position[:first_factor] = np.arange(first_factor)
    position[first_factor + factors] = first_factor + np.arange(len(factors))
    bio = _emissions(inventory, acts, is_reference)
    used = np.isin(inventory.factors.emission_factor, factors)
    factor_activity = position[first_factor + inventory.factors.emission_factor[used]]
    absent = np.full(int(np.sum(used)), NONE)
    return System(
        activity_ids=[*acts.ids, *(inventory.factors.ids[int(f)] for f in factors)],
        production=np.concatenate((table.amount[acts.output], np.ones(len(factors)))),
        tech_provider=position[demands.provider].astype(np.int32),
        tech_consumer=demands.activity.astype(np.int32),
        tech_amount=demands.amount * scale,
        tech_exchange=demands.exchange,
        tech_stage=table.stage[demands.exchange].astype(np.int16),
        bio_activity=np.concatenate((bio.activity, factor_activity)).astype(np.int32),
        bio_row=np.concatenate((bio.provider, inventory.factors.emission_row[used])).astype(np.int16),
        bio_amount=np.concatenate((bio.amount, inventory.factors.emission_amount[used])),
        bio_exchange=np.concatenate((bio.exchange, absent)),
        bio_stage=np.concatenate((table.stage[bio.exchange], absent)).astype(np.int16),
        rows=inventory.rows,
        stage_ids=inventory.stage_ids,
        exchange_ids=table.ids,
    )


def _emissions(inventory: Inventory, acts: Activities, is_reference: Bools) -> _Demands:
    """Return the greenhouse-gas exchanges in kg; `provider` holds the emission row."""
    table = inventory.exchanges
    row = inventory.flows.row[table.flow]
    mine = np.flatnonzero((row != NONE) & ~is_reference & (table.amount != 0))
    exchange, activity, share = splitting.spread(inventory, acts, mine)
    mass = _index(inventory, inventory.mass_unit) if len(exchange) else NONE
    scale = _scales(inventory, exchange, np.full(len(exchange), mass, dtype=np.int64))
    row = row[exchange]
    taken_up = table.direction[exchange] == Direction.INPUT
    removal = np.isin(row, list(inventory.removal_rows))
    what = "take a greenhouse gas up, but its flow is of an emission category"
    _refuse(inventory, exchange[taken_up & ~removal], what, "Give the flow a removal category, or state tm:emission.")
    sign = np.where(taken_up, -1.0, 1.0)
    cure = "State a removal as a negative amount of tm:emission, or as a positive one of tm:input."
    emitted = removal & ~taken_up & (table.amount[exchange] > 0)
    _refuse(inventory, exchange[emitted], "emit a positive amount of a removal", cure)
    return _Demands(exchange, activity, table.amount[exchange] * share * scale * sign, row)


def _assumed(inventory: Inventory, acts: Activities, lowest: Ints, substituted: Ints) -> Assumed:
    table = inventory.exchanges
    row, negative = inventory.flows.row[table.flow], table.amount < 0
    uptake = (table.direction == Direction.INPUT) & (row != NONE)
    removal = np.isin(row, list(inventory.removal_rows))
    counted = (row != NONE) | (inventory.flows.kind[table.flow] != FlowKind.ELEMENTARY)
    reference = np.isin(np.arange(len(table.ids)), inventory.processes.reference)
    parts = {
        Assumption.LOWEST_IDENTIFIER: lowest,
        Assumption.SUBSTITUTED_PROVIDER: substituted,
        Assumption.NEGATIVE_UPTAKE: np.flatnonzero(negative & uptake),
        Assumption.NEGATIVE_AMOUNT: np.flatnonzero(negative & counted & ~uptake & ~removal & ~reference),
        Assumption.NEGATIVE_REFERENCE: np.flatnonzero(
            negative & reference & (inventory.flows.kind[table.flow] == FlowKind.PRODUCT)
        ),
        Assumption.NO_GAS: np.flatnonzero(~counted & (table.amount != 0)),
        Assumption.FEW_PRICE_YEARS: acts.few_price_years,
        Assumption.PRICE_RATIO_RULE: acts.by_price_ratio,
    }
    exchange = np.concatenate(list(parts.values()))
    kind = np.repeat([int(kind) for kind in parts], [len(part) for part in parts.values()])
    return Assumed(exchange, table.process[exchange], kind.astype(np.int64))


def _index(inventory: Inventory, unit: str) -> int:
    try:
        return list(inventory.unit_ids).index(unit)
    except ValueError:
        raise UnitError(
            f"the unit <{unit}> is not among the units of the inventory; load the reference knowledge."
        ) from None


def _scales(inventory: Inventory, exchange: Ints, target: Ints) -> Floats:
    """Return the factor that turns each exchange's amount into its target unit; equal units cost nothing."""
    source, flow = inventory.exchanges.unit[exchange], inventory.exchanges.flow[exchange]
    scale = np.ones(len(exchange))
    differs = np.flatnonzero(source != target)
    if not len(differs):
        return scale
    triples = np.stack((source[differs], target[differs], flow[differs]), axis=1)
    unique, first, inverse = np.unique(triples, axis=0, return_index=True, return_inverse=True)
    factors = np.empty(len(unique))
    for position, (s, t, f) in enumerate(unique.tolist()):
        try:
            properties = inventory.flows.conversions.get(f, ())
            factors[position] = inventory.units.scale(inventory.unit_ids[s], inventory.unit_ids[t], properties)
        except UnitError as error:
            culprit = inventory.exchanges.ids[int(exchange[differs[first[position]]])]
            raise UnitError(f"exchange <{culprit}>, flow <{inventory.flows.ids[f]}>: {error}") from error
    scale[differs] = factors[inverse.reshape(-1)]
    return scale
