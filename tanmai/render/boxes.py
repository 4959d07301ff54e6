"""What stands in the boxes of a flow chart, for every way of drawing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tanmai.figures import figure
from tanmai.render.explanation import bracketed
from tanmai.render.names import named, symbol
from tanmai.words import Language, word

OUTSIDE = "outside"
"""Lane of what is cut off: it lies outside the system boundary."""
LEAST_SHARE = 0.01
"""Share of the footprint from which an arrow beside the main ways is drawn in a chart that is full of them."""
MOST_GASES = 3
MOST_CUT = 3


@dataclass(slots=True)
class Box:
    """One box: `kind` is process, factor or cut; `title` and `lines` are its text; `lane` is a stage, or `OUTSIDE`."""

    key: str
    kind: str
    title: str
    lines: list[str]
    lane: str


@dataclass(slots=True)
class Arrow:
    """One arrow from supplier to consumer; `turned` when the thing itself runs the other way (waste, a co-product cut off)."""

    supplier: str
    consumer: str
    label: str
    share: float
    credit: bool = False
    turned: bool = False
    cut: bool = False


@dataclass(slots=True)
class Drawing:
    """A flow chart before it has a shape: lanes as (stage, title), boxes, arrows, headline, count, and what the boundary leaves out."""

    headline: str
    count: str
    boundary: str
    limits: list[str]
    root: str
    lanes: list[tuple[str, str]]
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)


def drawing(data: Mapping[str, Any], lang: Language) -> Drawing:
    """Turn the answer into boxes and arrows with their texts in one language."""
    drawn = [node for node in data["nodes"] if node["drawn"]]
    made = Drawing(
        _headline(data, lang),
        _count(data, len(drawn), lang),
        _boundary(data, lang),
        _limits(data, lang),
        drawn[0]["id"],
        _lanes(data, lang),
    )
    total = abs(data["total"]["value"])
    shown, small = _shown(data["edges"], len(drawn), total)
    left = {line["to"]: [line["suppliers"], line["value"]] for line in data["undrawn"]}
    for edge in small:
        count, value = left.get(edge["to"], [0, 0.0])
        left[edge["to"]] = [count + 1, value + edge["value"]]
    made.boxes = [_box(node, left.get(node["id"]), lang) for node in drawn]
    made.arrows = [
        Arrow(
            edge["from"],
            edge["to"],
            f"{figure(edge['amount'])} {symbol(edge['unit'], lang)}",
            min(1.0, abs(edge["value"]) / total) if total else 0.0,
            credit=edge["credit"],
            turned=edge["waste"],
        )
        for edge in shown
    ]
    _add_cut_offs(made, data, lang)
    _add_excluded(made, data["excluded"], lang)
    return made


def _shown(
    edges: Sequence[Mapping[str, Any]], boxes: int, total: float
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Part the arrows that are drawn from small ones beside the main ways, where those outnumber the boxes.

    The small ones of a box are told in it: how many, and what comes with them.
    """
    beside = [edge for edge in edges if not edge["main"]]
    if len(beside) <= boxes:
        return list(edges), []
    small = [edge for edge in beside if abs(edge["value"]) < LEAST_SHARE * total]
    told = {id(edge) for edge in small}
    return [edge for edge in edges if id(edge) not in told], small


def _headline(data: Mapping[str, Any], lang: Language) -> str:
    unit = f"{figure(data['amount'])} {symbol(data['unit'], lang)}"
    return f"{named(data['product'], lang)}  {unit} = {figure(data['total']['value'], 6)} kg CO2e"


def _count(data: Mapping[str, Any], drawn: int, lang: Language) -> str:
    processes = [node for node in data["nodes"] if node["kind"] == "process"]
    more = len(data["nodes"]) - drawn
    parts = [f"{word('unit_processes', lang)}{word('colon', lang)}{len(processes)}"]
    parts += [word("boxes_more", lang, count=more)] if more else []
    return word("comma", lang).join([*parts, *_limits(data, lang)])


def _limits(data: Mapping[str, Any], lang: Language) -> list[str]:
    """Say what the boundary that was asked for leaves out, and what inside of it states no stage."""
    if data["total_of_all_stages"] is None:
        return []
    left = data["total_of_all_stages"]["value"] - data["total"]["value"]
    said = [word("beyond_boundary", lang, count=len(data["excluded"]), value=figure(left))]
    return (
        [*said, word("within_unstated", lang, value=figure(data["without_stage"]))] if data["without_stage"] else said
    )


def _boundary(data: Mapping[str, Any], lang: Language) -> str:
    name = named(data["boundary"], lang)
    covered = word("comma", lang).join(named(stage, lang) for stage in data["covered"])
    said = name + (bracketed(covered, lang) if covered else "") if name else covered
    return word("boundary", lang) + (f"{word('colon', lang)}{said}" if said else "")


def _lanes(data: Mapping[str, Any], lang: Language) -> list[tuple[str, str]]:
    lanes = [
        (stage["iri"], word("unstated", lang) if stage["iri"] == "unstated" else named(stage, lang))
        for stage in data["stages"]
    ]
    drawn = {node["id"] for node in data["nodes"] if node["drawn"]}
    cut = any(line["drawn"] for line in data["cutoffs"]) or any(line["to"] in drawn for line in data["excluded"])
    return [*lanes, (OUTSIDE, word("outside", lang))] if cut else lanes


def _box(node: Mapping[str, Any], left: Sequence[float] | None, lang: Language) -> Box:
    amount = f"{figure(node['amount'])} {symbol(node['unit'], lang)}"
    lines = [f"{amount} {named(node['product'], lang)}".strip()]
    gases = [gas for gas in node["gases"] if _formula(gas) != "CO2e"]  # that is the line below
    sign = -1 if node["avoided"] else 1  # what is not emitted, since it is avoided, is no uptake
    out, taken = [gas for gas in gases if sign * gas["kg"] > 0], [gas for gas in gases if sign * gas["kg"] < 0]
    lines += [
        f"{arrow} {_gases(listed, turn, lang)}" for arrow, listed, turn in (("↑", out, 1), ("↓", taken, -1)) if listed
    ]
    if node["direct"]:
        lines.append(f"= {figure(node['direct'])} kg CO2e")
    if left is not None:
        lines.append(word("flows_more", lang, count=int(left[0]), value=figure(left[1])))
    return Box(node["id"], node["kind"], named(node["process"], lang), lines, node["stage"])


def _gases(gases: Sequence[Mapping[str, Any]], turn: int, lang: Language) -> str:
    shown = word("comma", lang).join(f"{_formula(gas)} {figure(turn * gas['kg'], 3)} kg" for gas in gases[:MOST_GASES])
    return shown if len(gases) <= MOST_GASES else f"{shown} …"


def _formula(gas: Mapping[str, Any]) -> str:
    """Return a gas by its key: CO2, CH4_fossil."""
    return str(gas["iri"]).rpartition("/")[2].partition("_")[0]


def _add_cut_offs(made: Drawing, data: Mapping[str, Any], lang: Language) -> None:
    """Add a box outside the boundary for each box from which something is cut off, inputs and outputs apart."""
    groups: dict[tuple[str, bool], list[Mapping[str, Any]]] = defaultdict(list)
    for line in data["cutoffs"]:
        if line["drawn"]:
            groups[line["to"], line["leaves"]].append(line)
    for (consumer, leaves), lines in groups.items():
        key = f"cut-{consumer}-{'out' if leaves else 'in'}"
        listed = [_cut(line, lang) for line in lines[:MOST_CUT]]
        if len(lines) > MOST_CUT:
            listed.append(word("more", lang, count=len(lines) - MOST_CUT))
        made.boxes.append(
            Box(key, "cut", f"{word('cut_off_short', lang)}{word('colon', lang)}{len(lines)}", listed, OUTSIDE)
        )
        made.arrows.append(Arrow(key, consumer, "", 0.0, turned=leaves, cut=True))


def _add_excluded(made: Drawing, excluded: Sequence[Mapping[str, Any]], lang: Language) -> None:
    """Add a box outside the boundary for what each box would need, or emit, in stages that the boundary does not cover."""
    drawn = {box.key for box in made.boxes}
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for line in excluded:
        if line["to"] in drawn:
            groups[line["to"]].append(line)
    for consumer, lines in groups.items():
        listed = [_beyond(line, lang) for line in lines[:MOST_CUT]]
        if len(lines) > MOST_CUT:
            listed.append(word("more", lang, count=len(lines) - MOST_CUT))
        title = word("comma", lang).join(dict.fromkeys(named(line["stage"], lang) for line in lines))
        made.boxes.append(Box(f"beyond-{consumer}", "cut", title, listed, OUTSIDE))
        made.arrows.append(Arrow(f"beyond-{consumer}", consumer, "", 0.0, cut=True))


def _beyond(line: Mapping[str, Any], lang: Language) -> str:
    amount = f"{figure(line['amount'])} {symbol(line['unit'], lang)}"
    return f"{named(line['flow'], lang)} {amount} = {figure(line['value'])} kg CO2e"


def _cut(line: Mapping[str, Any], lang: Language) -> str:
    amount = line["chain_amount"]
    return named(line["flow"], lang) + ("" if amount is None else f" {figure(amount)} {symbol(line['unit'], lang)}")
