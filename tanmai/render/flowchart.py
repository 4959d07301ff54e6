"""A flow chart as SVG, drawn without help from outside, and as mermaid text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from tanmai.render.boxes import OUTSIDE, Arrow, Box, Drawing, drawing
from tanmai.render.layout import BOX_WIDTH, GAP, Item, Layout, layout
from tanmai.render.textwidth import clipped, wrapped
from tanmai.words import Language, word

LINE = 15
"""Height of a line of text."""
FONT, SMALL = 12.0, 11.0
PAD = 10
PORT = 17
"""Least distance of two arrows that leave one box, so that their labels stand free."""
STRAIGHT = 108
"""How far an arrow runs straight behind a box or a slot, under its label."""
LEFT, TOP, MARGIN, OUTER = 156, 74, 24, 40
KINDS = {"process": ("#ffffff", "#44546a"), "factor": ("#fdf6e3", "#a07b1a"), "cut": ("#ffffff", "#8a8f98")}
FLOW, CREDIT, CUT = "#4a6fa5", "#b4570b", "#8a8f98"


def svg(data: Mapping[str, Any], lang: Language) -> str:
    """Return the chart as an SVG document that stands alone."""
    made = drawing(data, lang)
    lanes = [stage for stage, _ in made.lanes]
    texts = {box.key: _lines(box) for box in made.boxes}
    leaving = Counter(arrow.supplier for arrow in made.arrows)
    height = {k: max(len(lines) * LINE + 2 * PAD, leaving[k] * PORT + PAD) for k, lines in texts.items()}
    placed = layout(
        made.root,
        {box.key: lanes.index(box.lane) for box in made.boxes},
        height,
        [(arrow.supplier, arrow.consumer) for arrow in made.arrows],
        len(lanes),
    )
    body = [*_frame(made, placed), *_arrows(made, placed)]
    body += [line for box in made.boxes for line in _drawn(box, texts[box.key], placed.boxes[box.key])]
    return _document(made, placed, [*body, *_legend(placed, lang)], lang)


def _lines(box: Box) -> list[str]:
    """Wrap the texts of a box: first the title, of two lines at most, then the rest."""
    room = BOX_WIDTH - 2 * PAD
    title = wrapped(box.title, room, FONT, bold=True)
    lines = [f"*{line}" for line in title]
    for text in box.lines:
        lines += wrapped(text, room, SMALL)
    return lines


def _document(made: Drawing, placed: Layout, body: Sequence[str], lang: Language) -> str:
    width = max(LEFT + placed.width + MARGIN + OUTER, 760)
    height = TOP + placed.height + 2 * MARGIN + OUTER + 20
    family = "system-ui,'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} lang="{lang}" font-family="{family}">',
        f"<title>{_plain(made.headline)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        _text(OUTER / 2, 28, clipped(made.headline, width - OUTER, 16.0, bold=True), 16, "#1b2733", bold=True),
        _text(OUTER / 2, 48, made.count, 12, "#57606a"),
    ]
    return "\n".join([*head, _MARKERS, *body, "</svg>"]) + "\n"


_MARKERS = (
    "<defs>"
    + "".join(
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" '
        f'orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
        for name, colour in (("flow", FLOW), ("credit", CREDIT), ("cut", CUT))
    )
    + "</defs>"
)


def _frame(made: Drawing, placed: Layout) -> Iterator[str]:
    """The system boundary around the lanes, each lane with its stage; what is cut off stands below, outside."""
    inside = [i for i, (stage, _) in enumerate(made.lanes) if stage != OUTSIDE]
    bottom = TOP + sum(placed.lanes[inside[-1]])
    width = LEFT + placed.width + MARGIN - OUTER / 2
    yield (
        f'<rect x="{OUTER / 2}" y="{TOP}" width="{width:.0f}" height="{bottom - TOP:.0f}" rx="8" fill="#f6f8fa" stroke="#1b2733" '
        'stroke-width="1.6"/>'
    )
    yield _text(OUTER / 2 + 4, TOP - 7, made.boundary, 12, "#1b2733", bold=True)
    for i, (_, title) in enumerate(made.lanes):
        top, height = placed.lanes[i]
        if i in inside[1:]:
            yield f'<path d="M{OUTER / 2} {TOP + top:.0f} h{width:.0f}" stroke="#c9d1d9" stroke-dasharray="2 3"/>'
        lines = wrapped(title, LEFT - OUTER / 2 - 18, FONT, bold=True, most=3)
        middle = TOP + top + height / 2 - (len(lines) - 1) * LINE / 2 + 4
        for number, line in enumerate(lines):
            yield _text(OUTER / 2 + 8, middle + number * LINE, line, FONT, "#57606a", bold=True)


def _arrows(made: Drawing, placed: Layout) -> Iterator[str]:
    """Every arrow with its label; those of one box leave it in the order of where they go, loops below it."""
    leaving: dict[str, list[Arrow]] = defaultdict(list)
    for arrow in made.arrows:
        if (arrow.supplier, arrow.consumer) in placed.loops:
            yield from _loop(placed, arrow)
        else:
            leaving[arrow.supplier].append(arrow)
    for supplier, arrows in leaving.items():
        box = placed.boxes[supplier]
        arrows.sort(key=lambda arrow: _next(placed, arrow).middle)
        step = box.height / len(arrows)
        for number, arrow in enumerate(arrows):
            start = box.y + (number + 0.5) * step
            yield _stroke(arrow, _forward(placed, arrow, start), loop=False)
            yield _label(arrow, LEFT + box.x + BOX_WIDTH + 7, TOP + start - 4)


def _loop(placed: Layout, arrow: Arrow) -> Iterator[str]:
    """A bow below the boxes, from the supplier on the right to its consumer on the left."""
    a, b = placed.boxes[arrow.supplier], placed.boxes[arrow.consumer]
    ax, ay = LEFT + a.x + BOX_WIDTH / 2, TOP + a.y + a.height
    bx, by = LEFT + b.x + BOX_WIDTH / 2, TOP + b.y + b.height
    low = max(ay, by) + 34
    yield _stroke(arrow, f"M{ax:.1f} {ay:.1f} C{ax:.1f} {low:.1f} {bx:.1f} {low:.1f} {bx:.1f} {by:.1f}", loop=True)
    yield _label(arrow, ax + 7, ay + 13)


def _label(arrow: Arrow, x: float, y: float) -> str:
    text = clipped(arrow.label, STRAIGHT - 12, SMALL)
    return _text(x, y, text, SMALL, CREDIT if arrow.credit else "#33475b") if text else ""


def _next(placed: Layout, arrow: Arrow) -> Item:
    slots = placed.slots.get((arrow.supplier, arrow.consumer), [])
    return slots[0] if slots else placed.boxes[arrow.consumer]


def _forward(placed: Layout, arrow: Arrow, start: float) -> str:
    """Straight under the label, then a curve to the next slot or box; the same again from each slot."""
    x, y = placed.boxes[arrow.supplier].x + BOX_WIDTH, start
    path = f"M{LEFT + x:.1f} {TOP + y:.1f}"
    for item in (*placed.slots.get((arrow.supplier, arrow.consumer), []), placed.boxes[arrow.consumer]):
        bend, end = x + STRAIGHT, x + GAP
        half = (bend + end) / 2
        path += f" H{LEFT + bend:.1f} C{LEFT + half:.1f} {TOP + y:.1f} {LEFT + half:.1f} {TOP + item.middle:.1f} "
        path += f"{LEFT + end:.1f} {TOP + item.middle:.1f}"
        if isinstance(item.key, tuple):
            path += f" H{LEFT + item.x + BOX_WIDTH:.1f}"
        x, y = item.x + BOX_WIDTH, item.middle
    return path


def _stroke(arrow: Arrow, path: str, *, loop: bool) -> str:
    name, colour = ("cut", CUT) if arrow.cut else ("credit", CREDIT) if arrow.credit else ("flow", FLOW)
    dashes = ' stroke-dasharray="5 4"' if arrow.cut else ' stroke-dasharray="9 3"' if loop else ""
    head = f'marker-{"start" if arrow.turned else "end"}="url(#{name})"'
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{1.2 + 4 * arrow.share:.2f}"{dashes} {head}/>'


def _drawn(box: Box, lines: Sequence[str], item: Item) -> Iterator[str]:
    fill, border = KINDS[box.kind]
    dashes = ' stroke-dasharray="5 4"' if box.kind == "cut" else ""
    corner = 12 if box.kind == "factor" else 3
    yield (
        f'<rect x="{LEFT + item.x:.1f}" y="{TOP + item.y:.1f}" width="{BOX_WIDTH}" height="{item.height:.1f}" rx="{corner}" '
        f'fill="{fill}" stroke="{border}"{dashes}/>'
    )
    y = TOP + item.y + (item.height - len(lines) * LINE) / 2 + LINE - 4
    for number, line in enumerate(lines):
        bold = line.startswith("*")
        size = FONT if bold else SMALL
        yield _text(
            LEFT + item.x + PAD,
            y + number * LINE,
            line.removeprefix("*"),
            size,
            "#1b2733" if bold else "#33475b",
            bold=bold,
        )


def _legend(placed: Layout, lang: Language) -> Iterator[str]:
    y = TOP + placed.height + MARGIN + 14
    x = OUTER / 2
    for kind, (fill, border) in KINDS.items():
        dashes = ' stroke-dasharray="5 4"' if kind == "cut" else ""
        corner = 8 if kind == "factor" else 2
        text = word(f"legend_{kind}", lang)
        yield f'<rect x="{x:.0f}" y="{y - 11:.0f}" width="24" height="14" rx="{corner}" fill="{fill}" stroke="{border}"{dashes}/>'
        yield _text(x + 30, y, text, SMALL, "#57606a")
        x += 60 + 8.5 * max(len(text), 8)
    for name, colour, dashes in (("credit", CREDIT, ""), ("loop", FLOW, ' stroke-dasharray="9 3"')):
        text = word(f"legend_{name}", lang)
        yield f'<path d="M{x:.0f} {y - 4:.0f} h24" stroke="{colour}" stroke-width="2"{dashes}/>'
        yield _text(x + 30, y, text, SMALL, "#57606a")
        x += 60 + 8.5 * max(len(text), 8)


def _text(x: float, y: float, text: str, size: float, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"{weight}>{_plain(text)}</text>'


def _plain(text: str) -> str:
    """Escape a text for XML, which has no place for control characters; a label may hold some."""
    return escape("".join(c if c.isprintable() else " " for c in text))


def mermaid(data: Mapping[str, Any], lang: Language) -> str:
    """Return the chart as mermaid text: the boundary and each stage a subgraph, cut-offs and their arrows dashed."""
    made = drawing(data, lang)
    title = "<br/>".join(_quoted(line) for line in (made.boundary, *made.limits))
    lines = ["flowchart LR", f'  subgraph boundary["{title}"]']
    for number, (stage, title) in enumerate(made.lanes):
        if stage == OUTSIDE:
            continue
        lines += [
            f'    subgraph stage{number}["{_quoted(title)}"]',
            *(f"      {_node(box)}" for box in made.boxes if box.lane == stage),
        ]
        lines.append("    end")
    lines.append("  end")
    lines += [f"  {_node(box)}" for box in made.boxes if box.lane == OUTSIDE]
    lines += [f"  {_link(arrow)}" for arrow in made.arrows]
    lines += [f"  style {box.key} stroke-dasharray:5 4" for box in made.boxes if box.kind == "cut"]
    return "\n".join(lines) + "\n"


def _node(box: Box) -> str:
    text = "<br/>".join(_quoted(line) for line in (box.title, *box.lines))
    return f'{box.key}("{text}")' if box.kind == "factor" else f'{box.key}["{text}"]'


def _link(arrow: Arrow) -> str:
    a, b = (arrow.consumer, arrow.supplier) if arrow.turned else (arrow.supplier, arrow.consumer)
    line = "-.->" if arrow.cut or arrow.credit else "-->"
    return f'{a} {line}|"{_quoted(arrow.label)}"| {b}' if arrow.label else f"{a} {line} {b}"


def _quoted(text: str) -> str:
    """Write a text so that mermaid takes none of it for syntax: its entity codes stand for quotes, brackets and marks."""
    return "".join(f"#{ord(c)};" if c in '"#&;<>[]{}()|`\\' else " " if c in "\r\n\t" else c for c in text)
