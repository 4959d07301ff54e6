"""The receipt of a submission, read from the graph: the same whenever it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

import pyoxigraph as ox

from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names, iris_in
from graphstore.catalogue import DatasetVersion
from graphstore.contract import SparqlStore
from graphstore.queries import load
from graphstore.store import GraphStore
from graphstore.terms import PREFIXES, catalogue_iri, iri
from registry.events import history
from registry.life import verifications
from registry.names import ID
from registry.states import SUBMISSION, States
from registry.submissions import Submission, kept_apart, moment, version_of

SH = "http://www.w3.org/ns/shacl#"
TM, PROV = PREFIXES["tm"], PREFIXES["prov"]


def receipt(store: SparqlStore, submission: Submission, file: GraphStore | None = None) -> dict[str, Any]:
    """Everything a submitter is told, as data for JSON and for people; values in kg CO2e per declared or functional unit.

    Args:
        store: Holds the submission.
        submission: Which one.
        file: What its file states, where the store does not keep it; None to look it up in the archive.
    """
    facts = _facts(store, submission.assessment)
    names = _names(store, [submission])
    reasons = facts.get(f"{TM}verdictReason", [])
    rules = facts.get(f"{TM}assessedUnder", [])
    names.learn([submission.study, submission.by or submission.study, *reasons, *rules])
    handed = kept_apart(store, submission)
    version, details = version_of(store, submission), facts.get(f"{TM}verdictDetail", [])
    results = _results(store, submission, names)
    states = States.of(store, SUBMISSION)
    return {
        "id": submission.id,
        "iri": submission.iri,
        "file": version.source,
        "sha256": submission.sha256,
        "size": version.size if handed is None else len(handed),
        "received": submission.received,
        "by": names[submission.by].as_dict() if submission.by else None,
        "study": {"iri": submission.study} | _labels(store, submission),
        "verdict": "rejected" if reasons else "accepted",
        "status": states.by_iri[submission.status].as_dict(),
        "reasons": [names[reason].as_dict() for reason in reasons],
        "broken": [outcome for outcome in outcomes(store, submission) if not outcome["met"]],
        "details": details,
        "detail_names": _named_in(store, version, details, file),
        "assessed_on": _first(facts, f"{TM}assessedOn"),
        "rules": [names[rule].as_dict() for rule in rules],
        "tolerance": _tolerance(facts),
        **(results[0] if results else {"declared_as": None, "total": None, "stages": [], "categories": []}),
        "variants": results[1:],
        "report": _report(store, facts),
        "calculation": _calculation(store, facts),
        "revises": submission.revises.rpartition("/")[2] or None,
        "dataset": {"key": version.key, "version": version.number, "status": version.status},
        "assessment": submission.assessment,
    }


def whole(store: SparqlStore, submission: Submission) -> dict[str, Any]:
    """The receipt of a submission with its verifications and its history."""
    found = {"verifications": named_verifications(store, submission), "history": story(store, submission)}
    return receipt(store, submission) | found


def story(store: SparqlStore, submission: Submission) -> list[dict[str, Any]]:
    """The events of a submission with names, oldest first."""
    return named_events(store, submission, submission.node, SUBMISSION)


def named_events(
    store: SparqlStore, submission: Submission, subject: ox.NamedNode, scheme: str
) -> list[dict[str, Any]]:
    """The events of a submission, or of a certificate of it, with names: time, from, to, by, why."""
    states, names, events = States.of(store, scheme), _names(store, [submission]), history(store, subject)
    names.learn(str(event["by"]) for event in events if event["by"] is not None)
    return [
        {
            "time": moment(event["time"]),
            "from": _state(states, event["from"]),
            "to": _state(states, event["to"]),
            "by": names[str(event["by"])].as_dict() if event["by"] is not None else None,
            "why": event["why"],
        }
        for event in events
    ]


def _names(store: SparqlStore, known: Iterable[Submission]) -> Names:
    """What things are called; who handed in is called as the file said, where nothing in the graph says it."""
    names, property_ = Names(Calculation(store)), ox.NamedNode(f"{TM}submitterName")
    for submission in known:
        if submission.by:
            stated = store.engine.quads_for_pattern(submission.node, property_, None, catalogue_iri(store.base))
            texts = [quad.object for quad in stated if isinstance(quad.object, ox.Literal)]
            names.suppose(submission.by, {text.language or "": text.value for text in texts})
    return names


def _named_in(
    store: SparqlStore, version: DatasetVersion, details: Iterable[str], file: GraphStore | None
) -> list[dict[str, str]]:
    """The names of the nodes that details are about; of a study that is not in the graph its own file tells them."""
    found = [node for detail in details for node in iris_in(detail)]
    names = Names(Calculation(store))
    names.learn(found)
    unknown = [node for node in found if not names[node].labels]
    if unknown and (said := file or _archived(store, version)) is not None:
        with said if file is None else nullcontext(said):
            own = Names(Calculation(said))
            own.learn(unknown)
            for node in unknown:
                names.suppose(node, own[node].labels)
    return [names[node].as_dict() for node in dict.fromkeys(found) if names[node].labels]


def _archived(store: SparqlStore, version: DatasetVersion) -> GraphStore | None:
    """What a version states that is not in the graph; None where it is, or where nothing of it is kept."""
    if version.status == "current" or not isinstance(store, GraphStore) or store.in_memory:
        return None
    return store.version(version.key, version.number)


def _state(states: States, found: object) -> dict[str, str] | None:
    if found is None:
        return None
    known = states.by_iri.get(str(found))
    return known.as_dict() if known is not None else {"iri": str(found)}


def _facts(store: SparqlStore, node: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in store.query(load("assessment-facts"), {"assessment": iri(node)}).dicts():
        found.setdefault(str(row["property"]), []).append(moment(row["value"]))
    return found


def _first(facts: dict[str, list[str]], key: str) -> str | None:
    return next(iter(facts.get(key, ())), None)


def _labels(store: SparqlStore, submission: Submission) -> dict[str, str]:
    """What the study is called; the catalogue keeps it of rejected ones too."""
    label = ox.NamedNode(f"{PREFIXES['rdfs']}label")
    found = store.engine.quads_for_pattern(submission.node, label, None, catalogue_iri(store.base))
    texts: Iterable[ox.Literal] = (quad.object for quad in found if isinstance(quad.object, ox.Literal))
    return {f"name_{text.language or 'any'}": text.value for text in sorted(texts, key=str)}


def _tolerance(facts: dict[str, list[str]]) -> dict[str, Any] | None:
    value, share = _first(facts, f"{TM}appliedTolerance"), _first(facts, f"{TM}share")
    return {"iri": value, "share": float(share)} if value is not None and share is not None else None


def _results(store: SparqlStore, submission: Submission, names: Names) -> list[dict[str, Any]]:
    """Declared and recomputed values of each declared result, the main one first."""
    rows = store.query(load("assessment-comparisons"), {"assessment": iri(submission.assessment)}).dicts()
    names.learn(str(row[key]) for row in rows for key in ("stage", "category", "footprint") if row[key] is not None)
    made: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        made.setdefault(str(row["footprint"] or ""), []).append(_compared(row, names))
    return [
        {
            "declared_as": names[footprint].as_dict() if footprint else None,
            "total": compared[0],
            "stages": [each for each in compared if each["stage"] is not None],
            "categories": [each for each in compared if each["category"] is not None],
        }
        for footprint, compared in made.items()
    ]


def _compared(row: dict[str, Any], names: Names) -> dict[str, Any]:
    declared, computed = row["declared"], float(str(row["computed"]))
    return {
        "stage": names[str(row["stage"])].as_dict() if row["stage"] is not None else None,
        "category": names[str(row["category"])].as_dict() if row["category"] is not None else None,
        "declared": None if declared is None else float(str(declared)),
        "computed": computed,
        "difference": float(str(declared or 0)) - computed,
        "share": None if row["share"] is None else float(str(row["share"])),
        "within": row["within"] is True,
    }


def _report(store: SparqlStore, facts: dict[str, list[str]]) -> dict[str, Any]:
    report = iri(facts[f"{TM}validationReport"][0])
    rows = store.query(load("report-counts"), {"report": report}).dicts()
    counts = {str(row["severity"]).removeprefix(SH): int(str(row["results"])) for row in rows}
    return {
        "iri": report.value,
        "violations": counts.pop("Violation", 0),
        "warnings": counts.pop("Warning", 0),
        "notes": sum(counts.values()),
    }


def _calculation(store: SparqlStore, facts: dict[str, list[str]]) -> dict[str, Any] | None:
    run = _first(facts, f"{PROV}wasInformedBy")
    if run is None:
        return None
    stated = _facts(store, run)
    settings = _facts(store, stated[f"{TM}settings"][0])
    return {
        "iri": run,
        "engine": _first(stated, f"{TM}engineVersion"),
        "generation": (_first(stated, f"{TM}inGeneration") or "").rpartition("/")[2] or None,
        "gwp": (_first(settings, f"{TM}gwpSet") or "").removeprefix(f"{ID}gwp-set/"),
        "settings_hash": _first(settings, f"{TM}settingsHash"),
        "input_hash": _first(stated, f"{TM}inputHash"),
        "ended": _first(stated, f"{PROV}endedAtTime"),
    }


def overview(store: SparqlStore, found: Iterable[Submission]) -> list[dict[str, Any]]:
    """Submissions in short: id, state, when, by whom, what about."""
    listed = list(found)
    states, names = States.of(store, SUBMISSION), _names(store, listed)
    names.learn(submission.by for submission in listed if submission.by)
    return [
        {
            "id": submission.id,
            "iri": submission.iri,
            "status": states.by_iri[submission.status].as_dict(),
            "received": submission.received,
            "study": {"iri": submission.study} | _labels(store, submission),
            "by": names[submission.by].as_dict() if submission.by else None,
            "sha256": submission.sha256,
            "revises": submission.revises.rpartition("/")[2] or None,
        }
        for submission in listed
    ]


def named_verifications(store: SparqlStore, submission: Submission) -> list[dict[str, Any]]:
    """The verifications of a submission with names; one that covers several product groups stands once."""
    names, made = Names(Calculation(store)), dict[str, dict[str, Any]]()
    for row in verifications(store, submission):
        node, body, level = (str(row[key]) for key in ("verification", "verifier", "level"))
        names.learn([body, level, str(row["group"])])
        record = made.setdefault(
            node,
            {
                "iri": node,
                "body": names[body].as_dict(),
                "level": names[level].as_dict(),
                "completed": str(row["completed"]),
                "groups": [],
            },
        )
        record["groups"].append(names[str(row["group"])].as_dict())
    return list(made.values())


def outcomes(store: SparqlStore, submission: Submission) -> list[dict[str, Any]]:
    """What became of each requirement that a submission was judged by: id, met, and the reasons in both languages."""
    rows = store.query(load("requirement-outcomes"), {"assessment": iri(submission.assessment)}).dicts()
    made: dict[str, dict[str, Any]] = {}
    for row in rows:
        outcome = made.setdefault(
            str(row["id"]),
            {
                "id": str(row["id"]),
                "requirement": str(row["requirement"]),
                "met": row["met"] is True,
                "severity": str(row["severity"]).removeprefix(SH),
                "reason_en": [],
                "reason_zh": [],
            },
        )
        for lang in ("en", "zh"):
            if row["lang"] == lang:
                outcome[f"reason_{lang}"].append(str(row["reason"]))
    return list(made.values())
