"""The Python entry: load, query, calculate, explain; what is shown; which locks are held."""

import io

import polars as pl
import pytest
from chains import EX, HEAD, process, product

import tanmai
from footprint.errors import FootprintError, IncompleteInventory
from graphstore import GraphStore
from graphstore.errors import GraphStoreError, LayoutError, LoadError

CHAIN = (
    process("ore", emissions=(("flow:CO2-fossil", 2), ("flow:CH4_fossil-fossil", 0.1)))
    + process("metal", unit="unit:TONNE", inputs=((":ore", 3000),))
    + ':metal rdfs:label "金属"@zh .'
)
GAP = process("gap", inputs=((":nothing", 1),)) + product("nothing")
TOTAL = 3000 * (2 + 0.1 * 29.8)
"""Per tonne of metal under AR6, by hand."""


@pytest.fixture(scope="module")
def turtle(tmp_path_factory):
    def write(text, name="chain.ttl"):
        file = tmp_path_factory.mktemp("turtle") / name
        file.write_text(HEAD + text, encoding="utf-8")
        return file

    return write


@pytest.fixture(scope="module")
def g(turtle):
    with tanmai.open(lang="en") as graph:
        graph.load(turtle(CHAIN))
        yield graph


def test_a_footprint_is_a_number_with_frames_behind_it(g):
    found = g.footprint("metal", 500, "kg")
    assert float(found) == found.total == pytest.approx(TOTAL / 2)
    assert 0 < found.error_bound < 1e-8
    assert found.contributions.select("flow", "amount", "unit", "kg_co2e").sort("kg_co2e").rows() == [
        ("carbon dioxide, fossil", pytest.approx(3000), "kg", pytest.approx(3000)),
        ("methane, fossil", pytest.approx(150), "kg", pytest.approx(4470)),
    ]
    assert found.gases.select("mass_kg", "gwp").sort("gwp").rows() == [(3000, 1), (pytest.approx(150), 29.8)]
    assert isinstance(found.stages, pl.DataFrame)
    assert g.footprint("金属", gwp="AR5").total == pytest.approx(3000 * (2 + 0.1 * 30))


def test_methods_are_those_of_the_command_line(g, turtle):
    with tanmai.open(lang="en") as graph:
        graph.load(turtle(CHAIN), turtle(GAP, "gap.ttl"))
        with pytest.raises(IncompleteInventory):
            graph.footprint("gap")
        assert graph.footprint("gap", unlinked="cutoff").total == 0
        with pytest.raises(FootprintError, match="choose error or cutoff"):
            graph.footprint("gap", unlinked="ignore")


def test_all_footprints_and_products_come_as_frames(g):
    assert g.footprints().select("iri", "kg_co2e").rows() == [
        (f"{EX}metal", pytest.approx(TOTAL)),
        (f"{EX}ore", pytest.approx(2 + 2.98)),
    ]
    assert g.products().select("iri", "name_zh").rows() == [(f"{EX}metal", "金属"), (f"{EX}ore", "ore")]
    assert g.search("金属", kind="Product")["iri"].to_list() == [f"{EX}metal"]


def test_a_query_gives_rows_a_frame_and_the_reasons_for_what_is_missing(g):
    found = g.query(
        "SELECT ?p (tmf:footprint(?p) AS ?kg) { VALUES ?p { ?a } }".replace("?a", f"<{EX}metal> <{EX}nowhere>")
    )
    assert found.frame["kg"].to_list() == [pytest.approx(TOTAL), None]
    assert found.frame.schema["kg"] == pl.Float64
    assert len(found.failures) == 1
    assert "could not be computed" in str(found)
    assert g.query("ASK {}")
    assert not g.query("ASK { <urn:x> <urn:y> <urn:z> }")
    assert g.query("SELECT ?x { ?x a <urn:nothing> }").frame.is_empty()


def test_a_column_of_mixed_kinds_becomes_text(g):
    assert g.query('SELECT ?x { VALUES ?x { 1 "a" } }').frame["x"].to_list() == ["1", "a"]
    assert g.query("SELECT ?x { VALUES ?x { 1 2.5e0 } }").frame["x"].to_list() == [1.0, 2.5]


def test_values_are_bound_never_pasted(g):
    found = g.query("SELECT ?n { ?p rdfs:label ?n FILTER(STR(?n) = ?wanted) }", {"wanted": 'metal" } #'})
    assert len(found) == 0


def test_what_is_shown_in_a_terminal_a_notebook_and_as_text(g):
    from rich.console import Console

    found, why = g.footprint("metal"), g.explain("metal")
    assert "14,940 kg CO2e" in str(found)
    assert "remainder" not in str(why)
    assert "methane, fossil: 300 kg × 29.8 = 8,940 kg CO2e" in str(why)
    out = io.StringIO()
    Console(file=out, width=90).print(found)
    assert "14,940 kg CO2e" in out.getvalue()
    assert "14,940 kg CO2e" in found._repr_html_()
    assert found._repr_html_().startswith("<pre")
    assert why.mermaid().startswith("flowchart")
    assert why.html().startswith("<!doctype html>")
    html = g.query('SELECT ("<b>" AS ?x) {}')._repr_html_()
    assert "<td>&lt;b&gt;</td>" in html
    assert repr(found) == f"<Footprint {EX}metal: {found.total!r} kg CO2e>"


def test_in_a_notebook_nothing_is_printed_beside_what_is_shown(g, monkeypatch, capsys):
    """Rich would show every line as an output of its own where it finds itself in a notebook."""
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setattr("rich.jupyter.display", lambda *_: pytest.fail("shown twice"))
    assert "14,940 kg CO2e" in g.footprint("metal")._repr_html_()
    assert capsys.readouterr().out == ""


def test_chinese_is_spoken_where_asked(turtle):
    with tanmai.open(lang="zh") as graph:
        graph.load(turtle(CHAIN))
        assert "误差界" in str(graph.footprint("metal"))
    with pytest.raises(ValueError, match="choose zh or en"):
        tanmai.open(lang="fr")


def test_a_store_on_disk_is_made_and_reading_holds_no_lock(tmp_path, turtle):
    with tanmai.open(tmp_path / "new", lang="en") as graph:
        graph.load(turtle(CHAIN))
        assert graph.footprint("metal").total == pytest.approx(TOTAL)
        with GraphStore.open(tmp_path / "new", mode="write") as other:  # beside us
            other.load_bytes(
                (HEAD + CHAIN.replace("tm:amount 2 ", "tm:amount 4 ")).encode(), key="chain", format="turtle"
            )
        assert graph.footprint("metal").total == pytest.approx(3000 * (4 + 2.98))  # the newest state
        made = graph.materialize()
        assert made.footprints == 2
        assert len(graph.query("SELECT * { ?f a tm:ComputedFootprint }")) == 2
    with GraphStore.open(tmp_path / "new", mode="write") as store:
        store.release("r1")
    with tanmai.open(tmp_path / "new", release="r1") as pinned:
        assert pinned.footprint("metal").total == pytest.approx(3000 * (4 + 2.98))
        with pytest.raises(LayoutError, match="cannot be changed"):
            pinned.load(turtle(CHAIN))


def test_a_bad_file_changes_nothing(tmp_path, turtle):
    with tanmai.open(tmp_path / "store") as graph:
        bad = tmp_path / "bad.ttl"
        bad.write_text("not turtle")
        with pytest.raises(LoadError):
            graph.load(turtle(CHAIN), bad)
        assert graph.products().is_empty()
        with pytest.raises(GraphStoreError):
            graph.load(turtle(CHAIN.replace("tm:input", "tm:inputs")))  # a misspelt term


def test_a_closed_graph_in_memory_is_gone():
    graph = tanmai.open()
    graph.close()
    with pytest.raises(LayoutError, match="is gone"):
        graph.query("ASK {}")


def test_importing_costs_nothing_until_it_is_used():
    import subprocess
    import sys

    code = "import sys, tanmai; print([m for m in ('numpy', 'polars', 'pyoxigraph', 'rich') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
