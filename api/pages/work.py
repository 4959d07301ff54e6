"""What a reader process does for the pages: finds, calculates and renders; see :mod:`api.readers.kinds` for the kinds of jobs."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Final

import pyoxigraph as ox

import ontology
from api.errors import NotFoundError
from api.pages import changes as changing
from api.pages import feeds
from api.pages.addresses import candidates
from api.pages.context import Context, Job
from api.pages.datasets import title_of
from api.pages.feeds import Feed
from api.pages.forms import DATA, HTML
from api.pages.node import kinds_of, part_of, statements
from api.pages.product import PRODUCT, explained, footprint
from api.pages.rendering import render
from api.pages.vocabulary import document, vocabulary
from api.pages.words import word
from api.readers.frames import Output
from graphstore.catalogue import DatasetVersion
from graphstore.contract import SparqlStore
from graphstore.localgraph import has_graph
from graphstore.terms import dataset_iri, iri, name

Link = tuple[str, str, str]

_FOUND: Final = 50
"""Results of a search that a page shows."""
_DATASETS: Final = 100
"""Datasets that the first page lists."""
_KEPT: Final = 4
"""Rendered vocabularies that a process keeps: one for each generation, audience and language."""

_kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()

_CHANGED: Final = (name("tm:supersedes"), name("tm:corrects"))
_GONE: Final = {ontology.ID + "legal-status/superseded", ontology.ID + "legal-status/withdrawn"}


def resource(store: SparqlStore, job: Job, _payload: bytes, out: Output) -> None:
    """Say what the graph says about a node, as a page or as data.

    Raises:
        NotFoundError: nothing is said about it, or there is no such page.
    """
    context = Context.of(store, job)
    node, twin = _node(context)
    part = part_of(context.graphs, node, context.number)
    forms = _forms(context, node)
    links: list[Link] = [(form["href"], "alternate", form["media_type"]) for form in forms]
    links += context.paging(part.more)
    if job["format"] != "html":
        context.send_data(out, statements(context.graphs, part), links)
        return
    shown, kinds = context.shown, kinds_of(context.graphs, node)
    other = "en" if context.lang == "zh" else "zh"
    names = context.labels.all(node.value)
    title = context.labels[node.value]
    context.send_page(
        out,
        "resource",
        links,
        iri=node.value,
        title=title,
        other_name=names.get(other) if names.get(other) != title else None,
        other_lang=other,
        kinds=[shown.node(each) for each in kinds],
        said=shown.groups(part.outgoing),
        pointing=shown.pointing(part.incoming),
        uses=[(shown.subject(each.subject), shown.subject(each.object)) for each in part.uses],
        old=_changed(context, node),
        product=footprint(store, node.value, context.lang, context.addresses) if PRODUCT in kinds else None,
        forms=forms,
        graph=context.addresses.to("/graphs", graph=node.value) if has_graph(store.engine, node.value) else None,
        twin=None if twin is None else shown.node(twin.value),
        data=_json_ld(part.outgoing),
        number=part.number,
        more=part.more,
        paged=context.paged,
    )


def _node(context: Context) -> tuple[ox.NamedNode, ox.NamedNode | None]:
    """The node that is asked for, and another one that has the same path here."""
    asked = context.job.get("iri")
    if asked is not None:
        return iri(str(asked)), None
    path = str(context.job["path"])
    named = [iri(each) for each in candidates(path, context.store.base)]
    known = [node for node in named if context.graphs.has(node)]
    if not known:
        raise NotFoundError(
            f"The store says nothing about what the path {path} names. Check the IRI, or search by name."
        )
    return known[0], known[1] if len(known) > 1 else None


def _forms(context: Context, node: ox.NamedNode) -> list[dict[str, str]]:
    return [
        {
            "href": context.addresses.document(node.value, "data", format=offer.name),
            "media_type": offer.media_type,
            "title": _TITLES[offer.name],
        }
        for offer in DATA.values()
    ]


_TITLES: Final = {"turtle": "Turtle", "ntriples": "N-Triples", "jsonld": "JSON-LD", "rdfxml": "RDF/XML"}


def _json_ld(triples: list[ox.Triple]) -> Any:
    """The statements about a node as JSON-LD, to be embedded in its page."""
    plain = [triple for triple in triples if not isinstance(triple.object, ox.Triple)]
    return json.loads(ox.serialize(plain, format=ox.RdfFormat.JSON_LD) or b"[]")


def _changed(context: Context, node: ox.NamedNode) -> list[dict[str, Any]]:
    """What a node rests on that was changed or is no longer valid, and what took its place."""
    graphs, labels = context.graphs, context.labels
    rests = {each for prop in changing.RESTS for each in graphs.objects(node, prop) if isinstance(each, ox.NamedNode)}
    found: list[dict[str, Any]] = []
    for old in sorted({node, *rests}, key=lambda each: each.value):
        newer = [(prop, new) for prop in _CHANGED for new in graphs.subjects(prop, old) if new not in rests]
        for prop, new in sorted(newer, key=lambda each: (each[1].value, each[0].value)):
            words = {"new": new, "relation": prop, "old": old}
            text = word("rule_change", context.lang, **{key: labels[each.value] for key, each in words.items()})
            found.append({"text": text, "href": context.addresses.of(new.value)})
        if not newer:
            found += _gone(context, old)
    return found


def _gone(context: Context, old: ox.NamedNode) -> Iterator[dict[str, Any]]:
    for status in context.graphs.objects(old, name("tm:legalStatus")):
        if isinstance(status, ox.NamedNode) and status.value in _GONE:
            words = {"old": context.labels[old.value], "status": context.labels[status.value]}
            yield {
                "text": word("no_longer_valid", context.lang, **words),
                "href": context.addresses.of(old.value),
            }


def terms(store: SparqlStore, job: Job, _payload: bytes, out: Output) -> None:
    """Show the vocabulary, whole or the terms that hold some words; or write it as data."""
    context = Context.of(store, job)
    forms = _forms(context, ox.NamedNode(ontology.TM.rstrip("#")))
    links: list[Link] = [(form["href"], "alternate", form["media_type"]) for form in forms]
    if job["format"] != "html":
        context.send_data(out, document(context.graphs), links)
        return
    asked = str(job["asked"] or "")
    pinned = (job[each] for each in ("generation", "audience", "release", "as_of"))
    key = (store if job["generation"] == "" else store.location, *pinned, context.lang, context.addresses.to("/"))
    body = None if asked else _kept.get(key)
    if body is None:
        found = vocabulary(context.graphs, context.shown).with_words(asked)
        header = {each: _title(context, each) for each in ("dcterms:title", "dcterms:description")}
        body = render("vocabulary", context.setting(), found=found, asked=asked, forms=forms, header=header)
        if not asked:
            _kept[key] = body
            while len(_kept) > _KEPT:
                _kept.popitem(last=False)
    context.send(out, HTML.content_type, body, links)


def _title(context: Context, prefixed: str) -> str:
    node = ox.NamedNode(ontology.TM.rstrip("#"))
    stated = [each for each in context.graphs.objects(node, name(prefixed)) if isinstance(each, ox.Literal)]
    return next((each.value for each in stated if each.language == context.lang), "")


def home(store: SparqlStore, job: Job, _payload: bytes, out: Output) -> None:
    """Show what is here."""
    from graphstore.search.index import SearchIndex  # loads tables, which other pages do without

    context = Context.of(store, job)
    with SearchIndex.of(store) as index:
        kinds = index.kinds()
    info = store.info()
    named = [
        (context.shown.node(ontology.TM + kind), count)
        for kind, count in sorted(kinds.items(), key=lambda each: (-each[1], each[0]))
        if context.labels.stated(ontology.TM + kind) is not None
    ]
    own_first = sorted(info.datasets, key=lambda each: (each.key.startswith("tanmai/"), each.title))
    context.send_page(
        out,
        "home",
        statements=info.quads,
        datasets=[_listed(context, each) for each in own_first[:_DATASETS]],
        count=len(info.datasets),
        kinds=named,
    )


def _listed(context: Context, version: DatasetVersion) -> dict[str, Any]:
    return {
        "title": title_of(context.labels, version.iri(context.store.base).value, version.key, version.title),
        "href": context.addresses.of(dataset_iri(context.store.base, version.key).value),
        "number": version.number,
        "issued": version.issued,
        "created": version.created[:10],
        "licence": version.licence,
        "quads": version.quads,
    }


def search(store: SparqlStore, job: Job, _payload: bytes, out: Output) -> None:
    """Find nodes by name or code."""
    from graphstore.search.index import SearchIndex  # as above

    context = Context.of(store, job)
    asked = str(job["asked"])
    with SearchIndex.of(store) as index:
        hits = index.search(asked, most=_FOUND) if any(each.isalnum() for each in asked) else []
    context.send_page(
        out,
        "search",
        asked=asked,
        hits=[
            {"node": context.shown.node(hit.iri), "name": hit.name, "kinds": [context.labels[ontology.TM + each] for each in hit.kinds]}
            for hit in hits
        ],
        full=len(hits) == _FOUND,
    )  # fmt: skip


def explanation(store: SparqlStore, job: Job, _payload: bytes, out: Output) -> None:
    """Show the supply chain behind the footprint of a product.

    Raises:
        UnknownNameError: no process makes it.
        FootprintError: it cannot be calculated.
    """
    context = Context.of(store, job)
    node = str(job["iri"])
    data = explained(store, node, context.lang)
    context.send_page(out, "explanation", data=data, node=context.shown.node(node), lang=context.lang)


def changes(store: SparqlStore, job: Job, _payload: bytes, out: Output) -> None:
    """Tell what changed, as a page, Atom or JSON Feed."""
    context = Context.of(store, job)
    about: str | None = job["about"]
    found, more = changing.changes(store, about, context.number)
    if not found and context.number > 1:
        raise NotFoundError(f"There is no page {context.number} of the changes. Begin with the first.")
    entries = [changing.told(store, context.labels, each) for each in found]
    links = context.paging(more)
    if job["format"] == "html":
        forms = [
            {**each, "href": context.addresses.to("/changes", **{**job["parameters"], **each["asked"]})}
            for each in _FEEDS
        ]
        links += [(form["href"], "alternate", form["media_type"]) for form in forms]
        context.send_page(
            out, "changes", links, entries=entries, about=about, page_of=context.addresses.of, labels=context.labels,
            forms=forms, number=context.number, more=more, paged=context.paged,
        )  # fmt: skip
        return
    title = (
        word("changes", context.lang) if about is None else word("changes_of", context.lang, what=context.labels[about])
    )
    root = str(job["root"]).removesuffix(str(job["prefix"]))
    feed = Feed(
        f"Tanmai 碳脉: {title}",
        context.lang,
        entries,
        {"self": root + context.paged(context.number)}
        | {{"prev": "previous"}.get(relation, relation): root + address for address, relation, _ in links},
        lambda node: None if (address := context.addresses.of(node)) is None else root + address,
    )
    body = feeds.atom(feed) if job["format"] == "atom" else feeds.json_feed(feed)
    context.send(out, FEED_TYPES[job["format"]], body, links)


FEED_TYPES: Final = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json"}
_FEEDS: Final[list[dict[str, Any]]] = [
    {"asked": {"format": "atom"}, "media_type": "application/atom+xml", "title": "Atom"},
    {"asked": {"format": "json"}, "media_type": "application/feed+json", "title": "JSON Feed"},
]
