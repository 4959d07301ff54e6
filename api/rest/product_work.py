"""Jobs about products: find them, and what the command line answers about one with ``--json``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox

from api.errors import NotFoundError, RequestError
from api.readers import progress
from api.readers.frames import Output
from api.rest.bodies import Fields
from api.rest.kept import KEPT, System, calculating, unit_of
from api.rest.published import or_published
from graphstore.contract import SparqlStore

Job = Mapping[str, Any]

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_KIND: Final = "Product"
_MOST_FOUND: Final = 1000
"""Products that one search can page through."""


def tell(out: Output, job: Job, data: object, **facts: Any) -> None:
    """Answer with JSON; ``facts`` are for the route."""
    text = json.dumps(data, ensure_ascii=False, default=str, allow_nan=False)
    out.head(content_type="application/json", generation=job["generation"], **facts)
    out.write(text.encode())


def product_iri(store: SparqlStore, text: str) -> str:
    """The IRI that an address means: it stands there itself, or as the key of a local product.

    Raises:
        RequestError: it is neither.
    """
    iri = text if _SCHEME.match(text) else f"{store.base}/id/product/{quote(text, safe='')}"
    try:
        return ox.NamedNode(iri).value
    except ValueError:
        raise RequestError(
            f"{text!r} names no product: it is neither an absolute IRI nor the key of a product. Give the IRI, percent-encoded."
        ) from None


def listing(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """A page of products by name, or of those whose name holds some words."""
    from graphstore.search.index import SearchIndex

    most, after = int(job["limit"]), job["after"]
    with SearchIndex.of(store) as index:
        if _KIND not in index.kinds():
            hits = []
        elif job["q"] is None:
            hits = index.listed(_KIND, job["lang"], most + 1, after=after)
        else:
            found = index.search(job["q"], _KIND, _MOST_FOUND)
            hits = found[_place([hit.iri for hit in found], after) :][: most + 1]
    rows = [
        {"iri": hit.iri, **{f"name_{tag}": text for tag, text in sorted(hit.labels.items())}, "matched": hit.name}
        for hit in hits[:most]
    ]
    tell(out, job, {"products": rows}, next=rows[-1]["iri"] if len(hits) > most else None)


def _place(found: list[str], after: str | None) -> int:
    if after is None:
        return 0
    if after not in found:
        raise RequestError(
            f"The page after <{after}> is not there: the search does not find it. Begin with the first page."
        )
    return found.index(after) + 1


@or_published(product_iri)
def product(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """What a product is called, and which processes make it."""
    from graphstore.answers.names import Names

    with calculating(store, job["method"]) as system:
        calculation = system.calculation
        iri = product_iri(store, job["product"])
        rows = [row for row in calculation.products.by_iri.get(iri, ()) if iri in {row.iri, row.process, row.output}]
        if not rows:
            raise NotFoundError(f"There is no product <{iri}> that can be calculated. /products lists them.")
        names = Names(calculation)
        names.learn(node for row in rows for node in (row.iri, row.process, row.unit))
        made = [
            {"process": names[row.process].as_dict(), "output": row.output, "unit": names[row.unit].as_dict()}
            for row in rows
        ]
        tell(out, job, {"product": names[rows[0].iri].as_dict(), "made_by": made})


def _asked(system: System, store: SparqlStore, job: Job) -> tuple[str, float, str | None]:
    return product_iri(store, job["product"]), float(job["amount"]), unit_of(system, job["unit"])


@or_published(product_iri)
def footprint(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """The footprint of a product: in short, with all its parts, or the total alone."""
    with calculating(store, job["method"]) as system:
        asked, most = _asked(system, store, job), int(job["most"])
        if job["detail"] == "total":
            from graphstore.answers.scored import scored

            data = scored(system.board, *asked)
        elif job["detail"] == "summary":
            from graphstore.answers.summary import summary

            data = summary(system.parts, *asked, most)
        else:
            from graphstore.answers.footprint import calculate

            data = calculate(system.calculation, *asked, most).data
        tell(out, job, data)


@or_published(product_iri)
def footprint_part(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """A page of one of the long lists behind a footprint."""
    from graphstore.answers.lists import page

    with calculating(store, job["method"]) as system:
        first, most = int(job["first"]), int(job["limit"])
        data = page(system.chain(*_asked(system, store, job)), str(job["part"]), first, most)
        tell(out, job, data, next=str(first + most) if first + most < data["count"] else None)


@or_published(product_iri)
def explain(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """The supply chain behind a footprint, line by line."""
    from graphstore.answers.explanation import explain as explained

    with calculating(store, job["method"]) as system:
        iri, amount, unit = _asked(system, store, job)
        data = explained(system.calculation, iri, amount, unit, depth=int(job["depth"]), cutoff=float(job["cutoff"]))
        tell(out, job, data)


@or_published(product_iri)
def contributions(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """A footprint divided across the chain."""
    from graphstore.answers.transversal import HOT_SPOTS
    from graphstore.answers.transversal import contributions as divided

    if job["share"] is not None and job["by"] != HOT_SPOTS:
        raise RequestError("share is for by=hot-spots. Leave it out, or divide by hot-spots.")
    with calculating(store, job["method"]) as system:
        iri, amount, unit = _asked(system, store, job)
        data = divided(system.calculation, iri, job["by"], amount, unit, share=job["share"], most=int(job["most"]))
        tell(out, job, data)


@or_published(product_iri)
def uncertainty(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """How sure a footprint is, or the difference of two."""
    from footprint.montecarlo import DEFAULT_SEED
    from graphstore.answers.uncertainty import Asked
    from graphstore.answers.uncertainty import uncertainty as answered

    seed = DEFAULT_SEED if job["seed"] is None else int(job["seed"])
    how = Asked(job["how"], int(job["draws"]), seed, int(job["drivers"]), job["unusable"])
    with calculating(store, job["method"]) as system:
        iri, amount, unit = _asked(system, store, job)
        other = None if job["against"] is None else product_iri(store, job["against"])
        drawn = partial(progress.at, "drawing")
        data = answered(system.calculation, iri, amount, unit, other, how, anyway=bool(job["anyway"]), told=drawn)
        tell(out, job, data)


def compare(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """Two products, or one under two methods or in two states, term by term."""
    from graphstore.answers.compare import Asked
    from graphstore.answers.compare import compare as compared

    here, there = tuple(job["at"]), tuple(job["against"]["at"] or job["at"])
    method = {**job["method"], **job["against"]["method"]}
    if job["b"] is None and (here, job["method"]) == (there, method):
        raise RequestError("There is nothing to compare with: give b, or another setting for it, such as against-gwp.")
    states = KEPT.state(store, here), KEPT.state(store, there)
    with calculating(states[0], job["method"]) as first, calculating(states[1], method) as second:
        a = product_iri(store, job["a"])
        b = a if job["b"] is None else product_iri(store, job["b"])
        unit = unit_of(first, job["unit"])
        sides = Asked(first.calculation, a), Asked(second.calculation, b)
        data = compared(*sides, float(job["amount"]), unit, anyway=bool(job["anyway"]), most=int(job["most"]))
        tell(out, job, data)


_METHOD: Final = ("gwp", "unlinked", "coproducts", "recycling")
_WAYS: Final = ("set", "swap", "share")
_ASKED: Final = (
    "product",
    "amount",
    "unit",
    "moved",
    "products",
    "scenario",
    "strict",
    "sector-average",
    "as-of",
    "release",
)
_MOST_LISTED: Final = 10_000


def whatif(store: SparqlStore, job: Job, payload: bytes, out: Output) -> None:
    """A footprint with a few numbers changed."""
    from graphstore.answers.whatif import whatif as asked

    fields = Fields.read(payload, {*_METHOD, *_WAYS, *_ASKED})
    texts = [(way, text) for way in _WAYS for text in fields.texts(way)]
    if not texts and fields.optional("scenario") is None:
        raise RequestError("The body does not say what is changed. State set, swap, share or scenario.")
    method: dict[str, Any] = {name: fields.text(name) for name in _METHOD if name in fields.values}
    method |= {"scenario": fields.optional("scenario"), "strict": fields.flag("strict")}
    method |= {"sector_average": fields.flag("sector-average")}
    day = None if fields.optional("as-of") is None else fields.day("as-of").isoformat()
    with calculating(KEPT.state(store, (day, fields.optional("release"))), method) as system:
        iri, unit = product_iri(store, fields.text("product")), unit_of(system, fields.optional("unit"))
        moved, products = fields.count("moved", 10, _MOST_LISTED), fields.count("products", 0, _MOST_LISTED)
        amount = fields.number("amount", 1.0)
        data = asked(system.calculation, iri, amount, unit, texts=texts, moved=moved, products=products)
        tell(out, job, data)


def footprints(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """The footprint of every product, as the command prints it with ``--all``."""
    from graphstore.answers.scores import all_products, cut_off_table

    with calculating(store, job["method"]) as system:
        frame, cut = all_products(system.calculation), cut_off_table(system.calculation)
        tell(out, job, {"products": frame.to_dicts(), "cutoffs": cut.to_dicts()})
