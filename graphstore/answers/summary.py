"""The footprint of one product in short: the whole number divided every way that needs no solve of its own.

Totals, gases, categories and stages are looked up among those of all products (`answers.parts`); the total is divided between
the product's own process and each of its exchanges. Of what runs through the whole chain it is told how much there is:
`answers.footprint` and `answers.lists` name each part.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from footprint.errors import FootprintError
from footprint.solve import Scores, refuse_overflow
from footprint.tables import Tier, first_tier
from graphstore.answers import underscenario
from graphstore.answers.assumptions import (
    DEPRECATED,
    FIT,
    assumption,
    biogenic,
    decided,
    deprecated,
    narrowed,
    not_restated_share,
    sector_average,
    unfit,
)
from graphstore.answers.board import Board
from graphstore.answers.footprint import (
    carbon_content,
    categories_of,
    gases_of,
    not_restated,
    sets_of,
    staged,
    unstated,
)
from graphstore.answers.graph import Calculation
from graphstore.answers.inputs import engine, input_hash, inputs
from graphstore.answers.names import Names
from graphstore.answers.parts import ILLUSTRATIVE, Parts, Upstream
from graphstore.answers.question import ask, check_amount, in_reference_unit
from graphstore.answers.recycling import factor_a, recycling_assumptions
from graphstore.answers.scored import TOTALS, scaled, scored_total
from graphstore.answers.sectorpart import sector_part
from graphstore.errors import GraphStoreError

MOST_SUBJECTS: Final = 10
"""Exchanges that an assumption of a summary names; the whole answer names all."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """An amount of a product, found.

    Attributes:
        parts: The parts of all footprints, of the whole graph or of what is upstream of the product.
        names: Names learned so far.
        activity: Index of the product's activity.
        amount, unit: What was asked for; the unit is an IRI.
        quantity: The amount in the product's own reference unit.
        narrowed: Why the whole graph could not be used; empty when it was.
    """

    parts: Parts
    names: Names
    activity: int
    amount: float
    unit: str
    quantity: float
    narrowed: str = ""

    @property
    def calculation(self) -> Calculation:
        """The system it is answered from."""
        return self.parts.calculation

    @property
    def total(self) -> float:
        """The footprint in kg CO2e."""
        return float(self.total_of(0)["value"])

    def total_of(self, row: int) -> dict[str, Any]:
        """A row of the board, with its bound."""
        return scored_total(self.parts.board, row, self.activity, self.quantity)

    def of(self, found: Scores) -> dict[str, float]:
        """What some parts make of the amount, with the bound."""
        return self.scaled(float(found.values[self.activity]), float(found.bounds[self.activity]))

    def scaled(self, each: float, bound: float) -> dict[str, float]:
        """What comes to so much for one unit, with the bound, for the amount."""
        return dict(zip(("value", "error_bound"), scaled(each, bound, self.quantity), strict=True))


def summary(parts: Parts, product: str, amount: float = 1.0, unit: str | None = None, most: int = 50) -> dict[str, Any]:
    """Return the footprint of an amount of a product, as far as it follows from the footprints of all.

    Args:
        parts: The parts of all footprints under one set of settings.
        product: IRI of the product, its process, output exchange or study, or a unique part of a name.
        amount: How much of it.
        unit: IRI of the unit of the amount; the product's own reference unit when None.
        most: How many exchanges of the first tier to list; the rest is summed as a remainder.

    Returns:
        What `answers.footprint` gives, but for what has to be followed through the chain: in place of processes, contributions,
        credits and cut-offs `chain` counts them, and `first_tier` divides the total between what the product's process emits
        itself and what each of its exchanges brings with it. An assumption states the `value` in kg CO2e, with sign, that it
        touches, and `count`; `subjects` are the first few exchanges.

    Raises:
        As `answers.footprint.calculate`.
    """
    return _told(_found(parts, product, amount, unit), most)


def _found(parts: Parts, product: str, amount: float, unit: str | None) -> _Asked:
    """Look the product up; whatever stands against that, the solve of its own chain tells in full, or gets round."""
    check_amount(amount)
    board = parts.board
    calculation = board.calculation
    try:
        activity = board.activity(product)
        board.require(activity)
        quantity = in_reference_unit(calculation, activity, amount, unit)
    except (FootprintError, GraphStoreError):
        question = ask(calculation, product, amount, unit)
        if question.calculation is not calculation:
            parts = Parts(Board(question.calculation))
        asked = question.amount, question.unit, question.chain.amount
        return _Asked(parts, question.names, question.activity, *asked, question.narrowed)
    return _Asked(parts, Names(calculation), activity, amount, unit or calculation.snapshot.unit_of(activity), quantity)


def _told(asked: _Asked, most: int) -> dict[str, Any]:
    calculation, names, activity = asked.calculation, asked.names, asked.activity
    snapshot, total = calculation.snapshot, asked.total
    product, process = str(snapshot.product_of(activity)), snapshot.maker(activity)
    names.learn([product, process, asked.unit])
    kilograms = asked.parts.kilograms[:, activity] * asked.quantity
    refuse_overflow(kilograms)
    upstream, average = asked.parts.upstream(activity), _sector_part(asked, total)
    fixed = not_restated(calculation, kilograms)
    carbon = carbon_content(calculation, activity, asked.quantity) if product in asked.parts.with_carbon else None
    return {
        "product": names[product].as_dict(),
        "process": names[process].as_dict(),
        "amount": asked.amount,
        "unit": names[asked.unit].as_dict(),
        **{name: asked.total_of(row) for row, name in enumerate(TOTALS)},
        "sector_average": bool(average and average["alone"]),
        "sector_part": average,
        "gwp_sets": sets_of(calculation, kilograms),
        "settings": calculation.settings.as_dict(),
        "stages": _stages(asked, total),
        "categories": categories_of(calculation, kilograms, names),
        "gases": gases_of(calculation, kilograms, names),
        "biogenic_carbon_content": carbon,
        "first_tier": _first_tier(asked, total, most),
        "chain": _chain(asked, upstream),
        "assumptions": _assumptions(asked, upstream, fixed, average),
        "inputs": inputs(calculation),
        "input_hash": input_hash(calculation, product, asked.quantity),
        "engine": engine(calculation, asked.parts.board.scores.info),
    }


def _sector_part(asked: _Asked, total: float) -> dict[str, Any] | None:
    """What comes from sectors of input-output tables; it is divided by the chain, which only such products pay for."""
    if not asked.parts.board.on_sectors[asked.activity]:
        return None
    own = asked.calculation.snapshot.unit_of(asked.activity)
    output = asked.calculation.snapshot.compiled.system.activity_ids[asked.activity]
    return sector_part(ask(asked.calculation, output, asked.quantity, own), total)


def _stages(asked: _Asked, total: float) -> list[dict[str, Any]]:
    found = asked.parts.stages
    if found is None:
        return unstated(total)
    values = found.values[:, asked.activity] * asked.quantity
    refuse_overflow(values)
    return staged(asked.calculation, values, total, asked.names)


def _first_tier(asked: _Asked, total: float, most: int) -> dict[str, Any]:
    """Divide the total between the product's own process and its exchanges, the largest first, then by IRI."""
    calculation, names = asked.calculation, asked.names
    snapshot = calculation.snapshot
    system = snapshot.compiled.system
    tier = first_tier(snapshot.compiled, calculation.scores, calculation.cost, asked.activity)
    ids = [system.exchange_ids[int(e)] for e in system.tech_exchange[tier.exchanges]]
    value = tier.values.values
    order = sorted(range(len(ids)), key=lambda at: (-abs(value[at]), ids[at]))
    provider = {at: int(system.tech_provider[tier.exchanges[at]]) for at in order[:most]}
    names.learn(node for each in provider.values() for node in _nodes(asked, each))
    own = asked.scaled(float(tier.own.values), float(tier.own.bounds))
    return {
        "own_emissions": own | {"share": own["value"] / total if total else None},
        "exchanges": [
            {"exchange": ids[at], **_supplied(asked, each), **_numbers(asked, tier, at, total)}
            for at, each in provider.items()
        ],
        "count": len(ids),
        "remainder": math.fsum(value[at] for at in order[most:]) * asked.quantity,
    }


def _numbers(asked: _Asked, tier: Tier, at: int, total: float) -> dict[str, Any]:
    """Amount, value, bound and share of one exchange of the first tier."""
    made = asked.scaled(float(tier.values.values[at]), float(tier.values.bounds[at]))
    share = made["value"] / total if total else None
    return {"amount": float(tier.amounts[at]) * asked.quantity, **made, "share": share}


def _supplied(asked: _Asked, provider: int) -> dict[str, Any]:
    """The names of what supplies an exchange, of what it supplies, and of its unit."""
    keys = ("provider", "product", "unit")
    return {key: asked.names[node].as_dict() for key, node in zip(keys, _nodes(asked, provider), strict=True)}


def _nodes(asked: _Asked, provider: int) -> tuple[str, str, str]:
    """What supplies an exchange, what it supplies, and its unit."""
    snapshot = asked.calculation.snapshot
    maker = snapshot.maker(provider)
    return maker, snapshot.product_of(provider) or maker, snapshot.unit_of(provider)


def _chain(asked: _Asked, upstream: Upstream) -> dict[str, Any]:
    """How much there is in the whole chain of what this answer does not list."""
    return {
        "processes": int(upstream.processes.sum()),
        "contributions": int(upstream.exchanges().sum()),
        "credits": {"count": len(upstream.credits), **asked.of(asked.parts.credit)},
        "cutoffs": len(upstream.cut_offs),
    }


def _assumptions(
    asked: _Asked, upstream: Upstream, fixed: float, average: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    calculation, names = asked.calculation, asked.names
    process = calculation.snapshot.maker(asked.activity)
    stated = asked.parts.recycled.get(process)
    model = calculation.settings.reading.recycling or str(stated and stated["notation"])
    factor = None if stated is None else factor_a(calculation, names, model, stated)
    found = [
        underscenario.assumption(calculation, names),
        narrowed(asked.narrowed),
        *(sector_average(average) if average else ()),
        not_restated_share(calculation, fixed, asked.total),
        *decided(calculation, upstream.processes, MOST_SUBJECTS),
        *_unfit(asked, upstream),
        _illustrative(asked, upstream),
        biogenic(calculation),
        *recycling_assumptions({"factor_a": factor}),
    ]
    return [each for each in found if each is not None]


def _unfit(asked: _Asked, upstream: Upstream) -> list[dict[str, Any]]:
    """Emission factors of another year or place than what uses them, or that leave losses open."""
    made = []
    for code, en, zh in FIT:
        touched = _touched(asked, upstream, code)
        if touched is not None:
            made.append(unfit(code, (en, zh), _providers(asked, upstream, code), asked.names) | touched)
    touched = _touched(asked, upstream, DEPRECATED)
    if touched is not None:
        old = {iri: asked.parts.deprecated[iri] for iri in _providers(asked, upstream, DEPRECATED)}
        made.append(deprecated(old) | touched)
    return made


def _providers(asked: _Asked, upstream: Upstream, code: str) -> set[str]:
    """The emission factors inside a chain that an assumption is about."""
    inside = upstream.exchanges(asked.parts.marked[code].effect)
    return {provider for position, provider in asked.parts.marked[code].pairs if inside[position]}


def _illustrative(asked: _Asked, upstream: Upstream) -> dict[str, Any] | None:
    touched = _touched(asked, upstream, ILLUSTRATIVE)
    if touched is None:
        return None
    count, value = touched["count"], touched["value"]
    said = assumption(
        ILLUSTRATIVE,
        f"{count} terms, {value:.6g} kg CO2e together, rest on a figure marked illustrative: demonstration, not data.",
        f"{count} 项贡献（合计 {value:.6g} kg CO2e）含有标为“示意”的数值：仅供演示，不是实际数据。",
    )
    return said | touched


def _touched(asked: _Asked, upstream: Upstream, code: str) -> dict[str, Any] | None:
    """What of a footprint rests on an assumption: its sum, how many exchanges, and the first few; None where nothing does."""
    if code not in asked.parts.marked:
        return None
    marked = asked.parts.marked[code]
    exchanges = np.flatnonzero(upstream.exchanges(marked.effect))
    if not len(exchanges):
        return None
    ids = asked.calculation.snapshot.compiled.system.exchange_ids
    subjects = [ids[int(e)] for e in exchanges[:MOST_SUBJECTS]]
    return {**asked.of(marked.weight), "count": len(exchanges), "subjects": subjects}
