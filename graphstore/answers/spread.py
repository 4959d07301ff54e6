"""The uncertain numbers of one supply chain: which drive the result, which cannot be used, which state nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from footprint.distributions import COVERAGE_FACTOR, Family
from footprint.errors import FootprintError
from footprint.firstorder import FirstOrder
from footprint.inventory import Bools, Floats, Ints
from footprint.montecarlo import Simulation
from footprint.solve import supply
from footprint.spreads import FAULTS, Basis, Fault
from graphstore.answers.cutoffs import processes_in
from graphstore.answers.lines import Terms, details_of, facts_of, learn
from graphstore.answers.question import Question
from graphstore.errors import UncertaintyError
from graphstore.queries import load
from graphstore.technosphere.binding import Bound
from graphstore.technosphere.snapshot import Snapshot
from graphstore.technosphere.uncertainty import Kind

RECOMMENDED_DRAWS = 10_000
"""Rule R15 asks for at least so many."""
LISTED = 20
"""Numbers that an assumption names one by one; it counts them all."""
KINDS = {Kind.EXCHANGE: "exchange amount", Kind.FACTOR: "emission factor", Kind.MASS: "mass of gas in a factor"}
BASES = {
    Basis.GEOMETRIC_DEVIATION: "geometric standard deviation",
    Basis.DEVIATION: "standard deviation",
    Basis.VARIATION: "coefficient of variation",
    Basis.HALF_WIDTH: "relative 95 % half-width",
    Basis.RANGE: "range",
    Basis.PEDIGREE: "pedigree",
}


def inside(question: Question) -> Bools:
    """Mark the numbers with a stated spread that the supply chain uses."""
    calculation = question.calculation
    marked: Bools = calculation.uncertain.inside(question.chain, processes_in(calculation, question.chain))
    return marked


def require_usable(bound: Bound, marked: Bools, reading: str) -> None:
    """Refuse spreads that are stated inconsistently among the numbers marked, unless the reading takes them as exact.

    Raises:
        UncertaintyError: names the first number, what is wrong with its spread and how to mend it.
    """
    wrong = np.flatnonzero((bound.fault != Fault.NONE) & marked)
    if reading == "exact" or not len(wrong):
        return
    first = int(wrong[0])
    what, cure = FAULTS[Fault(int(bound.fault[first]))]
    raise UncertaintyError(
        f"{len(wrong)} numbers that this rests on state a spread that cannot be used, first <{bound.spreads.ids[first]}>: "
        f"{what}. To mend it, {cure}; or ask to take such numbers as exact (--unusable exact), which lists them."
    )


def coverage(question: Question) -> tuple[float | None, int]:
    """Return the share of the result that rests on no number with a stated spread, and how many such numbers there are.

    It is the share, by absolute terms, that reaches the product through exact numbers alone: neither its own amount and
    factor, nor any amount on the way up from the product, nor a reference output there, states a spread. So with the
    uncertain links removed, what still runs and emits with exact numbers is that share. None where the rest of a loop
    cannot be solved alone.
    """
    calculation, chain = question.calculation, question.chain
    bound, variables = calculation.uncertain, calculation.uncertain.variables
    spread = variables.distributions.family != Family.NONE
    numbers = int(np.sum(spread & inside(question)))
    system = chain.compiled.system
    uncertain_output = np.zeros(system.n, dtype=np.bool_)
    uncertain_output[variables.production.position[spread[variables.production.variable]]] = True
    size = np.abs(Terms.of(calculation, chain).value)
    if uncertain_output[chain.activity] or not size.any():
        return (0.0 if size.any() else None), numbers
    links = uncertain_output[system.tech_provider]
    links[variables.tech.position[spread[variables.tech.variable]]] = True
    removed = dict.fromkeys(np.flatnonzero(links).tolist(), 0.0)
    try:
        before = supply(chain.compiled.with_amounts(tech=removed), chain.activity, chain.amount)
    except FootprintError:  # the rest of a loop may have no answer of its own
        return None, numbers
    terms = Terms.of(calculation, before)
    exact = ~_covered(bound, calculation.snapshot, spread)[terms.exchange]
    return float(np.abs(terms.value[exact]).sum() / size.sum()), numbers


def _covered(bound: Bound, snapshot: Snapshot, spread: Bools) -> Bools:
    """Mark the exchanges whose amount or factor states a spread; the last entry is for the index -1."""
    system, tech, bio = snapshot.compiled.system, bound.variables.tech, bound.variables.bio
    covered = np.zeros(len(system.exchange_ids) + 1, dtype=np.bool_)
    factor = np.zeros(system.n, dtype=np.bool_)
    covered[system.tech_exchange[tech.position[spread[tech.variable]]]] = True
    emitted = bio.position[spread[bio.variable]]
    covered[system.bio_exchange[emitted]] = True
    factor[system.bio_activity[emitted]] = True
    covered[system.tech_exchange[(factor & (snapshot.factor >= 0))[system.tech_provider]]] = True
    return covered


def drivers(
    question: Question, first: FirstOrder, wanted: Ints, correlations: tuple[Floats, Floats] | None
) -> list[dict[str, Any]]:
    """Return the numbers that cause most of the spread, largest first, with what the graph knows of them."""
    bound = question.calculation.uncertain
    facts = _facts(question, wanted)
    made = []
    for place, v in enumerate(wanted.tolist()):
        iri = bound.spreads.ids[v]
        line: dict[str, Any] = {
            "iri": iri,
            "kind": KINDS[Kind(int(bound.spreads.kind[v]))],
            "share_of_variance": float(first.shares[v]),
            "half_width_alone": abs(float(first.effects[v])),
            "distribution": Family(int(bound.variables.distributions.family[v])).name.lower(),
            "stated_as": BASES[Basis(int(bound.basis[v]))],
            "relative_standard_deviation": float(bound.variables.distributions.deviation[[v]][0]),
        }
        if correlations is not None:
            names = ("squared_correlation", "squared_rank_correlation")
            line |= {
                n: None if np.isnan(c[place]) else float(c[place]) for n, c in zip(names, correlations, strict=True)
            }
        made.append(line | facts.get(iri, {}))
    return made


def _facts(question: Question, wanted: Ints) -> dict[str, dict[str, Any]]:
    """Look up names and sources of numbers: exchanges by their process, factors by themselves."""
    calculation, names, spreads = question.calculation, question.names, question.calculation.uncertain.spreads
    kinds = spreads.kind[wanted]
    exchanges = [spreads.ids[int(v)] for v in wanted[kinds == Kind.EXCHANGE]]
    rows = details_of(calculation, exchanges)
    learn(names, rows)
    found = {iri: facts_of(row, names) for iri, row in rows.items()}
    others = [spreads.ids[int(v)] for v in wanted[kinds != Kind.EXCHANGE]]
    for row in calculation.about(load("uncertain-factors"), "node", others):
        known: dict[str, Any] = {
            key: names[str(row[key])].as_dict() for key in ("factor", "gas", "geography", "source") if row[key]
        }
        known |= {key: row[key] for key in ("year", "illustrative", "sourceText") if row[key] is not None}
        found.setdefault(str(row["node"]), known)
    return found


def assumptions(question: Question, without: float | None, reading: str) -> list[dict[str, Any]]:
    """Return what the spread of one product rests on beside its data."""
    bound, here = question.calculation.uncertain, inside(question)
    spreads, made = bound.spreads, bound.variables.distributions
    stated, used = spreads.stated, here & (made.family != Family.NONE)
    width_alone = np.isin(bound.basis, (Basis.HALF_WIDTH, Basis.VARIATION)) & (stated.family < Family.NONE)
    off_centre = np.abs(made.mean - 1) > 1e-9
    reaches_zero = (made.family == Family.NORMAL) & (made.first - COVERAGE_FACTOR * made.second <= 0)
    shared = np.zeros(len(spreads.ids), dtype=np.bool_)
    production = bound.variables.production
    shared[production.variable[question.calculation.snapshot.share[production.position] != 1]] = True
    found = [
        _counted("spread-unusable", here & (bound.fault != Fault.NONE) & (reading == "exact"), spreads.ids),
        _counted("spread-family", used & width_alone, spreads.ids),
        _counted("spread-off-centre", used & off_centre, spreads.ids),
        _counted("spread-reaches-zero", used & reaches_zero, spreads.ids),
        _counted("spread-shares-held", used & shared, spreads.ids),
        _counted("spread-of-the-data", used & _changed(question), spreads.ids),
    ]
    everything = [assumption for assumption in found if assumption is not None]
    if without:
        everything.append(_said("spread-not-stated", share=without, percent=f"{without:.1%}"))
    everything.append(_said("spread-independent"))
    return everything


def _changed(question: Question) -> Bools:
    """Mark the numbers that the scenario changes, a mass with its factor."""
    calculation = question.calculation
    spreads, made = calculation.uncertain.spreads, calculation.overlay
    numbers = {line.subject for line in made.lines if line.old != line.new} if made is not None else set()
    masses = spreads.kind == Kind.MASS
    marked = [i in numbers or (m and o in numbers) for i, m, o in zip(spreads.ids, masses, spreads.owner, strict=True)]
    return np.array(marked, dtype=np.bool_)


def of_simulation(draws: int, simulation: Simulation | None) -> list[dict[str, Any]]:
    """Return what a simulation itself leaves to be desired: too few draws, draws without an answer."""
    if simulation is None:
        return []
    found = []
    if draws < RECOMMENDED_DRAWS:
        found.append(_said("draws-few", count=draws, asked=RECOMMENDED_DRAWS))
    if simulation.failed:
        found.append(_said("draws-failed", count=simulation.failed, asked=draws))
    if simulation.undecided:
        found.append(_said("draws-undecided", count=simulation.undecided))
    return found


def _counted(code: str, marked: Bools, ids: Any) -> dict[str, Any] | None:
    positions = np.flatnonzero(marked)
    if not len(positions):
        return None
    return _said(code, subjects=[ids[int(v)] for v in positions[:LISTED]], count=len(positions))


def _said(
    code: str, share: float | None = None, subjects: Iterable[str] | None = None, **values: object
) -> dict[str, Any]:
    en, zh = _TEXTS[code]
    made: dict[str, Any] = {"code": code, "text_en": en.format(**values), "text_zh": zh.format(**values)}
    if share is not None:
        made["share"] = share
    return made | ({"subjects": list(subjects)} if subjects else {})


_TEXTS = {
    "spread-unusable": (
        "{count} numbers state a spread that is inconsistent; they are taken as exact.",
        "{count} 个数据给出的离散程度自相矛盾，按确定值处理。",
    ),
    "spread-family": (
        "{count} numbers state a relative spread and no distribution: amounts are drawn normal, factors lognormal (R15).",
        "{count} 个数据仅给出相对离散程度而未注明分布：数量按正态分布、因子按对数正态分布抽样（R15）。",
    ),
    "spread-off-centre": (
        "{count} numbers have a distribution whose mean is not the amount (a median, mean or range is stated); drawn as stated.",
        "{count} 个数据的分布均值与其数量不同（另行给出了中位数、均值或区间），按所述分布抽样。",
    ),
    "spread-reaches-zero": (
        "{count} numbers are normal and so wide that their 95 % interval contains zero; draws may change their sign.",
        "{count} 个正态数据离散过大，其 95% 区间包含零，抽样值可能变号。",
    ),
    "spread-shares-held": (
        "{count} uncertain outputs belong to processes with co-products; the allocation factors are held while they vary.",
        "{count} 个不确定的产出属于多产品过程，抽样时分配系数保持不变。",
    ),
    "spread-of-the-data": (
        "{count} numbers that the scenario changes keep the relative spread that the data state for them.",
        "{count} 个被情景改动的数据沿用原数据所述的相对离散程度。",
    ),
    "spread-not-stated": (
        "{percent} of the result rests on numbers none of which states a spread; they are taken as exact, so the interval is too narrow.",
        "结果的 {percent} 所依据的数据均未给出不确定度，按确定值处理，故区间偏窄。",
    ),
    "spread-independent": (
        "different numbers vary independently; one number used in several places is one draw. Warming potentials are exact.",
        "不同数据相互独立；同一数据多处使用时取同一抽样值。全球变暖潜势按确定值处理。",
    ),
    "draws-few": (
        "{count} draws are fewer than the {asked} that rule R15 asks for; the percentiles are rough.",
        "抽样 {count} 次，少于规则 R15 要求的 {asked} 次，百分位数较粗略。",
    ),
    "draws-undecided": (
        "of {count} of these no solver could say in time whether they have an answer.",
        "其中 {count} 次求解器未能判定是否有解。",
    ),
    "draws-failed": (
        "{count} of {asked} draws have no answer: a loop or process would use up all it makes. Statistics are of the others.",
        "{asked} 次抽样中有 {count} 次无解（某过程或循环耗尽其自身产出），统计值仅基于其余抽样。",
    ),
}
