"""What changed between two states of the graph, and which footprints are to be stated anew (competency question 30)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from footprint.incremental import changed, downstream, matched, rescored
from footprint.solve import Bounded
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import inputs
from graphstore.answers.names import Names
from graphstore.answers.overlay import position
from graphstore.answers.statements import Statement, Statements
from graphstore.answers.whatif import changed_products

if TYPE_CHECKING:
    from footprint.inventory import Bools, Floats
    from footprint.system import IntArray
    from graphstore.technosphere.snapshot import Snapshot


def affected(before: Calculation, after: Calculation) -> dict[str, Any]:
    """Compare two states of the graph under the same settings.

    Only what is downstream of a change is computed anew; the rest is taken over.

    Returns:
        `numbers`: each exchange, factor or warming potential that changed, with old and new value (None: not there); where an
        exchange is stated as before, `counts_otherwise` says that its share, recycling term or conversion is another;
        `products`: each product whose footprint changed by more than the error bounds, or that came or went;
        `downstream`: how many products are downstream of a change; `recomputed`: activities solved anew, of `activities`;
        settings, and `before` and `after` with generation and inputs.

    Raises:
        AllocationError, IncompleteInventory: gaps in either state that the reading does not allow.
        FootprintError: a state that cannot be calculated.
    """
    for state in (before, after):
        state.require_complete()
    old, new = before.snapshot.compiled, after.snapshot.compiled
    match = matched(old.system.activity_ids, new.system.activity_ids)
    marked = changed(old, before.cost, new, after.cost, match)
    reached = downstream(new, marked)
    found = rescored(new, after.cost, before.scores, match, reached)
    names = Names(after)
    return {
        "numbers": _numbers(before, after, names),
        "products": _products(before, after, names, (match, reached), Bounded(found.values, found.bounds)),
        "downstream": int((reached & (after.snapshot.process >= 0)).sum()),
        "recomputed": int(reached.sum()),
        "activities": new.n,
        "settings": after.settings.as_dict(),
        "before": {"generation": before.graph.generation, "inputs": inputs(before)},
        "after": {"generation": after.graph.generation, "inputs": inputs(after)},
    }


def _products(
    before: Calculation, after: Calculation, names: Names, marks: tuple[IntArray, Bools], found: Bounded
) -> list[dict[str, Any]]:
    """List the products whose footprint changed, largest change first, then those that came and went."""
    match, reached = marks
    base = np.where(match >= 0, before.scores.values[np.maximum(match, 0)], 0.0)
    error = np.where(match >= 0, before.scores.bounds[np.maximum(match, 0)], 0.0) + found.bounds
    difference = found.values - base
    made = reached & (after.snapshot.process >= 0)
    moved = np.flatnonzero(made & (match >= 0) & (np.abs(difference) > error))
    size = np.maximum(np.abs(base[moved]), np.finfo(np.float64).tiny)
    moved = moved[np.argsort(-np.abs(difference[moved]) / size, kind="stable")]
    told = changed_products(names, after.snapshot, moved.tolist(), base, Bounded(difference, error))
    came = np.flatnonzero(made & (match < 0))
    left = np.ones(before.snapshot.compiled.n, dtype=np.bool_)
    left[match[match >= 0]] = False
    gone = np.flatnonzero(left & (before.snapshot.process >= 0))
    told += _one_sided(names, after.snapshot, came, found.values, "new")
    return told + _one_sided(Names(before), before.snapshot, gone, before.scores.values, "base")


def _one_sided(
    names: Names, snapshot: Snapshot, activities: NDArray[np.int64], values: Floats, side: str
) -> list[dict[str, Any]]:
    """Products that are there in one state alone: what they have in the other is no number."""
    nothing = Bounded(np.zeros(len(values)), np.zeros(len(values)))
    rows = changed_products(names, snapshot, activities.tolist(), values, nothing)
    absent = {"base": "new", "new": "base"}[side]
    return [row | {absent: None, "difference": None, "error_bound": None} for row in rows]


@dataclass(frozen=True, slots=True)
class _State:
    """One of the two states, with the names of what it holds."""

    calculation: Calculation
    names: Names

    @property
    def snapshot(self) -> Snapshot:
        return self.calculation.snapshot


def _numbers(before: Calculation, after: Calculation, names: Names) -> list[dict[str, Any]]:
    states = _State(before, Names(before)), _State(after, names)
    iris = sorted(_differing(*(_exchange_rows(state.snapshot) for state in states)))
    made = sorted(_differing(*(_outputs(state.snapshot) for state in states)))
    told = _exchanges(states, iris) + _made(states, made)
    return told + _factors(before, after, names) + _potentials(before, after, names)


def _exchange_rows(snapshot: Snapshot) -> pl.DataFrame:
    """One row for each number behind an exchange: exchange, activity, what is on its other side, amount."""
    system = snapshot.compiled.system
    ids, activities = (
        pl.Series(list(system.exchange_ids), dtype=pl.String),
        pl.Series(list(system.activity_ids), dtype=pl.String),
    )
    kinds = pl.Series([f"{r.gas} {r.category} {r.aircraft} {r.gwp_set}" for r in system.rows], dtype=pl.String)
    stated = system.bio_exchange >= 0
    tech = (system.tech_exchange, system.tech_consumer, activities.gather(system.tech_provider), system.tech_amount)
    bio_row = kinds.gather(system.bio_row[stated].astype(np.int64))
    bio = (system.bio_exchange[stated], system.bio_activity[stated], bio_row, system.bio_amount[stated])
    return pl.concat(
        pl.DataFrame({"exchange": ids.gather(e), "activity": activities.gather(a), "other": other, "amount": amount})
        for e, a, other, amount in (tech, bio)
    )


def _differing(old: pl.DataFrame, new: pl.DataFrame) -> set[str]:
    """Return the exchanges that have a row in one table and not in the other."""
    columns = old.columns
    gone, come = old.join(new, on=columns, how="anti"), new.join(old, on=columns, how="anti")
    return {*gone["exchange"].to_list(), *come["exchange"].to_list()}


def _exchanges(states: tuple[_State, _State], iris: list[str]) -> list[dict[str, Any]]:
    """Tell what is stated of each exchange in the two states, and what supplies it."""
    stated = [Statements.of(state.calculation, iris).known for state in states]
    supplied = [_suppliers(state.snapshot, iris) for state in states]
    for state, known, makers in zip(states, stated, supplied, strict=True):
        nodes = (iri for s in known.values() for iri in (s.process, s.flow, s.unit))
        state.names.learn([*nodes, *makers.values()])
    return [
        _exchange(iri, [known.get(iri) for known in stated], [makers.get(iri, "") for makers in supplied], states)
        for iri in iris
    ]


def _suppliers(snapshot: Snapshot, iris: list[str]) -> dict[str, str]:
    """Return what supplies each of these exchanges: a process or emission factor."""
    system = snapshot.compiled.system
    wanted = np.array([position(system.exchange_ids, iri) for iri in iris], dtype=np.int64)
    hit = np.flatnonzero(np.isin(system.tech_exchange, wanted[wanted >= 0]))
    return {
        system.exchange_ids[int(e)]: snapshot.maker(int(a))
        for e, a in zip(system.tech_exchange[hit], system.tech_provider[hit], strict=True)
    }


def _outputs(snapshot: Snapshot) -> pl.DataFrame:
    system = snapshot.compiled.system
    return pl.DataFrame({"exchange": list(system.activity_ids), "amount": system.production})


def _exchange(
    iri: str, stated: list[Statement | None], makers: list[str], states: tuple[_State, _State]
) -> dict[str, Any]:
    was, now = stated
    row: dict[str, Any] = {"kind": "exchange", "exchange": iri}
    known, names = (now, states[1].names) if now is not None else (was, states[0].names)
    if known is not None:
        row |= {"process": names[known.process].as_dict(), "flow": names[known.flow].as_dict()}
        row |= {"unit": names[known.unit].as_dict()}
    row |= {"old": None if was is None else was.amount, "new": None if now is None else now.amount}
    if was is not None and now is not None and was.unit != now.unit:
        row["old_unit"] = states[0].names[was.unit].as_dict()
    if was is not None and now is not None and (was.amount, was.unit) == (now.amount, now.unit):
        row["counts_otherwise"] = makers[0] == makers[1]
    if makers[0] != makers[1]:
        keys = ("old_provider", "new_provider")
        row |= {
            key: state.names[maker].as_dict() if maker else None
            for key, maker, state in zip(keys, makers, states, strict=True)
        }
    return row


def _made(states: tuple[_State, _State], activities: list[str]) -> list[dict[str, Any]]:
    """Tell the amount that each of these activities makes per run in the two states."""
    rows: dict[str, dict[str, Any]] = {
        activity: {"kind": "output", "activity": activity, "old": None, "new": None} for activity in activities
    }
    for key, state in zip(("old", "new"), states, strict=True):
        snapshot, names = state.snapshot, state.names
        system = snapshot.compiled.system
        here = [a for a, name in enumerate(system.activity_ids) if name in rows and snapshot.process[a] >= 0]
        names.learn(iri for a in here for iri in (snapshot.maker(a), str(snapshot.product_of(a)), snapshot.unit_of(a)))
        for a in here:
            named = {"process": snapshot.maker(a), "flow": str(snapshot.product_of(a)), "unit": snapshot.unit_of(a)}
            told = {what: names[iri].as_dict() for what, iri in named.items()}
            rows[system.activity_ids[a]] |= told | {key: float(system.production[a])}
    return [row for row in rows.values() if "process" in row]


def _factors(before: Calculation, after: Calculation, names: Names) -> list[dict[str, Any]]:
    """Tell the value of each emission factor in use that changed, in kg CO2e per its unit."""
    old, new = _factor_values(before), _factor_values(after)
    told = []
    for iri in sorted(old.keys() | new.keys()):
        was, now = old.get(iri), new.get(iri)
        if was is not None and now is not None and was != now:
            told.append(
                {
                    "kind": "factor",
                    "factor": names[iri].as_dict(),
                    "old": was[0],
                    "new": now[0],
                    "unit": names[now[1]].as_dict(),
                }
            )
    return told


def _factor_values(calculation: Calculation) -> dict[str, tuple[float, str]]:
    snapshot = calculation.snapshot
    return {
        snapshot.maker(a): (float(calculation.cost.values[a]), snapshot.unit_of(a))
        for a in np.flatnonzero(snapshot.factor >= 0).tolist()
    }


def _potentials(before: Calculation, after: Calculation, names: Names) -> list[dict[str, Any]]:
    """Tell the warming potential of each gas that changed."""
    old, new = (
        {
            row.gas: float(value)
            for row, value in zip(c.snapshot.compiled.system.rows, c.characterisation.potential, strict=True)
        }
        for c in (before, after)
    )
    return [
        {"kind": "potential", "gas": names[gas].as_dict(), "old": old[gas], "new": new[gas]}
        for gas in sorted(old.keys() & new.keys())
        if old[gas] != new[gas]
    ]
