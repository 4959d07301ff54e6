"""Receipts, histories and lists of the registry in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from graphstore.answers.names import annotated
from tanmai.figures import figure
from tanmai.render.names import named
from tanmai.render.tables import console, table
from tanmai.translate import translated
from tanmai.words import Language, word

Data = Mapping[str, Any]


def show_receipt(data: Data, lang: Language, new: bool = True) -> None:
    """Print what became of a file: verdict, reasons, values side by side, where the report is."""
    out = console()
    if not new:
        out.print(word("submission_known", lang), soft_wrap=True)
    good = data["verdict"] == "accepted"
    out.print(
        Text.assemble(
            (word("submission", lang, id=data["id"]), "bold"),
            "  ",
            (word(f"verdict_{data['verdict']}", lang), "bold green" if good else "bold red"),
        )
    )
    for label, text in _facts(data, lang):
        out.print(f"  {label}{word('colon', lang)}{text}", soft_wrap=True)
    for reason in data["reasons"]:
        out.print(f"  - {named(reason, lang)}", soft_wrap=True)
    called = {row["iri"]: named(row, lang) for row in data["detail_names"]}
    for detail in data["details"]:
        out.print(f"    {annotated(translated(detail, lang), called)}", soft_wrap=True)
    for requirement in data["broken"]:
        for message in requirement[f"reason_{lang}"]:
            out.print(f"  - {requirement['id']}{word('colon', lang)}{message}", soft_wrap=True)
    _values(data, lang)
    if not good:
        out.print(word("verdict_cure", lang, id=data["id"]), soft_wrap=True)
    elif not new and data["dataset"]["status"] != "current":
        out.print(word("submission_gone", lang, status=named(data["status"], lang)), soft_wrap=True)


def _facts(data: Data, lang: Language) -> list[tuple[str, str]]:
    found = [
        (word("submission_study", lang), f"{named(data['study'], lang)}  <{data['study']['iri']}>"),
        (word("submitted_file", lang), f"{data['file']}  sha256 {data['sha256']}"),
        (word("submitted_at", lang), str(data["received"])),
        (word("submitted_by", lang), named(data["by"], lang) if data["by"] else word("not_stated", lang)),
        (word("submission_status", lang), named(data["status"], lang)),
        (word("submission_rules", lang), word("comma", lang).join(named(rule, lang) for rule in data["rules"])),
        (
            word("submission_report", lang),
            f"{word('submission_counts', lang, **_counts(data))}  <{data['report']['iri']}>",
        ),
    ]
    if data["revises"]:
        found.append((word("version", lang), word("submission_revises", lang, id=data["revises"])))
    if data["calculation"]:
        run = data["calculation"]
        told = {"engine": run["engine"], "generation": run["generation"] or "-", "gwp": run["gwp"]}
        found.append(
            (
                word("submission_computed", lang),
                word("submission_calculation", lang, **told, hash=str(run["input_hash"])[:16]),
            )
        )
    return [(label, text) for label, text in found if text]


def _counts(data: Data) -> dict[str, int]:
    return {key: data["report"][key] for key in ("violations", "warnings", "notes")}


def _values(data: Data, lang: Language) -> None:
    if data["total"] is None:
        console().print(word("not_recomputed", lang))
        return
    columns = [
        ("", False),
        (word("declared_value", lang), True),
        (word("computed_value", lang), True),
        (word("difference", lang), True),
        (word("difference_of_total", lang), True),
        ("", False),
    ]
    for result in (data, *data["variants"]):
        rows = [_row(compared, lang) for compared in (result["total"], *result["stages"], *result["categories"])]
        title = word("compared_values", lang, share=f"{data['tolerance']['share']:.4g}")
        if result is not data:
            title = f"{named(result['declared_as'], lang)}{word('colon', lang)}{title}"
        console().print(table(title, columns, rows))


def _row(compared: Data, lang: Language) -> list[str]:
    part = compared["stage"] or compared["category"]
    unstated = part is not None and part["iri"].endswith("/stage/unstated")
    called = (
        word("total_value", lang) if part is None else word("stage_unstated", lang) if unstated else named(part, lang)
    )
    return [
        called,
        word("not_stated", lang) if compared["declared"] is None else figure(compared["declared"], 7),
        figure(compared["computed"], 7),
        figure(compared["difference"], 3),
        "" if compared["share"] is None else f"{compared['share']:.3%}",
        word("within_tolerance" if compared["within"] else "beyond_tolerance", lang),
    ]


def show_story(events: Sequence[Data], lang: Language) -> None:
    """Print the history of a submission or certificate."""
    out = console()
    out.print(word("history", lang), style="bold")
    for event in events:
        before = named(event["from"], lang) if event["from"] else "·"
        line = word("event_line", lang, time=event["time"], before=before, after=named(event["to"], lang))
        by = word("event_by", lang, by=named(event["by"], lang)) if event["by"] else ""
        why = f"  ({event['why']})" if event["why"] else ""
        out.print(f"  {line}{by}{why}", soft_wrap=True)


def show_verifications(records: Sequence[Data], lang: Language) -> None:
    """Print who verified, how surely, when."""
    for record in records:
        told = {"body": named(record["body"], lang), "level": named(record["level"], lang), "day": record["completed"]}
        console().print(word("verified_by", lang, **told), soft_wrap=True)


def show_submissions(rows: Sequence[Data], lang: Language) -> None:
    """Print a list of submissions."""
    if not rows:
        console().print(word("no_submissions", lang))
        return
    columns = [
        ("id", False),
        (word("submission_status", lang), False),
        (word("submitted_at", lang), False),
        (word("submission_study", lang), False),
        (word("submitted_by", lang), False),
    ]
    cells = [
        [
            row["id"],
            named(row["status"], lang),
            row["received"],
            named(row["study"], lang),
            named(row["by"], lang) if row["by"] else "",
        ]
        for row in rows
    ]
    console().print(table("", columns, cells))


def show_outcomes(rows: Sequence[Data], lang: Language) -> None:
    """Print what became of each requirement, those that are broken with the reason."""
    columns = [("", False), ("", False), ("", False)]
    cells = [
        [
            row["id"],
            word("requirement_met" if row["met"] else "requirement_broken", lang),
            "\n".join(row[f"reason_{lang}"]),
        ]
        for row in rows
    ]
    console().print(table("", columns, cells))


def show_certificates(rows: Sequence[Data], lang: Language) -> None:
    """Print certificates, one a line."""
    out = console()
    if not rows:
        out.print(word("no_certificates", lang))
    for row in rows:
        out.print(
            Text.assemble(
                (word("certificate", lang, id=row["id"]), "bold"),
                f"  {named(row['status'], lang)}  {word('certificate_of', lang, id=row['submission'])}  <{row['body']}>",
            ),
            soft_wrap=True,
        )
        if row["valid_until"]:
            out.print(f"  {word('certificate_days', lang, start=row['valid_from'], end=row['valid_until'])}")
