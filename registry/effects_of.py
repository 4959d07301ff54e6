"""What the defects of a judged study do to its number: the effects, and the names of what the cures exchange.

The number is the footprint of the declared unit under the settings that the study states, calculated beside the data of a
store, or beside the shipped knowledge alone. Whatever stands in the way is a reason that is told, not an error: the judgement
stands without the effects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from graphstore.store import GraphStore
from graphstore.terms import DEFAULT_BASE, PREFIXES
from graphstore.trial import GRAPH, Replacement
from registry.effect import Asked, Effect, Tried, cures, effects
from registry.errors import RegistryError
from registry.recomputation import TOTAL, NotRecomputableError, declared_of, made_by, settings_of, unit_of
from registry.study import Study
from shapes.background import Background
from shapes.findings import by_language, text_of
from shapes.judge import Judgement
from shapes.report import Term
from shapes.rulebook import Rulebook
from shapes.terms import LABEL, tm

_CO2E, _GAS_MASS, _AMOUNT = tm("co2e"), tm("gasMass"), tm("amount")
_SYMBOL = ox.NamedNode(PREFIXES["qudt"] + "symbol")
_DEFAULT = ox.DefaultGraph()


@dataclass(frozen=True, slots=True)
class Effects:
    """What the defects of one study do to its result.

    Attributes:
        asked: the number that was calculated; None where there is none.
        declared: what the study declares, kg CO2e; None where it declares no single number.
        unit: name and symbol of the unit.
        tried: what the cures came to, each and together.
        names: what the nodes that the cures exchange are called, and the number that a factor states.
        reason: why nothing can be calculated; empty where it can.
    """

    asked: Asked | None
    declared: float | None
    unit: dict[str, Any]
    tried: Tried
    names: dict[Term, dict[str, Any]]
    reason: str = ""

    def told(self, judgement: Judgement) -> dict[str, Any]:
        """The judgement for machines, with the effects: one `effect` at the top, one in each finding that has one."""
        data = judgement.as_dict()
        by_result = {effect.result: effect for effect in self.tried.effects}
        for finding, told in zip(judgement.findings, data["findings"], strict=True):
            effect = by_result.get(finding.result)
            told["effect"] = None if effect is None else self._told(effect)
        data["effect"] = {
            "declared": self.declared,
            "amount": None if self.asked is None else self.asked.amount,
            "unit": None if self.asked is None else {"iri": self.asked.unit, **self.unit},
            "gwp_set": None if self.asked is None else self.asked.settings.gwp,
            "before": self.tried.before,
            "together": self.tried.together,
            "reason": self.reason,
        }
        return data

    def _told(self, effect: Effect) -> dict[str, Any]:
        before, after = effect.before, effect.after
        return {
            "cure": {"iri": effect.cure.iri, "label": effect.cure.label},
            "before": before,
            "after": after,
            "difference": None if before is None or after is None else after - before,
            "reason": effect.reason,
            "changes": [self._change(each) for each in effect.replacements],
        }

    def _change(self, change: Replacement) -> dict[str, Any]:
        return {
            "node": text_of(change.node),
            "property": change.predicate.value,
            "before": None if change.before is None else self.names[change.before],
            "after": None if change.after is None else self.names[change.after],
        }


def effects_of(
    judgement: Judgement, rules: Rulebook, background: Background, store: GraphStore | None = None
) -> Effects:
    """Tell what the defects that were found do to the number of the study.

    Args:
        judgement: the judgement of a file with one study.
        rules: the shapes files by which was judged; they name the cures.
        background: the reference knowledge, beside which the study is calculated where there is no store.
        store: the store beside whose data it is calculated.

    Raises:
        CureError: a cure of a shapes file cannot be made.
    """
    own = [quad.triple for document in judgement.documents for quad in document.quads]
    files = [file for file in rules if file.name in judgement.files]
    with _beside(store, background) as base:
        try:
            asked, declared = _asked(judgement, base.base, own)
        except RegistryError as error:
            return Effects(None, None, {}, Tried((), None, None), {}, str(error))
        statements = [*own, *(triple for file in files for triple in file.knowledge)]
        results = [finding.result for finding in judgement.findings]
        known = cures(_graph(t for file in files for t in file.triples))
        tried = effects(base, statements, results, known, asked, lent=store is None)
        names = _Names(base.engine, _graph(statements))
        exchanged = {
            t for effect in tried.effects for r in effect.replacements for t in (r.before, r.after) if t is not None
        }
        unit = names.unit(ox.NamedNode(asked.unit))
        return Effects(asked, declared, unit, tried, {term: names.told(term) for term in exchanged})


@contextmanager
def _beside(store: GraphStore | None, background: Background) -> Iterator[GraphStore]:
    """The store, in a copy of which is tried what is tried, or the knowledge as one, which is lent for it."""
    if store is not None:
        yield store
    else:
        with background.lend() as lent, GraphStore.view(DEFAULT_BASE, lent.store) as view:
            yield view


def _asked(judgement: Judgement, base: str, statements: Iterable[ox.Triple]) -> tuple[Asked, float | None]:
    """The number that the one study of a judgement is about, and what it declares."""
    nodes = [selection.study.node for selection in judgement.selections]
    if len(nodes) != 1:
        raise NotRecomputableError(
            f"There are {len(nodes)} footprint studies in what was handed in, and an effect is on the result of one. Hand in the "
            "file of one study."
        )
    if isinstance(nodes[0], ox.BlankNode):
        raise NotRecomputableError("The study is a blank node, so its result cannot be asked for. Give it an IRI.")
    with GraphStore.view(base, _graph(statements, GRAPH)) as graph:
        study = Study.of(graph, GRAPH.value, judgement.documents[0].name)
        (output, process), (amount, unit) = made_by(graph, study), unit_of(study)
        try:
            declared: float | None = declared_of(study)[TOTAL]
        except NotRecomputableError:  # an effect can be told without it
            declared = None
        return Asked(output, amount, unit, settings_of(study), process), declared


def _graph(statements: Iterable[ox.Triple], name: ox.NamedNode | ox.DefaultGraph = _DEFAULT) -> ox.Store:
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object, name) for t in statements)
    return store


class _Names:
    """What nodes are called, in the study or in what stands beside it."""

    def __init__(self, *engines: ox.Store) -> None:
        self._engines = engines

    def label(self, node: Term) -> dict[str, str]:
        """What a node is called, by language."""
        return by_language(value for value in self._values(node, LABEL) if isinstance(value, ox.Literal))

    def unit(self, node: Term) -> dict[str, Any]:
        """Name and symbol of a unit."""
        symbols = self._values(node, _SYMBOL)
        return {"label": self.label(node), "symbol": text_of(symbols[0]) if symbols else ""}

    def told(self, term: Term) -> dict[str, Any]:
        """A term for machines: its text, its name, and the number and unit of a factor."""
        return {"value": text_of(term), "label": self.label(term), "factor": self._factor(term)}

    def _factor(self, node: Term) -> float | None:
        """What a factor states per unit: kg CO2e, or the mass of its only gas."""
        stated = self._values(node, _CO2E) or [
            amount for mass in self._values(node, _GAS_MASS) for amount in self._values(mass, _AMOUNT)
        ]
        return float(stated[0].value) if len(stated) == 1 and isinstance(stated[0], ox.Literal) else None

    def _values(self, node: Term, predicate: ox.NamedNode) -> list[Term]:
        if not isinstance(node, ox.NamedNode | ox.BlankNode):
            return []
        found = (
            quad.object for engine in self._engines for quad in engine.quads_for_pattern(node, predicate, None, None)
        )
        return list(dict.fromkeys(found))
