"""The footprint of a product as its page shows it, and the explanation behind it.

What calculates is imported with the first product: it takes half a second, and most pages show none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.pages.addresses import Addresses
from api.pages.words import Language, word
from api.problems import INTERNAL, kind_of
from api.readers.messages import MESSAGES
from graphstore.contract import SparqlStore
from graphstore.errors import UnknownNameError
from graphstore.terms import name

PRODUCT: Final = name("tm:Product").value
_SMALLEST: Final = 0.005
"""Share of the total below which a branch of an explanation goes into the remainder of its node."""


def footprint(store: SparqlStore, iri: str, lang: Language, addresses: Addresses) -> dict[str, Any] | None:
    """What the page says of the footprint of a product.

    Returns:
        The total with unit, GWP sets, stages, assumptions; or why there is none (`refused`, `reason`). ``None`` where no process
        of the graph makes the product.
    """
    from api.rest.kept import KEPT
    from graphstore.answers.summary import summary

    try:
        data = summary(KEPT.system(store, {}).parts, iri, most=1)
    except UnknownNameError:
        return None
    except Exception as error:
        kind = kind_of(type(error))
        if kind is INTERNAL:
            raise
        return {"refused": kind.zh if lang == "zh" else kind.en, "reason": MESSAGES.said(str(error), lang)}
    total = data["total"]
    return {
        "refused": "",
        "total": total["value"],
        "bound": total["error_bound"],
        "with_biogenic": data["total_including_biogenic_co2"]["value"],
        "amount": data["amount"],
        "unit": named(data["unit"], lang),
        "sector_average": data["sector_average"],
        "illustrative": any(each.get("code") == "illustrative" for each in data["assumptions"]),
        "sets": word("comma", lang).join(_set(each, lang) for each in data["gwp_sets"] or [data["settings"]["gwp"]]),
        "stages": _stages(data["stages"], lang, addresses),
        "assumptions": [each[f"text_{lang}"] for each in data["assumptions"]],
        "cutoffs": data["chain"]["cutoffs"],
        "explanation": addresses.to("/resource/explanation", iri=iri),
    }


def explained(store: SparqlStore, iri: str, lang: Language) -> dict[str, Any]:
    """The explanation of a footprint as nested lines.

    Raises:
        UnknownNameError: no process makes the product.
        FootprintError: the footprint cannot be calculated.
    """
    from api.rest.kept import KEPT
    from graphstore.answers.explanation import explain

    data = explain(KEPT.system(store, {}).calculation, iri, cutoff=_SMALLEST)
    return {
        "total": data["total"]["value"],
        "amount": data["amount"],
        "unit": named(data["unit"], lang),
        "gwp": data["settings"]["gwp"],
        "root": data["root"],
    }


def named(item: Mapping[str, Any] | None, lang: Language) -> str:
    """The name of a node of an answer: the symbol of a unit, else its label in a language."""
    if item is None:
        return ""
    keys = ("symbol", f"name_{lang}", "name_en", "name_zh", "name_any")
    return next((str(item[key]) for key in keys if item.get(key)), str(item["iri"]))


def _set(iri: str, lang: Language) -> str:
    notation = iri.rpartition("/")[2]
    return word("gwp_unknown", lang) if notation == "unknown" else notation


def _stages(stages: list[dict[str, Any]], lang: Language, addresses: Addresses) -> list[dict[str, Any]]:
    if {stage["iri"] for stage in stages} <= {"unstated"}:
        return []
    largest = max(abs(stage["value"]) for stage in stages) or 1.0
    return [
        {
            "name": word("unstated", lang) if stage["iri"] == "unstated" else named(stage, lang),
            "href": addresses.of(stage["iri"]),
            "value": stage["value"],
            "share": stage["share"],
            "length": abs(stage["value"]) / largest,
        }
        for stage in stages
    ]
