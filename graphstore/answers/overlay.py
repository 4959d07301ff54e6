"""Changes stated in the words of the graph, as changes of the numbers of a compiled system.

All changes of one set are read against the data: a swap exchanges what the data link, a relative change is one of the stated
amount. So their order does not matter, except that a provider swapped in takes the new amount, and a factor brought in by a
swap can be changed as well.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from footprint.edits import Added, Edit, edited
from footprint.gaps import Assumed, Assumption
from footprint.inventory import NONE
from graphstore.answers import newfactors
from graphstore.answers.statements import Statement, Statements
from graphstore.errors import ScenarioError
from graphstore.scenarios import AmountChange, Change, FactorChange, ProviderSwap, ShareShift
from graphstore.technosphere.emissions import characterisation
from graphstore.technosphere.snapshot import Snapshot

if TYPE_CHECKING:
    from footprint.inventory import Floats, Ints
    from graphstore.answers.graph import Calculation


@dataclass(frozen=True, slots=True)
class Line:
    """One number that a change sets: exchange or factor, old and new value in a unit (IRI), old and new provider."""

    change: Change
    subject: str
    old: float
    new: float
    unit: str
    old_provider: str = ""
    new_provider: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What some changes do to a snapshot.

    Attributes:
        edit: the numbers of its system that change.
        lines: the same in terms of the graph, one for each exchange or factor.
        factors: emission factors that it does not have yet, with the unit each is stated per.
        providers: new provider (IRI) of each exchange that has one.
    """

    edit: Edit
    lines: tuple[Line, ...]
    factors: tuple[newfactors.NewFactor, ...]
    providers: dict[str, str]

    def weights(self, calculation: Calculation, base: Snapshot) -> Floats:
        """Kg CO2e per kg of each emission row, those that the edit adds at the end."""
        rows = (*base.compiled.system.rows, *self.edit.rows)
        return characterisation(calculation.select, rows, calculation.settings.gwp_set).excluding_biogenic


@dataclass(slots=True)
class _Draft:
    """An overlay in the making; `partial` leaves out what stands outside a part of the graph."""

    calculation: Calculation
    base: Snapshot
    statements: Statements
    partial: bool
    amounts: dict[int, float] = field(default_factory=dict)
    providers: dict[int, int] = field(default_factory=dict)
    scales: dict[int, float] = field(default_factory=dict)
    bio: dict[int, float] = field(default_factory=dict)
    production: dict[int, float] = field(default_factory=dict)
    new: list[newfactors.NewFactor] = field(default_factory=list)
    new_names: dict[str, str] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)


def overlay(calculation: Calculation, base: Snapshot, changes: Sequence[Change], *, partial: bool = False) -> Overlay:
    """Turn changes into numbers of a system.

    Args:
        calculation: state of the graph and settings.
        base: the system as the data have it.
        changes: what is to be changed.
        partial: the system is the upstream part of one product; changes of what stands outside it have no effect on it.

    Raises:
        ScenarioError: an unknown exchange or provider, an exchange that is not inside the system, two changes of one number.
        UnitError: a unit that does not fit.
        InvalidInventory: a factor that may not enter a footprint.
    """
    named = [iri for change in changes for key in ("exchange", "other") if (iri := getattr(change, key, None))]
    draft = _Draft(calculation, base, Statements.of(calculation, named), partial)
    for change in sorted(changes, key=lambda change: _ORDER.index(type(change))):
        _apply(draft, change)
    return _finished(draft)


def _finished(draft: _Draft) -> Overlay:
    system = draft.base.compiled.system
    moved = {
        p: (activity, draft.amounts.get(p, float(system.tech_amount[p])) * draft.scales[p])
        for p, activity in draft.providers.items()
    }
    rows = tuple(sorted({row for f in draft.new for row, _ in f.emissions} - set(system.rows), key=str))
    index = {row: position for position, row in enumerate((*system.rows, *rows))}
    added = tuple(Added(f.iri, tuple((index[row], kg) for row, kg in f.emissions)) for f in draft.new)
    tech = {p: amount for p, amount in draft.amounts.items() if p not in moved}
    edit = Edit(tech=tech, relinked=moved, bio=draft.bio, production=draft.production, rows=rows, added=added)
    return Overlay(edit, tuple(draft.lines), tuple(draft.new), draft.new_names)


def overlaid(base: Snapshot, made: Overlay) -> Snapshot:
    """Return the snapshot of the changed system.

    Raises:
        UnproductiveLoop: an activity that now uses all it makes itself.
    """
    units = list(dict.fromkeys((*base.unit_ids, *(f.unit for f in made.factors))))
    count = len(made.factors)
    absent = np.full(count, NONE, dtype=base.process.dtype)
    moved = np.array(sorted({int(base.compiled.system.tech_exchange[p]) for p in made.edit.relinked}), dtype=np.int64)
    decided = np.isin(base.assumed.kind, (Assumption.LOWEST_IDENTIFIER, Assumption.SUBSTITUTED_PROVIDER))
    kept = ~(decided & np.isin(base.assumed.exchange, moved))
    assumed = base.assumed
    return replace(
        base,
        compiled=edited(base.compiled, made.edit),
        process=np.concatenate((base.process, absent)),
        product=np.concatenate((base.product, absent)),
        unit=np.concatenate((base.unit, [units.index(f.unit) for f in made.factors])).astype(base.unit.dtype),
        factor=np.concatenate((base.factor, len(base.factor_ids) + np.arange(count))).astype(base.factor.dtype),
        share=np.concatenate((base.share, np.ones(count))),
        assumed=Assumed(assumed.exchange[kept], assumed.process[kept], assumed.kind[kept]),
        unit_ids=units,
        factor_ids=[*base.factor_ids, *(f.iri for f in made.factors)] if count else base.factor_ids,
    )


def position(ids: Sequence[str], iri: str) -> int:
    """Return where an IRI stands in an ascending list; -1 where it does not."""
    found = bisect_left(ids, iri)
    return found if found < len(ids) and ids[found] == iri else NONE


def _once(draft: _Draft, subject: str) -> None:
    if subject in draft.touched:
        raise ScenarioError(f"<{subject}> is changed twice. Keep one of the changes.")
    draft.touched.add(subject)


def _statement(draft: _Draft, exchange: str) -> Statement | None:
    """What the graph states of an exchange; None for one that stands outside a partial system."""
    found = draft.statements.exchange(exchange)
    outside = position(draft.base.process_ids, found.process) == NONE
    if outside and not draft.partial:
        raise ScenarioError(f"<{exchange}> belongs to <{found.process}>, which is no process of the calculated system.")
    return None if outside else found


def _amount(draft: _Draft, change: AmountChange) -> None:
    stated = _statement(draft, change.exchange)
    if stated is None:
        return
    if change.relative is not None:
        new = stated.amount * (1 + change.relative)
    else:
        new = float(change.amount or 0.0) * draft.statements.scale(change.unit or stated.unit, stated.unit, stated.flow)
    _set_amount(draft, change, stated, new)


def _set_amount(draft: _Draft, change: Change, stated: Statement, new: float) -> None:
    """Give an exchange another amount, in its own unit, wherever the system holds it."""
    _once(draft, stated.exchange)
    system = draft.base.compiled.system
    index = position(system.exchange_ids, stated.exchange)
    tech, bio = np.flatnonzero(system.tech_exchange == index), np.flatnonzero(system.bio_exchange == index)
    made = -1 if len(tech) or len(bio) else _made(draft, stated)
    part = _ratio(stated.exchange, stated.amount, new)
    for p in tech:  # a credited co-product makes and replaces the same amount: per unit of it nothing changes
        if system.activity_ids[int(system.tech_consumer[p])] != stated.exchange:
            draft.amounts[int(p)] = float(system.tech_amount[p]) * part
    draft.bio |= {int(p): float(system.bio_amount[p]) * part for p in bio}
    if made >= 0:
        draft.production[made] = float(system.production[made]) * part
    draft.lines.append(Line(change, stated.exchange, stated.amount, new, stated.unit))


def _ratio(subject: str, old: float, new: float) -> float:
    """Return what a number is to be multiplied by.

    Raises:
        ScenarioError: it would overflow, or turn its sign: whether a negative amount is a credit, a removal or a treatment is
            read from the data, and so is whether it may stand there.
    """
    part = new / old
    if not math.isfinite(part):
        raise ScenarioError(f"<{subject}> cannot be changed from {old:g} to {new:g}: the number is too large.")
    if part < 0:
        raise ScenarioError(
            f"<{subject}> would turn its sign, from {old:g} to {new:g}. State an amount of the same sign or zero; a credit, a "
            "removal or a treatment of waste has to be stated as such in the data."
        )
    return part


def _made(draft: _Draft, stated: Statement) -> int:
    """Return the activity whose product an exchange is.

    Raises:
        ScenarioError: it is none: cut off, without effect, or shared among co-products.
    """
    base = draft.base
    mine = np.flatnonzero(base.process == position(base.process_ids, stated.process))
    index = position(base.compiled.system.exchange_ids, stated.exchange)
    if (base.cut_offs.exchange == index).any():
        raise ScenarioError(
            f"<{stated.exchange}> is cut off: nothing supplies it, so another amount of it changes no number. Link it to a "
            "provider first (tm:defaultProvider, or tm:linkedTo in a linking graph)."
        )
    if len(mine) > 1 and stated.side == "output":
        raise ScenarioError(
            f"<{stated.exchange}> is a product of <{stated.process}>, which shares its burden among co-products: another amount "
            "would change the shares of all. Change it in the data and load them again."
        )
    if (
        stated.amount == 0
        or len(mine) != 1
        or base.product_of(int(mine[0])) != stated.flow
        or stated.side == "emission"
    ):
        raise ScenarioError(
            f"<{stated.exchange}> counts nothing in the calculated system (its amount is zero, or its flow names no "
            "greenhouse gas), so a change of it cannot be scaled. State it in the data with an amount other than zero."
        )
    return int(mine[0])


def _shift(draft: _Draft, change: ShareShift) -> None:
    first, other = _statement(draft, change.exchange), _statement(draft, change.other)
    if first is None or other is None:
        return
    if first.process != other.process or first.exchange == other.exchange or {first.side, other.side} != {"input"}:
        raise ScenarioError(f"<{change.exchange}> and <{change.other}> are not two inputs of one process.")
    _refuse_roles(draft, change)
    scale = draft.statements.scale(other.unit, first.unit, other.flow)
    total = first.amount + other.amount * scale
    _set_amount(draft, change, first, change.share * total)
    _set_amount(draft, change, other, (1 - change.share) * total / scale)


def _refuse_roles(draft: _Draft, change: ShareShift) -> None:
    """Refuse to shift between terms of a recycling model: each counts by its coefficient, so their sum is no material."""
    query = "SELECT ?exchange { VALUES ?exchange {} ?exchange tm:recyclingRole ?role }"
    terms = draft.calculation.about(query, "exchange", (change.exchange, change.other))
    if terms:
        raise ScenarioError(
            f"<{terms[0]['exchange']}> is a term of a recycling model (tm:recyclingRole), which takes the shares from the recycled "
            "content of its process, not from the amounts of its terms. Change tm:recycledContent in the data and load them again."
        )


def _swap(draft: _Draft, change: ProviderSwap) -> None:
    base = draft.base
    system = base.compiled.system
    found = np.ones(len(system.tech_amount), dtype=np.bool_)
    if change.exchange is not None:
        if _statement(draft, change.exchange) is None:
            return
        found &= system.tech_exchange == position(system.exchange_ids, change.exchange)
    if change.old is not None:
        found &= np.isin(system.tech_provider, _activities(base, change.old))
    positions = np.flatnonzero(found)
    if not len(positions) and not draft.partial:
        what = f"<{change.exchange}> is not supplied" if change.exchange else "no exchange is supplied"
        raise ScenarioError(
            f"{what} by <{change.old}>, so there is nothing to swap."
            if change.old
            else f"{what} by anything in the calculated system (zero, or cut off), so there is nothing to swap."
        )
    exchanges = [system.exchange_ids[int(e)] for e in system.tech_exchange[positions]]
    draft.statements.learn(exchanges)
    for p, exchange in zip(positions.tolist(), exchanges, strict=True):
        _relink(draft, change, p, exchange)


def _relink(draft: _Draft, change: ProviderSwap, p: int, exchange: str) -> None:
    base, stated = draft.base, draft.statements.exchange(exchange)
    if p in draft.providers:
        raise ScenarioError(f"<{exchange}> gets two new providers. Keep one of the swaps.")
    old = int(base.compiled.system.tech_provider[p])
    new, unit = _provider(draft, change.new, stated)
    own, scale = base.unit_of(old), 1.0
    if unit != own:
        scale = draft.statements.scale(stated.unit, unit, stated.flow) / draft.statements.scale(
            stated.unit, own, stated.flow
        )
    draft.providers[p], draft.scales[p] = new, scale
    if exchange not in draft.new_names:
        now = next((line.new for line in draft.lines if line.subject == exchange), stated.amount)
        draft.lines.append(Line(change, exchange, stated.amount, now, stated.unit, base.maker(old), change.new))
    draft.new_names[exchange] = change.new


def _activities(base: Snapshot, provider: str) -> Ints:
    """Return the activities of a process or emission factor."""
    process = position(base.process_ids, provider)
    if process != NONE:
        return np.flatnonzero(base.process == process)
    factor = next((k for k, known in enumerate(base.factor_ids) if known == provider), NONE)
    return np.flatnonzero(base.factor == factor) if factor != NONE else np.empty(0, dtype=np.int64)


def _provider(draft: _Draft, iri: str, stated: Statement) -> tuple[int, str]:
    """Return the activity of a new provider and its unit; a factor nobody uses yet is brought in."""
    base, n = draft.base, draft.base.compiled.n
    mine = _activities(base, iri)
    if len(mine) > 1:
        mine = np.array([a for a in mine if base.product_of(int(a)) == stated.flow], dtype=np.int64)
        if len(mine) != 1:
            raise ScenarioError(
                f"<{iri}> has several products, none of them <{stated.flow}>. Name a provider that makes this flow."
            )
    if len(mine):
        return int(mine[0]), base.unit_of(int(mine[0]))
    for k, known in enumerate(draft.new):
        if known.iri == iri:
            return n + k, known.unit
    draft.new.append(newfactors.read(draft.calculation, iri))
    return n + len(draft.new) - 1, draft.new[-1].unit


def _factor(draft: _Draft, change: FactorChange) -> None:
    _once(draft, change.factor)
    base, system = draft.base, draft.base.compiled.system
    for k, known in enumerate(draft.new):
        if known.iri == change.factor:
            value, part = _changed_value(draft, change, known.emissions)
            draft.new[k] = replace(known, emissions=tuple((row, kg * part) for row, kg in known.emissions))
            draft.lines.append(Line(change, change.factor, value, value * part, known.unit))
            return
    mine = (
        _activities(base, change.factor) if position(base.factor_ids, change.factor) != NONE else np.empty(0, np.int64)
    )
    if not len(mine):
        if draft.partial:
            return
        raise ScenarioError(
            f"<{change.factor}> is no emission factor that the calculated system uses, so nothing would change."
        )
    positions = np.flatnonzero(system.bio_activity == int(mine[0]))
    emissions = tuple((system.rows[int(system.bio_row[p])], float(system.bio_amount[p])) for p in positions)
    value, part = _changed_value(draft, change, emissions)
    draft.bio |= {int(p): float(system.bio_amount[p]) * part for p in positions}
    draft.lines.append(Line(change, change.factor, value, value * part, base.unit_of(int(mine[0]))))


def _changed_value(draft: _Draft, change: FactorChange, emissions: newfactors.Emissions) -> tuple[float, float]:
    """Return the value of a factor in kg CO2e and what its emissions are to be multiplied by."""
    calculation = draft.calculation
    rows = tuple(row for row, _ in emissions)
    weights = characterisation(calculation.select, rows, calculation.settings.gwp_set).excluding_biogenic
    value = sum(float(w) * kg for w, (_, kg) in zip(weights, emissions, strict=True))
    if change.relative is not None:
        return value, _ratio(change.factor, 1.0, 1 + change.relative)
    if len(set(rows)) != 1 or value == 0:
        raise ScenarioError(
            f"<{change.factor}> keeps {len(set(rows))} emissions apart; one value in CO2e does not say how they change. Give a "
            "relative change, or swap the factor for another."
        )
    return value, _ratio(change.factor, value, float(change.co2e or 0.0))


_ORDER = (AmountChange, ShareShift, ProviderSwap, FactorChange)


def _apply(draft: _Draft, change: Change) -> None:
    if isinstance(change, AmountChange):
        _amount(draft, change)
    elif isinstance(change, ShareShift):
        _shift(draft, change)
    elif isinstance(change, ProviderSwap):
        _swap(draft, change)
    else:
        _factor(draft, change)
