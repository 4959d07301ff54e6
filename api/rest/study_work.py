"""Jobs about studies: judge one, hand one in, show what was handed in, take it to another state."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from api import negotiation
from api.errors import AccessDeniedError, NotFoundError, RequestError
from api.readers import progress
from api.readers.frames import Output
from api.rest.bodies import Fields
from api.rest.formats import DOCUMENTS
from api.rest.kept import KEPT
from api.rest.product_work import tell
from graphstore.contract import SparqlStore, embedded
from graphstore.formats import JSON_LD, Format, by_name

if TYPE_CHECKING:
    from registry import judging
    from registry.submissions import Submission
    from registry.submitting import Handed
    from shapes.judge import Judgement

Job = Mapping[str, Any]

_OURS: Final = frozenset({"json", "html"})
"""Formats of our own; the others are RDF."""
_COMPUTED: Final = frozenset({"computed", "difference", "share"})
"""Members of a comparison that say what was recomputed."""


def format_of(content_type: str) -> Format:
    """The format of a study that is sent; plain JSON is a PACT record or JSON-LD.

    Raises:
        MediaTypeError: it is not one that is taken.
    """
    name, _, rest = content_type.partition(";")
    if name.strip().lower() == "application/json":
        return negotiation.by_media_type(JSON_LD.media_type + (f";{rest}" if rest else ""))
    return negotiation.by_media_type(content_type, DOCUMENTS)


def _file(job: Job, format_: Format) -> str:
    """What messages call the study: the name that was sent with it, without any folder.

    Raises:
        RequestError: the name holds what would steer a terminal or turn the direction of writing.
    """
    name = str(job["name"] or "").replace("\\", "/").rpartition("/")[2]
    if not name.isprintable():
        raise RequestError(f"The name {name!r} holds a character that is not printed. Give the name as people read it.")
    return name or f"study{format_.suffixes[0]}"


def validate(store: SparqlStore, job: Job, payload: bytes, out: Output) -> None:
    """Judge a study beside the data of a store; nothing is stored."""
    judged = _judged(store, job, payload)
    if job["format"] in _OURS:
        _show(store, job, out, None, judged.as_dict())
        return
    from shapes.w3c import to_json_ld, to_turtle

    text = to_turtle(judged.report) if job["format"] == "turtle" else to_json_ld(judged.report)
    out.head(content_type=job["content_type"], generation=job["generation"])
    out.write(text.encode())


def _show(
    store: SparqlStore, job: Job, out: Output, receipt: dict[str, Any] | None, judgement: dict[str, Any] | None
) -> None:
    """Answer with a receipt, a judgement, or both in one: as JSON or as a page."""
    if job["format"] == "json":
        tell(
            out,
            job,
            judgement if receipt is None else receipt | ({"judgement": judgement} if "dry_run" in receipt else {}),
        )
        return
    from api.pages.context import Context
    from api.pages.study import page

    context = Context.of(store, job)
    context.send(out, str(job["content_type"]), page(context, receipt, judgement), [])


def _judged(store: SparqlStore, job: Job, payload: bytes) -> Judgement:
    from shapes.judge import judge
    from shapes.reading import read_bytes

    progress.at("judging")
    found = format_of(str(job["media_type"]))
    document = read_bytes(payload, _file(job, found), format=found)
    return judge([document], pcr=job["pcr"], day=_day(job), background=KEPT.background(store))


def _day(job: Job) -> dt.date | None:
    return None if job["day"] is None else dt.date.fromisoformat(job["day"])


def submit(store: SparqlStore, job: Job, payload: bytes) -> dict[str, Any]:
    """Hand in a study; the receipt, and its report in the format that the client takes."""
    from registry.errors import SubmissionError
    from registry.receipt import receipt
    from registry.shapes_judge import judge
    from registry.submissions import find
    from registry.submitting import submit as hand_in

    handed = _handed(job, payload)
    with _discreet(store, job):
        whole = embedded(store, "try a study in a copy of the whole graph")
        made = hand_in(whole, handed, partial(_followed, judge))
    submission = find(store, made.id)
    if not made.new and job["audience"] is not None and submission.by != job["organisation"]:
        raise SubmissionError(
            "These bytes were handed in before, and not for the organisation that you act for. Nothing was stored. What became of "
            "them is told to the organisation that handed them in."
        )
    data = _told(receipt(store, submission) | {"new": made.new}, job)
    body = _body(store, submission, job, data)
    return {"body": body, "type": job["content_type"], "id": made.id, "verdict": data["verdict"], "new": made.new}


def _followed(judge: judging.Judge, case: judging.Case) -> judging.Judgement:
    """Judge, and say so to who follows."""
    progress.at("judging")
    found = judge(case)
    progress.at("recomputing")
    return found


def _handed(job: Job, payload: bytes) -> Handed:
    from registry.submitting import Handed

    found, rules = format_of(str(job["media_type"])), job["pcr"]
    if len(rules) > 1:
        raise RequestError("A submission is judged by one rule. Give pcr once.")
    rule = rules[0] if rules else None
    return Handed(payload, _file(job, found), job["by"], found.name, rule, _day(job), job["revises"])


def trial(store: SparqlStore, job: Job, payload: bytes, out: Output) -> None:
    """Do with a study all that handing it in does, and keep nothing.

    Whoever reads a part of the store tries the study beside that part: what it would come to beside hidden data is told by handing it
    in, which leaves a trace.
    """
    from registry.trying import tried

    whole = embedded(store, "try a study in a copy of the whole graph")
    with tried(whole, _handed(job, payload)) as made:
        if job["format"] in _OURS:
            judgement = None if made.judgement is None else made.judgement.as_dict()
            _show(made.store, job, out, made.receipt | {"dry_run": True}, judgement)
            return
        out.head(content_type=job["content_type"], generation=job["generation"])
        out.write(_report(made.store, made.submission, job))


@contextmanager
def _discreet(store: SparqlStore, job: Job) -> Iterator[None]:
    """Keep what others handed in out of the messages to somebody who does not read the whole store.

    Raises:
        NotFoundError, SubmissionError: the same refusal in other words.
    """
    from registry.errors import SubmissionError, UnknownSubmissionError
    from registry.submissions import submissions as every

    try:
        yield
    except UnknownSubmissionError:
        if job["audience"] is None:
            raise
        raise NotFoundError("There is no such submission. Give its whole id, as its receipt says it.") from None
    except SubmissionError as error:
        others = [each for each in every(store) if each.by != job["organisation"]]
        if job["audience"] is None or not any(_names(str(error), each) for each in others):
            raise
        raise SubmissionError(
            "This study, or the submission that it is to revise, was handed in by somebody else. Nothing was stored. Give the study "
            "an IRI of its own."
        ) from None


def _names(text: str, submission: Submission) -> bool:
    return submission.id in text or bool(submission.by and submission.by in text)


def _told(data: dict[str, Any], job: Job) -> dict[str, Any]:
    """A receipt for who asks.

    It is made on the whole store. To somebody who reads a part of it, what was computed from the rest is not told, nor which
    nodes of others a study touches; only whether it agrees.
    """
    if job["audience"] is None:
        return data
    compared = ("total", "stages", "categories", "variants")
    return data | {name: _undisclosed(data[name]) for name in compared if name in data} | {"details": []}


def _undisclosed(value: Any) -> Any:
    """Comparisons without what was computed and what it follows from: whether they agree stays."""
    if isinstance(value, list):
        return [_undisclosed(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: None if key in _COMPUTED else _undisclosed(each) for key, each in value.items()}


def _body(store: SparqlStore, submission: Submission, job: Job, data: dict[str, Any]) -> str:
    if job["format"] == "json":
        return _as_json(data)
    if job["format"] == "html":
        from api.pages.context import Context
        from api.pages.study import page

        return page(Context.of(store, {**job, "generation": store.generation}), data, None).decode()
    return _report(store, submission, job, whole=job["audience"] is None).decode()


def _as_json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, default=str, allow_nan=False)


def _report(store: SparqlStore, submission: Submission, job: Job, *, whole: bool = True) -> bytes:
    """The assessment of a submission, or the validation report in it alone, as RDF."""
    from graphstore.terms import PREFIXES

    node = ox.NamedNode(submission.assessment)
    graphs = {quad.graph_name for quad in store.engine.quads_for_pattern(node, None, None, None)}
    beginning = f"<{submission.assessment}/report"
    stated = (
        quad.triple
        for graph in sorted(graphs, key=str)
        for quad in store.engine.quads_for_pattern(None, None, None, graph)
        if whole or str(quad.subject).startswith(beginning)
    )
    return ox.serialize(stated, format=by_name(str(job["format"])).rdf, prefixes=dict(PREFIXES)) or b""


def submissions(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """What was handed in, in short."""
    from registry.errors import TransitionError
    from registry.receipt import overview
    from registry.states import SUBMISSION, States
    from registry.submissions import submissions as every

    known = every(store)
    if job["status"] is not None:
        states = States.of(store, SUBMISSION)
        try:
            wanted = states.named(job["status"]).iri
        except TransitionError as error:  # nothing is taken to another state here
            raise RequestError(str(error)) from None
        known = [each for each in known if each.status == wanted]
    tell(out, job, {"submissions": overview(store, known)})


def submission(store: SparqlStore, job: Job, _: bytes, out: Output) -> None:
    """One submission: its receipt with verifications and history, or its assessment as RDF."""
    from registry.receipt import outcomes, whole
    from registry.submissions import find

    found = find(store, str(job["id"]))
    if job["format"] in _OURS:
        _show(store, job, out, whole(store, found) | {"requirements": outcomes(store, found)}, None)
        return
    out.head(content_type=job["content_type"], generation=job["generation"])
    out.write(_report(store, found, job))


def event(store: SparqlStore, job: Job, payload: bytes) -> dict[str, Any]:
    """Take a submission to another state, as far as the states allow it to who asks."""
    from registry.life import Said, Verified, change, verify
    from registry.receipt import whole
    from registry.rights import Acting, require_right
    from registry.states import SUBMISSION, States
    from registry.submissions import find

    fields = Fields.read(payload, {"status", "by", "why", "body", "level", "on"})
    with _discreet(store, job):
        found = find(store, str(job["id"]))
    if not (job["seen"] or (found.by and found.by == job["organisation"])):
        raise NotFoundError("There is no such submission. Give its whole id, as its receipt says it.")
    state = States.of(store, SUBMISSION).named(fields.text("status"))
    require_right(store, found, state, Acting(job["roles"], job["organisation"]))
    why = fields.text("why", "")
    if state.notation == "verified":
        said = Verified(fields.text("body"), fields.text("level"), fields.day("on"), why)
        changed = verify(store, found.iri, said)
    else:
        changed = change(store, found.iri, state.iri, Said(_by(job, fields.text("by", "")), why))
    return {"body": _as_json(_told(whole(store, changed), job)), "type": "application/json"}


def _by(job: Job, stated: str) -> str:
    """Who changes the state: the organisation of the principal, which cannot speak for another one."""
    own = str(job["organisation"])
    if own and stated not in {"", own}:
        raise AccessDeniedError(f"The request is made for <{own}>, so it cannot be made by {stated!r}. Leave by out.")
    if not (own or stated):
        raise RequestError("The body does not say who changes the state. State by: a name or IRI.")
    return own or stated
