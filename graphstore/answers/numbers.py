"""The difference of two results of one product, explained by the numbers that are not the same on both sides, exactly.

An amount, a provider, a factor, an allocation share, a warming potential: each with its value before and after and with what
it does to the result. The effects sum to the difference (see `footprint.difference` for why).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from footprint.difference import Change, Changes, difference
from footprint.errors import FootprintError, UnitError
from footprint.inventory import Floats
from footprint.union import Side
from graphstore.answers.lines import details_of
from graphstore.answers.names import Name
from graphstore.answers.question import Question
from graphstore.technosphere.quantities import MASS_UNIT, conversions_of, unit_table

JOINT = "\n"
"""Between the parts of an activity's key; in no IRI."""

KINDS = {
    Change.INPUT: "amount",
    Change.EMISSION: "amount",
    Change.FACTOR: "factor",
    Change.PRODUCTION: "output",
    Change.SHARE: "allocation-share",
    Change.POTENTIAL: "gwp",
    Change.DEMAND: "demand",
}


def explained(first: Question, second: Question, most: int) -> dict[str, Any]:
    """Return the changed numbers, largest effect first.

    Args:
        first: A result of a product.
        second: Another result of the same product.
        most: How many numbers to list.

    Returns:
        `numbers`, how many are not listed (`unlisted`), and the `remainder` of the difference. `numbers` is None, with the
        reason, where one side completed with the other's processes cannot be solved.
    """
    naming = _Naming.of(first, second)
    scale = _scales(naming)
    try:
        found = difference(
            _side(first, naming.ids[0], np.ones(len(naming.ids[0]))), _side(second, naming.ids[1], scale)
        )
    except FootprintError as error:
        return {"numbers": None, "reason": str(error)}
    total = float(found.totals[1].values) - float(found.totals[0].values)
    shown, unlisted = _largest(found, most)
    for line in shown:
        line["share"] = line["effect"] / total if total else None
    return {
        "numbers": _named(naming, shown),
        "unlisted": unlisted,
        "remainder": total - math.fsum(line["effect"] for line in shown),
    }


def _keys(question: Question) -> list[str]:
    """Return what makes an activity the same in both states: the process or factor, its product, and which of several."""
    snapshot = question.calculation.snapshot
    made = [f"{snapshot.maker(a)}{JOINT}{snapshot.product_of(a) or ''}" for a in range(snapshot.compiled.n)]
    if len(set(made)) == len(made):
        return made
    met: Counter[str] = Counter()
    for position, key in enumerate(made):
        made[position] = f"{key}{JOINT}{met[key]}" if met[key] else key
        met[key] += 1
    return made


def _scales(naming: _Naming) -> Floats:
    """Return the units of the first state per unit of the second, by activity of the second.

    An activity counted in a unit that has no way to that of the first state becomes another activity: its key is changed.
    """
    select, (_, others) = naming.second.calculation.select, naming.ids
    snapshot = naming.second.calculation.snapshot
    scale, units = np.ones(len(others)), naming.units[0]
    for number, key in enumerate(others):
        old, new = units.get(key), snapshot.unit_of(number)
        if old is None or old == new:
            continue
        product = snapshot.product_of(number)
        try:
            scale[number] = unit_table(select).scale(new, old, conversions_of(select, product) if product else ())
        except UnitError:
            others[number] = f"{key}{JOINT}{new}"
            naming.units[1][others[number]] = new
    return scale


def _side(question: Question, ids: list[str], scale: Floats) -> Side:
    calculation, chain = question.calculation, question.chain
    snapshot = calculation.snapshot
    return Side(
        system=snapshot.compiled.system,
        keys=ids,
        factors=calculation.characterisation.excluding_biogenic,
        share=np.asarray(snapshot.share),
        scale=scale,
        activity=question.activity,
        amount=chain.amount,
    )


def _largest(found: Changes, most: int) -> tuple[list[dict[str, Any]], int]:
    """Return the changes of largest effect as lines, and how many others there are.

    The links of one exchange, or of the product asked for, to its old and its new provider are one change.
    """
    row = np.where(found.kind == Change.INPUT, -1, found.row)
    keys = np.stack((found.kind, found.exchange, found.activity, row), axis=1)
    groups, where = np.unique(keys, axis=0, return_inverse=True)
    where = where.reshape(-1)
    effect = np.bincount(where, found.effect.values, minlength=len(groups))
    bound = np.bincount(where, found.effect.bounds, minlength=len(groups))
    order = np.argsort(-np.abs(effect), kind="stable")[:most]
    lines = []
    for group in order.tolist():
        members = np.flatnonzero(where == group).tolist()
        line = _line(found, members[0])
        for n in members if found.provider[members[0]] >= 0 else ():
            _link(line, found, n)
        lines.append(line | {"effect": float(effect[group]), "error_bound": float(bound[group])})
    return lines, len(groups) - len(lines)


def _line(found: Changes, n: int) -> dict[str, Any]:
    line: dict[str, Any] = {"kind": KINDS[Change(int(found.kind[n]))]}
    line |= {"before": float(found.before[n]), "after": float(found.after[n])}
    if found.activity[n] >= 0:
        line["activity"] = found.keys[int(found.activity[n])]
    if found.exchange[n] >= 0:
        line["exchange"] = found.exchange_ids[int(found.exchange[n])]
    if found.row[n] >= 0:
        kind = found.rows[int(found.row[n])]
        line |= {"gas": kind.gas, "category": kind.category}
    return line


def _link(line: dict[str, Any], found: Changes, n: int) -> None:
    """Add one link of an exchange: who supplied it before, who does after."""
    provider = found.keys[int(found.provider[n])]
    for side, amounts in (("before", found.before), ("after", found.after)):
        if amounts[n]:
            line[side], line[f"provider_{side}"] = float(amounts[n]), provider
    ends = line.get("provider_before"), line.get("provider_after")
    if None not in ends and ends[0] != ends[1]:
        line["kind"] = "maker" if found.kind[n] == Change.DEMAND else "provider"


@dataclass(frozen=True, slots=True)
class _Naming:
    """Names, keys and units of the activities of either state."""

    first: Question
    second: Question
    ids: tuple[list[str], list[str]]
    units: tuple[dict[str, str], dict[str, str]]

    @classmethod
    def of(cls, first: Question, second: Question) -> _Naming:
        ids = (_keys(first), _keys(second))
        units = [
            {key: question.calculation.snapshot.unit_of(number) for number, key in enumerate(listed)}
            for question, listed in zip((first, second), ids, strict=True)
        ]
        return cls(first, second, ids, (units[0], units[1]))

    def name(self, iri: str) -> Name:
        found = self.first.names[iri]
        return found if found.labels else self.second.names[iri]

    def unit(self, line: dict[str, Any]) -> str | None:
        """Return the unit of the number: of a gas, of a provider, of an output; shares have none."""
        if line["kind"] in {"allocation-share", "gwp"}:
            return None
        if "gas" in line:
            return MASS_UNIT
        key = line.get("provider_after") or line.get("provider_before") or line.get("activity", "")
        return self.units[0].get(key) or self.units[1].get(key)


def _named(naming: _Naming, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = [line["exchange"] for line in lines if "exchange" in line]
    flows = {
        iri: str(row["flow"])
        for question in (naming.second, naming.first)
        for iri, row in details_of(question.calculation, wanted).items()
    }
    return [_with_names(naming, line, flows) for line in lines]


def _with_names(naming: _Naming, line: dict[str, Any], flows: dict[str, str]) -> dict[str, Any]:
    plain = ("kind", "exchange", "before", "after", "effect", "error_bound", "share")
    made: dict[str, Any] = {key: line[key] for key in plain if key in line}
    nodes = {key: line.get(key) for key in ("gas", "category", "provider_before", "provider_after")}
    nodes |= {"process": line.get("activity"), "flow": flows.get(line.get("exchange", "")), "unit": naming.unit(line)}
    made |= {key: naming.name(node.split(JOINT)[0]).as_dict() for key, node in nodes.items() if node}
    return made
