"""What became of a study, as its page shows it: verdict, values side by side, what is not met and how to mend it, history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from api.pages.context import Context
from api.pages.product import named
from api.pages.words import Language, word
from api.readers.messages import MESSAGES
from graphstore.answers.names import annotated

Data = Mapping[str, Any]

_SEVERITIES: Final = ("violation", "warning", "info")
"""Gravest first."""
_UNSTATED: Final = "/stage/unstated"


def page(context: Context, receipt: Data | None, judgement: Data | None) -> bytes:
    """The page of a submission, of a dry run, or of a judgement alone.

    Args:
        context: What is asked, in which language.
        receipt: The receipt of a submission, see `registry.receipt`; None where the study was judged alone.
        judgement: The judgement with every finding, see `shapes.statement`; None where the receipt is all that is kept of it.
    """
    lang = context.lang
    findings = _kept(context, receipt or {}) if judgement is None else _found_in(judgement, lang)
    told = _judged(judgement or {}, lang) if receipt is None else _received(receipt, lang)
    kept = receipt is not None and not told["dry"]
    address = context.addresses.to(f"/submissions/{receipt['id']}") if kept and receipt is not None else None
    return context.page("study", receipt=receipt, findings=findings, address=address, **told)


def _judged(judgement: Data, lang: Language) -> dict[str, Any]:
    """What a page says of a study that was judged alone."""
    told: dict[str, Any] = dict.fromkeys(("reasons", "details", "results", "verifications", "history"), ())
    told |= {"title": word("judgement", lang), "good": judgement["passes"], "facts": _of_judgement(judgement, lang)}
    return told | {"dry": False, "known": False, "tolerance": None}


def _received(receipt: Data, lang: Language) -> dict[str, Any]:
    """What a page says of a study that was handed in, or tried."""
    dry, tolerance = receipt.get("dry_run", False), receipt["tolerance"]
    return {
        "title": word("dry_run", lang) if dry else word("submission", lang, id=receipt["id"]),
        "good": receipt["verdict"] == "accepted",
        "dry": dry,
        "known": not receipt.get("new", True),
        "facts": _facts(receipt, lang),
        "reasons": [named(each, lang) for each in receipt["reasons"]],
        "details": _details(receipt, lang),
        "results": _results(receipt, lang),
        "tolerance": None if tolerance is None else tolerance["share"] * 100,
        "verifications": [_names(each, lang) for each in receipt.get("verifications", ())],
        "history": [_names(each, lang) for each in receipt.get("history", ())],
    }


def _facts(receipt: Data, lang: Language) -> list[tuple[str, str]]:
    comma = word("comma", lang)
    by, counts = receipt["by"], {key: receipt["report"][key] for key in ("violations", "warnings", "notes")}
    found = [
        ("study", named(receipt["study"], lang)),
        ("file", str(receipt["file"])),
        ("sha256", str(receipt["sha256"])),
        ("received", str(receipt["received"])),
        ("handed_in_by", word("not_stated", lang) if by is None else named(by, lang)),
        ("state", named(receipt["status"], lang)),
        ("judged_for", str(receipt["assessed_on"])),
        ("judged_by", comma.join(named(rule, lang) for rule in receipt["rules"])),
        ("counted", word("counts", lang, **counts)),
        ("revises", receipt["revises"] or ""),
    ]
    if (run := receipt["calculation"]) is not None:
        told = {"engine": run["engine"], "generation": run["generation"] or "–", "gwp": run["gwp"]}
        found.append(("calculation", word("calculated", lang, **told)))
    return [(word(key, lang), text) for key, text in found if text]


def _of_judgement(judgement: Data, lang: Language) -> list[tuple[str, str]]:
    comma, counts = word("comma", lang), judgement["counts"]
    told = {"violations": counts["violation"], "warnings": counts["warning"], "notes": counts["info"]}
    rules = [rule for study in judgement["studies"] for rule in study["rules"] if rule["shapes"]]
    found = [
        ("study", comma.join(_text(study["label"], lang) or study["iri"] for study in judgement["studies"])),
        ("file", comma.join(file["name"] for file in judgement["files"])),
        ("judged_for", judgement["assessed_on"]),
        ("judged_by", comma.join(dict.fromkeys(_text(rule["label"], lang) or rule["iri"] for rule in rules))),
        ("counted", word("counts", lang, **told)),
    ]
    return [(word(key, lang), text) for key, text in found if text]


def _details(receipt: Data, lang: Language) -> list[str]:
    called = {each["iri"]: named(each, lang) for each in receipt["detail_names"]}
    return [annotated(MESSAGES.said(detail, lang), called) for detail in receipt["details"]]


def _results(receipt: Data, lang: Language) -> list[dict[str, Any]]:
    """Each declared result beside the recomputed one, total first."""
    if receipt["total"] is None:
        return []
    return [
        {
            "title": "" if result is receipt else named(result["declared_as"], lang),
            "rows": [
                {**each, "name": _part(each, lang)}
                for each in (result["total"], *result["stages"], *result["categories"])
            ],
        }
        for result in (receipt, *receipt["variants"])
    ]


def _part(compared: Data, lang: Language) -> str:
    part = compared["stage"] or compared["category"]
    if part is None:
        return word("total", lang)
    return word("unstated", lang) if part["iri"].endswith(_UNSTATED) else named(part, lang)


def _names(record: Data, lang: Language) -> dict[str, str]:
    """A record in which things stand by their names."""
    return {
        key: named(value, lang) if isinstance(value, dict) else str(value)
        for key, value in record.items()
        if value and not isinstance(value, list)
    }


def _found_in(judgement: Data, lang: Language) -> list[dict[str, Any]]:
    """The findings of a judgement by severity and requirement."""
    requirements = {each["id"]: each for each in judgement["requirements"]}
    made = []
    for severity in _SEVERITIES:
        found = [finding for finding in judgement["findings"] if finding["severity"] == severity]
        groups = [
            {
                "id": key,
                "title": _text(requirements[key]["title"], lang),
                "sources": [_text(each, lang) for each in requirements[key]["sources"]],
                "items": [_item(finding, lang) for finding in several],
            }
            for key, several in groupby(found, key=lambda finding: str(finding["requirement"]))
        ]
        made += [{"severity": severity, "groups": groups}] if groups else []
    return made


def _item(finding: Data, lang: Language) -> dict[str, Any]:
    place = "" if finding["file"] is None else str(finding["file"])
    if place and finding["line"] is not None:
        place += f":{finding['line']}"
    return {
        "message": _text(finding["message"], lang) or finding["component"],
        "node": _text(finding["label"], lang),
        "iri": finding["focus"],
        "place": place,
        "path": finding["path"],
        "value": finding["value"],
    }


def _kept(context: Context, receipt: Data) -> list[dict[str, Any]]:
    """What is kept of the findings of a submission: the requirements that are not met, with the reasons."""
    lang, labels = context.lang, context.labels
    other = "en" if lang == "zh" else "zh"

    def groups(severity: str) -> Iterator[dict[str, Any]]:
        for each in receipt["broken"]:
            if each["severity"].lower() == severity:
                reasons: Iterable[str] = each[f"reason_{lang}"] or each[f"reason_{other}"]
                title = labels.all(each["requirement"]).get(lang, "")
                items = [
                    dict.fromkeys(("node", "iri", "place", "path", "value")) | {"message": said} for said in reasons
                ]
                yield {"id": each["id"], "title": title, "sources": [], "items": items}

    made = [{"severity": severity, "groups": list(groups(severity))} for severity in _SEVERITIES]
    return [each for each in made if each["groups"]]


def _text(texts: Mapping[str, str], lang: Language) -> str:
    """A text in a language, else without language, else in any."""
    return texts.get(lang) or texts.get("") or texts.get("en") or next(iter(texts.values()), "")
