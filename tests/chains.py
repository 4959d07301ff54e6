"""Small supply chains in Turtle, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

EX = "https://example.org/"
ID = "https://w3id.org/tanmai/id/"
UNIT = "http://qudt.org/vocab/unit/"

HEAD = f"""
@prefix : <{EX}> .
@prefix tm: <https://w3id.org/tanmai/ontology#> .
@prefix id: <{ID}> .
@prefix flow: <{ID}elementary-flow/> .
@prefix gas: <{ID}gas/> .
@prefix category: <{ID}emission-category/> .
@prefix stage: <{ID}stage/> .
@prefix set: <{ID}gwp-set/> .
@prefix ef: <{ID}electricity-factor/> .
@prefix method: <{ID}allocation/> .
@prefix property: <{ID}property/> .
@prefix unit: <{UNIT}> .
@prefix u: <{ID}unit/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def exchange(name: str, flow: str, amount: object, unit: str = "unit:KiloGM", more: str = "") -> str:
    """One exchange in Turtle; `more` are further predicates, each ending in a semicolon."""
    return f":{name} a tm:Exchange ; tm:flow {flow} ; tm:amount {amount} ; {more} tm:unit {unit} .\n"


def product(name: str, label: str | None = None, kind: str = "Product") -> str:
    return f':{name} a tm:{kind} ; rdfs:label "{label or name}"@en .\n'


def process(
    name: str,
    *,
    amount: object = 1,
    unit: str = "unit:KiloGM",
    flow: str | None = None,
    inputs: tuple[tuple[Any, ...], ...] = (),
    emissions: tuple[tuple[Any, ...], ...] = (),
    outputs: tuple[tuple[Any, ...], ...] = (),
    more: str = "",
) -> str:
    """A process `:name-making` of product `:name`; the other exchanges are (flow, amount[, unit[, more]]).

    Exchanges are called `:name-out`, `:name-in-1`, `:name-emission-1`, `:name-output-1`, counted from one.
    """
    made = flow or f":{name}"
    text = product(name) if flow is None else ""
    text += exchange(f"{name}-out", made, amount, unit)
    text += (
        f':{name}-making a tm:UnitProcess ; rdfs:label "making {name}"@en ; {more} tm:quantitativeReference :{name}-out'
    )
    text += f" ; tm:output :{name}-out"
    rest = ""
    for side, word, listed in (
        ("input", "in", inputs),
        ("emission", "emission", emissions),
        ("output", "output", outputs),
    ):
        for number, item in enumerate(listed, 1):
            text += f" ; tm:{side} :{name}-{word}-{number}"
            rest += exchange(f"{name}-{word}-{number}", *item)
    return f"{text} .\n{rest}"


COMPILED: dict[Any, Any] = {}
"""The compiled systems of one state of one store, by state and reading."""


@cache
def remembering() -> Any:
    """The class of calculations that compile a state of a store once, however many questions and tests ask of it."""
    from graphstore.answers.graph import Calculation

    class Remembering(Calculation):
        @cached_property
        def base(self) -> Any:
            reading = self.settings.reading
            if self.part is not None:
                return self.part
            state = _state(self.graph)
            key = (state, reading.coproducts, reading.recycling)
            if key not in COMPILED:
                found = Calculation.__dict__["base"].func(self)
                for old in [kept for kept in COMPILED if kept[0] != state]:
                    del COMPILED[old]
                COMPILED[key] = found
            return COMPILED[key]

    return Remembering


def _state(store: Any) -> tuple[Any, ...]:
    """What tells one state of a store from another, also where the same file was loaded anew: its blank nodes are others."""
    versions = tuple((version.key, version.number, version.sha256) for version in store.datasets())
    return store, versions, tuple(sorted(store.local_statements().items()))


@dataclass(frozen=True)
class Case:
    """A supply chain loaded beside the reference knowledge."""

    store: Any

    def calculation(
        self,
        gwp: str = "AR6",
        unlinked: str = "error",
        coproducts: str = "error",
        strict: bool = False,
        recycling: str = "",
        scenario: Any = None,
    ) -> Any:
        from footprint.gaps import Reading
        from graphstore.answers.graph import Settings

        return remembering()(
            self.store, Settings(gwp, Reading(unlinked, coproducts, recycling), strict, scenario=scenario)
        )

    def footprint(self, name: str, amount: float = 1.0, unit: str | None = None, **settings: Any) -> dict[str, Any]:
        """The whole result for a product by its local name or a text."""
        from graphstore.answers.footprint import calculate

        return calculate(self.calculation(**settings), _iri(name), amount, unit).data

    def total(self, name: str, amount: float = 1.0, unit: str | None = None, **settings: Any) -> float:
        return float(self.footprint(name, amount, unit, **settings)["total"]["value"])

    def explain(self, name: str, depth: int = 12, cutoff: float = 0.0, **settings: Any) -> dict[str, Any]:
        from graphstore.answers.explanation import explain

        return explain(self.calculation(**settings), _iri(name), depth=depth, cutoff=cutoff)


def _iri(name: str) -> str:
    return name if "://" in name or " " in name else EX + name
