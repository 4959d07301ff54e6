"""Allocation factors of a package: used where the package itself chooses a method and states it completely.

A default method with one factor per product that sum to one becomes an allocation by stated factors. Everything else
(factors without a chosen method, causal factors for single exchanges, incomplete sets) is kept as statements of the
source, and the process stays without a method: choosing one is left to whoever calculates.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from mappings.ntriples import TYPE, concept, double, literal, tm
from mappings.olca.exchanges import Activity, Exchange, coproducts
from mappings.olca.fields import Json, decimal, objects, ref, ref_id, text
from mappings.olca.names import Names
from mappings.olca.report import ImportReport

SUM_TOLERANCE = 1e-9
_BY_PRODUCT = ("PHYSICAL_ALLOCATION", "ECONOMIC_ALLOCATION")


def choose_factors(activities: list[Activity], report: ImportReport) -> None:
    """Set the allocation factors of every process whose package chooses a method and states it completely."""
    for activity in activities:
        activity.allocation = _chosen(activity, report)


def _chosen(activity: Activity, report: ImportReport) -> dict[str, float]:
    """Return the allocation factor of each product exchange by its key; empty where the package does not choose."""
    products = [e for e in (activity.reference, *coproducts(activity)) if e is not None]
    if len(products) < 2:
        return {}
    report.counts["processes with several products"] += 1
    method = text(activity.entity.data.get("defaultAllocationMethod"))
    factors = _complete(activity, products, method) if method in _BY_PRODUCT else {}
    if factors:
        report.counts["processes allocated by stated factors"] += 1
    elif method not in ("", "NO_ALLOCATION", "USE_DEFAULT_ALLOCATION"):
        report.warn(
            f"{activity.entity.file}: {method} is chosen, but its factors are not one per product that sum to 1; they are kept "
            "as statements, and the process states no method."
        )
    return factors


def _complete(activity: Activity, products: list[Exchange], method: str) -> dict[str, float]:
    stated: dict[str, float] = {}
    for data in objects(activity.entity.data, "allocationFactors"):
        value = decimal(data, "value")
        if text(data.get("allocationType")) == method and value is not None:
            stated[ref_id(data, "product")] = value
    flows = [e.flow.key for e in products]
    if len(set(flows)) < len(flows) or any(key not in stated for key in flows):
        return {}
    factors = {e.key: stated[e.flow.key] for e in products}
    fits = min(factors.values()) >= 0 and abs(math.fsum(factors.values()) - 1) <= SUM_TOLERANCE
    return factors if fits else {}


def allocation_lines(names: Names, activity: Activity) -> Iterator[str]:
    """Yield the method and factors that are used, then every factor of the package as a statement."""
    node = names.iri("process", activity.key)
    if activity.allocation:
        yield f"{node} {tm('allocationMethod')} {concept('allocation', 'stated')} .\n"
        for key, factor in sorted(activity.allocation.items()):
            yield f"{names.iri('exchange', key)} {tm('allocationFactor')} {double(factor)} .\n"
    exchanges = {text(e.data.get("@id")): e for e in activity.exchanges}
    exchanges |= {str(e.data["internalId"]): e for e in activity.exchanges if "internalId" in e.data}
    by_flow = Counter(e.flow.key for e in activity.exchanges)
    single = {e.flow.key: e for e in activity.exchanges if by_flow[e.flow.key] == 1}
    for position, data in enumerate(objects(activity.entity.data, "allocationFactors"), 1):
        statement = names.iri("allocation-factor", activity.key, str(position))
        yield (
            f"{node} {tm('hasAllocationStatement')} {statement} .\n{statement} {TYPE} {tm('AllocationFactorStatement')} .\n"
            f"{statement} {tm('statedMethod')} {literal(text(data.get('allocationType')))} .\n"
        )
        yield from _statement_lines(names, data, statement, exchanges, single)


def _statement_lines(
    names: Names, data: Json, statement: str, exchanges: dict[str, Exchange], single: dict[str, Exchange]
) -> Iterator[str]:
    value = decimal(data, "value")
    if value is not None:
        yield f"{statement} {tm('amount')} {double(value)} .\n"
    if text(data.get("formula")):
        yield f"{statement} {tm('amountFormula')} {literal(text(data['formula']))} .\n"
    if ref_id(data, "product"):
        yield f"{statement} {tm('allocatedProduct')} {names.iri('flow', ref_id(data, 'product'))} .\n"
    about = ref(data, "exchange")
    flow = ref_id(about, "flow")
    found = exchanges.get(str(about.get("internalId", about.get("@id", "")))) or single.get(flow)
    if found is not None:
        yield f"{statement} {tm('appliesToExchange')} {names.iri('exchange', found.key)} .\n"
    elif flow:
        yield f"{statement} {tm('appliesToFlow')} {names.iri('flow', flow)} .\n"


def report_allocation(activities: list[Activity], report: ImportReport) -> None:
    """Count the statements by method and by what they name."""
    tally: Counter[tuple[str, str]] = Counter()
    owners: dict[tuple[str, str], set[str]] = {}
    for activity in activities:
        for data in objects(activity.entity.data, "allocationFactors"):
            about = "product" if ref_id(data, "product") else "no product"
            key = (text(data.get("allocationType")), about + (", one exchange" if ref(data, "exchange") else ""))
            tally[key] += 1
            owners.setdefault(key, set()).add(activity.key)
    report.counts["allocation factors kept as statements"] = sum(tally.values())
    rows = [(method, about, count, len(owners[method, about])) for (method, about), count in sorted(tally.items())]
    report.add(
        "allocation", "Allocation factors kept as statements", ("method", "names", "factors", "processes"), [*rows]
    )
