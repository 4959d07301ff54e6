"""The footprint of a study computed anew from its inventory and the data of the store, beside what the study declares.

What the study chose counts: its unit, its GWP set, its allocation method for co-products that state none, its recycling
model. Whatever stands in the way, an unlinked input, a missing setting, a unit that does not fit, is a reason for which the
submission is rejected, said in the words of the error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from footprint.errors import FootprintError
from footprint.gaps import METHODS, Reading
from graphstore.answers.footprint import calculate
from graphstore.answers.graph import Calculation, Settings
from graphstore.answers.variants import under_allocation
from graphstore.errors import GraphStoreError, UnknownNameError
from graphstore.queries import load
from graphstore.store import GraphStore
from graphstore.terms import iri
from registry.errors import RegistryError
from registry.events import now
from registry.names import ID
from registry.study import Part, Study

Answer = TypeVar("Answer")

UNSTATED = "unstated"
"""The stage of what carries no stage, as the engine calls it."""


TOTAL: Part = ("", "")


class NotRecomputableError(RegistryError):
    """The footprint does not follow from what was handed in."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a declared value may be from the recomputed one.

    Attributes:
        value: IRI of the reference value.
        amount: Share of the recomputed total.
    """

    value: str
    amount: float

    @classmethod
    def read(cls, value: str, amount: object) -> Tolerance:
        """A tolerance as it is stated.

        Raises:
            RegistryError: it is no share.
        """
        share = _number(amount)
        if share is None or not 0 <= share < 1:
            raise RegistryError(f"The tolerance <{value}> is {amount}; state a share from 0 to below 1.")
        return cls(value, share)

    @classmethod
    def of(cls, store: GraphStore, rules: Sequence[str], stated: Sequence[Tolerance] = ()) -> Tolerance:
        """The smallest tolerance of the rules a study is judged by, else the general one of the graph.

        Args:
            store: Holds the general value and the rules that were loaded.
            rules: IRIs of the rules the study is judged by.
            stated: Tolerances that rules outside the store state.

        Raises:
            RegistryError: the graph has no general value, or one that is no share.
        """
        rows = store.query(load("recomputation-tolerance")).dicts()
        own = [
            cls.read(str(row["value"]), row["amount"])
            for row in rows
            if row["rule"] is not None and str(row["rule"]) in rules
        ]
        general = [cls.read(str(row["value"]), row["amount"]) for row in rows if row["rule"] is None]
        found = [*own, *stated] or general
        if not found:
            raise RegistryError(
                "The store states no tolerance of recomputation (reference-value/recomputation-tolerance). Run `tanmai init`."
            )
        return min(found, key=lambda tolerance: tolerance.amount)


@dataclass(frozen=True, slots=True)
class Compared:
    """One declared value beside the recomputed one, in kg CO2e per declared or functional unit.

    Attributes:
        part: The stage or emission category; empty for the total.
        declared: None where the study does not declare it.
        computed: As it follows from the inventory.
        share: Declared less computed over the recomputed total; None where that is zero.
        within: Whether the difference is within the tolerance; where a study declares no stages, or no categories, none is judged.
    """

    part: Part
    declared: float | None
    computed: float
    share: float | None
    within: bool


@dataclass(frozen=True, slots=True)
class Recomputation:
    """A study computed anew.

    Attributes:
        footprint: IRI of the declared footprint that was computed anew.
        result: The answer of the engine; see `graphstore.answers.footprint`.
        comparisons: The total first, then the stages, then the categories.
        tolerance: What was applied.
        started, ended: When the calculation began and ended, ISO 8601.
        allocation: Short name of the allocation method that took the place of what processes state; empty for none.
    """

    footprint: str
    result: dict[str, Any]
    comparisons: tuple[Compared, ...]
    tolerance: Tolerance
    started: str
    ended: str
    allocation: str = ""

    @property
    def agrees(self) -> bool:
        """Whether every declared value is within the tolerance."""
        return all(compared.within for compared in self.comparisons)


def recompute(store: GraphStore, study: Study, tolerance: Tolerance, allocation: str = "") -> Recomputation:
    """Compute the declared result of a study anew and compare.

    Args:
        store: The data of the store with the study among them.
        study: What its file states.
        tolerance: Largest difference that passes.
        allocation: Short name of the allocation method that takes the place of what the processes of the study state; empty for
            what they state.

    Raises:
        NotRecomputableError: says what stands in the way.
    """
    started, declared, settings = now(), declared_of(study), settings_of(study)
    amount, unit = unit_of(study)
    try:
        calculation, made = Calculation(store, settings), made_by(store, study)
        if allocation:
            own = study.facts.get("process", ())
            result = answered(
                made, lambda name: under_allocation(calculation, name, (amount, unit), allocation, own)
            ).data
        else:
            result = answered(made, lambda name: calculate(calculation, name, amount, unit)).data
    except (FootprintError, GraphStoreError) as error:
        raise NotRecomputableError(str(error)) from error
    (footprint,) = study.declared
    compared = tuple(_compared(result, declared, tolerance.amount))
    return Recomputation(footprint, result, compared, tolerance, started, now(), allocation)


def made_by(store: GraphStore, study: Study) -> tuple[str, str]:
    """The output by which a study makes its product, and the process that has it (IRIs).

    Raises:
        NotRecomputableError: no process of the study makes it, or several do.
    """
    makers = store.query(load("study-makers"), {"graph": iri(study.graph), "study": iri(study.iri)}).dicts()
    if len(makers) != 1:
        product = study.only("product") or "its product"
        raise NotRecomputableError(
            f"{len(makers)} processes that the study includes make <{product}> (tm:studyProduct, tm:includesProcess); exactly "
            "one must, as its output."
        )
    return str(makers[0]["output"]), str(makers[0]["process"])


def answered(made: tuple[str, str], answer: Callable[[str], Answer]) -> Answer:
    """Ask about what an output gives; `made` is the output and its process, see `made_by`."""
    output, process = made
    try:
        return answer(output)
    except UnknownNameError:  # the activity of a process with one product has the name of the process
        return answer(process)


def settings_of(study: Study) -> Settings:
    """What a study chose: GWP set, allocation of co-products that state none, recycling model.

    Raises:
        NotRecomputableError: it states no single GWP set.
    """
    gwp = study.only("gwp-set", "declared-gwp-set")
    if gwp is None:
        raise NotRecomputableError(
            f"<{study.iri}> states no single GWP set in its method settings (tm:settings/tm:gwpSet), so nothing says what the "
            "gases count. State one, such as <https://w3id.org/tanmai/id/gwp-set/AR6>."
        )
    declared = study.facts.get("declared-gwp-set", (gwp,))
    if declared != (gwp,):
        raise NotRecomputableError(
            f"<{study.iri}> declares its result under {', '.join(f'<{each}>' for each in declared)}, and its method settings state "
            f"<{gwp}>. State one GWP set in both, so that like is compared with like."
        )
    allocation = (study.only("allocation") or "").removeprefix(f"{ID}allocation/")
    recycling = (study.only("recycling") or "").removeprefix(f"{ID}recycling-model/")
    reading = Reading(
        coproducts=allocation if allocation in METHODS else "error",
        recycling="" if recycling == "none" else recycling,
    )
    average = (
        study.only("sector-average") or ""
    ).lower() == "true"  # what a study marks as such may rest on sectors alone
    return Settings(gwp.removeprefix(f"{ID}gwp-set/"), reading, sector_average=average)


def unit_of(study: Study) -> tuple[float, str]:
    """Amount and unit (IRI) of the declared or functional unit of a study.

    Raises:
        NotRecomputableError: it states none, or several.
    """
    stated, unit = study.only("unit-amount"), study.only("unit")
    amount = _number(stated)
    if unit is None or amount is None:
        raise NotRecomputableError(
            f"<{study.iri}> states no single declared or functional unit with an amount and a unit (tm:declaredUnit). State one."
        )
    return amount, unit


def declared_of(study: Study) -> dict[Part, float]:
    """The one declared footprint in kg CO2e: numbers by part, the total under TOTAL.

    Raises:
        NotRecomputableError: it declares none, several, or one with numbers that are none.
    """
    if len(study.declared) != 1:
        raise NotRecomputableError(
            f"<{study.iri}> declares {len(study.declared)} footprints (tm:declares, tm:co2e); declare one, so that it can be "
            "compared with the recomputed one."
        )
    ((footprint, stated),) = study.declared.items()
    found: dict[Part, float] = {}
    for part, values in stated.items():
        number = _number(values[0]) if len(values) == 1 else None
        if number is None:
            said = ", ".join(str(value) for value in values)
            where = "its total" if part == TOTAL else f"<{part[0] or part[1]}>"
            raise NotRecomputableError(f"<{footprint}> states {said} for {where}; state one finite number of kg CO2e.")
        found[part] = number
    if TOTAL not in found:
        raise NotRecomputableError(f"<{footprint}> states no total (tm:co2e). State it in kg CO2e.")
    return found


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _compared(result: dict[str, Any], declared: dict[Part, float], tolerance: float) -> list[Compared]:
    """The total and, where the study declares any, stages and categories: what it does not declare of them counts as nothing."""
    total = float(result["total"]["value"])
    computed: dict[Part, float] = {TOTAL: total}
    computed |= {(str(stage["iri"]), ""): float(stage["value"]) for stage in result["stages"]}
    categories = [category for category in result["categories"] if not category.get("of_which")]
    computed |= {("", str(category["iri"])): float(category["value"]) for category in categories}
    judged = [tuple(map(bool, part)) for part in declared]
    made = []
    for part in sorted(computed | declared, key=lambda part: bool(part[0]) + 2 * bool(part[1])):
        said, value = declared.get(part), computed.get(part, 0.0)
        difference = (said or 0.0) - value
        within = abs(difference) <= tolerance * abs(total) or tuple(map(bool, part)) not in judged
        made.append(Compared(part, said, value, difference / total if total else None, within))
    return made
