"""Linking: which process supplies an input or treats a waste, decided as the calculation will decide it.

The provider stated in the data comes first, then the process whose quantitative reference is the flow. Where several
processes have it as their reference, the lowest identifier is taken: that is a choice, so it is written into a linking
graph with its rule. What stays unlinked is listed, never dropped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from mappings.ntriples import LABEL, TYPE, concept, literal, tm
from mappings.olca.exchanges import Activity, Exchange, coproducts
from mappings.olca.flows import PRODUCT, Flow
from mappings.olca.names import Names
from mappings.olca.report import ImportReport


@dataclass(slots=True)
class Links:
    """The choices that were made: exchanges with the process taken for each, and the candidates by flow."""

    chosen: list[tuple[Exchange, str]] = field(default_factory=list)

    def lines(self, names: Names, dataset_key: str) -> Iterator[str]:
        """Yield the triples of the linking graph; nothing where nothing had to be chosen."""
        if not self.chosen:
            return
        rule = concept("linking-rule", "lowest-identifier")
        model = names.iri("linking-model", dataset_key)
        yield f"{model} {TYPE} {tm('LinkingModel')} .\n{model} {tm('linkingRule')} {rule} .\n"
        yield f"{model} {LABEL} {literal(f'choices made on import of {dataset_key}')} .\n"
        for exchange, process in self.chosen:
            node = names.iri("exchange", exchange.key)
            yield f"{node} {tm('linkedTo')} {names.iri('process', process)} .\n{node} {tm('linkingRule')} {rule} .\n"


def link(activities: list[Activity], report: ImportReport) -> Links:
    """Resolve all exchanges that ask for something, and report what became of them."""
    producers: dict[str, list[Activity]] = defaultdict(list)
    by_key = {activity.key: activity for activity in activities}
    made_beside: Counter[str] = Counter()
    for activity in activities:
        if activity.reference is not None:
            producers[activity.reference.flow.key].append(activity)
        made_beside.update(e.flow.key for e in coproducts(activity))
    if made_beside:
        report.outputs[BESIDE] = made_beside.total()
    links, unlinked, ambiguous = Links(), _Tally(), _Tally()
    for activity in activities:
        for exchange in activity.exchanges:
            if exchange.asks:
                outcome = _resolve(exchange, by_key, producers, links)
                (report.inputs if exchange.side == "input" else report.outputs)[outcome] += 1
                if outcome == UNLINKED:
                    unlinked.add(exchange)
                elif outcome == AMBIGUOUS:
                    ambiguous.add(exchange)
    _report(report, unlinked, ambiguous, producers, made_beside)
    return links


STATED = "linked by the default provider"
STATED_OTHER = "linked by a default provider that has another reference flow"
STATED_ABSENT = "default provider not in the package"
UNIQUE = "linked by the only process with that reference flow"
AMBIGUOUS = "linked to the lowest identifier of several processes"
UNLINKED = "unlinked"
BESIDE = "co-products beside the reference"


def _resolve(
    exchange: Exchange, by_key: dict[str, Activity], producers: dict[str, list[Activity]], links: Links
) -> str:
    if exchange.provider:
        provider = by_key.get(exchange.provider)
        if provider is None:
            return STATED_ABSENT
        makes = provider.reference is not None and provider.reference.flow.key == exchange.flow.key
        return STATED if makes else STATED_OTHER
    candidates = producers.get(exchange.flow.key, [])
    if len(candidates) > 1:
        links.chosen.append((exchange, min(c.key for c in candidates)))
        return AMBIGUOUS
    return UNIQUE if candidates else UNLINKED


@dataclass(slots=True)
class _Tally:
    """Exchanges counted by flow and side."""

    count: Counter[tuple[str, str]] = field(default_factory=Counter)
    flows: dict[str, Flow] = field(default_factory=dict)

    def add(self, exchange: Exchange) -> None:
        self.count[exchange.flow.key, exchange.side] += 1
        self.flows[exchange.flow.key] = exchange.flow

    def rows(self) -> list[tuple[Flow, str, int]]:
        ordered = sorted(self.count.items(), key=lambda item: (-item[1], self.flows[item[0][0]].name, item[0]))
        return [(self.flows[key], side, count) for (key, side), count in ordered]


def _report(
    report: ImportReport,
    unlinked: _Tally,
    ambiguous: _Tally,
    producers: dict[str, list[Activity]],
    made_beside: Counter[str],
) -> None:
    summary = [("inputs", *item) for item in sorted(report.inputs.items())]
    summary += [("outputs", *item) for item in sorted(report.outputs.items())]
    report.add("linking", "What inputs and outputs are linked to", ("side", "outcome", "exchanges"), [*summary])
    rows = [
        (flow.name, count, taken.key, taken.entity.name, ", ".join(c.key for c in others), flow.key)
        for flow, _, count in ambiguous.rows()
        for taken, *others in [sorted(producers[flow.key], key=lambda a: a.key)]
    ]
    columns = ("flow", "exchanges", "taken", "name", "others", "identifier")
    report.add("ambiguous", "Flows with several producers; the lowest identifier was taken", columns, [*rows])
    missing = [
        (flow.name, "product" if flow.kind == PRODUCT else "waste", side, count, made_beside[flow.key], flow.key)
        for flow, side, count in unlinked.rows()
    ]
    columns = ("flow", "kind", "side", "exchanges", "made as co-product by", "identifier")
    report.add("unlinked", "Flows that no process of the package supplies or treats", columns, [*missing])
