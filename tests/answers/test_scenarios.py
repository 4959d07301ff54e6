"""Scenarios: what they give is what the graph gives with the changes written into it; a what-if gives the same number."""

import random
import re
from dataclasses import replace
from importlib.resources import files

import pytest
from chains import EX, HEAD, ID, UNIT, Case, exchange, process, product

from footprint.errors import IncompleteInventory, InvalidInventory, UnitError, UnproductiveLoop
from graphstore import GraphStore
from graphstore.answers.explanation import explain
from graphstore.answers.footprint import calculate
from graphstore.answers.keeping import compared, made
from graphstore.answers.scores import all_products
from graphstore.answers.whatif import whatif
from graphstore.errors import ExtractionError, ScenarioError, UnknownNameError
from graphstore.scenario_statements import add, remove, turtle
from graphstore.scenarios import (
    AmountChange,
    FactorChange,
    ProviderSwap,
    Scenario,
    ShareShift,
    all_scenarios,
    find_scenario,
)

EF = f"{ID}electricity-factor/"
GRID, HYDRO, COAL = (f"{EF}footprint-CN-{kind}-2024" for kind in ("grid-average", "hydro", "coal"))
CO2 = "flow:CO2-fossil"


def factor(name, unit, kg):
    mass = f"[ tm:gas gas:CO2 ; tm:amount {kg} ; tm:unit unit:KiloGM ; tm:emissionCategory category:fossil ]"
    return f':{name} a tm:EmissionFactor ; rdfs:label "{name}"@en ; tm:perUnit {unit} ; tm:gasMass {mass} .\n'


def chain(alumina=1250, alumina_use=1.92):
    """Rule R31: alumina 1250; ingot 9400 + 1.92 x 1250 = 11800; profile 120 + 1.08 x 11800 = 12864."""
    return (
        process("alumina", unit="unit:TONNE", emissions=((CO2, alumina),))
        + process("ingot", unit="unit:TONNE", inputs=((":alumina", alumina_use, "unit:TONNE"),), emissions=((CO2, 9400),))
        + process("profile", unit="unit:TONNE", inputs=((":ingot", 1.08, "unit:TONNE"),), emissions=((CO2, 120),))
    )  # fmt: skip


def melting(scrap=0.2, primary=0.8):
    """Metal from scrap (600 kg/t) and primary metal (12 kg/kg, in kilograms), and power from the grid or a factor of our own."""
    return (
        process("scrap", unit="unit:TONNE", emissions=((CO2, 600),))
        + process("primary", emissions=((CO2, 12),))
        + process(
            "metal",
            unit="unit:TONNE",
            inputs=(
                (":scrap", scrap, "unit:TONNE"),
                (":primary", primary * 1000),
                (":power", 500, "unit:KiloW-HR", f"tm:defaultProvider <{GRID}> ;"),
            ),
        )
        + product("power")
        + factor("own-power", "unit:MegaJ", 0.05)
    )


def under(case, *changes):
    """The loaded case under a scenario."""
    return replace(case.calculation(), settings=replace(case.calculation().settings, scenario=Scenario("", changes)))


def same(case, name, *changes):
    """The total under some changes, checked to be the same by a what-if and by a calculation of the changed system."""
    full = calculate(under(case, *changes), EX + name).data["total"]
    asked = whatif(case.calculation(), EX + name, changes=changes)
    assert abs(full["value"] - asked["new"]["value"]) <= full["error_bound"] + asked["new"]["error_bound"]
    base = case.total(name)
    assert asked["base"]["value"] == base
    assert asked["difference"]["value"] == pytest.approx(full["value"] - base, abs=1e-9)
    moved = sum(
        line["difference"] for line in whatif(case.calculation(), EX + name, changes=changes, moved=99)["moved"]
    )
    assert moved == pytest.approx(full["value"] - base, rel=1e-9, abs=1e-9)
    return full["value"]


def test_uc13_alumina_changes_once_and_ingot_and_profile_follow(case):
    """Alumina 1250 -> 1000: ingot 9400 + 1.92 x 1000 = 11320; profile 120 + 1.08 x 11320 = 12345.6."""
    loaded = case(chain())
    assert (loaded.total("ingot"), loaded.total("profile")) == (pytest.approx(11800), pytest.approx(12864))
    change = AmountChange(f"{EX}alumina-emission-1", 1.0, f"{UNIT}TONNE")
    assert same(loaded, "alumina", change) == pytest.approx(1000, rel=1e-13)
    assert same(loaded, "ingot", change) == pytest.approx(11320, rel=1e-13)
    assert same(loaded, "profile", change) == pytest.approx(12345.6, rel=1e-13)
    told = {
        p["product"]["name_en"]: (p["base"], p["new"])
        for p in whatif(loaded.calculation(), EX + "profile", changes=[change], products=9)["products"]
    }
    assert told == {
        "alumina": (pytest.approx(1250), pytest.approx(1000)),
        "ingot": (pytest.approx(11800), pytest.approx(11320)),
        "profile": (pytest.approx(12864), pytest.approx(12345.6)),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_scenario_is_the_graph_with_the_change_written_into_it(case, seed):
    use = round(random.Random(seed).uniform(0.5, 4), 3)
    found = same(case(chain()), "profile", AmountChange(f"{EX}ingot-in-1", use, f"{UNIT}TONNE"))
    assert found == pytest.approx(case(chain(alumina_use=use)).total("profile"), rel=1e-13)
    assert found == pytest.approx(120 + 1.08 * (9400 + use * 1250), rel=1e-13)


def test_relative_change_and_product_output(case):
    """Ten per cent less alumina: 9400 + 0.9 x 2400 = 11560. Twice the ingot from one run: 11800 / 2."""
    loaded = case(chain())
    assert same(loaded, "ingot", AmountChange(f"{EX}ingot-in-1", relative=-0.1)) == pytest.approx(11560, rel=1e-13)
    assert same(loaded, "ingot", AmountChange(f"{EX}ingot-out", 2000.0, f"{UNIT}KiloGM")) == pytest.approx(
        5900, rel=1e-13
    )


def test_change_inside_a_loop(case):
    """0.1 t profile per t ingot goes back; with 0.2: F = (120 + 1.08 x 11800) / (1 - 1.08 x 0.2); with 1 the radius is sqrt 1.08."""
    recycled = chain() + ":ingot-making tm:input :scrap .\n" + exchange("scrap", ":profile", 0.1, "unit:TONNE")
    loaded = case(recycled)
    found = same(loaded, "profile", AmountChange(f"{EX}scrap", 0.2, f"{UNIT}TONNE"))
    assert found == pytest.approx(12864 / (1 - 0.216), rel=1e-13)
    with pytest.raises(UnproductiveLoop, match=r"ingot-making.*1\.03923 times"):
        whatif(loaded.calculation(), EX + "profile", changes=[AmountChange(f"{EX}scrap", 1.0, f"{UNIT}TONNE")])


def test_recycled_content(case):
    """0.2 t scrap and 0.8 t primary; half and half: 0.5 x 600 + 500 x 12 + 500 x 0.5777 = 6588.85."""
    loaded = case(melting())
    assert loaded.total("metal") == pytest.approx(120 + 9600 + 288.85)
    shift = ShareShift(f"{EX}metal-in-1", f"{EX}metal-in-2", 0.5)
    assert same(loaded, "metal", shift) == pytest.approx(6588.85, rel=1e-13)
    changes = whatif(loaded.calculation(), EX + "metal", changes=[shift])["changes"]
    assert [(c["old"], c["new"]) for c in changes] == [(0.2, 0.5), (800.0, pytest.approx(500.0))]


def test_swap_to_a_factor_that_nobody_uses_and_in_another_unit(case):
    """500 kWh = 1800 MJ of the plant's own power at 0.05 kg/MJ: 90 instead of 288.85; fossil CO2, not CO2e of no set."""
    loaded = case(melting())
    swap = ProviderSwap(f"{EX}own-power", old=GRID)
    assert same(loaded, "metal", swap) == pytest.approx(120 + 9600 + 90, rel=1e-13)
    data = calculate(under(loaded, swap), EX + "metal").data
    assert data["gwp_sets"] == ["AR6"]
    line = next(c for c in data["contributions"] if c["exchange"] == f"{EX}metal-in-3")
    assert (line["provider"]["iri"], line["unit"]["iri"]) == (f"{EX}own-power", f"{UNIT}MegaJ")
    assert (line["amount"], line["factor"]) == (pytest.approx(1800), pytest.approx(0.05))
    codes = {a["code"] for a in data["assumptions"]}
    assert "scenario" in codes
    assert "gwp-set-unknown" not in codes


def test_swap_of_a_process_and_of_one_exchange(case):
    """All primary metal from scrap: 1 t x 600; the swap of a product's maker converts kilograms to tonnes."""
    loaded = case(melting())
    found = same(loaded, "metal", ProviderSwap(f"{EX}scrap-making", exchange=f"{EX}metal-in-2"))
    assert found == pytest.approx(600 + 288.85, rel=1e-13)


def test_amount_swap_and_factor_together(case):
    """400 kWh of hydropower at twice its 0.0141: 11.28."""
    changes = (
        FactorChange(HYDRO, relative=1.0),
        ProviderSwap(HYDRO, old=GRID),
        AmountChange(f"{EX}metal-in-3", 400.0, f"{UNIT}KiloW-HR"),
    )
    assert same(case(melting()), "metal", *changes) == pytest.approx(9720 + 11.28, rel=1e-13)


def test_factor_value(case):
    loaded = case(melting())
    assert same(loaded, "metal", FactorChange(GRID, co2e=0.5)) == pytest.approx(9720 + 250, rel=1e-13)
    assert same(loaded, "metal", FactorChange(GRID, relative=-0.1)) == pytest.approx(9720 + 259.965, rel=1e-13)


@pytest.fixture(scope="module")
def demo(knowledge_store):
    text = (files("tanmai") / "demo" / "aluminium.ttl").read_bytes()
    with GraphStore.open() as store:
        from tanmai import knowledge

        with store.transaction("knowledge") as transaction:
            knowledge.load_into(transaction)
        store.load_bytes(text, key="demo", format="turtle")
        yield Case(store)


DEMO = "https://w3id.org/tanmai/demo/"


def test_demo_on_hydropower_is_its_hydropower_variant(demo):
    """12208.93 with the grid; with the hydropower factor the smelter is the one on hydropower, 4656.69."""
    assert demo.total(f"{DEMO}ingot-grid") == pytest.approx(12208.93016)
    hydro = demo.total(f"{DEMO}ingot-hydro")
    assert hydro == pytest.approx(4656.69016)
    swap = ProviderSwap(HYDRO, exchange=f"{DEMO}electrolysis-grid-in-electricity")
    asked = whatif(demo.calculation(), f"{DEMO}ingot-grid", changes=[swap])
    assert asked["new"]["value"] == pytest.approx(hydro, rel=1e-13)
    assert asked["method"] == {"rebuilt": False, "columns_solved": 0}


def test_explanation_and_all_products_under_a_scenario(demo):
    calculation = under(demo, ProviderSwap(COAL, old=GRID))
    data = explain(calculation, f"{DEMO}profile-delivered", cutoff=0.0)
    total = calculate(calculation, f"{DEMO}profile-delivered").total
    assert data["total"]["value"] == pytest.approx(total, rel=1e-13)
    assert data["settings"]["scenario_changes"] == [{"kind": "ProviderSwap", "new": COAL, "old": GRID}]

    def providers(line):
        yield from ([line["provider"]["iri"]] if "provider" in line else [])
        for child in line["children"]:
            yield from providers(child)

    assert COAL in set(providers(data["root"]))
    assert GRID not in set(providers(data["root"]))
    frame = all_products(calculation)
    by_product = dict(zip(frame["iri"], frame["kg_co2e"], strict=True))
    assert by_product[f"{DEMO}profile-delivered"] == pytest.approx(total, rel=1e-13)
    assert len(frame) == len(all_products(demo.calculation()))


WRITTEN = [
    ("set", "anode in electrolysis=0.40", AmountChange(f"{DEMO}electrolysis-grid-in-anode", 0.4)),
    ("set", "预焙阳极@铝电解 = 400 kg", AmountChange(f"{DEMO}electrolysis-grid-in-anode", 400.0, f"{UNIT}KiloGM")),
    ("set", "bauxite=-5 %", AmountChange(f"{DEMO}alumina-refining-in-bauxite", relative=-0.05)),
    ("set", f"{DEMO}extrusion-in-gas=+1e1%", AmountChange(f"{DEMO}extrusion-in-gas", relative=0.1)),
    ("set", "grid average, 2024=0.5", FactorChange(GRID, co2e=0.5)),
    ("set", f"{GRID}=-10%", FactorChange(GRID, relative=-0.1)),
    ("swap", f"China, grid average, 2024={HYDRO}", ProviderSwap(HYDRO, old=GRID)),
    ("swap", f"electricity in extrusion={HYDRO}", ProviderSwap(HYDRO, exchange=f"{DEMO}extrusion-in-electricity")),
    ("swap", "primary aluminium, grid power=primary aluminium, captive coal power", ProviderSwap(f"{DEMO}casting-coal", old=f"{DEMO}casting-grid")),
    ("share", "natural gas vs press tooling in extrusion=30%", ShareShift(f"{DEMO}extrusion-in-gas", f"{DEMO}extrusion-in-fixtures", 0.3)),
]  # fmt: skip


@pytest.mark.parametrize(("way", "text", "expected"), WRITTEN)
def test_changes_as_people_write_them(demo, way, text, expected):
    from graphstore.answers.changes import Reader
    from graphstore.answers.names import Names
    from graphstore.answers.question import ask
    from graphstore.answers.whatif import read_changes

    question = ask(demo.calculation(), f"{DEMO}profile-delivered", 1.0, None)
    reader = Reader(question.calculation, Names(question.calculation), question.chain)
    assert read_changes(reader, [(way, text)]) == [expected]


@pytest.mark.parametrize(
    ("way", "text", "error", "words"),
    [
        ("set", "anode in electrolysis", ScenarioError, "is not written as EXCHANGE=VALUE"),
        ("set", "anode in electrolysis=much", ScenarioError, "'much' is no number"),
        ("set", "anode in electrolysis=90%", ScenarioError, "with its sign"),
        ("set", "anode in electrolysis=0.4 kWh", UnitError, "cannot be converted"),
        ("set", "anode in electrolysis=0.4 zorkmid", UnknownNameError, "No unit 'zorkmid'"),
        ("set", "electricity=5", UnknownNameError, "may mean 6 things"),
        (
            "set",
            "unobtainium=5",
            UnknownNameError,
            "'unobtainium' is no exchange or emission factor in the supply chain",
        ),
        ("set", f"{DEMO}no-such=5", UnknownNameError, "no exchange"),
        ("swap", f"China, coal={HYDRO}", UnknownNameError, "no process or emission factor in use"),
        ("swap", f"China, grid average, 2024={EF}nothing", ScenarioError, "neither a process"),
        ("swap", f"China, grid average, 2024={EF}co2-CN-YN-grid-average-2023", InvalidInventory, "may not enter"),
        ("share", "natural gas and tooling=30%", ScenarioError, "is not written as FLOW vs OTHER"),
        ("share", "natural gas vs press tooling in extrusion=130%", ScenarioError, "between 0 and 1"),
        ("set", "diesel lorry=0.1 kg", ScenarioError, "leave 'kg' out"),
        ("set", "http://a<b=1", ScenarioError, "'http://a<b' is no IRI"),
        ("swap", f"{GRID}=http://a b", ScenarioError, "'http://a b' is no IRI"),
    ],
)
def test_changes_that_mean_nothing_are_refused(demo, way, text, error, words):
    with pytest.raises(error, match=re.escape(words)):
        whatif(demo.calculation(), f"{DEMO}profile-delivered", texts=[(way, text)])


def test_changes_that_contradict_or_do_nothing_are_refused(case):
    loaded = case(melting())
    twice = [AmountChange(f"{EX}metal-in-1", relative=0.1), AmountChange(f"{EX}metal-in-1", relative=0.2)]
    two = [ProviderSwap(HYDRO, old=GRID), ProviderSwap(COAL, exchange=f"{EX}metal-in-3")]
    idle = [ProviderSwap(GRID, old=HYDRO)]
    unused = [FactorChange(HYDRO, relative=0.1)]
    for changes, words in (
        (twice, "changed twice"),
        (two, "two new providers"),
        (idle, "nothing to swap"),
        (unused, "no emission factor that"),
    ):
        with pytest.raises(ScenarioError, match=words):
            whatif(loaded.calculation(), EX + "metal", changes=changes)


def test_amounts_keep_their_sign(case):
    loaded = case(melting())
    minus = AmountChange(f"{EX}metal-in-1", -0.1, f"{UNIT}TONNE")
    for change in (
        minus,
        AmountChange(f"{EX}metal-in-1", relative=-1.5),
        FactorChange(GRID, relative=-2),
        FactorChange(GRID, co2e=-1),
    ):
        with pytest.raises(ScenarioError, match="would turn its sign"):
            whatif(loaded.calculation(), EX + "metal", changes=[change])
    with pytest.raises(ScenarioError, match=r"metal-in-1> cannot be changed from 0\.2 to 1e\+308"):
        whatif(loaded.calculation(), EX + "metal", changes=[AmountChange(f"{EX}metal-in-1", 1e308, f"{UNIT}TONNE")])
    assert same(loaded, "metal", AmountChange(f"{EX}metal-in-1", relative=-1)) == pytest.approx(9888.85, rel=1e-13)


def test_a_swap_does_not_bring_gaps_in_unseen(case):
    """The new provider has an input that nothing supplies: refused, or cut off by name, as in a footprint."""
    text = melting() + process("other", inputs=((":nothing", 1),), emissions=((CO2, 2),)) + product("nothing")
    loaded, swap = case(text), ProviderSwap(f"{EX}other-making", exchange=f"{EX}metal-in-2")
    for settings in ({}, {"coproducts": "unallocated"}):
        with pytest.raises(IncompleteInventory, match="nothing"):
            whatif(loaded.calculation(**settings), EX + "metal", changes=[swap])
    asked = whatif(loaded.calculation(unlinked="cutoff"), EX + "metal", changes=[swap])
    assert asked["new"]["value"] == pytest.approx(120 + 800 * 2 + 288.85, rel=1e-13)


def test_what_the_new_result_assumes(case):
    """CO2e under no named set: reported of the new result, and refused by strict, only where it is in there."""
    loaded = case(melting())
    assumed = {
        a["code"]: a
        for a in whatif(loaded.calculation(), EX + "metal", changes=[FactorChange(GRID, co2e=0.5)])["assumptions"]
    }
    assert assumed["gwp-set-unknown"]["share"] == pytest.approx(250 / 9970)
    strict = loaded.calculation(strict=True)
    with pytest.raises(ExtractionError, match="strict"):
        whatif(strict, EX + "metal", changes=[FactorChange(GRID, co2e=0.5)])
    codes = {
        a["code"]
        for a in whatif(strict, EX + "metal", changes=[ProviderSwap(f"{EX}own-power", old=GRID)])["assumptions"]
    }
    assert codes == {"scenario", "factor-year", "factor-place"}


def test_what_stands_outside_the_numbers_cannot_be_changed(case):
    text = process("x", inputs=((":nothing", 2), (":y", 0)), emissions=((CO2, 1), (":argon", 3)))
    loaded = case(text + product("nothing") + process("y") + product("argon", kind="ElementaryFlow"))
    calculation = loaded.calculation(unlinked="cutoff")
    for name, words in (("x-in-1", "is cut off"), ("x-in-2", "counts nothing"), ("x-emission-2", "counts nothing")):
        with pytest.raises(ScenarioError, match=words):
            whatif(calculation, EX + "x", changes=[AmountChange(EX + name, relative=0.5)])


def test_co_products_keep_their_shares(case):
    """With mass allocation an input may change, the amount of a product may not: it would change the shares."""
    text = process(
        "a", more="tm:allocationMethod method:mass ;", outputs=((":b", 3),), emissions=((CO2, 8),)
    ) + product("b")
    loaded = case(text)
    assert same(loaded, "b", AmountChange(f"{EX}a-emission-1", 16.0, f"{UNIT}KiloGM")) == pytest.approx(4.0, rel=1e-13)
    with pytest.raises(ScenarioError, match="shares its burden"):
        whatif(loaded.calculation(), EX + "a", changes=[AmountChange(f"{EX}a-output-1", relative=0.5)])


def test_upstream_part_where_the_store_cannot_be_calculated(case):
    """A broken process elsewhere; a change of it has no effect on this product, one upstream has."""
    broken = process("broken", inputs=((":alumina", 1, "unit:KiloW-HR"),))
    loaded = case(chain() + broken)
    changes = [AmountChange(f"{EX}broken-in-1", relative=1.0), AmountChange(f"{EX}alumina-emission-1", relative=-0.2)]
    asked = whatif(loaded.calculation(), EX + "profile", changes=changes)
    assert asked["new"]["value"] == pytest.approx(12345.6, rel=1e-13)
    assert "cannot be converted" in asked["narrowed"]
    assert calculate(under(loaded, *changes), EX + "profile").total == pytest.approx(12345.6, rel=1e-13)


SCENARIO = f"""{HEAD}
:green a tm:Scenario ; rdfs:label "green power"@en, "绿色电力"@zh ; dcterms:source "toy" ; tm:change :green-1, :green-2 .
:green-1 a tm:ProviderSwap ; tm:replacedProvider <{GRID}> ; tm:newProvider <{HYDRO}> .
:green-2 a tm:AmountChange ; tm:changedExchange :metal-in-1 ; tm:relativeChange 0.5 .
"""


def test_scenarios_load_from_turtle_and_are_kept_and_taken_out(case, knowledge_store):
    loaded = case(melting())
    before = loaded.total("metal")
    hash_before = loaded.calculation().settings.as_dict()["hash"]
    knowledge_store.load_bytes(SCENARIO.encode(), key="scenario", format="turtle")
    green = find_scenario(knowledge_store, "绿色电力")
    assert green.changes == (ProviderSwap(HYDRO, old=GRID), AmountChange(f"{EX}metal-in-1", relative=0.5))
    try:
        less = made(
            loaded.calculation(),
            "less",
            [("set", "primary in making metal=700")],
            EX + "metal",
            ({"en": "less"}, {}, "toy"),
        )
        add(knowledge_store, less)
        assert [s.name for s in all_scenarios(knowledge_store)] == ["green", "less"]
        assert find_scenario(knowledge_store, "less") == less
        assert less.changes == (AmountChange(f"{EX}metal-in-2", 700.0, f"{UNIT}KiloGM"),)
        with pytest.raises(ScenarioError, match="already"):
            add(knowledge_store, less)
        with pytest.raises(ScenarioError, match="came with a dataset"):
            remove(knowledge_store, green)
        data = compared(loaded.calculation(), EX + "metal", ["green", "less"])
        values = [data["base"]["value"], *(s["new"]["value"] for s in data["scenarios"])]
        assert values == pytest.approx([10008.85, 180 + 9600 + 7.05, 120 + 8400 + 288.85])
        hashes = {hash_before, *(s["settings"]["hash"] for s in data["scenarios"])}
        assert len(hashes) == 3
        remove(knowledge_store, less)
        with GraphStore.open() as other:
            other.load_bytes(turtle(less).encode(), key="less", format="turtle")
            assert all_scenarios(other) == [less]
    finally:
        knowledge_store.retire("scenario")
    assert all_scenarios(knowledge_store) == []
    assert loaded.total("metal") == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("tm:changedExchange :e ; tm:relativeChange 0.1", "no change of a known kind"),
        ("a tm:AmountChange ; tm:relativeChange 0.1", "states no tm:changedExchange"),
        ("a tm:AmountChange ; tm:changedExchange :e", "one of the two"),
        ("a tm:AmountChange ; tm:changedExchange :e ; tm:amount 1", "without a tm:unit"),
        ("a tm:AmountChange ; tm:changedExchange :e ; tm:relativeChange 0.1, 0.2", "twice"),
        ('a tm:AmountChange ; tm:changedExchange :e ; tm:relativeChange "INF"^^xsd:double', "no finite number"),
        ("a tm:ProviderSwap ; tm:newProvider :p", "does not say what is swapped"),
        ("a tm:ShareShift ; tm:changedExchange :e ; tm:shiftedWith :f ; tm:share 2", "from 0 to 1"),
        ("a tm:FactorChange ; tm:changedFactor :f ; tm:co2e 1 ; tm:relativeChange 1", "one of the two"),
    ],
)
def test_scenarios_stated_wrongly_are_refused(change, words):
    with GraphStore.open() as store:
        store.load_bytes(f"{HEAD} :s a tm:Scenario ; tm:change :c . :c {change} .".encode(), key="s", format="turtle")
        with pytest.raises(ScenarioError, match=words):
            all_scenarios(store)


def test_a_scenario_stated_wrongly_does_not_hide_the_others():
    text = f"{HEAD} :bad a tm:Scenario ; tm:change :c . :c a tm:AmountChange . :good a tm:Scenario ; tm:change :d . "
    with GraphStore.open() as store:
        store.load_bytes(
            f"{text} :d a tm:ProviderSwap ; tm:replacedProvider :a ; tm:newProvider :b .".encode(),
            key="s",
            format="turtle",
        )
        assert find_scenario(store, "good").changes == (ProviderSwap(f"{EX}b", old=f"{EX}a"),)
        with pytest.raises(ScenarioError, match="states no tm:changedExchange"):
            find_scenario(store, "bad")


def test_a_source_that_is_no_address_is_kept_as_it_is_written():
    scenario = Scenario(f"{EX}s", (ProviderSwap(f"{EX}b", old=f"{EX}a"),), source="http://a<b")
    with GraphStore.open() as store:
        add(store, scenario)
        assert find_scenario(store, "s").source == "http://a<b"


def test_an_empty_scenario_changes_nothing_and_says_so():
    with GraphStore.open() as store:
        store.load_bytes(f"{HEAD} :s a tm:Scenario .".encode(), key="s", format="turtle")
        with pytest.raises(ScenarioError, match="changes nothing"):
            find_scenario(store, "s")
        with pytest.raises(UnknownNameError, match="Known: s"):
            find_scenario(store, "t")


@pytest.mark.parametrize(
    ("label", "text", "expected"),
    [
        ("electricity footprint factor", "footprint", True),
        ("electricity footprint factor", "electricity foot", False),
        ("electricity footprint factor", "print", False),  # the middle of a word is no name of it
        ("electricity footprint factor", "city", False),
        ("point footprint print", "print", True),  # a later place may begin a word
        ("全国电力碳足迹因子", "碳足迹", True),
        ("铝A356", "A356", True),
        ("PA66 GF30", "gf30", True),
        ("anything", "", True),
    ],
)
def test_a_part_of_a_name_is_made_of_whole_words(label, text, expected):
    from graphstore.answers.changes import _called

    assert _called(label, text) is expected


# ---- comparability


def two_mills(method="tm:allocationMethod method:mass ;"):
    """Flour with 1 kg of bran: the old mill states mass allocation, 4 x 1 / 2 = 2 kg; the new one, 8 kg, no method at all."""
    bran = ((":bran", 1),)
    old = process(
        "old-mill", flow=":flour", emissions=((CO2, 4),), outputs=bran, more="tm:allocationMethod method:mass ;"
    )
    new = process("new-mill", flow=":flour", emissions=((CO2, 8),), outputs=bran, more=method)
    bread = process("bread", inputs=((":flour", 1, "unit:KiloGM", "tm:defaultProvider :old-mill-making ;"),))
    kept = ":swap a tm:Scenario ; tm:change :c . :c a tm:ProviderSwap ; tm:replacedProvider :old-mill-making ; tm:newProvider :new-mill-making .\n"
    kept += ":less a tm:Scenario ; tm:change :d . :d a tm:AmountChange ; tm:changedExchange :bread-in-1 ; tm:relativeChange -0.5 .\n"
    return old + new + bread + product("flour") + product("bran") + kept


def test_a_scenario_that_brings_another_allocation_method_in_is_not_compared(case):
    """Rule R30: what a scenario changes is the question; by which method its new supplier shares burdens is not."""
    loaded = case(two_mills(method="")).calculation(coproducts="unallocated")
    data = compared(loaded, EX + "bread", ["less", "swap"])
    less, swap = data["scenarios"]
    assert (data["comparable"], less["comparable"], swap["comparable"]) == (False, True, False)
    assert (less["new"]["value"], swap["differing"], "new" in swap) == (pytest.approx(1.0), ["allocation"], False)
    assert {key["key"]: key["verdict"] for key in swap["keys"]}["scenario"] == "intended"
    named = next(key for key in swap["keys"] if key["key"] == "allocation")
    assert [each["iri"] for each in named["a"]] == [f"{ID}allocation/mass"]
    assert f"{ID}allocation/unallocated" in [each["iri"] for each in named["b"]]
    (forced,) = compared(loaded, EX + "bread", ["swap"], anyway=True)["scenarios"]
    assert forced["new"]["value"] == pytest.approx(8.0)
    assert "differing-key" in [assumption["code"] for assumption in forced["assumptions"]]


def test_a_scenario_that_keeps_the_method_is_compared(case):
    """8 x 1 / 2 = 4 kg."""
    (swap,) = compared(case(two_mills()).calculation(), EX + "bread", ["swap"])["scenarios"]
    assert (swap["comparable"], swap["differing"], swap["new"]["value"]) == (True, [], pytest.approx(4.0))
