"""Ties the spreads of the graph to the places where the numbers stand in a compiled system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from footprint.inventory import NONE, Bools, Floats, Ints
from footprint.solve import Supply
from footprint.spreads import Fault, distributions
from footprint.variables import Places, Variables
from graphstore.technosphere.columns import Index
from graphstore.technosphere.snapshot import Snapshot
from graphstore.technosphere.uncertainty import Kind, Spreads


@dataclass(frozen=True, eq=False)
class Bound:
    """Every number with a stated spread as a variable of the system; those that are faulty or have none are exact.

    Attributes:
        spreads: what the graph states.
        variables: one for each of them.
        basis: codes of `footprint.spreads.Basis`.
        fault: codes of `footprint.spreads.Fault`.
        process: process of each exchange, -1 for what is none.
    """

    spreads: Spreads
    variables: Variables
    basis: NDArray[np.int8]
    fault: NDArray[np.int8]
    process: Ints

    @property
    def placed(self) -> Bools:
        """Mark the numbers that stand anywhere in the system, or would if they were not zero."""
        found: Bools = (self.fault == Fault.ZERO_AMOUNT) & (self.process >= 0)
        for places in (self.variables.tech, self.variables.bio, self.variables.production):
            found[places.variable] = True
        return found

    def inside(self, chain: Supply, processes: Bools) -> Bools:
        """Mark the numbers that a supply chain uses; `processes` marks its processes.

        A number that is zero has no place in the system: it is inside when its process is.
        """
        system, variables = chain.compiled.system, self.variables
        runs = chain.runs != 0
        found = np.zeros(len(variables), dtype=np.bool_)
        for places, owner in (
            (variables.tech, system.tech_consumer),
            (variables.bio, system.bio_activity),
        ):
            found[places.variable[runs[owner[places.position]]]] = True
        found[variables.production.variable[runs[variables.production.position]]] = True
        zero = np.flatnonzero((self.fault == Fault.ZERO_AMOUNT) & (self.process >= 0))
        found[zero[processes[self.process[zero]]]] = True
        return found


def bind(spreads: Spreads, snapshot: Snapshot, production: Floats | None = None) -> Bound:
    """Find where each number stands in the system.

    Args:
        spreads: What the graph states.
        snapshot: The system.
        production: Production of its activities as the graph states it, where a scenario changes that of the system.
    """
    made, basis, fault = distributions(spreads.stated)
    system = snapshot.compiled.system
    known = list(system.exchange_ids)
    exchange = _positions(known, spreads.ids)
    exchange[spreads.kind != Kind.EXCHANGE] = NONE
    variable_of = np.full(len(system.exchange_ids) + 1, NONE, dtype=np.int64)  # the last entry is for the index -1
    placed = np.flatnonzero(exchange >= 0)
    variable_of[exchange[placed]] = placed
    # a credited co-product makes and replaces the same amount: per unit it does not vary (see footprint.expansion)
    replaces = _positions(known, list(system.activity_ids))[system.tech_consumer] == system.tech_exchange
    tech = _places(np.where(replaces & (system.tech_exchange >= 0), NONE, variable_of[system.tech_exchange]))
    bio = _places(variable_of[system.bio_exchange])
    process = _positions(list(snapshot.process_ids), spreads.owner)
    process[spreads.kind != Kind.EXCHANGE] = NONE
    elsewhere = np.ones(len(spreads.ids), dtype=np.bool_)
    elsewhere[tech.variable] = elsewhere[bio.variable] = False
    of_factor, of_mass = _factor_places(spreads, snapshot)
    variables = Variables(
        ids=spreads.ids,
        distributions=made,
        tech=tech,
        bio=Places(
            np.concatenate((bio.variable, of_factor.variable, of_mass.variable)),
            np.concatenate((bio.position, of_factor.position, of_mass.position)),
        ),
        production=_production(spreads, snapshot, process, elsewhere, production),
    )
    return Bound(spreads, variables, basis, fault, process)


def _positions(known: list[str], wanted: object) -> Ints:
    """Return where each identifier stands among the known ones; -1 where it does not."""
    index = Index.ascending(pl.Series(known, dtype=pl.String))
    return index.positions(pl.Series(list(wanted), dtype=pl.String))  # type: ignore[call-overload]


def _places(variable: Ints) -> Places:
    position = np.flatnonzero(variable >= 0)
    return Places(variable[position], position.astype(np.int64))


def _factor_places(spreads: Spreads, snapshot: Snapshot) -> tuple[Places, Places]:
    """Return the emissions of factors with a spread as a whole, and those of single masses.

    The emissions of one factor stand in the system in the order in which the extraction ranked its masses.
    """
    system = snapshot.compiled.system
    factor = snapshot.factor[system.bio_activity]
    position = np.flatnonzero(factor >= 0).astype(np.int64)
    factor = factor[position]
    order = np.argsort(factor, kind="stable")
    position, factor = position[order], factor[order]
    first = np.searchsorted(factor, factor)  # where the emissions of the same factor begin
    rank = np.arange(len(factor)) - first
    ids = list(snapshot.factor_ids)
    whole = _variables_of(_positions(ids, spreads.ids), spreads.kind == Kind.FACTOR, len(ids))[factor]
    kept = np.flatnonzero(whole >= 0)
    masses = np.flatnonzero(spreads.kind == Kind.MASS)
    owner = _positions(ids, [spreads.owner[int(m)] for m in masses])
    widest = int(max(np.max(rank, initial=0), np.max(spreads.rank, initial=0))) + 1
    key = np.where(owner >= 0, owner * widest + spreads.rank[masses], NONE)
    of_key = _variables_of(key, np.ones(len(key), dtype=np.bool_), len(ids) * widest)
    found = of_key[factor * widest + rank]
    single = np.flatnonzero(found >= 0)
    return Places(whole[kept], position[kept]), Places(masses[found[single]], position[single])


def _variables_of(position: Ints, wanted: Bools, size: int) -> Ints:
    """Turn round a list of positions: for each of `size` positions the item that stands there, or -1."""
    out = np.full(size, NONE, dtype=np.int64)
    items = np.flatnonzero(wanted & (position >= 0))
    out[position[items]] = items
    return out


def _production(
    spreads: Spreads, snapshot: Snapshot, process: Ints, elsewhere: Bools, production: Floats | None
) -> Places:
    """Return the reference outputs with a spread.

    The activity of one of several co-products carries the identifier of its output; that of an only product, the one of
    its process, and is told by flow and amount.
    """
    system = snapshot.compiled.system
    candidates = np.flatnonzero((spreads.kind == Kind.EXCHANGE) & (process >= 0) & elsewhere)
    activities = pl.DataFrame({"key": list(system.activity_ids), "activity": np.arange(system.n)})
    of_output = pl.DataFrame({"key": [spreads.ids[int(v)] for v in candidates], "variable": candidates})
    of_process = pl.DataFrame({"key": [spreads.owner[int(v)] for v in candidates], "variable": candidates})
    schema = {"key": pl.String, "variable": pl.Int64}
    named = of_output.cast(schema).join(activities, on="key")  # type: ignore[arg-type]
    single = of_process.cast(schema).join(activities, on="key")  # type: ignore[arg-type]
    variable, activity = single["variable"].to_numpy(), single["activity"].to_numpy()
    flow = _positions(list(snapshot.product_ids), [spreads.flow[int(v)] for v in variable])
    stated = system.production if production is None else production
    same = (snapshot.product[activity] == flow) & (stated[activity] == spreads.amount[variable])
    return Places(
        np.concatenate((named["variable"].to_numpy(), variable[same])).astype(np.int64),
        np.concatenate((named["activity"].to_numpy(), activity[same])).astype(np.int64),
    )
