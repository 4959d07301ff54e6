"""The Python entry: comparison, uncertainty, what-if, variants, contributions, scenarios; numbers worked out by hand.

The chain is that of `tanmai demo`: a tonne of ingot needs 13400 kWh of grid power at 0.5777 kg CO2e, or of hydropower at
0.0141, and 0.45 t of anodes at 542.23 + 100 x 0.5777 = 600 kg CO2e a tonne, all other things equal.
"""

import io
import math
from importlib.resources import files

import polars as pl
import pytest
from chains import HEAD, process, product

import tanmai
from footprint.errors import FootprintError, InvalidQuery
from graphstore.errors import ScenarioError, UncertaintyError, UnknownNameError

DEMO = "https://w3id.org/tanmai/demo/"
GRID, HYDRO, PROFILE = (f"{DEMO}{name}" for name in ("ingot-grid", "ingot-hydro", "profile-delivered"))
INGOT = 12208.93016
SAVED = 13400 * (0.5777 - 0.0141)
POWER = 13400 + 1.92 * 250 + 0.45 * 100
"""kWh in electrolysis, alumina refining and anodes."""
MORE_ANODE = "anode@electrolysis=+10%"
SCENARIO = f"""
@prefix : <{DEMO}scenario/> . @prefix tm: <https://w3id.org/tanmai/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:anodes a tm:Scenario ; rdfs:label "more anodes"@en, "多用阳极"@zh ; tm:change :anodes-1 .
:anodes-1 a tm:AmountChange ; tm:changedExchange <{DEMO}electrolysis-grid-in-anode> ; tm:relativeChange 0.1 .
"""


@pytest.fixture(scope="module")
def g(tmp_path_factory):
    """The demonstration with a scenario, in memory."""
    scenario = tmp_path_factory.mktemp("scenario") / "anodes.ttl"
    scenario.write_text(SCENARIO, encoding="utf-8")
    with tanmai.open(lang="en") as graph:
        graph.load(str(files("tanmai.demo") / "aluminium.ttl"), scenario)
        yield graph


def shown(found, *texts):
    """Text, terminal and notebook say these."""
    from rich.console import Console

    out = io.StringIO()
    Console(file=out, width=200).print(found)
    for said in (str(found), out.getvalue(), found._repr_html_()):
        assert all(text in said for text in texts), said
    assert found._repr_html_().startswith("<pre")


def test_a_comparison_has_the_difference_and_its_terms(g):
    found = g.compare(GRID, HYDRO)
    assert (found.comparable, found.differing) == (True, [])
    assert found.difference == pytest.approx(-SAVED)
    assert found.terms.select("name", "a", "b").rows() == [
        ("electricity, medium and high voltage", pytest.approx(7741.18), pytest.approx(188.94))
    ]
    for parts in (found.processes, found.gases, found.stages):
        assert math.fsum(parts["difference"]) == pytest.approx(-SAVED)
    shown(found, "-7,552.24 kg CO2e")
    assert repr(found) == f"<Comparison {GRID} with {HYDRO}: {found.difference!r} kg CO2e>"


def test_what_cannot_be_compared_has_keys_and_no_difference(g):
    fixtures = g.query('SELECT ?p { ?p a tm:Product ; rdfs:label "press tooling and fixtures"@en }').rows[0][0]
    found = g.compare(GRID, fixtures)
    assert not found.comparable
    assert found.differing == ["product-category", "unit-basis"]
    assert found.difference is None
    assert found.terms.is_empty()
    assert found.stages.columns == ["iri", "name", "a", "b", "difference"]
    assert "not comparable" in repr(found)
    assert g.compare(GRID, fixtures, anyway=True).difference is not None


def test_one_product_under_two_settings(g):
    """The anode goes from 0.45 to 0.495 t: 0.045 x 600 = 27; PFC-14 weighs 7380 under AR6 and 6630 under AR5."""
    assert g.compare(GRID, against={"scenario": "anodes"}).difference == pytest.approx(27)
    assert g.compare(GRID, scenario="anodes", against={"scenario": None}).difference == pytest.approx(-27)
    gases = g.compare(GRID, against={"gwp": "AR5"}).gases
    assert gases.filter(pl.col("name").str.contains("PFC-14"))["b"].item() == pytest.approx(90.036 / 7380 * 6630)
    with pytest.raises(InvalidQuery, match="nothing to compare with"):
        g.compare(GRID)


def test_uncertainty_has_an_interval_and_drivers(g):
    """Alumina refining: 1059.575 x 1.92 = 2034.384 kg with a half-width of 20 %: 406.88, the largest."""
    found = g.uncertainty(GRID, draws=400, seed=7)
    low, high = found.interval
    assert found.total == pytest.approx(INGOT)
    assert low < found.total < high
    assert (low, high) != g.uncertainty(GRID, draws=400, seed=8).interval
    assert g.uncertainty(GRID, draws=400, seed=7).interval == (low, high)
    top = found.drivers.row(0, named=True)
    assert (top["process"], top["half_width_alone"]) == ("alumina refining", pytest.approx(2034.384 * 0.2, rel=1e-4))
    shown(found, "12,208.9", "What drives the spread")
    first = g.uncertainty(GRID, method="first-order")
    assert first.interval == pytest.approx(
        (INGOT - first.data["first_order"]["half_width"], INGOT + first.data["first_order"]["half_width"])
    )
    assert first.probability_first_lower is None


def test_two_products_are_drawn_together(g):
    found = g.uncertainty(GRID, HYDRO, draws=50)
    assert found.probability_first_lower == 0
    assert g.uncertainty(HYDRO, GRID, draws=50).probability_first_lower == 1
    with pytest.raises(UncertaintyError, match="method 'guess' is unknown"):
        g.uncertainty(GRID, method="guess")


def test_a_what_if_changes_a_number_and_leaves_the_data(g):
    found = g.whatif(GRID, set=[MORE_ANODE])
    assert (found.base, found.new, found.difference) == pytest.approx((INGOT, INGOT + 27, 27))
    assert found.changes.select("name", "old", "new", "unit").rows() == [
        ("prebaked anode", 0.45, pytest.approx(0.495), "t")
    ]
    assert math.fsum(found.moved["difference"]) == pytest.approx(27)
    shown(found, "12,235.9", "+27")
    assert g.footprint(GRID).total == pytest.approx(INGOT)
    swapped = g.whatif(GRID, swap=["China, grid average, 2024=China, hydropower, 2024"])
    assert swapped.new == pytest.approx(INGOT - POWER * (0.5777 - 0.0141))
    assert set(swapped.changes["new_provider"]) == {"Electricity carbon footprint factor, China, hydropower, 2024"}
    with pytest.raises(InvalidQuery, match=r"Give a list of texts"):
        g.whatif(GRID, set=MORE_ANODE)
    with pytest.raises(ScenarioError, match="no change was given"):
        g.whatif(GRID)


def test_a_scenario_is_a_setting_of_every_question(g):
    """The same 27 kg wherever the question is asked."""
    wanted = pytest.approx(INGOT + 27)
    assert g.footprint(GRID, scenario="anodes").total == wanted
    assert g.footprint(GRID, scenario="多用阳极").total == wanted
    assert g.explain(GRID, scenario="more anodes").data["total"]["value"] == wanted
    assert g.uncertainty(GRID, method="first-order", scenario="anodes").total == wanted
    assert g.contributions(GRID, scenario="anodes").data["total"]["value"] == wanted
    assert g.footprints(scenario="anodes").filter(pl.col("iri") == GRID)["kg_co2e"].item() == wanted
    assert g.whatif(GRID, set=["alumina@electrolysis=+10%"], scenario="anodes").new == pytest.approx(
        INGOT + 27 + 0.192 * 1250
    )
    assert g.footprint(GRID).total == pytest.approx(INGOT)
    with pytest.raises(UnknownNameError, match="There is no scenario 'nope'"):
        g.footprint(GRID, scenario="nope")


def test_results_under_a_scenario_are_not_written_among_those_of_the_data(g):
    with pytest.raises(ScenarioError, match="not written into the graph"):
        g.materialize(GRID, scenario="anodes")
    assert len(g.query("SELECT * { ?f a tm:ComputedFootprint }")) == 0


def test_contributions_divide_the_whole(g):
    found = g.contributions(GRID, "supplier")
    assert math.fsum(found.frame["kg_co2e"]) == pytest.approx(INGOT)
    assert found.frame.row(0)[3] == pytest.approx(POWER * 0.5777)
    shown(found, "8,044.5", "alumina refining")
    spots = g.contributions(GRID, share=0.7).frame
    assert spots["iri"].to_list() == [f"{DEMO}electrolysis-grid-in-electricity", f"{DEMO}alumina-refining-out-co2"]
    with pytest.raises(InvalidQuery, match="share is for by='hot-spots'"):
        g.contributions(GRID, "country", share=0.5)
    with pytest.raises(UnknownNameError, match="no way to divide"):
        g.contributions(GRID, "moon")


def test_variants_are_a_frame_with_reasons(tmp_path):
    """10 kg CO2 shared over 1 kg of curd and 4 kg of whey: 2 by mass; no price is stated."""
    chain = process("curd", more="tm:allocationMethod method:mass ;", outputs=((":whey", 4),), emissions=(("flow:CO2-fossil", 10),))  # fmt: skip
    file = tmp_path / "dairy.ttl"
    file.write_text(HEAD + chain + product("whey"), encoding="utf-8")
    with tanmai.open(lang="en") as graph:
        graph.load(file)
        found = graph.variants("curd", 3, "kg")
        rows = {row["method"]: row for row in found.frame.iter_rows(named=True)}
        assert rows["mass"]["kg_co2e"] == pytest.approx(6)
        assert (rows["mass"]["ratio"], rows["stated"]["ratio"]) == (1, None)
        assert rows["unallocated"]["kg_co2e"] == pytest.approx(30)
        assert rows["economic"]["kg_co2e"] is None
        assert "price" in rows["economic"]["reason"]
        shown(found, "curd")
        with pytest.raises(InvalidQuery, match="choose allocation or recycling"):
            graph.variants("curd", by="weather")


@pytest.mark.parametrize("recycling", ["statedcff", "stated "])
def test_a_recycling_model_that_does_not_exist_is_refused(g, recycling):
    with pytest.raises(FootprintError, match="recycling"):
        g.footprint(GRID, recycling=recycling)


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda g: g.uncertainty(GRID, drivers=-1), "drivers"),
        (lambda g: g.compare(GRID, HYDRO, most=-1), "most"),
        (lambda g: g.whatif(GRID, set=[MORE_ANODE], moved=-1), "moved"),
        (lambda g: g.whatif(GRID, set=[MORE_ANODE], products=-2), "products"),
        (lambda g: g.contributions(GRID, most=-1), "most"),
        (lambda g: g.search("铝", most=-1), "most"),
    ],
)
def test_a_negative_number_of_lines_is_refused(g, ask, name):
    with pytest.raises(InvalidQuery, match=f"^{name} is -"):
        ask(g)


def test_a_misspelt_setting_is_refused_not_ignored(g):
    with pytest.raises(TypeError, match="there is no setting gpw: choose from coproducts, gwp"):
        g.footprint(GRID, gpw="AR5")
    with pytest.raises(TypeError, match="there is no setting gpw"):
        g.compare(GRID, against={"gpw": "AR5"})


@pytest.mark.parametrize(
    ("setting", "said"), [({"strict": "no"}, "state True or False"), ({"gwp": None}, "state a text")]
)
def test_a_setting_of_another_kind_is_refused(setting, said):
    from tanmai.method import settings_of

    with pytest.raises(TypeError, match=said):
        settings_of(setting)
