"""A judgement as one page of HTML: self-contained, without script, readable by people and by screen readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from tanmai.render.effects import effect_facts, effect_lines
from tanmai.render.naming import short, text_in, visible
from tanmai.render.validation import (
    MARKS,
    SEVERITIES,
    by_requirement,
    engine_of,
    facts_of,
    heading,
    message_of,
    node_of,
    origin_of,
    place_of,
    rule_line,
)
from tanmai.words import Language, word

_STYLE: Final = """
:root { color-scheme: light; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --violation: #b3261e; --warning: #7a4f00; --info: #0b5394; --pass: #1a6b34; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; color: var(--ink); background: #fff; font: 1rem/1.55 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .75rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .5rem; padding-bottom: .25rem; border-bottom: 2px solid currentColor; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .15rem; }
p { margin: .25rem 0; }
.verdict { display: inline-block; padding: .35rem .9rem; border-radius: .4rem; color: #fff; font-weight: 700; font-size: 1.1rem; }
.pass { background: var(--pass); } .fail { background: var(--violation); }
.violation > h2 { color: var(--violation); } .warning > h2 { color: var(--warning); } .info > h2 { color: var(--info); }
.soft { color: var(--soft); font-size: .9rem; }
.finding { margin: .6rem 0; padding: .6rem .9rem; border: 1px solid var(--line); border-left-width: .35rem; border-radius: .3rem; }
.violation .finding { border-left-color: var(--violation); } .warning .finding { border-left-color: var(--warning); } .info .finding { border-left-color: var(--info); }
.finding .message { font-weight: 600; margin-bottom: .4rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: .4rem 0 0; font-size: .92rem; }
dt { color: var(--soft); } dt::first-letter, .cap::first-letter { text-transform: uppercase; } dd { margin: 0; overflow-wrap: anywhere; }
code { font-family: ui-monospace, Consolas, monospace; font-size: .92em; overflow-wrap: anywhere; }
ul { margin: .25rem 0; padding-left: 1.25rem; }
@media print { body { max-width: none; padding: 0; } .finding { break-inside: avoid; } .verdict { border: 2px solid; color: #000; background: none; } }
"""


def page(data: Mapping[str, Any], lang: Language) -> str:
    """Return the page of a judgement."""
    title = word("report_title", lang)
    named = [text_in(study["label"], lang) or short(study["iri"]) for study in data["studies"]]
    full = f"{title}{word('colon', lang)}{word('comma', lang).join(named)}" if named else title
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{"zh-Hans" if lang == "zh" else "en"}">',
        '<head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(full)}</title><style>{_STYLE}</style></head>",
        "<body>",
        *_header(data, lang, full),
        "<main>",
        *_findings(data, lang),
        "</main>",
        *_footer(data, lang),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _header(data: Mapping[str, Any], lang: Language, title: str) -> Iterator[str]:
    key = "pass" if data["passes"] else "fail"
    counts = word("verdict_counts", lang, **data["counts"])
    yield f"<header><h1>{escape(title)}</h1>"
    yield f'<p><span class="verdict {key}">{escape(word(f"verdict_{key}", lang))}</span></p>'
    yield f'<p class="cap"><strong>{escape(counts)}</strong></p>'
    yield f'<p class="cap">{escape(word("assessed_on", lang, day=data["assessed_on"]))}</p>'
    for study in data["studies"]:
        name = text_in(study["label"], lang) or short(study["iri"])
        product = text_in(study["product"]["label"], lang) or short(study["product"]["iri"])
        yield f"<p>{escape(word('study', lang))}{word('colon', lang)}{escape(f'{name} – {product}')}</p>"
        yield "<ul>"
        yield from (f"<li>{escape(rule_line(rule, lang))}</li>" for rule in study["rules"])
        yield "</ul>"
    yield from (f'<p class="cap">{escape(line)}</p>' for line in effect_lines(data, lang))
    if any(data["counts"].values()):
        links = (
            f'<a href="#{severity}">{MARKS[severity]} {escape(word(f"severity_{severity}", lang))} ({data["counts"][severity]})</a>'
            for severity in SEVERITIES
            if data["counts"][severity]
        )
        yield f'<nav aria-label="{escape(word("report_title", lang))}"><p>{" · ".join(links)}</p></nav>'
    yield "</header>"


def _findings(data: Mapping[str, Any], lang: Language) -> Iterator[str]:
    if not data["findings"]:
        yield f"<p>{escape(word('no_findings', lang))}</p>"
    for severity, groups in by_requirement(data):
        title = f"{word(f'severity_{severity}', lang)} ({data['counts'][severity]})"
        yield f'<section class="{severity}" id="{severity}" aria-labelledby="{severity}-title">'
        yield f'<h2 id="{severity}-title"><span aria-hidden="true">{MARKS[severity]}</span> {escape(title)}</h2>'
        for requirement, findings in groups:
            yield f"<h3>{escape(heading(requirement, lang))}</h3>"
            statement = text_in(requirement["statement"], lang)
            if statement:
                yield f"<p>{escape(statement)}</p>"
            origin = origin_of(requirement, lang)
            if origin:
                yield f'<p class="soft cap">{escape(origin)}</p>'
            for finding in findings:
                yield from _finding(finding, data, lang)
        yield "</section>"


def _finding(finding: Mapping[str, Any], data: Mapping[str, Any], lang: Language) -> Iterator[str]:
    facts = [(word("node", lang), node_of(finding, lang)), *facts_of(finding, lang), *effect_facts(finding, data, lang)]
    if finding["file"] is not None:
        facts.insert(1, (word("found_at", lang), place_of(finding)))
    yield f'<article class="finding"><p class="message">{escape(message_of(finding, lang))}</p><dl>'
    yield from (f"<dt>{escape(name)}</dt><dd><code>{escape(text)}</code></dd>" for name, text in facts)
    yield "</dl></article>"


def _footer(data: Mapping[str, Any], lang: Language) -> Iterator[str]:
    yield '<footer class="soft">'
    for file in data["files"]:
        yield f"<p>{escape(visible(file['name']))} – {word('checksum', lang)} <code>{escape(file['sha256'])}</code></p>"
    if data["shapes"]:
        names = word("comma", lang).join(visible(name) for name in data["shapes"])
        yield f"<p>{escape(word('shapes_files', lang))}{word('colon', lang)}{escape(names)}</p>"
    if data["results_elsewhere"]:
        yield f"<p>{escape(word('results_elsewhere', lang, count=data['results_elsewhere']))}</p>"
    yield f"<p>{escape(engine_of(data, lang))}</p></footer>"
