"""What exchanges and processes state beside amounts: comments, quality, uncertainty, parameters, formulas."""

from __future__ import annotations

from collections.abc import Iterator

from mappings.ntriples import LABEL, TYPE, concept, dcterms, double, literal, tm
from mappings.olca.exchanges import Exchange
from mappings.olca.fields import Json, decimal, ref, text
from mappings.olca.names import Names

_DISTRIBUTIONS = {
    "LOG_NORMAL_DISTRIBUTION": "lognormal",
    "NORMAL_DISTRIBUTION": "normal",
    "TRIANGLE_DISTRIBUTION": "triangular",
    "UNIFORM_DISTRIBUTION": "uniform",
}
_MOMENTS = {
    "mean": tm("mean"),
    "sd": tm("standardDeviation"),
    "geomMean": tm("geometricMean"),
    "geomSd": tm("geometricStandardDeviation"),
    "minimum": tm("minimum"),
    "maximum": tm("maximum"),
    "mode": tm("mode"),
}
_TEXTS = {
    "description": dcterms("description"),
    "amountFormula": tm("amountFormula"),
    "dqEntry": tm("dataQualityEntry"),
    "pedigreeUncertainty": tm("dataQualityEntry"),
}


def annotation_lines(names: Names, node: str, exchange: Exchange) -> Iterator[str]:
    """Yield what only some exchanges state."""
    data = exchange.data
    if exchange.provider:
        yield f"{node} {tm('defaultProvider')} {names.iri('process', exchange.provider)} .\n"
    if exchange.stated is not None:
        amount, unit = exchange.stated
        yield f"{node} {tm('statedAmount')} {double(amount)} .\n{node} {tm('statedUnit')} {unit.term} .\n"
    for name, term in _TEXTS.items():
        if name in data and text(data[name]):
            yield f"{node} {term} {literal(text(data[name]))} .\n"
    base = decimal(data, "baseUncertainty")
    if base is not None:
        yield f"{node} {tm('baseUncertainty')} {double(base)} .\n"
    if "uncertainty" in data:
        yield from _uncertainty_lines(names.iri("uncertainty", exchange.key), node, ref(data, "uncertainty"))


def _uncertainty_lines(uncertainty: str, node: str, data: Json) -> Iterator[str]:
    kind = _DISTRIBUTIONS.get(text(data.get("distributionType")))
    if kind is None:
        return
    yield (
        f"{node} {tm('uncertainty')} {uncertainty} .\n{uncertainty} {TYPE} {tm('Uncertainty')} .\n"
        f"{uncertainty} {tm('distribution')} {concept('distribution', kind)} .\n"
    )
    for name, term in _MOMENTS.items():
        value = decimal(data, name)
        if value is not None:
            yield f"{uncertainty} {term} {double(value)} .\n"


def parameter_lines(names: Names, parameters: list[Json], owner: str, process: str | None = None) -> Iterator[str]:
    """Yield the static values of parameters, those of one process or (owner "") of the whole package."""
    seen: set[str] = set()
    for data in parameters:
        name = text(data.get("name"))
        if not name or name.lower() in seen:
            continue
        seen.add(name.lower())
        node = names.iri("parameter", owner, name) if owner else names.iri("parameter", name)
        yield f"{node} {TYPE} {tm('Parameter')} .\n{node} {LABEL} {literal(name)} .\n"
        if process:
            yield f"{process} {tm('parameter')} {node} .\n"
        value = decimal(data, "value")
        if value is not None:
            yield f"{node} {tm('amount')} {double(value)} .\n"
        for field, term in (("formula", tm("amountFormula")), ("description", dcterms("description"))):
            if text(data.get(field)):
                yield f"{node} {term} {literal(text(data[field]))} .\n"
        yield from _uncertainty_lines(
            node[:-1].replace("/id/parameter/", "/id/uncertainty/", 1) + ">", node, ref(data, "uncertainty")
        )
