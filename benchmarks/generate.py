"""A synthetic system shaped like a large background database, for benchmarks and tests.

Shape: 20 % of the activities only supply, 60 % form one strongly connected core, 20 % only use. Half of the inputs come from
a few hubs (electricity, transport: 5 % of the core, the first of them most), half from activities of the same trade, which
have near numbers; without such neighbourhoods a direct solver fills in beyond what real databases make it. 5 % of the
activities treat waste (negative
production, and consumers that deliver to them with the opposite sign), 2 % of the exchanges are credits. Products have
units that differ by up to six orders of magnitude, and the numbering is shuffled. The same seed gives the same system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from footprint.system import EmissionRow, System

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["factors", "generate"]

NEIGHBOURS = 60.0  # mean distance in number of activities of one trade that supply each other
INPUTS = 11.2  # mean technosphere inputs of an activity, its reference output not counted
EMISSIONS = 3  # mean emissions of an activity
GASES = (
    EmissionRow("CO2", "fossil"),
    EmissionRow("CH4_fossil", "fossil"),
    EmissionRow("N2O", "fossil"),
    EmissionRow("CO2", "biogenic-co2-uptake"),
    EmissionRow("CH4_nonfossil", "biogenic-non-co2"),
    EmissionRow("CO2", "fossil", aircraft=True),
)
STAGES = ("raw-material-acquisition", "manufacturing", "distribution")


def factors() -> Floats:
    """Return kg CO2e per kg for the rows of a generated system: GWP-100 of AR6 (IPCC 2021, WG I, table 7.SM.7)."""
    return np.array([1.0, 29.8, 273.0, 0.0, 27.0, 1.0])


def generate(n: int, seed: int = 1) -> System:
    """Return a system of `n` activities (at least 10)."""
    if n < 10:
        raise ValueError(f"n is {n}: a shaped system needs at least 10 activities.")
    rng = np.random.default_rng(seed)
    provider, consumer = _links(rng, n)
    share = _shares(rng, consumer, n)
    unit = 10.0 ** rng.uniform(-3, 3, n)
    waste = rng.random(n) < 0.05
    production = np.where(waste, -1.0, 1.0) * rng.choice([1.0, 10.0, 1000.0], n)
    credit = rng.random(len(share)) < 0.02
    amount = share * unit[provider] / unit[consumer] * np.abs(production[consumer])
    amount *= np.where(waste[provider], -1.0, 1.0) * np.where(credit, -1.0, 1.0)
    shuffled = rng.permutation(n)
    where = np.argsort(shuffled)
    return _assemble(rng, production[shuffled], where[provider], where[consumer], amount)


def _links(rng: np.random.Generator, n: int) -> tuple[Ints, Ints]:
    """Provider and consumer of every technosphere exchange; activities are numbered from upstream to downstream."""
    first, last = n // 5, n - n // 5
    consumer = np.repeat(np.arange(n), rng.poisson(INPUTS, n))
    size = len(consumer)
    hubs = max(3, (last - first) // 20)
    provider = first + np.floor(hubs * rng.random(size) ** 2).astype(np.int64)
    local = (rng.random(size) < 0.5) | (consumer < first)
    provider[local] = _near(rng, consumer[local], first, last, n)
    usable = (provider >= 0) & (provider != consumer)
    ring = np.arange(first, last)
    provider = np.concatenate([provider[usable], np.roll(ring, 1)])
    return provider, np.concatenate([consumer[usable], ring])


def _near(rng: np.random.Generator, consumer: Ints, first: int, last: int, n: int) -> Ints:
    """Return a provider of the same trade as each consumer: a near number, upstream of it outside the core."""
    step = np.ceil(rng.exponential(NEIGHBOURS, len(consumer))).astype(np.int64)
    inside = (consumer >= first) & (consumer < last)
    step[inside] *= rng.choice([-1, 1], int(inside.sum()))
    at = np.where(consumer >= last, first + (consumer - last) * (last - first) // max(1, n - last), consumer)
    found = at - step
    in_core = consumer >= first
    found[in_core] = first + (found[in_core] - first) % (last - first)
    return found


def _shares(rng: np.random.Generator, consumer: Ints, n: int) -> Floats:
    """Inputs in units of equal worth: the inputs of an activity are worth 0.7 of its output on average."""
    weight = rng.lognormal(0.0, 2.0, len(consumer))
    total = np.bincount(consumer, weight, minlength=n)
    value = 0.95 * rng.beta(4.0, 1.5, n)
    return weight * value[consumer] / total[consumer]


def _assemble(rng: np.random.Generator, production: Floats, provider: Ints, consumer: Ints, amount: Floats) -> System:
    """Add emissions and stages and hand over a system."""
    n, m = len(production), len(amount)
    emitter = np.repeat(np.arange(n), rng.poisson(EMISSIONS, n))
    row = rng.choice(len(GASES), len(emitter), p=[0.5, 0.2, 0.1, 0.08, 0.07, 0.05])
    kg = rng.lognormal(-2.0, 2.0, len(emitter)) * np.array([1.0, 0.01, 0.001, -1.0, 0.01, 0.05])[row]
    q = len(kg)
    stage = np.full(m, -1, dtype=np.int16)
    labelled = rng.random(m) < 0.01
    stage[labelled] = rng.integers(0, len(STAGES), int(labelled.sum()))
    return System(
        activity_ids=[f"https://example.org/activity/{i}" for i in range(n)],
        production=production,
        tech_provider=provider.astype(np.int32),
        tech_consumer=consumer.astype(np.int32),
        tech_amount=amount,
        tech_exchange=np.arange(m),
        tech_stage=stage,
        bio_activity=emitter.astype(np.int32),
        bio_row=row.astype(np.int16),
        bio_amount=kg * np.abs(production[emitter]),
        bio_exchange=np.arange(m, m + q),
        bio_stage=np.full(q, -1, dtype=np.int16),
        rows=GASES,
        stage_ids=STAGES,
        exchange_ids=[f"https://example.org/exchange/{i}" for i in range(m + q)],
    )
