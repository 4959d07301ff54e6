"""Drawings of a product system: no box on another, no text on another, every arrow where it belongs, valid mermaid."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanmai.render.flowchart import mermaid, svg
from tanmai.render.layout import BOX_WIDTH, layout
from tanmai.render.textwidth import clipped, width, wrapped

SVG = "{http://www.w3.org/2000/svg}"


def node(key, title, *, kind="process", stage="unstated", direct=1.0, drawn=True, avoided=False, gases=()):
    return {
        "id": key, "kind": kind, "process": {"iri": key, "name_en": title, "name_zh": title}, "product": {"iri": key, "name_en": "thing"},
        "drawn": drawn, "depth": 0, "stage": stage, "amount": 1.0, "avoided": avoided, "unit": {"iri": "kg", "symbol": "kg"}, "direct": direct,
        "gases": [{"iri": f"x/{gas}", "kg": kg} for gas, kg in gases],
    }  # fmt: skip


def edge(a, b, value=1.0, *, credit=False, waste=False, main=True):
    amount = -2.0 if credit else 2.0
    return {"from": a, "to": b, "product": {"iri": a}, "amount": amount, "unit": {"iri": "kg", "symbol": "kg"}, "value": value,
            "credit": credit, "waste": waste, "main": main}  # fmt: skip


def chart(nodes, edges, cutoffs=(), undrawn=(), stages=("unstated",)):
    return {
        "product": {"iri": "x", "name_en": "x"}, "amount": 1.0, "unit": {"iri": "kg", "symbol": "kg"},
        "total": {"value": 10.0, "error_bound": 0.0}, "boundary": None, "covered": [], "stages": [{"iri": s} for s in stages],
        "nodes": nodes, "edges": edges, "undrawn": list(undrawn), "cutoffs": list(cutoffs),
        "excluded": [], "total_of_all_stages": None, "without_stage": None,
    }  # fmt: skip


ODD = 'steel "A36" [plate] {x} (hot); a|b `c` #1 <script>&amp; 钢（热轧）'
LOOPED = chart(
    [
        node("a1", ODD, gases=(("CO2", 5.0), ("CO2-taken", -2.0))), node("a2", "second", stage="s"),
        node("a3", "third", kind="factor", stage="s"), node("a4", "hidden", drawn=False),
    ],
    [edge("a2", "a1", 6.0), edge("a3", "a2", 2.0), edge("a3", "a1", 1.0), edge("a1", "a2", 0.1, main=False)],
    cutoffs=[{"flow": {"iri": "oil"}, "to": "a2", "drawn": True, "leaves": False, "chain_amount": 3.0, "unit": {"iri": "kg"}}],
    undrawn=[{"to": "a1", "suppliers": 1, "value": 0.25}],
    stages=("s", "unstated"),
)  # fmt: skip


def texts(drawing):
    """(x, y, width, height, text) of every text."""
    root = ET.fromstring(drawing)
    found = []
    for at in root.iter(f"{SVG}text"):
        size = float(at.get("font-size"))
        bold = at.get("font-weight") is not None
        found.append(
            (float(at.get("x")), float(at.get("y")) - size * 0.8, width(at.text, size, bold=bold), size, at.text)
        )
    return found


def meet(a, b):
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_text_stands_on_another_and_all_stand_inside(lang):
    drawing = svg(LOOPED, lang)
    found = texts(drawing)
    assert len(found) > 15
    for a, b in combinations(found, 2):
        assert not meet(a, b), (a, b)
    root = ET.fromstring(drawing)
    for x, y, wide, _, text in found:
        assert x >= 0, text
        assert x + wide <= float(root.get("width")), text
        assert 0 <= y <= float(root.get("height")), text


def test_what_is_written_is_escaped_and_complete():
    drawing = svg(LOOPED, "en")
    assert "<script>" not in drawing
    said = " ".join(text for *_, text in texts(drawing))
    for part in (
        "6 ",
        "unit processes: 3",
        "and 1 more boxes not drawn",
        "and 1 more inputs: 0.25 kg CO2e",
        "oil 3",
        "↑ CO2 5 kg",
        "↓",
    ):
        assert part.strip() in said, part


def test_control_characters_in_a_name_do_not_break_the_file():
    root = ET.fromstring(svg(chart([node("a1", "odd\x01name\x0b\nnext")], []), "en"))
    said = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert "odd" in said
    assert "next" in said
    assert not set(said) & {"\x01", "\x0b"}


def test_loops_and_cut_offs_are_dashed_and_drawn_once():
    root = ET.fromstring(svg(LOOPED, "en"))
    arrows = [at for at in root.iter(f"{SVG}path") if at.get("marker-end") or at.get("marker-start")]
    assert len(arrows) == 4 + 1
    dashes = [at.get("stroke-dasharray") for at in arrows]
    assert dashes.count("9 3") == 1
    assert dashes.count("5 4") == 1


def test_the_cut_off_stands_outside_the_boundary():
    root = ET.fromstring(svg(LOOPED, "en"))
    rects = [(float(r.get("y", 0)), r.get("stroke-dasharray"), r.get("height")) for r in root.iter(f"{SVG}rect")]
    frame = next(r for r in rects if r[1] is None and r[2] != "100%")
    cut = next(r for r in rects if r[1] == "5 4")
    assert cut[0] > frame[0] + float(frame[2])


def test_small_flows_beside_the_main_ways_are_told_not_drawn():
    """More than one arrow a box beside the main ways: those below 1 % are named in the box they enter."""
    nodes = [node("a1", "one"), node("a2", "two")]
    beside = [edge("a2", "a1", 0.01 * (i + 1), main=False) for i in range(3)]
    said = " ".join(text for *_, text in texts(svg(chart(nodes, [edge("a2", "a1", 6.0), *beside]), "en")))
    assert "and 3 more inputs: 0.06 kg CO2e" in said


def test_an_avoided_emission_is_no_uptake():
    nodes = [node("a1", "one", gases=(("CO2", -2.0),)), node("a2", "saved", avoided=True, gases=(("CO2", -7.0),))]
    said = [text for *_, text in texts(svg(chart(nodes, [edge("a2", "a1", -7.0, credit=True)]), "en"))]
    assert {"↓ CO2 2 kg", "↑ CO2 -7 kg"} <= set(said)


def test_credits_and_wastes_are_drawn_their_own_way():
    nodes = [node("a1", "one"), node("a2", "saved"), node("a3", "treatment")]
    drawing = svg(chart(nodes, [edge("a2", "a1", -3.0, credit=True), edge("a3", "a1", waste=True)]), "en")
    assert drawing.count('marker-end="url(#credit)"') == 1
    assert drawing.count('marker-start="url(#flow)"') == 1


# ---- layout

graphs = st.integers(2, 12).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] != e[1]), max_size=30),
        st.lists(st.integers(0, 2), min_size=n, max_size=n),
    )
)


@given(graphs)
def test_nothing_stands_on_anything(graph):
    """Whatever the graph, loops or not: boxes and the slots of arrows keep apart, and suppliers stand left of consumers."""
    n, pairs, lanes = graph
    edges = [(f"n{a}", f"n{b}") for a, b in pairs]
    placed = layout("n0", {f"n{i}": lanes[i] for i in range(n)}, {f"n{i}": 40.0 + i for i in range(n)}, edges, 3)
    items = [*placed.boxes.values(), *(slot for slots in placed.slots.values() for slot in slots)]
    for a, b in combinations(items, 2):
        assert not meet((a.x, a.y, BOX_WIDTH, a.height), (b.x, b.y, BOX_WIDTH, b.height))
    for item in items:
        top, height = placed.lanes[item.lane]
        assert top <= item.y
        assert item.y + item.height <= top + height
    for a, b in edges:
        if (a, b) not in placed.loops:
            assert placed.boxes[a].layer < placed.boxes[b].layer


def test_a_loop_is_cut_where_it_comes_back_to_what_is_nearer_the_product():
    placed = layout("x", {"x": 0, "a": 0, "b": 0}, dict.fromkeys("xab", 40.0), [("a", "x"), ("b", "a"), ("x", "b")], 1)
    assert placed.loops == {("x", "b")}
    assert [placed.boxes[key].layer for key in "bax"] == [0, 1, 2]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=80), st.floats(30, 300))
def test_lines_fit_their_room(text, room):
    lines = wrapped(text, room, 12.0)
    assert 1 <= len(lines) <= 2
    assert all(width(line, 12.0) <= room for line in lines)
    assert width(clipped(text, room, 12.0), 12.0) <= room


def test_lines_break_between_words_not_in_numbers():
    assert wrapped("raw-material acquisition", 100, 12.0) == ["raw-material", "acquisition"]
    assert wrapped("全国平均，2024年", 76, 12.0) == ["全国平均，", "2024年"]
    assert wrapped("High wastes 1.3005e-06", 120, 12.0) == ["High wastes", "1.3005e-06"]


# ---- mermaid


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_mermaid_holds_no_syntax_of_the_data(lang):
    """Between quotes stands no quote, bracket or mark that mermaid would read; entity codes stand for them."""
    lines = mermaid(LOOPED, lang).splitlines()
    assert lines[0] == "flowchart LR"
    quoted = re.findall(r'"([^"]*)"', "\n".join(lines))
    assert len(quoted) >= 8
    for text in quoted:
        rest = re.sub(r"#\d+;|<br/>", "", text)
        assert not set(rest) & set('"#;<>[]{}()|`&\\'), text
    assert (
        sum(line.strip().startswith("subgraph") for line in lines) == sum(line.strip() == "end" for line in lines) == 3
    )
    for line in lines[1:]:
        assert line.count('"') % 2 == 0


def test_mermaid_shows_boundary_loops_and_cut_offs():
    drawn = mermaid(LOOPED, "en")
    assert "钢（热轧）" in drawn
    assert 'a1 -->|"2 kg"| a2' in drawn
    assert "cut-a2-in -.-> a2" in drawn
    assert drawn.index("cut-a2-in[") > drawn.rindex("  end\n")
    assert re.search(r'a3\("third', drawn)


@pytest.mark.parametrize(("lang", "said"), [("en", ("distribution", "outside the boundary: 4 kg CO2e, flows: 2", "inside, of no stated stage: 1 kg CO2e")),
                                            ("zh", ("分销", "边界之外：4 kg CO2e，2 项流", "边界之内未注明阶段：1 kg CO2e"))])  # fmt: skip
def test_what_lies_beyond_the_boundary_stands_outside_with_its_amount(lang, said):
    """One of the two belongs to a box that is not drawn: it is counted, and drawn nowhere."""
    stage = {"iri": "d", "name_en": "distribution", "name_zh": "分销"}
    line = {
        "flow": {"iri": "t", "name_en": "truck"},
        "stage": stage,
        "amount": 7.0,
        "unit": {"iri": "km", "symbol": "km"},
        "value": 3.0,
    }
    made = chart([node("a1", "made")], []) | {
        "excluded": [line | {"to": "a1"}, line | {"to": "a9", "value": 1.0}],
        "total_of_all_stages": {"value": 14.0, "error_bound": 0.0},
        "without_stage": 1.0,
    }
    for drawing in (svg(made, lang), mermaid(made, lang)):
        assert drawing.count("truck 7 km = 3 kg CO2e") == 1
        assert said[0] in drawing
        assert all(part in drawing for part in said[1:])
    outside = mermaid(made, lang).partition("\n  end\n")[2]
    assert "beyond-a1" in outside
    assert "beyond-a1" not in mermaid(made, lang).partition("\n  end\n")[0]
