"""An explanation as text, as a mermaid diagram, as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from tanmai.figures import figure, percent
from tanmai.render.names import named, origin, symbol
from tanmai.words import Language, word

MOST_CUT_OFFS = 10


def text(data: Mapping[str, Any], lang: Language) -> str:
    """Return the tree as indented lines: share, name, amount x factor = contribution, origin."""
    total = data["total"]
    head = (
        f"{named(data['product'], lang)}  {figure(data['amount'])} {symbol(data['unit'], lang)} = "
        f"{figure(total['value'], 6)} kg CO2e  ({word('bound', lang)} {total['error_bound']:.1e}; GWP-100 {data['settings']['gwp']})"
    )
    return "\n".join([head, *_branches(data["root"]["children"], "", lang), *notes(data, lang)])


def notes(data: Mapping[str, Any], lang: Language) -> list[str]:
    """Return what a reader of the tree has to know besides: gaps, a part taken for the whole, what the loop sign means."""
    scenario = data["settings"].get("scenario")
    made = [f"{word('scenario', lang)}: {scenario}"] if scenario else []
    made += [word("loop", lang)] if _has_loop(data["root"]) else []
    if data["cutoffs"]:
        made += [f"{word('cut_off', lang)}: {len(data['cutoffs'])}", *cut_off_lines(data["cutoffs"], lang)]
    part = data["sector_part"]
    if part:
        share = "" if part["share"] is None else f" {part['share']:.2%}"
        made.append(f"{word('eio_part', lang)}: {figure(part['value'])} kg CO2e{share}")
    return made + ([word("narrowed", lang)] if data["narrowed"] else [])


def _has_loop(line: Mapping[str, Any]) -> bool:
    return bool(line.get("loop")) or any(_has_loop(child) for child in line["children"])


def cut_off_lines(cut: Sequence[Mapping[str, Any]], lang: Language) -> list[str]:
    """Return a line for each of the first gaps: flow, amount, process, reason."""
    lines = [
        f"  - {named(line['flow'], lang)}{word('comma', lang)}{figure(line['amount'])} {symbol(line['unit'], lang)} → "
        f"{named(line['process'], lang)}{bracketed(line['reason'] if lang == 'en' else line['reason_zh'], lang)}"
        for line in cut[:MOST_CUT_OFFS]
    ]
    more = len(cut) - MOST_CUT_OFFS
    return [*lines, f"  {word('more', lang, count=more)}"] if more > 0 else lines


def bracketed(text: str, lang: Language) -> str:
    """Put a remark in the brackets of the language."""
    return f" {word('in_brackets', lang, text=text)}" if lang == "en" else word("in_brackets", lang, text=text)


def _branches(lines: list[dict[str, Any]], indent: str, lang: Language) -> Iterator[str]:
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        yield f"{indent}{'└─' if last else '├─'} {percent(line['share']):>6}  {sentence(line, lang)}"
        yield from _branches(line["children"], indent + ("   " if last else "│  "), lang)


def sentence(line: Mapping[str, Any], lang: Language) -> str:
    """Return one line: name: amount unit x factor = value kg CO2e [origin]."""
    value = f"{figure(line['value'])} kg CO2e"
    if line["kind"] == "remainder":
        return f"{word('remainder', lang)} = {value}"
    factor = "" if line["factor"] is None else f" × {figure(line['factor'])}"
    where = origin(line, lang) if line["kind"] != "process" or line.get("illustrative") else ""
    loop = " ↺" if line.get("loop") else ""
    formula = f"  ({line['formula']})" if line.get("formula") else ""
    known = f"  [{where}]" if where else ""
    return f"{named(line['name'], lang)}{loop}: {figure(line['amount'])} {symbol(line['unit'], lang)}{factor} = {value}{known}{formula}"


def mermaid(data: Mapping[str, Any], lang: Language) -> str:
    """Return a mermaid flow chart, suppliers on the left; the width of an arrow's label tells its contribution."""
    lines, arrows = ["flowchart LR"], []
    counter = iter(range(10**9))

    def draw(line: Mapping[str, Any]) -> str:
        key = f"n{next(counter)}"
        label = word("remainder", lang) if line["kind"] == "remainder" else named(line["name"], lang)
        lines.append(f'  {key}["{_quoted(label)}<br/>{figure(line["value"])} kg CO2e, {percent(line["share"])}"]')
        for child in line["children"]:
            below = draw(child)
            amount = f"{figure(child['amount'])} {symbol(child['unit'], lang)}" if "amount" in child else ""
            arrows.append(f'  {below} -->|"{_quoted(amount)}"| {key}' if amount else f"  {below} --> {key}")
        return key

    draw(data["root"])
    return "\n".join(lines + arrows)


def _quoted(label: str) -> str:
    return label.replace('"', "#quot;").replace("\n", " ")


def html(data: Mapping[str, Any], lang: Language) -> str:
    """Return a page that stands alone: the tree as foldable lines with bars, what it was computed from below."""
    title = f"{named(data['product'], lang)} — {figure(data['total']['value'], 6)} kg CO2e"
    unit = f"{figure(data['amount'])} {symbol(data['unit'], lang)}"
    body = "".join(_folds(data["root"]["children"], lang))
    said = "".join(f"<p>{escape(note.strip())}</p>" for note in notes(data, lang))
    used = "; ".join(
        f"{i['dataset']} v{i['version']}" for i in data["inputs"] if not i["dataset"].startswith("tanmai/")
    )
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style></head>\n<body>\n<h1>{escape(title)}</h1>\n"
        f"<p>{escape(unit)} · GWP-100 {escape(data['settings']['gwp'])} · {word('bound', lang)} {data['total']['error_bound']:.1e}</p>\n"
        f"{body}\n{said}\n<footer>{word('input', lang)}: {escape(used)} · tanmai {escape(data['engine']['version'])} · "
        f"{escape(str(data['engine']['generation']))}</footer>\n</body>\n</html>\n"
    )


def _folds(lines: list[dict[str, Any]], lang: Language) -> Iterator[str]:
    for line in lines:
        share = line["share"] or 0.0
        width = min(1.0, abs(share)) * 48
        credit = " credit" if share < 0 else ""
        mark = f'<span class="bar{credit}" style="width:{width:.2f}rem"></span>'
        content = f"<b>{percent(line['share'])}</b> {escape(sentence(line, lang))}{mark}"
        if line["children"]:
            yield f"<details open><summary>{content}</summary>{''.join(_folds(line['children'], lang))}</details>"
        else:
            yield f'<div class="leaf">{content}</div>'


_STYLE = (
    "body{font:15px/1.5 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "details,.leaf{margin-left:1.2rem;border-left:1px solid #d8dee4;padding:.15rem 0 .15rem .6rem}"
    "summary{cursor:pointer}b{display:inline-block;min-width:3.6rem}"
    ".bar{display:block;height:3px;background:#2f7d5b;max-width:100%}.bar.credit{background:#9a6b00}"
    "footer{margin-top:2rem;color:#57606a;font-size:13px}"
)
